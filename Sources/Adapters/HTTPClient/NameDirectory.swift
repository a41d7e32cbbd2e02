import NIOCore
import Synchronization

/// Remembers which addresses names have, for a short time, and looks each name up once however many ask.
///
/// Bounded in names, in lookups at once, and in the time that anybody waits. A lookup is a task of its own, so that it
/// outlives a caller who gives up and serves the others.
final class NameDirectory: Sendable {
    typealias Answer = Result<[IPAddress], HostResolutionError>

    private struct Known {
        let addresses: [IPAddress]
        let until: NIODeadline
    }

    private struct Waiter {
        let continuation: CheckedContinuation<Answer, Never>
        let alarm: Scheduled<Void>
    }

    private struct State {
        var known: [String: Known] = [:]
        var lookups: [String: [UInt64: Waiter]] = [:]
        /// Waiters that were cancelled before they waited.
        var cancelled: Set<UInt64> = []
        var lastWaiter: UInt64 = 0
        var isStopped = false
    }

    private enum Admission {
        case now(Answer)
        case wait
        case startAndWait
    }

    private let resolver: any HostResolver
    private let lifetime: TimeAmount
    private let maxLookups: Int
    private let loops: any EventLoopGroup
    private let state = Mutex(State())

    static let maxNames = 4_096

    init(resolver: any HostResolver, lifetime: TimeAmount, maxLookups: Int, loops: any EventLoopGroup) {
        self.resolver = resolver
        self.lifetime = lifetime
        self.maxLookups = maxLookups
        self.loops = loops
    }

    /// The addresses of `host` if they were looked up a short time ago.
    func known(_ host: String) -> [IPAddress]? {
        state.withLock { state in
            guard let known = state.known[host], NIODeadline.now() < known.until else { return nil }
            return known.addresses
        }
    }

    /// The addresses of `host`, looked up when they are not known; ends at `deadline` at the latest.
    func addresses(of host: String, deadline: NIODeadline) async throws(HostResolutionError) -> [IPAddress] {
        if let known = known(host) { return known }
        let ticket = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in wait(for: host, ticket: ticket, deadline: deadline, continuation) }
        } onCancel: {
            giveUp(host, ticket: ticket, with: .cancelled)
        }
        // A cancellation that came after the answer has left its ticket behind.
        state.withLock { _ = $0.cancelled.remove(ticket) }
        return try answer.get()
    }

    /// Makes the first of the host's addresses the last, after a connection to it could not be made.
    func demote(_ address: IPAddress, of host: String) {
        state.withLock { state in
            guard let known = state.known[host], known.addresses.first == address else { return }
            state.known[host] = Known(addresses: Array(known.addresses.dropFirst()) + [address], until: known.until)
        }
    }

    /// Ends every wait.
    func shutdown() async {
        let waiters = state.withLock { state in
            state.isStopped = true
            defer { state.lookups = [:] }
            return state.lookups.values.flatMap(\.values)
        }
        for waiter in waiters { Self.end(waiter, with: .failure(.stopped)) }
        await resolver.shutdown()
    }

    private func wait(
        for host: String, ticket: UInt64, deadline: NIODeadline, _ continuation: CheckedContinuation<Answer, Never>
    ) {
        let alarm = loops.any().scheduleTask(deadline: deadline) { self.giveUp(host, ticket: ticket, with: .timedOut) }
        let admission: Admission = state.withLock { state in
            // The alarm may have rung before there was anybody to wake.
            if NIODeadline.now() >= deadline { return .now(.failure(.timedOut)) }
            if state.cancelled.remove(ticket) != nil { return .now(.failure(.cancelled)) }
            if state.isStopped { return .now(.failure(.stopped)) }
            if let known = state.known[host], NIODeadline.now() < known.until { return .now(.success(known.addresses)) }
            let isRunning = state.lookups[host] != nil
            guard isRunning || state.lookups.count < maxLookups else { return .now(.failure(.busy)) }
            state.lookups[host, default: [:]][ticket] = Waiter(continuation: continuation, alarm: alarm)
            return isRunning ? .wait : .startAndWait
        }
        switch admission {
        case .now(let answer): Self.end(Waiter(continuation: continuation, alarm: alarm), with: answer)
        case .wait: break
        case .startAndWait: Task { await self.lookUp(host) }
        }
    }

    private func lookUp(_ host: String) async {
        let answer: Answer
        do throws(HostResolutionError) {
            let addresses = try await resolver.addresses(of: host)
            answer = addresses.isEmpty ? .failure(.notFound) : .success(addresses)
        } catch {
            answer = .failure(error)
        }
        let waiters = state.withLock { state in
            if case .success(let addresses) = answer, !state.isStopped { remember(addresses, of: host, in: &state) }
            return state.lookups.removeValue(forKey: host)
        }
        for waiter in (waiters ?? [:]).values { Self.end(waiter, with: answer) }
    }

    private func remember(_ addresses: [IPAddress], of host: String, in state: inout State) {
        let now = NIODeadline.now()
        if state.known.count >= Self.maxNames { state.known = state.known.filter { now < $0.value.until } }
        if state.known.count >= Self.maxNames, let oldest = state.known.min(by: { $0.value.until < $1.value.until }) {
            state.known[oldest.key] = nil
        }
        state.known[host] = Known(addresses: addresses, until: now + lifetime)
    }

    private func giveUp(_ host: String, ticket: UInt64, with error: HostResolutionError) {
        let waiter = state.withLock { state -> Waiter? in
            if let waiter = state.lookups[host]?.removeValue(forKey: ticket) { return waiter }
            if error == .cancelled { state.cancelled.insert(ticket) }
            return nil
        }
        if let waiter { Self.end(waiter, with: .failure(error)) }
    }

    /// Called once for each waiter: by whoever took it out of the table.
    private static func end(_ waiter: Waiter, with answer: Answer) {
        waiter.alarm.cancel()
        waiter.continuation.resume(returning: answer)
    }
}
