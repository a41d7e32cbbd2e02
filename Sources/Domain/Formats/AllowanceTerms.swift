/// The business terms of an allowance or charge, which differ by where it stands.
struct AllowanceTerms {
    let amount: StaticString
    let base: StaticString
    let percentage: StaticString
    let category: StaticString
    let rate: StaticString
    /// Whether it has a tax category of its own; that of a line has the line's.
    let hasTax: Bool

    enum Level {
        case document, line
    }

    /// BG-20, BG-21, BG-27 or BG-28.
    init(_ level: Level, isCharge: Bool) {
        hasTax = level == .document
        switch (level, isCharge) {
        case (.document, false): (amount, base, percentage, category, rate) = ("BT-92", "BT-93", "BT-94", "BT-95", "BT-96")
        case (.document, true): (amount, base, percentage, category, rate) = ("BT-99", "BT-100", "BT-101", "BT-102", "BT-103")
        case (.line, false): (amount, base, percentage, category, rate) = ("BT-136", "BT-137", "BT-138", "BT-151", "BT-152")
        case (.line, true): (amount, base, percentage, category, rate) = ("BT-141", "BT-142", "BT-143", "BT-151", "BT-152")
        }
    }
}
