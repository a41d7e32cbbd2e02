/// One element of a document under validation, from which a rule looks at what is below and around it.
///
/// Questions that the official rules answer with an error (a number that is none, two elements where one is compared) throw here; a rule
/// that throws has failed.
struct Scope {
    typealias Text = UnsafeBufferPointer<UInt8>

    let document: UnsafePointer<DocumentIndex>
    let node: Int

    var name: XMLName { document.pointee.nodes[node].name }
    var root: Scope { at(0) }
    var isRoot: Bool { node == 0 }

    @inline(__always)
    func at(_ node: Int) -> Scope { Scope(document: document, node: node) }

    /// Nil for the root.
    var parent: Scope? {
        let parent = Int(document.pointee.nodes[node].parent)
        return parent < 0 ? nil : at(parent)
    }
}

// MARK: - Finding elements

extension Scope {
    /// Runs `body` for the elements that `path` leads to, in document order, until it returns false.
    ///
    /// - Returns: whether it never returned false.
    @discardableResult
    func visit<Failure: Error>(_ path: NodePath, _ body: (Scope) throws(Failure) -> Bool) throws(Failure) -> Bool {
        if path.count == 0 { return try body(self) }
        return try visit(path, 0, node, body)
    }

    private func visit<Failure: Error>(
        _ path: NodePath, _ step: Int, _ from: Int, _ body: (Scope) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        let nodes = document.pointee.nodes
        let wanted = path.names[step]
        let isLast = step + 1 == path.count
        let end = Int(nodes[from].end)
        var child = from + 1
        var looked = 0
        defer { document.pointee.effort.pointee += looked }
        guard !document.pointee.isGivenUp else { return true }
        while child < end {
            looked += 1
            if nodes[child].name.rawValue == wanted, path.schemeStep != step || at(child).isVAT {
                let goesOn = isLast ? try body(at(child)) : try visit(path, step + 1, child, body)
                if !goesOn { return false }
            }
            child = Int(nodes[child].end)
        }
        return true
    }

    func has(_ path: NodePath) -> Bool { !visit(path) { _ in false } }

    func count(_ path: NodePath) -> Int {
        var count = 0
        visit(path) { _ in
            count += 1
            return true
        }
        return count
    }

    func first(_ path: NodePath) -> Scope? {
        var found: Scope?
        visit(path) {
            found = $0
            return false
        }
        return found
    }

    /// The only element there; nil when there is none.
    ///
    /// - Throws: when there are several.
    func single(_ path: NodePath) throws(DecimalError) -> Scope? {
        var found: Scope?
        let isSingle = visit(path) {
            guard found == nil else { return false }
            found = $0
            return true
        }
        guard isSingle else { throw .notANumber }
        return found
    }

    func any<Failure: Error>(_ path: NodePath, _ holds: (Scope) throws(Failure) -> Bool) throws(Failure) -> Bool {
        try !visit(path) { scope throws(Failure) in try !holds(scope) }
    }

    func hasAncestor(_ wanted: XMLName) -> Bool {
        var current = parent
        while let scope = current {
            if scope.name == wanted { return true }
            current = scope.parent
        }
        return false
    }

    /// Whether a tax category or a party's tax registration is of the tax scheme VAT.
    var isVAT: Bool {
        switch document.pointee.syntax {
        case .ubl: any(Self.schemeUBL) { $0.trimmed.equals("VAT", ignoringCase: true) }
        case .cii: any(Self.schemeCII) { $0.text.equals("VAT", ignoringCase: true) }
        }
    }

    private static let schemeUBL: NodePath = "cac:TaxScheme/cbc:ID"
    private static let schemeCII: NodePath = "ram:TypeCode"
}

// MARK: - Text and attributes

extension Scope {
    /// The element's text as written.
    var text: Text {
        let node = document.pointee.nodes[node]
        return Text(rebasing: document.pointee.text[Int(node.textStart)..<Int(node.textEnd)])
    }

    /// The text without the white space around it.
    var trimmed: Text { text.trimmedXML }

    /// The text as the official rules compare a VAT category: for UBL without the white space around it, for CII as written.
    var comparedCode: Text { document.pointee.syntax == .ubl ? trimmed : text }

    /// The text of the only element there is not blank.
    ///
    /// - Throws: when there are several.
    func isFilled(_ path: NodePath) throws(DecimalError) -> Bool {
        guard let element = try single(path) else { return false }
        return !element.trimmed.isEmpty
    }

    /// Nil when the element does not have the attribute.
    func attribute(_ name: XMLAttribute) -> Text? {
        let nodes = document.pointee.nodes
        let attributes = document.pointee.attributes
        let start = Int(nodes[node].attributeStart)
        let end = node + 1 < nodes.count ? Int(nodes[node + 1].attributeStart) : attributes.count
        var position = start
        while position < end {
            let attribute = attributes[position]
            if attribute.name == name { return Text(rebasing: document.pointee.attributeText[Int(attribute.start)..<Int(attribute.end)]) }
            position += 1
        }
        return nil
    }

    func has(_ name: XMLAttribute) -> Bool { attribute(name) != nil }

    func has(_ path: NodePath, _ name: XMLAttribute) -> Bool { any(path) { $0.has(name) } }
}

