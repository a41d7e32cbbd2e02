extension CronExpression {
    public static let maxBytes = 256

    /// Reads five fields with spaces or tabs between them, or a shorthand such as `@daily`.
    public init(_ text: String) throws(CronError) {
        guard text.utf8.count <= Self.maxBytes else { throw .tooLong }
        var words = text.utf8.split { $0 == 0x20 || $0 == 0x09 }.map(Array.init)
        let written = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        if words.count == 1, words[0].first == UInt8(ascii: "@") {
            guard let fields = Self.shorthands.first(where: { $0.name == written.lowercased() })?.fields else { throw .unknownShorthand }
            words = fields.utf8.split(separator: 0x20).map(Array.init)
        }
        guard words.count == CronError.Field.allCases.count else { throw .fieldCount(words.count) }
        let minutes = try CronField(words[0], .minute)
        let hours = try CronField(words[1], .hour)
        let days = try CronField(words[2], .dayOfMonth)
        let months = try CronField(words[3], .month)
        let weekdays = try CronField(words[4], .dayOfWeek)
        self.init(
            text: written, minutes: minutes.numbers, hours: hours.numbers, days: days.numbers, months: months.numbers,
            weekdays: (weekdays.numbers | weekdays.numbers >> 7) & 0x7F, needsBothDays: days.hasStar || weekdays.hasStar,
            followsClock: minutes.hasStar || hours.hasStar)
        guard comes else { throw .neverComes }
    }

    private static let shorthands: [(name: String, fields: String)] = [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
    ]
}

/// One field as it was read.
private struct CronField {
    /// Bit n stands for the number n.
    var numbers: UInt64 = 0
    /// Whether it begins with `*`, also with a step behind it: what cron calls a wildcard.
    let hasStar: Bool
    private let field: CronError.Field

    init(_ word: [UInt8], _ field: CronError.Field) throws(CronError) {
        self.field = field
        hasStar = word.first == UInt8(ascii: "*")
        let elements = word.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        for (index, element) in elements.enumerated() {
            do {
                try add(element)
            } catch {
                throw .field(field, element: index + 1, error)
            }
        }
    }

    /// Adds the numbers of one element: `*`, `n`, `n-m`, and the first and the last with a step behind.
    private mutating func add(_ element: ArraySlice<UInt8>) throws(CronError.Fault) {
        guard !element.isEmpty else { throw .empty }
        let parts = element.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        let range = try range(parts[0])
        var step = 1
        if parts.count > 1 {
            guard range.isRange else { throw .stepOfOne }
            guard let number = Self.number(parts[1]), (1...field.range.upperBound).contains(number) else { throw .step }
            step = number
        }
        for number in stride(from: range.low, through: range.high, by: step) { numbers |= 1 << UInt64(number) }
    }

    private func range(_ text: ArraySlice<UInt8>) throws(CronError.Fault) -> (low: Int, high: Int, isRange: Bool) {
        if text.elementsEqual([UInt8(ascii: "*")]) { return (field.range.lowerBound, field.range.upperBound, true) }
        let ends = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard let first = ends.first, ends.count <= 2 else { throw .notUnderstood }
        let low = try value(first)
        guard ends.count == 2 else { return (low, low, false) }
        var high = try value(ends[1])
        // By its name Sunday ends a week as well as it starts one.
        if field == .dayOfWeek, high == 0, low > 0, Self.number(ends[1]) == nil { high = 7 }
        guard low <= high else { throw .backwards }
        return (low, high, true)
    }

    private func value(_ text: ArraySlice<UInt8>) throws(CronError.Fault) -> Int {
        guard !text.isEmpty else { throw .notUnderstood }
        if text.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let number = Self.number(text), field.range.contains(number) else { throw .outOfRange }
            return number
        }
        let name = text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard let index = field.names.firstIndex(where: { $0.utf8.elementsEqual(name) }) else { throw .notUnderstood }
        return field.range.lowerBound + index
    }

    /// A number of one or two digits.
    private static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...2).contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 & 0xF) }
    }
}

extension CronError.Fault: Error {}
