internal import Synchronization

/// Opens once; whoever waits goes on, and whoever comes later does not wait.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [Int: UnsafeContinuation<Void, Never>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    var isOpen: Bool { state.withLock { $0.isOpen } }

    func open() {
        let waiting = state.withLock { state -> [UnsafeContinuation<Void, Never>] in
            state.isOpen = true
            let all = state.waiting.sorted { $0.key < $1.key }.map(\.value)
            state.waiting = [:]
            return all
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the gate is open or the task is cancelled.
    func wait() async {
        let ticket = state.withLock { state -> Int in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let resumeNow = state.withLock { state -> Bool in
                    if state.isOpen || Task.isCancelled { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
        }
    }
}
