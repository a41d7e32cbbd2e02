internal import Domain
internal import Ports

/// Takes away what need not be kept: records and payloads of ended calls, and the beginning of the log (SC-9, PF-19).
///
/// Works in small steps, each a transaction of the store's, beside the partitions and never through them: what is taken away nobody
/// changes any more, or it is at another version by then and stays. A crash loses nothing but the place; the next look begins anew.
struct Retention: Sendable {
    let store: any Housekeeping
    let ports: EnginePorts
    let lanes: [OutboxLane]
    let settings: RetentionSettings
    let metrics: RetentionMetrics
    let isStopping: @Sendable () -> Bool

    private var policy: RetentionPolicy { settings.policy }

    /// Works until the task is cancelled or the engine stops.
    func run() async {
        let clock = ClockWatch(ports.time, settings)
        await ports.time.sleep(for: settings.startDelay)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.lookAgainAndAgain(clock) }
            group.addTask { await self.trimAgainAndAgain(clock) }
        }
    }

    private var isOver: Bool { Task.isCancelled || isStopping() }

    // MARK: - Calls

    private func lookAgainAndAgain(_ first: ClockWatch) async {
        var clock = first
        var wait = BackOff(first: .seconds(1), most: .minutes(1))
        // Where the present look has come to, by partition; nil once it is through.
        var places: [Int64?] = lanes.map { _ in 0 }
        var next = ports.time.uptime() + policy.interval
        while !isOver, policy.lastEnd(at: ports.time.now()) != nil {
            var hasLooked = false
            do throws(JournalError) {
                for (index, lane) in lanes.enumerated() {
                    guard !isOver, let place = places[index], let epoch = lane.epoch else { continue }
                    await clock.believe(ports.time, ports.diagnostics)
                    places[index] = try await look(lane.partition, epoch: epoch, after: place)
                    if places[index] == nil { metrics.looked(lane.partition, at: ports.time.uptime()) }
                    hasLooked = true
                    await ports.time.sleep(for: settings.pause)
                }
                wait.reset()
            } catch {
                await failed("retention.clean-failed", "Ended calls could not be cleaned; trying again.", error, &wait)
                continue
            }
            if places.allSatisfy({ $0 == nil }) {
                await ports.time.sleep(until: next)
                places = lanes.map { _ in 0 }
                next = ports.time.uptime() + policy.interval
            } else if !hasLooked {
                // The partitions that are left are not taken over yet.
                await ports.time.sleep(for: .seconds(1))
            }
        }
    }

    /// Looks through one part of a partition's ended calls.
    ///
    /// - Returns: where the next part begins; nil at the end.
    private func look(_ partition: PartitionId, epoch: Int64, after place: Int64) async throws(JournalError) -> Int64? {
        let now = ports.time.now()
        guard let latest = policy.lastEnd(at: now) else { return nil }
        let page = try await store.endedCalls(in: partition, after: place, upTo: min(latest, now - settings.leastAge))
        var (purge, erase): ([EndedCall], [EndedCall]) = ([], [])
        for call in page.calls {
            switch policy.verdict(on: call.end, at: call.endedAt, of: call.tenant, hasPayload: call.hasPayload, now: now) {
            case .keep: break
            case .erasePayload: erase.append(call)
            case .purge: purge.append(call)
            }
        }
        metrics.purged.add(try await clean(purge, .purge, in: partition, epoch: epoch))
        metrics.erased.add(try await clean(erase, .erasePayloads, in: partition, epoch: epoch))
        return page.next
    }

    private func clean(
        _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> Int {
        var rest = calls[...]
        var done = 0
        while !rest.isEmpty, !isOver {
            let step = try await store.clean(Array(rest), cleaning, in: partition, epoch: epoch)
            done += step.done
            rest = rest.dropFirst(max(1, step.looked))
        }
        return done
    }

    // MARK: - The log

    private func trimAgainAndAgain(_ first: ClockWatch) async {
        var clock = first
        var wait = BackOff(first: .seconds(1), most: .minutes(1))
        while !isOver {
            do throws(JournalError) {
                await clock.believe(ports.time, ports.diagnostics)
                try await trim()
                try await giveBackSpace()
                wait.reset()
                await ports.time.sleep(for: settings.trimInterval)
            } catch { await failed("retention.trim-failed", "The log could not be trimmed; trying again.", error, &wait) }
        }
    }

    private func trim() async throws(JournalError) {
        guard let age = policy.events.span else { return }
        var old: [(partition: PartitionId, epoch: Int64)] = []
        for lane in lanes {
            guard let epoch = lane.epoch else { continue }
            // Nothing is trimmed up to here: it only tells how old the log is.
            let cutoff = ports.time.now() - age
            let oldest = try await store.trimEvents(in: lane.partition, through: 0, before: cutoff, epoch: epoch).oldest
            metrics.oldest(oldest, in: lane.partition)
            if let oldest, oldest < cutoff { old.append((lane.partition, epoch)) }
        }
        guard !old.isEmpty else { return }
        let slowest = try await FollowedLog(journal: ports.journal, partitions: lanes.count).slowest()
        for (partition, epoch) in old {
            let read = slowest.map { $0.indices.contains(partition.index) ? $0[partition.index] : 0 } ?? .max
            try await trim(partition, epoch: epoch, through: read, age: age)
            // What a follower has not read goes at its greater age alone.
            if read < .max, let unread = policy.unreadEvents.span {
                try await trim(partition, epoch: epoch, through: .max, age: max(age, unread))
            }
        }
    }

    private func trim(_ partition: PartitionId, epoch: Int64, through position: Int64, age: TimeSpan) async throws(JournalError) {
        while !isOver {
            let step = try await store.trimEvents(in: partition, through: position, before: ports.time.now() - age, epoch: epoch)
            metrics.trimmed.add(step.removed)
            metrics.oldest(step.oldest, in: partition)
            guard step.removed > 0 else { return }
        }
    }

    private func giveBackSpace() async throws(JournalError) {
        while !isOver, try await store.giveBackSpace()?.hasMore == true {}
    }

    private func failed(_ event: String, _ message: String, _ error: JournalError, _ wait: inout BackOff) async {
        metrics.failures.add()
        // A partition that is lost stops the engine; that is told elsewhere.
        if error != .ownershipLost, !isOver {
            ports.diagnostics.report(Diagnostic(.warning, event, message, fields: [("reason", String(describing: error))]))
        }
        await ports.time.sleep(for: wait.next())
    }
}

/// Compares the wall clock with the monotonic one. A wall clock that is far ahead by mistake would make everything look old.
private struct ClockWatch {
    private var offset: TimeSpan
    private let settings: RetentionSettings

    init(_ time: any TimeSource, _ settings: RetentionSettings) {
        offset = Self.offset(time)
        self.settings = settings
    }

    private static func offset(_ time: any TimeSource) -> TimeSpan {
        TimeSpan(microseconds: time.now().microseconds) - TimeSpan(microseconds: time.uptime().microseconds)
    }

    /// Waits when the wall clock was set forward, so that somebody can set it right; then believes it.
    mutating func believe(_ time: any TimeSource, _ diagnostics: any Diagnostics) async {
        let jump = Self.offset(time) - offset
        if jump > settings.mostClockJump {
            diagnostics.report(
                Diagnostic(
                    .warning, "retention.clock-jumped",
                    "The wall clock was set forward; nothing is taken away for a while. If it is wrong, set it right.",
                    fields: [("seconds", String(jump.milliseconds / 1_000))]))
            await time.sleep(for: settings.clockJumpPause)
        }
        offset = Self.offset(time)
    }
}
