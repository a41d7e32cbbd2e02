/// Where in a document a value stands, or an element that repeats: a small part of XPath 1.0, which takes time in proportion to what it
/// passes.
///
/// `Header/Date`, `Line[2]/@unit`, `Party[@role='seller']/Name`, `Tax[Type='VAT']`, `Note[.='x']`, `Line[Discount]`, `.`; a path that begins
/// with `/` starts at the document's root, which is its first step. A step goes down to child elements; there is no way up. A name without
/// prefix means that local name in any namespace. A prefix means the namespace that the mapping gives it, or any when it declares none.
struct MappingPath: Hashable, Sendable {
    struct Name: Hashable, Sendable {
        /// nil: any, or none.
        let namespace: String?
        let local: String
    }

    struct Step: Hashable, Sendable {
        let name: Name
        let predicates: [Predicate]
    }

    /// What an element must be like; several are tried one after another, as in XPath.
    enum Predicate: Hashable, Sendable {
        /// Counted from 1 among the children of one parent that are left.
        case position(Int)
        case has(Operand)
        /// Text without the white space around it.
        case equals(Operand, String)
    }

    enum Operand: Hashable, Sendable {
        case itself
        case attribute(Name)
        case child(Name)
    }

    /// As written.
    let text: String
    /// Whether it starts at the root, of which the first step is the name.
    let isAbsolute: Bool
    let steps: [Step]
    /// The attribute, of the elements that the steps lead to, that is meant.
    let attribute: Name?

    static let maxBytes = 512
    static let maxSteps = 16
    static let maxPredicates = 4
}

extension MappingPath {
    /// Why a text is no path: the rest of a sentence about it.
    struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        let description: String
    }

    /// - Parameter namespaces: by prefix; when there are none, prefixes are ignored.
    init(_ text: String, namespaces: [String: String] = [:]) throws(Problem) {
        guard !text.isEmpty else { throw Problem(description: "must not be empty; write . for the element itself") }
        guard text.utf8.count <= Self.maxBytes else { throw Problem(description: "must have at most \(Self.maxBytes) bytes") }
        var parser = MappingPathParser(text, namespaces: namespaces)
        self = try parser.path()
    }
}
