internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A thread of the store's own, so that what blocks in the library never blocks the cooperative pool.
final class DedicatedThread: Sendable {
    private struct Exit {
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let exit: ExitBox

    /// Shared by the thread and the handle, so that the thread does not keep its own handle alive.
    private final class ExitBox: Sendable {
        let state = Mutex(Exit())

        func finish() {
            let waiters = state.withLock { state in
                state.isOver = true
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Whether the system gave a thread; when not, `finished()` returns at once.
    let hasStarted: Bool

    /// Starts `body` on a new thread.
    init(_ body: @escaping @Sendable () -> Void) {
        let exit = ExitBox()
        self.exit = exit
        let start = Unmanaged.passRetained(
            ThreadStart {
                body()
                exit.finish()
            })
        hasStarted = Self.spawn(start.toOpaque())
        if !hasStarted {
            start.release()
            exit.finish()
        }
    }

    private static func spawn(_ context: UnsafeMutableRawPointer) -> Bool {
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, enterThread, context)
            if let thread { pthread_detach(thread) }
            return code == 0
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, enterThread, context)
            if code == 0 { pthread_detach(thread) }
            return code == 0
        #endif
    }

    /// Returns when the thread has ended.
    func finished() async {
        await withCheckedContinuation { continuation in
            let isOver = exit.state.withLock { state in
                if !state.isOver { state.waiters.append(continuation) }
                return state.isOver
            }
            if isOver { continuation.resume() }
        }
    }
}

/// What a new thread is handed.
private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

#if canImport(Darwin)
    private func enterThread(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().body()
        return nil
    }
#else
    private func enterThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().body()
        return nil
    }
#endif
