#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A value that threads wait on: a mutex and a condition of the system.
///
/// Only the adapter's own threads wait; callers from the cooperative pool hold the lock for a few instructions.
///
/// Thread rule for `@unchecked Sendable`: `state` is touched only with the mutex held, and both handles live at fixed addresses
/// from init to deinit.
final class Monitor<State: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
            pthread_cond_init(condition, nil)
        #else
            var attributes = pthread_condattr_t()
            pthread_condattr_init(&attributes)
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            pthread_cond_init(condition, &attributes)
            pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the value, without waking anybody.
    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Changes the value and wakes every thread that waits.
    func signal<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let result = body(&state)
        pthread_cond_broadcast(condition)
        return result
    }

    enum Step<Value> {
        case done(Value)
        /// Sleep until a signal, at most up to the tick given (`monotonicMicroseconds`).
        case sleep(until: Int64)
    }

    /// Asks `body` until it has a value; sleeps in between.
    func wait<Value>(_ body: (inout State) -> Step<Value>) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch body(&state) {
            case .done(let value): return value
            case .sleep(let deadline): sleep(until: deadline)
            }
        }
    }

    private func sleep(until deadline: Int64) {
        #if canImport(Darwin)
            let rest = max(0, deadline - monotonicMicroseconds())
            var time = timespec(tv_sec: Int(rest / 1_000_000), tv_nsec: Int(rest % 1_000_000) * 1_000)
            pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            var time = timespec(tv_sec: Int(deadline / 1_000_000), tv_nsec: Int(deadline % 1_000_000) * 1_000)
            pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }
}

/// Microseconds on the clock that `Monitor` waits by.
func monotonicMicroseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
}
