internal import Domain
internal import Ports
internal import Synchronization

/// The attempts that run, so that each can be cut off.
final class RunningAttempts: Sendable {
    /// Of a task that is not one's own, only what `Task` has too may be called; see the documentation of `UnsafeCurrentTask`. It lives as
    /// long as it is in the table.
    private struct Running: Sendable {
        nonisolated(unsafe) let task: UnsafeCurrentTask
    }

    private struct State {
        /// Mostly one of each: a call that is offered again while it runs has two for a moment, of which the later finds nothing to do.
        var running: [ServiceCallKey: [(ticket: UInt64, attempt: Running)]] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Does `work` in the current task, which `cancel` cancels meanwhile.
    ///
    /// A child of a group cannot be cancelled alone otherwise; two more tasks for each attempt, one that sends and one that waits for
    /// word, would cost more than the rest of it.
    @concurrent
    func run<Result: Sendable>(_ key: ServiceCallKey, _ work: @Sendable () async -> Result) async -> Result {
        await withUnsafeCurrentTask { task in
            guard let task else { return await work() }
            let attempt = Running(task: task)
            let ticket = state.withLock { state in
                state.next += 1
                state.running[key, default: []].append((state.next, attempt))
                return state.next
            }
            let result = await work()
            state.withLock { state in
                state.running[key]?.removeAll { $0.ticket == ticket }
                if state.running[key]?.isEmpty == true { state.running[key] = nil }
            }
            return result
        }
    }

    /// Cuts off the attempt of the call.
    ///
    /// - Returns: whether one runs.
    func cancel(_ key: ServiceCallKey) -> Bool {
        // Within the lock, since a task that has left may be gone.
        state.withLock { state in
            guard let running = state.running[key] else { return false }
            for (_, attempt) in running { attempt.task.cancel() }
            return true
        }
    }
}
