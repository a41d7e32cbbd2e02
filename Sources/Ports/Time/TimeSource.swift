public import Domain

/// A point on a clock that never jumps: microseconds since some start.
public struct Uptime: Hashable, Comparable, Sendable {
    public let microseconds: Int64
    public init(microseconds: Int64) { self.microseconds = microseconds }
    public static func < (a: Uptime, b: Uptime) -> Bool { a.microseconds < b.microseconds }
    public static func + (a: Uptime, span: TimeSpan) -> Uptime { Uptime(microseconds: a.microseconds + span.microseconds) }
    public static func - (a: Uptime, b: Uptime) -> TimeSpan { TimeSpan(microseconds: a.microseconds - b.microseconds) }
}

/// Both clocks and the ways to wait. Waiting is always monotonic; due times are wall time (SC-15).
public protocol TimeSource: Sendable {
    /// Wall time; may jump in either direction.
    func now() -> Instant
    /// Monotonic time.
    func uptime() -> Uptime
    /// Returns when `uptime()` has reached `deadline`, or early when the task is cancelled.
    func sleep(until deadline: Uptime) async
    /// An alarm that is not set. `action` must be quick and must not block.
    func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm
}

extension TimeSource {
    public func sleep(for span: TimeSpan) async { await sleep(until: uptime() + span) }
}

/// Calls its action once each time that it is reached.
public protocol Alarm: Sendable {
    /// Sets the alarm, in place of an earlier setting; nil unsets it. A spurious call of the action is possible.
    func set(_ deadline: Uptime?)
}

/// Where identifiers and chance come from.
public protocol EntropySource: Sendable {
    /// 64 uniformly random bits.
    func next() -> UInt64
}
