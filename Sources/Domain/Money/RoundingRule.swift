/// What becomes of the digits that are cut off. Money is never rounded without one of these being named.
public enum RoundingRule: String, Hashable, Sendable, CaseIterable {
    /// To the nearest; a half goes away from zero: 2.5 → 3, −2.5 → −3. What commerce calls rounding, and the engine's rule unless another is
    /// asked for.
    case halfAwayFromZero
    /// To the nearest; a half goes to the even neighbour: 2.5 → 2, 3.5 → 4.
    case halfToEven
    /// To the nearest; a half goes towards positive infinity: 2.5 → 3, −2.5 → −2. XPath's `round()` (XPath and XQuery Functions, 4.4.4).
    case halfTowardPositive
    /// Cut off.
    case towardZero
    /// Away from zero as soon as anything is cut off.
    case awayFromZero
    /// Towards negative infinity.
    case down
    /// Towards positive infinity.
    case up

    /// `numerator / denominator` as an integer by this rule.
    ///
    /// - Throws: `divisionByZero`, `overflow`.
    func quotient(_ numerator: Int128, _ denominator: Int128) throws(DecimalError) -> Int128 {
        guard denominator != 0 else { throw .divisionByZero }
        let (divided, overflow) = numerator.dividedReportingOverflow(by: denominator)
        if overflow { throw .overflow }
        let remainder = numerator - divided * denominator
        guard remainder != 0 else { return divided }
        let isNegative = (numerator < 0) != (denominator < 0)
        let away: Int128 = isNegative ? -1 : 1
        let steps: Bool
        switch self {
        case .towardZero: steps = false
        case .awayFromZero: steps = true
        case .down: steps = isNegative
        case .up: steps = !isNegative
        case .halfAwayFromZero, .halfToEven, .halfTowardPositive:
            // remainder against half of the denominator, without doubling either.
            let rest = remainder.magnitude
            let opposite = denominator.magnitude - rest
            if rest != opposite {
                steps = rest > opposite
            } else {
                switch self {
                case .halfToEven: steps = divided % 2 != 0
                case .halfTowardPositive: steps = !isNegative
                default: steps = true
                }
            }
        }
        return steps ? divided + away : divided
    }
}
