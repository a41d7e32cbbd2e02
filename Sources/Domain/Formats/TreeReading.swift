/// Takes values out of an XML tree and remembers which, so that what nobody asked for can be told at the end.
///
/// A value is taken once: asked again for a child of the same name, it gives the next one. What is wrong with a value is a problem, and the
/// value counts as absent.
struct TreeReading {
    typealias Element = XMLTree.Element

    /// How an element was taken; `holder` elements hold others and no text of their own.
    private enum Mark: UInt8 { case untouched, holder, text }

    let tree: XMLTree
    private var marks: [Mark]
    private var readAttributes: [Bool]
    private var problems: [DocumentProblem] = []
    private var unmapped: [DocumentProblem] = []
    private var unlistedCount = 0

    init(_ tree: XMLTree) {
        self.tree = tree
        marks = Array(repeating: .untouched, count: tree.elementCount)
        readAttributes = Array(repeating: false, count: tree.attributes.count)
        marks[tree.root.position] = .holder
    }

    // MARK: Elements

    /// The first child of that name that is not taken yet.
    func next(_ name: XMLName, of parent: Element?) -> Element? {
        guard let parent else { return nil }
        for child in tree.children(of: parent) where tree.name(of: child) == name && marks[child.position] == .untouched { return child }
        return nil
    }

    /// The children of that name that are not taken yet.
    func all(_ name: XMLName, of parent: Element?) -> [Element] {
        guard let parent else { return [] }
        return tree.children(of: parent).filter { tree.name(of: $0) == name && marks[$0.position] == .untouched }
    }

    /// Takes an element that holds others.
    mutating func take(_ element: Element) { marks[element.position] = .holder }

    /// Takes the next child of that name, as an element that holds others.
    mutating func child(_ name: XMLName, of parent: Element?) -> Element? {
        guard let child = next(name, of: parent) else { return nil }
        take(child)
        return child
    }

    /// Takes all children of that name, as elements that hold others.
    mutating func children(_ name: XMLName, of parent: Element?) -> [Element] {
        let children = all(name, of: parent)
        for child in children { take(child) }
        return children
    }

    /// Takes the next child of that name, as an element that holds text.
    mutating func leaf(_ name: XMLName, of parent: Element?) -> Element? {
        guard let child = next(name, of: parent) else { return nil }
        marks[child.position] = .text
        return child
    }

    /// Takes all children of that name, as elements that hold text.
    private mutating func leaves(_ name: XMLName, of parent: Element?) -> [Element] {
        let children = all(name, of: parent)
        for child in children { marks[child.position] = .text }
        return children
    }

    // MARK: Values

    /// Text as written.
    mutating func text(_ name: XMLName, of parent: Element?) -> String? {
        leaf(name, of: parent).map { tree.text(of: $0) }
    }

    /// The texts of all children of that name.
    mutating func texts(_ name: XMLName, of parent: Element?) -> [String] {
        leaves(name, of: parent).map { tree.text(of: $0) }
    }

    /// A code: text without the white space around it.
    mutating func code(_ name: XMLName, of parent: Element?) -> String? {
        leaf(name, of: parent).map { tree.trimmedText(of: $0) }
    }

    /// Text that must be there; "" and a problem when it is not.
    mutating func text(_ name: XMLName, of parent: Element, required term: StaticString) -> String {
        if let text = text(name, of: parent) { return text }
        miss(name, of: parent, term)
        return ""
    }

    /// A code that must be there; "" and a problem when it is not.
    mutating func code(_ name: XMLName, of parent: Element, required term: StaticString) -> String {
        if let code = code(name, of: parent), !code.isEmpty { return code }
        miss(name, of: parent, term)
        return ""
    }

    /// A word that the binding fixes: taken when it is that, and left as unmapped when it is another.
    mutating func constant(_ name: XMLName, of parent: Element?, _ words: String...) {
        guard let child = next(name, of: parent) else { return }
        if words.contains(where: { tree.trimmedUTF8(of: child).elementsEqual($0.utf8) }) { marks[child.position] = .text }
    }

