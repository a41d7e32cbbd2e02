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

    /// The span that all others of the trace are under, when the engine began it: it is named after the trace, so that whoever knows the one
    /// knows the other, after a restart too.
    public var root: SpanId { SpanId(random: low) }

    /// 16 digits. Written out, since every event that is published has some.
    static func hex(_ word: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 {
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * index)) & 15
                buffer[index] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
            }
            return 16
        }
    }
}
