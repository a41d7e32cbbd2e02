/// How the numbers of a series are printed: letters, digits and `- / . _` as they stand, and in braces what is filled in.
///
/// `{seq}` the sequence, `{seq:6}` with at least six digits; `{yyyy}` and `{yy}` the year, `{mm}` the month of the issue date; `{fyyyy}` the
/// year in which the fiscal year starts, and `{fy}` both of its years as `26-27`. Every filled-in part but the sequence has a fixed width,
/// so that two numbers of one period never print alike, with punctuation or without.
public struct NumberFormat: Hashable, Sendable, CustomStringConvertible {
    enum Part: Hashable, Sendable {
        case literal([UInt8])
        case sequence(width: Int)
        case year, shortYear, month, fiscalYear, fiscalYears
    }

    public static let maxBytes = 64
    public static let maxWidth = 12

    public let text: String
    let parts: [Part]

    /// - Throws: `NumberFormatError`, which says what to mend.
    public init(_ text: String) throws(NumberFormatError) {
        guard (1...Self.maxBytes).contains(text.utf8.count) else { throw .length }
        var parts: [Part] = []
        var literal: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "{"):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { throw .unclosed }
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = []
                parts.append(try Self.part(named: String(rest[..<end]) ?? ""))
                rest = rest[rest.index(after: end)...]
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"):
                literal.append(byte)
            default: throw .character
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        let sequences = parts.filter { if case .sequence = $0 { true } else { false } }
        guard sequences.count == 1 else { throw .sequence }
        self.text = text
        self.parts = parts
    }

    private static func part(named name: String) throws(NumberFormatError) -> Part {
        switch name {
        case "seq": return .sequence(width: 1)
        case "yyyy": return .year
        case "yy": return .shortYear
        case "mm": return .month
        case "fyyyy": return .fiscalYear
        case "fy": return .fiscalYears
        default:
            guard name.hasPrefix("seq:"), let width = Int(name.dropFirst(4)), (1...maxWidth).contains(width) else {
                throw .unknownPart(name)
            }
            return .sequence(width: width)
        }
    }

    /// Whether numbers of different periods of `reset` print differently.
    public func tellsApart(_ reset: ResetRule) -> Bool {
        let hasYear = parts.contains(.year) || parts.contains(.shortYear)
        return switch reset {
        case .never: true
        case .year: hasYear
        case .month: hasYear && parts.contains(.month)
        case .fiscalYear: parts.contains(.fiscalYear) || parts.contains(.fiscalYears)
        }
    }

    /// The printed number.
    public func printed(_ sequence: Int64, on date: CalendarDate, reset: ResetRule) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        let fiscal = reset.fiscalYear(of: date)
        for part in parts {
            switch part {
            case .literal(let text): bytes += text
            case .sequence(let width): Self.append(Int(clamping: sequence), width: width, to: &bytes)
            case .year: Self.append(date.year, width: 4, to: &bytes)
            case .shortYear: Self.append(date.year % 100, width: 2, to: &bytes)
            case .month: Self.append(date.month, width: 2, to: &bytes)
            case .fiscalYear: Self.append(fiscal, width: 4, to: &bytes)
            case .fiscalYears:
                Self.append(fiscal % 100, width: 2, to: &bytes)
                bytes.append(UInt8(ascii: "-"))
                Self.append((fiscal + 1) % 100, width: 2, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ value: Int, width: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = value.magnitude
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: rest % 10) + 0x30)
            rest /= 10
        } while rest > 0 || bytes.count - start < width
        bytes[start...].reverse()
    }

    public var description: String { text }

    /// A printed number without punctuation, in capitals: what must differ for two numbers to be told apart by everyone (CT-7).
    public static func key(of printed: String) -> String {
        String(
            decoding: printed.utf8.compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x20
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
                default: nil
                }
            }, as: UTF8.self)
    }
}

/// What is wrong with a number format.
public enum NumberFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    case length
    case character
    case unclosed
    case unknownPart(String)
    case sequence

    public var description: String {
        switch self {
        case .length: "must have 1 to 64 characters"
        case .character: "may hold letters, digits, - / . _ and parts in braces only"
        case .unclosed: "has a { without its }"
        case .unknownPart: "has an unknown part in braces; known are {seq}, {seq:1} to {seq:12}, {yyyy}, {yy}, {mm}, {fyyyy} and {fy}"
        case .sequence: "must hold {seq} or {seq:n} exactly once"
        }
    }
}

extension NumberFormat {
    /// Reads a printed number back: its sequence, and the year and month as far as the format prints them.
    ///
    /// - Returns: nil when the text was not printed by this format.
    public func reading(_ printed: String) -> Reading? {
        var rest = Array(printed.utf8)[...]
        var reading = Reading()
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let text):
                guard rest.starts(with: text) else { return nil }
                rest = rest.dropFirst(text.count)
            case .sequence(let width):
                guard let value = Self.sequence(&rest, width: width, before: parts[(index + 1)...]) else { return nil }
                reading.sequence = value
            case .year: guard Self.take(&rest, 4, into: &reading.year) else { return nil }
            case .shortYear: guard Self.take(&rest, 2, into: &reading.shortYear) else { return nil }
            case .month:
                guard Self.take(&rest, 2, into: &reading.month), (1...12).contains(reading.month ?? 0) else { return nil }
            case .fiscalYear: guard Self.take(&rest, 4, into: &reading.fiscalYear) else { return nil }
            case .fiscalYears:
                guard Self.take(&rest, 2, into: &reading.shortFiscalYear), rest.popFirst() == UInt8(ascii: "-") else { return nil }
                var next: Int?
                guard Self.take(&rest, 2, into: &next), let first = reading.shortFiscalYear, next == (first + 1) % 100 else { return nil }
            }
        }
        return rest.isEmpty ? reading : nil
    }

    public struct Reading: Hashable, Sendable {
        public var sequence: Int64 = 0
        public var year: Int?
        public var shortYear: Int?
        public var month: Int?
        public var fiscalYear: Int?
        public var shortFiscalYear: Int?
    }

    private static func take(_ bytes: inout ArraySlice<UInt8>, _ count: Int, into value: inout Int?) -> Bool {
        let digits = bytes.prefix(count)
        guard digits.count == count else { return false }
        var number = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit < 10 else { return false }
            number = number * 10 + Int(digit)
        }
        bytes = bytes.dropFirst(count)
        if let value, value != number { return false }
        value = number
        return true
    }

    /// The digits up to what must follow them, which has a fixed width.
    private static func sequence(_ bytes: inout ArraySlice<UInt8>, width: Int, before following: ArraySlice<Part>) -> Int64? {
        let tail = following.reduce(0) { length, part in
            switch part {
            case .literal(let text): length + text.count
            case .year, .fiscalYear: length + 4
            case .shortYear, .month: length + 2
            case .fiscalYears: length + 5
            case .sequence: length
            }
        }
        let digits = bytes.dropLast(tail)
        guard digits.count >= width, digits.count <= 18, digits.count + tail == bytes.count else { return nil }
        // A wider number than asked for does not begin with a zero: otherwise two texts would be one number.
        if digits.count > width, digits.first == UInt8(ascii: "0") { return nil }
        var value: Int64 = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        bytes = bytes.dropFirst(digits.count)
        return value
    }
}
