/// Names one step within a trace: the parent id of W3C Trace Context (§3.2.2.4).
public struct SpanId: Hashable, Sendable, CustomStringConvertible {
    public let value: UInt64

    /// From 64 random bits; zero, which the standard forbids, becomes one.
    public init(random: UInt64) { value = random == 0 ? 1 : random }

    /// 16 hexadecimal digits in lower case.
    public var description: String { TraceId.hex(value) }
}
