/// What one system tells the next of the trace that a request belongs to (W3C Trace Context, §3.2).
public struct TraceContext: Hashable, Sendable {
    public let trace: TraceId
    /// The span that the request was sent in.
    public let span: SpanId
    /// Whether the sender recorded that span.
    public let isSampled: Bool

    public init(trace: TraceId, span: SpanId, isSampled: Bool) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
    }

    /// Reads the header field `traceparent`, of version 00 or of a later one that begins alike (§3.2.2, §4.3).
    ///
    /// - Returns: nil when it is anything else; the standard then has the receiver begin a trace of its own.
    public init?(traceparent text: String) {
        let bytes = Array(text.utf8.prefix(Self.length + 1))
        guard bytes.count >= Self.length, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
            let version = Self.number(bytes[0..<2]), version != 0xFF, bytes.count == Self.length || (version > 0 && bytes[55] == Self.dash),
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high != 0 || low != 0,
            let span = Self.number(bytes[36..<52]), span != 0, let flags = Self.number(bytes[53..<55])
        else { return nil }
        self.init(trace: TraceId(random: (high, low)), span: SpanId(random: span), isSampled: flags & 1 == 1)
    }

    /// The header field `traceparent`, version 00.
    public var traceparent: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

    private static let length = 55
    private static let dash = UInt8(ascii: "-")

    /// Up to 16 hexadecimal digits, in lower case alone.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
