/// A length of time by ISO 8601 (5.5.2.4), in whole units: `P1Y2M`, `P2W`, `P1DT12H`, `PT15M`.
///
/// Months and days are those of a calendar; hours, minutes and seconds are exact.
struct CalendarDuration: Hashable, Sendable {
    /// As it was written.
    let text: String
    let months: Int
    let days: Int
    let seconds: Int

    /// - Throws: `duration`, `zero`, `tooLong`.
    init(_ text: Substring) throws(RepeatingIntervalError) {
        var rest = text.utf8[...]
        guard rest.popFirst() == UInt8(ascii: "P") else { throw .duration }
        let date = rest.prefix { $0 != UInt8(ascii: "T") }
        rest = rest.dropFirst(date.count)
        guard let inDate = Self.amounts(date, ["Y", "M", "W", "D"]) else { throw .duration }
        var inTime: [Int] = [0, 0, 0]
        if rest.popFirst() != nil {
            guard !rest.isEmpty, let amounts = Self.amounts(rest, ["H", "M", "S"]) else { throw .duration }
            inTime = amounts
        } else if date.isEmpty {
            throw .duration
        }
        self.text = String(text)
        months = inDate[0] * 12 + inDate[1]
        days = inDate[2] * 7 + inDate[3]
        seconds = inTime[0] * 3_600 + inTime[1] * 60 + inTime[2]
        guard months > 0 || days > 0 || seconds > 0 else { throw .zero }
        guard months * 31 + days + seconds / 86_400 <= Self.mostDays else { throw .tooLong }
    }

    /// A century and a little.
    private static let mostDays = 37_200

    /// The shortest that it can last, in seconds.
    var least: Int { months * 28 * 86_400 + days * 86_400 + seconds }

    /// The amounts before the designators, in their order, each at most once; nil when it is anything else.
    private static func amounts(_ text: Substring.UTF8View, _ designators: [Unicode.Scalar]) -> [Int]? {
        var amounts = designators.map { _ in 0 }
        var rest = text
        var next = 0
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            // Nine digits of anything are too long, and cannot overflow.
            guard (1...9).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let designator = rest.popFirst(),
                let index = designators[next...].firstIndex(where: { $0.value == UInt32(designator) })
            else { return nil }
            amounts[index] = digits.reduce(0) { $0 * 10 + Int($1 & 0xF) }
            next = index + 1
        }
        return amounts
    }
}
