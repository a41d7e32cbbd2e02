/// How a source writes days: `yyyyMMdd`, `dd/MM/yyyy`, `d-MMM-yyyy`, `yyyy-MM-dd*`.
///
/// `yyyy` is four digits, `yy` two, which mean 2000 to 2099; `MM` and `dd` two, `M` and `d` one or two; `MMM` is an English month's first three
/// letters in any case. Other letters stand in apostrophes; what is no letter stands for itself. `*` at the end passes over the rest,
/// such as a time, which does not change the day.
struct MappingDateFormat: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case year(digits: Int)
        case month(digits: ClosedRange<Int>)
        case monthName
        case day(digits: ClosedRange<Int>)
        case literal(UInt8)
    }

    /// As written.
    let text: String
    private let parts: [Part]
    private let ignoresRest: Bool

    static let maxBytes = 64

    struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        let description: String
    }

    init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maxBytes else { throw Problem(description: "must have at most \(Self.maxBytes) bytes") }
        var parts: [Part] = []
        var index = 0
        var ignoresRest = false
        while index < bytes.count {
            let byte = bytes[index]
            let run = bytes[index...].prefix { $0 == byte }.count
            switch byte {
            case UInt8(ascii: "*"):
                guard index == bytes.count - 1 else { throw Problem(description: "must have * at the end only") }
                ignoresRest = true
                index += 1
            case UInt8(ascii: "'"):
                guard let end = bytes[(index + 1)...].firstIndex(of: byte) else {
                    throw Problem(description: "must close the apostrophe")
                }
                parts += bytes[(index + 1)..<end].map(Part.literal)
                index = end + 1
            case 0x41...0x5A, 0x61...0x7A:
                guard let part = Self.part(byte, run) else {
                    throw Problem(description: "must be made of yyyy, yy, MM, M, MMM, dd and d, with other letters in apostrophes")
                }
                parts.append(part)
                index += run
            default:
                parts.append(.literal(byte))
                index += 1
            }
        }
        try Self.check(parts)
        self.text = text
        self.parts = parts
        self.ignoresRest = ignoresRest
    }

    private static func part(_ letter: UInt8, _ run: Int) -> Part? {
        switch (letter, run) {
        case (UInt8(ascii: "y"), 4), (UInt8(ascii: "y"), 2): .year(digits: run)
        case (UInt8(ascii: "M"), 1): .month(digits: 1...2)
        case (UInt8(ascii: "M"), 2): .month(digits: 2...2)
        case (UInt8(ascii: "M"), 3): .monthName
        case (UInt8(ascii: "d"), 1): .day(digits: 1...2)
        case (UInt8(ascii: "d"), 2): .day(digits: 2...2)
        default: nil
        }
    }

    private static func check(_ parts: [Part]) throws(Problem) {
        var counts = (year: 0, month: 0, day: 0)
        var isOpen = false
        for part in parts {
            var opens = false
            var isDigits = true
            switch part {
            case .year: counts.year += 1
            case .month(let digits):
                counts.month += 1
                opens = digits.count > 1
            case .monthName:
                counts.month += 1
                isDigits = false
            case .day(let digits):
                counts.day += 1
                opens = digits.count > 1
            case .literal(let byte): isDigits = (0x30...0x39).contains(byte)
            }
            if isOpen, isDigits { throw Problem(description: "must not have digits right behind M or d; use MM or dd") }
            isOpen = opens
        }
        guard counts == (1, 1, 1) else { throw Problem(description: "must have one year, one month and one day, such as yyyy-MM-dd") }
    }

    /// The day that `text` writes; nil when it is not of this format, or there is no such day.
    func day(_ text: String) -> CalendarDate? {
        var rest = Array(text.utf8)[...]
        var year = 0
        var month = 0
        var day = 0
        for part in parts {
            switch part {
            case .year(let digits):
                guard let value = Self.number(&rest, digits...digits) else { return nil }
                year = digits == 2 ? 2000 + value : value
            case .month(let digits):
                guard let value = Self.number(&rest, digits) else { return nil }
                month = value
            case .monthName:
                guard let value = Self.month(rest.prefix(3)) else { return nil }
                month = value
                rest = rest.dropFirst(3)
            case .day(let digits):
                guard let value = Self.number(&rest, digits) else { return nil }
                day = value
            case .literal(let byte):
                guard rest.popFirst() == byte else { return nil }
            }
        }
        guard rest.isEmpty || ignoresRest else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>, _ digits: ClosedRange<Int>) -> Int? {
        let found = bytes.prefix(digits.upperBound).prefix { (0x30...0x39).contains($0) }
        guard found.count >= digits.lowerBound else { return nil }
        bytes = bytes.dropFirst(found.count)
        return found.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].map { Array($0.utf8) }

    private static func month(_ letters: ArraySlice<UInt8>) -> Int? {
        months.firstIndex { $0.elementsEqual(letters.map { $0 | 0x20 }) }.map { $0 + 1 }
    }
}
