extension ExactDecimal: CustomStringConvertible, LosslessStringConvertible {
    /// Reads `[+-] digits [. digits]`, as XML Schema's `decimal` writes it (part 2, 3.2.3): no exponent, no grouping, no white space.
    public init?(_ text: String) {
        var text = text
        let value = text.withUTF8 { try? ExactDecimal(utf8: $0) }
        guard let value else { return nil }
        self = value
    }

    /// Reads `[+-] digits [. digits]`; one side of the point may be empty.
    ///
    /// - Throws: `notANumber`, `overflow`.
    public init(utf8: some Sequence<UInt8>) throws(DecimalError) {
        var reading = DecimalReading()
        for byte in utf8 { try reading.take(byte) }
        self = try reading.value()
    }

    /// The value of a JSON number, whose exponent is applied exactly.
    ///
    /// - Throws: `overflow` when it has more digits than fit.
    public init(_ number: JSONNumber) throws(DecimalError) {
        let parts = number.text.utf8.split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
        }
        guard let digits = parts.first else { throw .notANumber }
        let value = try ExactDecimal(utf8: digits)
        guard parts.count == 2, let text = String(parts[1]) else {
            self = value
            return
        }
        if value.isZero {
            self = .zero
            return
        }
        guard let exponent = Int(text), (-2 * Self.maxScale...2 * Self.maxScale).contains(exponent) else { throw .overflow }
        let least = value.normalized
        let scale = least.scale - exponent
        if scale >= 0 {
            try self.init(mantissa: least.mantissa, scale: scale)
        } else {
            guard -scale <= Self.maxScale, let scaled = Self.shifted(least.mantissa, by: -scale) else { throw .overflow }
            self.init(unchecked: scaled, 0)
        }
    }

    /// Plain digits with exactly `scale` of them behind the point; "-0.50", "12", never an exponent.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what `description` gives.
    public func append(to bytes: inout [UInt8]) {
        if mantissa < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = mantissa.magnitude
        var count = 0
        while rest > UInt128(UInt64.max) {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(truncatingIfNeeded: remainder) + 0x30)
            rest = quotient
            count += 1
            if count == scale { bytes.append(UInt8(ascii: ".")) }
        }
        var low = UInt64(truncatingIfNeeded: rest)
        while low > 0 || count <= scale {
            let (quotient, remainder) = low.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(truncatingIfNeeded: remainder) + 0x30)
            low = quotient
            count += 1
            if count == scale, scale > 0 { bytes.append(UInt8(ascii: ".")) }
        }
        bytes[start...].reverse()
    }
}

private struct DecimalReading {
    private var large: UInt128 = 0
    private var small: UInt64 = 0
    private var digits = 0
    private var scale = 0
    private var isNegative = false
    private var hasSign = false
    private var hasPoint = false

    mutating func take(_ byte: UInt8) throws(DecimalError) {
        let digit = byte &- 0x30
        if digit < 10 {
            digits += 1
            if hasPoint { scale += 1 }
            guard scale <= ExactDecimal.maxScale else { throw .overflow }
            if digits <= 18 {
                small = small * 10 + UInt64(digit)
                return
            }
            if digits == 19 { large = UInt128(small) }
            let (tens, overflow) = large.multipliedReportingOverflow(by: 10)
            let (sum, again) = tens.addingReportingOverflow(UInt128(digit))
            if overflow || again { throw .overflow }
            large = sum
        } else if byte == UInt8(ascii: "."), !hasPoint {
            hasPoint = true
        } else if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"), digits == 0, !hasPoint, !hasSign {
            hasSign = true
            isNegative = byte == UInt8(ascii: "-")
        } else {
            throw .notANumber
        }
    }

    func value() throws(DecimalError) -> ExactDecimal {
        guard digits > 0 else { throw .notANumber }
        if digits <= 18 {
            let whole = Int128(small)
            return ExactDecimal(unchecked: isNegative ? 0 - whole : whole, scale)
        }
        let value: Int128? = isNegative ? .init(exactlyNegating: large) : .init(exactly: large)
        guard let value else { throw .overflow }
        return ExactDecimal(unchecked: value, scale)
    }
}
