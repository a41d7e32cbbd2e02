/// Ties all that one run does together, in logs, spans and messages: the trace id of W3C Trace Context (§3.2.2.3).
public struct TraceId: Hashable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    /// From 128 random bits; all zeros, which the standard forbids, become a one.
    public init(random: (UInt64, UInt64)) {
        high = random.0
        low = random.0 == 0 && random.1 == 0 ? 1 : random.1
    }

    /// - Returns: nil unless `text` is 32 lower-case hexadecimal digits, not all zeros.
    public init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16), high != 0 || low != 0
        else { return nil }
        self.high = high
        self.low = low
    }

    /// 32 hexadecimal digits in lower case.
    public var description: String { Self.hex(high) + Self.hex(low) }

    /// The header field `traceparent`, version 00, sampled.
    ///
    /// - Parameter span: 64 random bits that name the request.
    public func traceparent(span: UInt64) -> String { "00-\(self)-\(Self.hex(span == 0 ? 1 : span))-01" }

    private static func hex(_ word: UInt64) -> String {
        let text = String(word, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
