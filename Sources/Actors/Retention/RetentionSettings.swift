public import Domain

/// What is kept for how long, and how gently the rest is taken away.
public struct RetentionSettings: Sendable {
    public var policy = RetentionPolicy()
    /// How long after its start the engine begins.
    public var startDelay = TimeSpan.seconds(10)
    /// Between two parts of the ended calls that are looked through.
    public var pause = TimeSpan.milliseconds(50)
    /// What ended less long ago is left alone whatever the policy says: those that follow schedules and the log know by the identity
    /// of a call what they have done since they last stored how far they are, and would do it again if it were gone.
    public var leastAge = TimeSpan.seconds(10)
    /// How often the log is trimmed, and free room looked at.
    public var trimInterval = TimeSpan.minutes(1)
    /// A wall clock that is set forward by more than this is not believed at once: what is taken away does not come back with it.
    public var mostClockJump = TimeSpan.minutes(10)
    /// How long nothing is taken away after such a jump.
    public var clockJumpPause = TimeSpan.hours(1)

    public init() {}
}
