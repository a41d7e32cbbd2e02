public import Domain

/// How often the audit chains are anchored.
public struct AnchorSettings: Sendable {
    /// How long an entry waits at most before an anchor covers it.
    public var interval = TimeSpan.minutes(10)
    /// A chain with so many entries that no anchor covers is not left to wait so long.
    public var entries: Int64 = 1_000
    /// How often it is looked for such chains.
    public var look = TimeSpan.minutes(1)
    /// How long after its start the engine begins.
    public var startDelay = TimeSpan.seconds(10)
    /// Between two parts of the chains that are looked through.
    public var pause = TimeSpan.milliseconds(20)

    public init() {}
}