    /// Text that must be there once more as it was read before: taken when it is the same, and left as unmapped when it differs.
    mutating func repetition(_ name: XMLName, of parent: Element?, _ text: String) {
        guard let child = next(name, of: parent) else { return }
        if tree.utf8(of: child).elementsEqual(text.utf8) { marks[child.position] = .text }
    }

    /// BT-158 with its scheme.
    mutating func classification(_ code: Element) -> InvoiceDocument.Classification {
        let scheme = attribute(.listID, of: code)
        if scheme == nil { report(code, "BT-158", .noClassificationScheme) }
        return InvoiceDocument.Classification(
            code: tree.trimmedText(of: code), scheme: scheme ?? "", schemeVersion: attribute(.listVersionID, of: code))
    }

    mutating func decimal(_ name: XMLName, of parent: Element?, _ term: StaticString) -> ExactDecimal? {
        leaf(name, of: parent).flatMap { decimal($0, term) }
    }

    private mutating func decimal(_ element: Element, _ term: StaticString) -> ExactDecimal? {
        do {
            return try ExactDecimal(utf8: tree.trimmedUTF8(of: element))
        } catch {
            report(element, term, ProblemSentence(error))
            return nil
        }
    }

    /// An amount; its currency, where it is told, must be that of the document.
    mutating func amount(_ name: XMLName, of parent: Element?, _ term: StaticString, currency: String) -> ExactDecimal? {
        guard let element = leaf(name, of: parent) else { return nil }
        if let told = attributeUTF8(.currencyID, of: element), !told.elementsEqual(currency.utf8) {
            report(element, term, .otherCurrency)
        }
        return decimal(element, term)
    }

    /// A quantity and its unit.
    mutating func quantity(_ name: XMLName, of parent: Element?, _ term: StaticString) -> (value: ExactDecimal?, unit: String?) {
        guard let element = leaf(name, of: parent) else { return (nil, nil) }
        return (decimal(element, term), attribute(.unitCode, of: element))
    }

    /// A date as XML Schema writes it. The day is taken as it is written; a time zone behind it is left as unmapped.
    mutating func date(_ name: XMLName, of parent: Element?, _ term: StaticString) -> CalendarDate? {
        guard let element = leaf(name, of: parent) else { return nil }
        let text = tree.trimmedText(of: element)
        if let date = CalendarDate(text) { return date }
        guard let date = XMLDate.day(text) else {
            report(element, term, .notADate)
            return nil
        }
        leave(element, .timeZoneLeftOut)
        return date
    }

    /// A date in the format 102 of UNTDID 2379, in an element of its own below the one of that name.
    mutating func date102(_ name: XMLName, _ string: XMLName, of parent: Element?, _ term: StaticString) -> CalendarDate? {
        guard let holder = child(name, of: parent) else { return nil }
        guard let element = leaf(string, of: holder) else {
            miss(string, of: holder, term)
            return nil
        }
        let isFormat102 = attributeUTF8(.format, of: element)?.elementsEqual("102".utf8) ?? false
        guard isFormat102, let date = CalendarDate(format102: tree.trimmedUTF8(of: element)) else {
            report(element, term, .notADate102)
            return nil
        }
        return date
    }

    mutating func identifier(_ name: XMLName, of parent: Element?) -> Identifier? {
        leaf(name, of: parent).map { Identifier(tree.text(of: $0), scheme: attribute(.schemeID, of: $0)) }
    }

    /// All identifiers of that name.
    mutating func identifiers(_ name: XMLName, of parent: Element?) -> [Identifier] {
        var identifiers: [Identifier] = []
        for element in leaves(name, of: parent) {
            identifiers.append(Identifier(tree.text(of: element), scheme: attribute(.schemeID, of: element)))
        }
        return identifiers
    }

    /// True or false, as XML Schema writes them.
    mutating func flag(_ name: XMLName, of parent: Element, _ term: StaticString) -> Bool? {
        guard let element = leaf(name, of: parent) else {
            miss(name, of: parent, term)
            return nil
        }
        let word = tree.trimmedUTF8(of: element)
        if word.elementsEqual("true".utf8) || word.elementsEqual("1".utf8) { return true }
        if word.elementsEqual("false".utf8) || word.elementsEqual("0".utf8) { return false }
        report(element, term, .notAFlag)
        return nil
    }

