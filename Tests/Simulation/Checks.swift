import Domain
import InMemoryAdapter
import Ports

/// The invariants of a finished history, read from the store and from what was published.
struct Checks {
    let simulation: Simulation

    func run() {
        var byCall: [UniqueId: [CommittedEvent]] = [:]
        for (index, events) in simulation.store.allEvents.enumerated() {
            for (offset, event) in events.enumerated() {
                if event.position != Int64(offset) + 1 { violate("Partition \(index) has a gap at \(event.position).") }
                byCall[event.subject, default: []].append(event)
            }
            if simulation.published.highest[index] != Int64(events.count) { violate("Partition \(index) was not published to its end.") }
        }
        for (call, attempts) in simulation.store.allCalls { check(call, attempts, byCall[call.id.value] ?? []) }
        BookChecks(simulation: simulation).run(byCall)
        ItemChecks(simulation: simulation).run()
        IngestionChecks(simulation: simulation).run()
        ReceiverChecks(simulation: simulation).run()
    }

    private func check(_ call: ServiceCall, _ attempts: [AttemptRecord], _ events: [CommittedEvent]) {
        if !call.status.isTerminal { violate("Call \(call.id) never ended: \(call.state)") }
        if events.map(\.version) != Array(1...Int64(max(1, events.count))) {
            violate("Call \(call.id) has versions \(events.map(\.version)).")
        }
        if call.version != Int64(events.count) { violate("Call \(call.id) has version \(call.version) and \(events.count) events.") }
        if attempts.map(\.number) != Array(1...max(1, attempts.count)) && !attempts.isEmpty {
            violate("Call \(call.id) has attempts \(attempts.map(\.number)).")
        }
        if attempts.count != call.attempts { violate("Call \(call.id) started \(call.attempts) attempts and kept \(attempts.count).") }
        checkOrder(call, events)
    }

    /// Walks through a call's events: starts and ends alternate, one terminal event per run and nothing after it but a retry by hand,
    /// and no start before its due time.
    private func checkOrder(_ call: ServiceCall, _ events: [CommittedEvent]) {
        var running = false
        var ended = false
        var dueAt: Instant?
        for event in events {
            guard case .serviceCall(let kind) = event.type else { continue }
            if ended && kind != .retried { violate("Call \(call.id): \(kind) after the end.") }
            switch kind {
            case .submitted, .rescheduled, .retryScheduled, .retried:
                if kind == .retried && !ended { violate("Call \(call.id) was retried before its end.") }
                ended = false
                dueAt = instant("dueAt", in: event)
                if dueAt == nil { violate("Call \(call.id): \(kind) without a due time.") }
            case .executionStarted:
                if running { violate("Call \(call.id) started an attempt while one ran.") }
                running = true
                if let dueAt, event.time < dueAt { violate("Call \(call.id) started \(dueAt - event.time) before it was due.") }
            case .executionSucceeded, .executionFailed:
                if !running { violate("Call \(call.id) ended an attempt that did not run.") }
                running = false
            case .succeeded, .failed, .cancelled:
                if running { violate("Call \(call.id) ended while an attempt ran.") }
                ended = true
            }
        }
        if !ended { violate("Call \(call.id) has no terminal event.") }
    }

    private func instant(_ field: String, in event: CommittedEvent) -> Instant? {
        guard let json = try? JSONReader.read(event.data), case .object(let object) = json, case .string(let text) = object[field]
        else { return nil }
        return try? Instant(rfc3339: text)
    }

    private func violate(_ what: String) { simulation.world.violate(what) }
}
