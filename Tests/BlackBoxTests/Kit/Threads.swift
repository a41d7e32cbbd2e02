import Glibc
import Synchronization

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Starts a thread that nobody waits for.
func startThread(_ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    let code = pthread_create(
        &thread, &attributes,
        { argument in
            if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, argument)
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "the system gives no more threads")
}

/// Threads that work together, and can be waited for.
final class Crew: Sendable {
    private let running = Mutex(0)
    private let failure = Mutex<String?>(nil)

    func start(_ body: @escaping @Sendable () throws -> Void) {
        running.withLock { $0 += 1 }
        startThread { [self] in
            do { try body() } catch { failure.withLock { $0 = $0 ?? "\(error)" } }
            running.withLock { $0 -= 1 }
        }
    }

    /// Waits until all have returned, and throws what one of them threw.
    func join(within seconds: Int) throws {
        try eventually(within: seconds, "the threads end") { running.withLock { $0 } == 0 }
        if let text = failure.withLock({ $0 }) { throw Broken(text) }
    }
}

func pause(milliseconds: Int) { usleep(UInt32(max(0, milliseconds)) * 1_000) }

/// Microseconds since the epoch, by the clock that the engine uses too.
func wallMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}

func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}

/// Asks again and again until it holds. The bound is there to end a broken test, not to measure.
func eventually(within seconds: Int, _ what: String, _ holds: () throws -> Bool) throws {
    let end = monotonicMilliseconds() + Int64(seconds) * 1_000
    while try !holds() {
        guard monotonicMilliseconds() < end else { throw Broken("not within \(seconds) s: \(what)") }
        pause(milliseconds: 10)
    }
}
