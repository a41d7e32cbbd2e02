extension ExactDecimal {
    /// The exact sum, at the larger of both scales.
    ///
    /// - Throws: `overflow`.
    public static func + (a: ExactDecimal, b: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        if a.scale == b.scale {
            let (sum, overflow) = a.mantissa.addingReportingOverflow(b.mantissa)
            if !overflow { return ExactDecimal(unchecked: sum, a.scale) }
        }
        return try combined(a, b) { $0.addingReportingOverflow($1) }
    }

    /// The exact difference, at the larger of both scales.
    ///
    /// - Throws: `overflow`.
    public static func - (a: ExactDecimal, b: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        if a.scale == b.scale {
            let (difference, overflow) = a.mantissa.subtractingReportingOverflow(b.mantissa)
            if !overflow { return ExactDecimal(unchecked: difference, a.scale) }
        }
        return try combined(a, b) { $0.subtractingReportingOverflow($1) }
    }

    private typealias Operation = (Int128, Int128) -> (partialValue: Int128, overflow: Bool)

    /// As written, or, where that does not fit, without the zeros at the end of either.
    private static func combined(_ a: ExactDecimal, _ b: ExactDecimal, _ operation: Operation) throws(DecimalError) -> ExactDecimal {
        guard let value = fitting(a, b, operation) ?? fitting(a.normalized, b.normalized, operation) else { throw .overflow }
        return value
    }

    private static func fitting(_ a: ExactDecimal, _ b: ExactDecimal, _ operation: Operation) -> ExactDecimal? {
        let scale = max(a.scale, b.scale)
        guard let x = shifted(a.mantissa, by: scale - a.scale), let y = shifted(b.mantissa, by: scale - b.scale) else { return nil }
        let (value, overflow) = operation(x, y)
        return overflow ? nil : ExactDecimal(unchecked: value, scale)
    }

    /// The exact product; its scale is the sum of both, or less where trailing zeros must go for it to fit.
    ///
    /// - Throws: `overflow`.
    public static func * (a: ExactDecimal, b: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        let scale = a.scale + b.scale
        if scale <= maxScale {
            if let x = Int64(exactly: a.mantissa), let y = Int64(exactly: b.mantissa) {
                return ExactDecimal(unchecked: Int128(x) &* Int128(y), scale)
            }
            let (product, overflow) = a.mantissa.multipliedReportingOverflow(by: b.mantissa)
            if !overflow { return ExactDecimal(unchecked: product, scale) }
        }
        let (x, y) = (a.normalized, b.normalized)
        let (least, overflow) = x.mantissa.multipliedReportingOverflow(by: y.mantissa)
        guard !overflow else { throw .overflow }
        var product = least
        var digits = x.scale + y.scale
        // 0.5 x 0.2 ends with a zero that neither factor had.
        while digits > maxScale, product % 10 == 0, product != 0 {
            product /= 10
            digits -= 1
        }
        if product == 0 { digits = min(digits, maxScale) }
        guard digits <= maxScale else { throw .overflow }
        return ExactDecimal(unchecked: product, digits)
    }

    /// - Throws: `overflow` for the one value that has no positive counterpart.
    public func negated() throws(DecimalError) -> ExactDecimal {
        let (value, overflow) = Int128(0).subtractingReportingOverflow(mantissa)
        if overflow { throw .overflow }
        return ExactDecimal(unchecked: value, scale)
    }

    /// - Throws: `overflow`, as `negated`.
    public func magnitude() throws(DecimalError) -> ExactDecimal { isNegative ? try negated() : self }

    /// The quotient with `target` digits behind the point. It is computed in full (256 bits) before that one rounding.
    ///
    /// - Throws: `divisionByZero`; `overflow` when the result, and nothing on the way to it, does not fit.
    public func divided(by divisor: ExactDecimal, scale target: Int, rounding: RoundingRule) throws(DecimalError) -> ExactDecimal {
        guard !divisor.isZero else { throw .divisionByZero }
        guard (0...Self.maxScale).contains(target) else { throw .overflow }
        // self / divisor = (m1 / m2) x 10^(s2 - s1); the mantissa wanted is that x 10^target.
        let shift = divisor.scale - scale + target
        let isNegative = self.isNegative != divisor.isNegative
        let value: Int128
        if shift < 0 {
            if let denominator = Self.shifted(divisor.mantissa, by: -shift) {
                value = try rounding.quotient(mantissa, denominator)
            } else {
                let (denominator, overflow) = divisor.mantissa.magnitude.multipliedReportingOverflow(by: PowerOfTen.table[-shift].magnitude)
                // At 2^128 and more the quotient is less than a half, and any such fraction is rounded alike.
                value = try rounding.quotient(
                    Wide(overflow ? min(1, mantissa.magnitude) : mantissa.magnitude), overflow ? .max : denominator, isNegative: isNegative)
            }
        } else if shift <= Self.maxScale, let numerator = Self.shifted(mantissa, by: shift) {
            value = try rounding.quotient(numerator, divisor.mantissa)
        } else {
            let numerator = try Wide(mantissa.magnitude).shifted(by: min(shift, Self.maxScale)).shifted(by: max(0, shift - Self.maxScale))
            value = try rounding.quotient(numerator, divisor.mantissa.magnitude, isNegative: isNegative)
        }
        return ExactDecimal(unchecked: value, target)
    }

    /// The value with exactly `target` digits behind the point: padded with zeros, or rounded.
    ///
    /// - Throws: `overflow`.
    public func rounded(to target: Int, _ rounding: RoundingRule) throws(DecimalError) -> ExactDecimal {
        if target == scale { return self }
        guard (0...Self.maxScale).contains(target) else { throw .overflow }
        if target > scale {
            guard let scaled = Self.shifted(mantissa, by: target - scale) else { throw .overflow }
            return ExactDecimal(unchecked: scaled, target)
        }
        return ExactDecimal(unchecked: try rounding.quotient(mantissa, PowerOfTen.table[scale - target]), target)
    }

    /// `percent` percent of the value, rounded once to `target` digits behind the point.
    ///
    /// - Throws: `overflow`.
    public func percentage(_ percent: ExactDecimal, scale target: Int, rounding: RoundingRule) throws(DecimalError) -> ExactDecimal {
        let product = try self * percent
        if product.scale + 2 <= Self.maxScale {
            return try ExactDecimal(unchecked: product.mantissa, product.scale + 2).rounded(to: target, rounding)
        }
        return try product.divided(by: ExactDecimal(100), scale: target, rounding: rounding)
    }
}

/// A magnitude of 256 bits, for what a division has above the line.
struct Wide {
    var high: UInt128
    var low: UInt128

    init(_ value: UInt128) {
        high = 0
        low = value
    }

    /// The value x 10^`digits`, of 0 to 38. What does not fit in 256 bits is, divided by 127 bits, more than fits in 128.
    func shifted(by digits: Int) throws(DecimalError) -> Wide {
        let power = PowerOfTen.table[digits].magnitude
        let lower = low.multipliedFullWidth(by: power)
        let upper = high.multipliedFullWidth(by: power)
        let (sum, overflow) = upper.low.addingReportingOverflow(lower.high)
        guard upper.high == 0, !overflow else { throw .overflow }
        var result = Wide(lower.low)
        result.high = sum
        return result
    }
}
