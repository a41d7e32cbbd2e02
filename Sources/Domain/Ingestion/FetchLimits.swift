/// How long a fetch may take and how much it may bring. Every time is bounded, whatever the source does.
public struct FetchLimits: Hashable, Sendable {
    /// For the name's resolution, and again for the connection with TLS.
    public var connect: TimeSpan
    /// From the first step of the connection until the answer's head has come.
    public var firstByte: TimeSpan
    /// How long the source may be silent in the middle of its answer. The time that the receiver takes does not count.
    public var idle: TimeSpan
    /// For everything together, the time that the receiver takes included.
    public var total: TimeSpan
    /// Bytes of the answer's body as they come over the wire.
    public var wireBytes: Int
    /// Bytes of the answer's body after inflation.
    public var inflatedBytes: Int

    public init(
        connect: TimeSpan = .seconds(10), firstByte: TimeSpan = .seconds(60), idle: TimeSpan = .seconds(30), total: TimeSpan = .minutes(15),
        wireBytes: Int = 256 << 20, inflatedBytes: Int = 512 << 20
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
        self.wireBytes = wireBytes
        self.inflatedBytes = inflatedBytes
    }

    public static let standard = FetchLimits()
}
