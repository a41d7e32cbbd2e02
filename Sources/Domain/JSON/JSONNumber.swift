/// A JSON number, kept as the exact text that was read (RFC 8259 section 6), so that "1.10" or twenty digits survive.
///
/// Equality compares the text: "1.0" and "1.00" are different numbers here.
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number as written: always valid JSON number text.
    public let text: String

    /// The number that `text` writes, or nil when `text` is not a number by the grammar of RFC 8259 section 6.
    public init?(text: String) {
        var text = text
        let valid = text.withUTF8 { utf8 in
            var scan = JSONNumberScan(bytes: UnsafeRawBufferPointer(utf8), index: 0)
            return scan.run() == nil && scan.index == utf8.count
        }
        guard valid else { return nil }
        self.text = text
    }

    /// The number that writes `value` in decimal.
    public init(_ value: Int64) {
        text = String(value)
    }

    /// `text` must already be number text.
    init(checked text: String) {
        self.text = text
    }

    /// The number as written.
    public var description: String { text }

    /// The value of plain integer text ("10", "-7", "-0"), or nil when the text has a fraction or an exponent, even one
    /// that would leave a whole number ("1.0", "1e3"), or when the value does not fit.
    public var int64: Int64? {
        var negative = false
        var value: Int64 = 0
        for (position, byte) in text.utf8.enumerated() {
            if position == 0, byte == JSONBytes.minus {
                negative = true
                continue
            }
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            // Built on the negative side, where Int64 reaches one further.
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, underflow) = scaled.subtractingReportingOverflow(Int64(digit))
            if overflow || underflow { return nil }
            value = sum
        }
        if negative { return value }
        return value == .min ? nil : 0 - value
    }
}
