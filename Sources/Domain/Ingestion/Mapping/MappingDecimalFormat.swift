/// How a source writes numbers; what it gives is a plain decimal, digit for digit, never by way of a binary fraction.
struct MappingDecimalFormat: Hashable, Sendable {
    enum Point: String, CaseIterable, Sendable {
        case point = "."
        case comma = ","

        fileprivate var byte: UInt8 { self == .point ? UInt8(ascii: ".") : UInt8(ascii: ",") }
    }

    /// What stands between groups of digits. `space` is also the no-break space and the narrow one, as French and Swiss programs write.
    enum Group: String, CaseIterable, Sendable {
        case point = "."
        case comma = ","
        case space = " "
        case apostrophe = "'"
    }

    enum Minus: String, CaseIterable, Sendable {
        case before
        /// "12.50-", as SAP writes; one before the digits is read as well.
        case after
        /// "(12.50)", as bookkeepers write; one before the digits is read as well.
        case parentheses
    }

    var point = Point.point
    var group: Group?
    var minus = Minus.before
    /// How many of the last digits stand behind a point that is not written: "000123450" with 2 is 1234.50.
    var scale = 0
    /// Whether the sign is turned round.
    var negates = false

    /// The number as plain digits, "-1234.50"; nil when `text` is not of this format or more than can be counted with.
    ///
    /// Groups must be such as people make: one to three digits first, then groups of two or three, the last of three, none behind the point;
    /// so a point that is one does not pass for a separator.
    func decimal(_ text: String) -> ExactDecimal? {
        var rest = Array(text.utf8)[...]
        guard var isNegative = takeSign(&rest) else { return nil }
        let marks = rest.split(separator: point.byte, maxSplits: 1, omittingEmptySubsequences: false)
        guard var whole = marks.first.flatMap(ungrouped), !(marks.count == 2 && scale > 0) else { return nil }
        var fraction = marks.count == 2 ? Array(marks[1]) : []
        guard (whole + fraction).allSatisfy({ (0x30...0x39).contains($0) }), !(whole + fraction).isEmpty else { return nil }
        if scale > 0 {
            whole = Array(repeating: 0x30, count: max(0, scale - whole.count)) + whole
            fraction = Array(whole.suffix(scale))
            whole.removeLast(scale)
        }
        if negates { isNegative.toggle() }
        let digits = (isNegative ? [UInt8(ascii: "-")] : []) + whole + (fraction.isEmpty ? [] : [UInt8(ascii: ".")]) + fraction
        return try? ExactDecimal(utf8: digits)
    }

    /// - Returns: whether there is a minus; nil when there are two, or a parenthesis is open.
    private func takeSign(_ bytes: inout ArraySlice<UInt8>) -> Bool? {
        var isNegative = false
        if minus == .parentheses, bytes.first == UInt8(ascii: "(") {
            guard bytes.popLast() == UInt8(ascii: ")"), bytes.popFirst() != nil else { return nil }
            return true
        }
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
            if minus == .after, bytes.last == UInt8(ascii: "-") || bytes.last == UInt8(ascii: "+") { return nil }
        } else if minus == .after, let sign = bytes.last, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropLast()
        }
        return isNegative
    }

    /// The digits before the point without what stands between their groups.
    private func ungrouped(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        guard let group else { return Array(digits) }
        let text = String(decoding: digits, as: UTF8.self)
        let parts = text.split(omittingEmptySubsequences: false) { character in
            switch group {
            case .space: character == " " || character == "\u{A0}" || character == "\u{202F}"
            case .apostrophe: character == "'" || character == "\u{2019}"
            case .point, .comma: String(character) == group.rawValue
            }
        }
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return Array(digits) }
        guard (1...3).contains(first.utf8.count), last.utf8.count == 3 else { return nil }
        guard parts.dropFirst().allSatisfy({ (2...3).contains($0.utf8.count) }) else { return nil }
        return parts.flatMap { Array($0.utf8) }
    }
}
