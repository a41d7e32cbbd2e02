/// A way down from an element by the names of children, written as in XPath: "cac:Item/cac:ClassifiedTaxCategory[VAT]/cbc:ID".
///
/// `[VAT]` keeps the elements of a step whose tax scheme is VAT; one step of a path may have it. A plain value without storage of its own,
/// so that following it costs no reference counting.
struct NodePath: Sendable, ExpressibleByStringLiteral {
    private static let longest = 8

    /// The raw values of the names.
    private(set) var names = SIMD8<UInt16>(repeating: 0)
    private(set) var count = 0
    /// The step whose elements must be of the tax scheme VAT; -1 for none.
    private(set) var schemeStep = -1

    /// The element itself.
    static let here = NodePath("")

    init(stringLiteral text: StaticString) { self.init("\(text)") }

    init(_ text: String) {
        for step in text.split(separator: "/") {
            var name = step
            if name.hasSuffix("[VAT]") {
                name = name.dropLast("[VAT]".count)
                schemeStep = count
            }
            guard let known = XMLName(text: String(name)), count < Self.longest else {
                preconditionFailure("\(text) has a name outside the vocabulary, or too many")
            }
            names[count] = known.rawValue
            count += 1
        }
    }

    /// This way, and then `rest`.
    func then(_ rest: NodePath) -> NodePath {
        var path = self
        for step in 0..<rest.count {
            path.names[path.count] = rest.names[step]
            if rest.schemeStep == step { path.schemeStep = path.count }
            path.count += 1
        }
        return path
    }
}

extension XMLName {
    /// The name written with its conventional prefix; nil when the vocabulary does not hold it.
    init?(text: String) {
        guard let found = Self.byText[text] else { return nil }
        self = found
    }

    private static let byText: [String: XMLName] = Dictionary(
        allCases.filter { $0 != .other }.map { ($0.text, $0) }, uniquingKeysWith: { first, _ in first })
}