    /// Attached content (BT-125).
    mutating func binaryObject(_ name: XMLName, of parent: Element?) -> InvoiceDocument.Attachment.Content? {
        guard let element = leaf(name, of: parent) else { return nil }
        let text = String(decoding: tree.utf8(of: element).filter { !$0.isXMLSpace }, as: UTF8.self)
        let bytes = Base64.decode(text)
        if bytes == nil { report(element, "BT-125", .notBase64) }
        let mimeCode = attribute(.mimeCode, of: element)
        let fileName = attribute(.filename, of: element)
        if mimeCode == nil || fileName == nil { report(element, "BT-125", .noFileName) }
        return InvoiceDocument.Attachment.Content(bytes: bytes ?? [], mimeCode: mimeCode ?? "", fileName: fileName ?? "")
    }

    mutating func attribute(_ name: XMLAttribute, of element: Element) -> String? {
        attributeUTF8(name, of: element).map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func attributeUTF8(_ name: XMLAttribute, of element: Element) -> ArraySlice<UInt8>? {
        for index in tree.attributeRange(of: element.position) where tree.attributes[index].name == name { readAttributes[index] = true }
        return tree.attributeUTF8(name, of: element)
    }
}

// MARK: - Problems

extension TreeReading {
    mutating func report(_ element: Element, _ term: StaticString, _ sentence: ProblemSentence) {
        report(element, term, sentence.rawValue)
    }

    private mutating func report(_ element: Element, _ term: StaticString, _ message: @autoclosure () -> String) {
        guard problems.count < DocumentReading.maxListed else {
            unlistedCount += 1
            return
        }
        problems.append(DocumentProblem(location: tree.path(of: element), term: term.description, message: message()))
    }

    /// Reports that a child is lacking.
    mutating func miss(_ name: XMLName, of parent: Element, _ term: StaticString) {
        report(parent, term, DocumentProblem.lacks + name.text)
    }

    private mutating func leave(_ element: Element, attribute: String? = nil, _ sentence: ProblemSentence) {
        guard unmapped.count < DocumentReading.maxListed else {
            unlistedCount += 1
            return
        }
        let location = tree.path(of: element) + (attribute.map { "/@" + $0 } ?? "")
        unmapped.append(DocumentProblem(location: location, sentence))
    }

    /// Ends the reading: what was not taken is unmapped.
    consuming func result(_ document: InvoiceDocument) -> DocumentReading {
        var index = 0
        while index < tree.elementCount {
            let element = Element(index)
            if marks[index] == .untouched {
                leave(element, .leftOut)
                index = Int(tree.nodes[index].end)
                continue
            }
            if marks[index] == .holder, hasText(element) { leave(element, .textLeftOut) }
            leaveAttributes(of: element)
            index += 1
        }
        return DocumentReading(document: document, problems: problems, unmapped: unmapped, unlistedCount: unlistedCount)
    }

    private mutating func leaveAttributes(of element: Element) {
        for index in tree.attributeRange(of: element.position) where !readAttributes[index] {
            let name = tree.attributes[index].name
            let text = name == .other ? tree.otherNames[Int(tree.attributes[index].otherName)] : name.rawName
            // Hints for a schema validator say nothing about the invoice.
            if text.hasPrefix("Q{http://www.w3.org/2001/XMLSchema-instance}") { continue }
            leave(element, attribute: text, .leftOut)
        }
    }

    /// Whether there is more than white space directly in an element that holds others.
    private func hasText(_ element: Element) -> Bool {
        let node = tree.nodes[element.position]
        var start = Int(node.textStart)
        for child in tree.children(of: element) {
            let inner = tree.nodes[child.position]
            if !isSpace(start..<Int(inner.textStart)) { return true }
            start = Int(inner.textEnd)
        }
        return !isSpace(start..<Int(node.textEnd))
    }

    private func isSpace(_ range: Range<Int>) -> Bool { tree.textBytes[range].allSatisfy(\.isXMLSpace) }
}

extension CalendarDate {
    /// Reads `YYYYMMDD`; nil for anything else.
    init?(format102 digits: ArraySlice<UInt8>) {
        guard digits.count == 8 else { return nil }
        var value = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        self.init(year: value / 10_000, month: value / 100 % 100, day: value % 100)
    }
}