extension UnsafeBufferPointer where Element == UInt8 {
    var trimmedXML: UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = count
        while start < end, self[start].isXMLSpace { start += 1 }
        while end > start, self[end - 1].isXMLSpace { end -= 1 }
        return UnsafeBufferPointer(rebasing: self[start..<end])
    }

    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        for index in 0..<count where text.utf8Start[index] != self[index] { return false }
        return true
    }

    /// Whether it is `text` when the ASCII letters are put into upper case, in which `text` is.
    func equals(_ text: StaticString, ignoringCase: Bool) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        for index in 0..<count {
            let byte = self[index]
            if text.utf8Start[index] != (byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte) { return false }
        }
        return true
    }

    func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool { count == other.count && elementsEqual(other) }

    /// The length in characters (code points), as XPath counts it.
    var characterCount: Int { reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }

    /// The length in characters after XPath's `normalize-space()`: nothing at the ends, one space between words.
    var normalizedCharacterCount: Int {
        var count = 0
        var isSpaceBefore = false
        for byte in trimmedXML {
            let isSpace = byte.isXMLSpace
            if byte & 0xC0 != 0x80, !(isSpace && isSpaceBefore) { count += 1 }
            isSpaceBefore = isSpace
        }
        return count
    }
}

// MARK: - Numbers and dates

extension Scope {
    /// The element's text as XML Schema's `decimal`.
    ///
    /// - Throws: `notANumber`, `overflow`.
    func number() throws(DecimalError) -> ExactDecimal { try ExactDecimal(utf8: trimmed) }

    /// The number of the only element there.
    ///
    /// - Throws: `notANumber` also when there is none, or several: XPath compares nothing with nothing as unequal.
    func number(_ path: NodePath) throws(DecimalError) -> ExactDecimal {
        guard let element = try single(path) else { throw .notANumber }
        return try element.number()
    }

    /// The sum of the numbers; 0 for none.
    func sum(_ path: NodePath) throws(DecimalError) -> ExactDecimal {
        var sum = ExactDecimal.zero
        try visit(path) { element throws(DecimalError) in
            sum = try sum + element.number()
            return true
        }
        return sum
    }

    /// Whether the only element there, if any, has at most two digits behind the point, as written.
    ///
    /// - Throws: when there are several.
    func hasAtMostTwoDecimals(_ path: NodePath) throws(DecimalError) -> Bool {
        guard let element = try single(path) else { return true }
        return element.hasAtMostTwoDecimals
    }

    var hasAtMostTwoDecimals: Bool {
        let text = text
        guard let point = text.firstIndex(of: UInt8(ascii: ".")) else { return true }
        return Text(rebasing: text[(point + 1)...]).characterCount <= 2
    }

    /// -1, 0 or 1 as the element's number is below, at or above zero.
    ///
    /// - Throws: `notANumber`. An exponent is read, as the comparison is of floating point numbers officially.
    func sign() throws(DecimalError) -> Int {
        var text = trimmed
        var isNegative = false
        if let first = text.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            text = Text(rebasing: text.dropFirst())
        }
        var hasDigit = false
        var isZero = true
        var hasPoint = false
        for (offset, byte) in text.enumerated() {
            switch byte {
            case 0x30...0x39:
                hasDigit = true
                if byte != 0x30 { isZero = false }
            case UInt8(ascii: ".") where !hasPoint: hasPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard hasDigit, Int(String(decoding: text[(offset + 1)...], as: UTF8.self)) != nil else { throw .notANumber }
                return isZero ? 0 : isNegative ? -1 : 1
            default: throw .notANumber
            }
        }
        guard hasDigit else { throw .notANumber }
        return isZero ? 0 : isNegative ? -1 : 1
    }

    /// Whether the element's text is a boolean of XML Schema, and which; nil when it is none.
    var boolean: Bool? {
        let text = trimmed
        if text.equals("true") || text.equals("1") { return true }
        if text.equals("false") || text.equals("0") { return false }
        return nil
    }

    /// The only element there as a date of XML Schema, in minutes since the year 1 by its time zone, UTC when it has none.
    ///
    /// - Throws: `notANumber` when it is none, or there is none or several.
    func date(_ path: NodePath) throws(DecimalError) -> Int {
        guard let element = try single(path), let minutes = XMLDate.minutes(element.trimmed) else { throw .notANumber }
        return minutes
    }
}

extension ExactDecimal {
    /// Rounded to two digits behind the point as XPath's `round()` does.
    func cents() throws(DecimalError) -> ExactDecimal { try rounded(to: 2, .halfTowardPositive) }

    /// Whether `round()` gives zero.
    func roundsToZero() throws(DecimalError) -> Bool { try rounded(to: 0, .halfTowardPositive).isZero }
}

/// XML Schema's `date` (part 2, 3.2.9) of the years 1 to 9999.
enum XMLDate {
    /// Minutes since the year 1; nil when the text is no date.
    static func minutes(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard text.count >= 10, let date = CalendarDate(String(decoding: text[..<10], as: UTF8.self)) else { return nil }
        guard let zone = zone(Scope.Text(rebasing: text[10...])) else { return nil }
        return days(date) * 1_440 - zone
    }

    /// The day as it is written, whatever its time zone; nil when the text is no date.
    static func day(_ text: String) -> CalendarDate? {
        let isDate = Array(text.utf8).withUnsafeBufferPointer { minutes($0) != nil }
        return isDate ? CalendarDate(String(text.prefix(10))) : nil
    }

    private static func zone(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        if text.isEmpty || text.equals("Z") { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"), let hour = number(text[1...2]), let minute = number(text[4...5]),
            minute < 60, hour < 14 || (hour == 14 && minute == 0)
        else { return nil }
        switch text[0] {
        case UInt8(ascii: "+"): return hour * 60 + minute
        case UInt8(ascii: "-"): return -(hour * 60 + minute)
        default: return nil
        }
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func days(_ date: CalendarDate) -> Int {
        let year = date.month > 2 ? date.year : date.year - 1
        let month = (date.month + 9) % 12
        return 365 * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + date.day
    }
}
