public import Domain
internal import Glibc
public import Ports
internal import Synchronization

/// The clocks of the operating system: wall time by `CLOCK_REALTIME`, waiting by `CLOCK_MONOTONIC`.
///
/// Alarms and sleepers are woken by one thread of their own, which waits for the earliest of them; they are late by the
/// scheduler's latency only, usually well under a millisecond. Memory is proportional to what is waiting.
public final class SystemTimeSource: TimeSource {
    private let thread: AlarmThread

    public init() {
        thread = AlarmThread()
        thread.start()
    }

    deinit { thread.stop() }

    public func now() -> Instant { Instant(microseconds: Self.read(CLOCK_REALTIME)) }

    public func uptime() -> Uptime { Uptime(microseconds: Self.read(CLOCK_MONOTONIC)) }

    public func sleep(until deadline: Uptime) async {
        if deadline <= uptime() { return }
        let sleeper = Sleeper()
        let entry = AlarmEntry { sleeper.wake() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard sleeper.park(continuation) else { return }
                thread.set(entry, deadline.microseconds)
            }
        } onCancel: {
            sleeper.wake()
        }
        thread.set(entry, nil)
    }

    public func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm {
        SystemAlarm(thread: thread, entry: AlarmEntry(action: action))
    }

    static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

/// An alarm unsets itself when nobody holds it any more.
private final class SystemAlarm: Alarm {
    private let thread: AlarmThread
    private let entry: AlarmEntry

    init(thread: AlarmThread, entry: AlarmEntry) {
        self.thread = thread
        self.entry = entry
    }

    deinit { thread.set(entry, nil) }

    func set(_ deadline: Uptime?) { thread.set(entry, deadline?.microseconds) }
}

/// Resumes one continuation exactly once, whichever of the alarm and the cancellation comes first.
private final class Sleeper: Sendable {
    private enum State {
        case awake
        case asleep(CheckedContinuation<Void, Never>)
        case woken
    }

    private let state = Mutex(State.awake)

    /// Keeps the continuation for `wake`; when that has come already, resumes it at once and returns false.
    func park(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        let parked = state.withLock { state in
            if case .woken = state { return false }
            state = .asleep(continuation)
            return true
        }
        if !parked { continuation.resume() }
        return parked
    }

    func wake() {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .woken }
            if case .asleep(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume()
    }
}
