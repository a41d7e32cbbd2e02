/// The name of an element or attribute as settings write it: `Invoice` (in whatever namespace) or `{urn:example}Invoice`.
public struct SplitName: Hashable, Sendable, CustomStringConvertible {
    /// Nil means any.
    public let namespace: String?
    public let localName: String

    public static let maxBytes = 512

    /// - Returns: nil when `text` is not of one of the forms above.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes else { return nil }
        var local = Substring(text)
        if text.utf8.first == UInt8(ascii: "{") {
            guard let end = text.utf8.firstIndex(of: UInt8(ascii: "}")) else { return nil }
            namespace = String(text[text.utf8.index(after: text.startIndex)..<end])
            local = text[text.utf8.index(after: end)...]
        } else {
            namespace = nil
        }
        guard Self.isLocalName(local) else { return nil }
        localName = String(local)
    }

    /// Names in settings are of ASCII's letters, digits, `-`, `.`, `_`, or of any characters outside ASCII.
    private static func isLocalName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first), first != UInt8(ascii: "-"), first != UInt8(ascii: ".") else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    public static let rule = "must be the name of an element without its prefix (Invoice), or with its namespace ({urn:example}Invoice)"

    public var description: String { namespace.map { "{\($0)}\(localName)" } ?? localName }
}

/// Where an invoice's number stands below its element: `InvoiceNumber`, `Header/Number`, `Header/@number`, `@id`.
///
/// Of the places that the path leads to, the first that is not blank counts. Of an element it is the whole text, elements within it included.
public struct SplitPath: Hashable, Sendable, CustomStringConvertible {
    /// The elements below the invoice element, outermost first.
    public let elements: [SplitName]
    /// The attribute of the last element; nil for the element's text. Without a namespace it is an attribute in none.
    public let attribute: SplitName?

    public static let maxSteps = 16

    /// - Returns: nil when `text` is not of one of the forms above.
    public init?(_ text: String) {
        var elements: [SplitName] = []
        var attribute: SplitName?
        for step in Self.steps(text) {
            guard attribute == nil, elements.count < Self.maxSteps else { return nil }
            if step.utf8.first == UInt8(ascii: "@") {
                guard let name = SplitName(String(step.dropFirst())) else { return nil }
                attribute = name
            } else {
                guard let name = SplitName(String(step)) else { return nil }
                elements.append(name)
            }
        }
        guard !elements.isEmpty || attribute != nil else { return nil }
        self.elements = elements
        self.attribute = attribute
    }

    /// A slash within `{}` belongs to the namespace.
    private static func steps(_ text: String) -> [Substring] {
        var steps: [Substring] = []
        var start = text.startIndex
        var isInNamespace = false
        for index in text.indices {
            switch text[index] {
            case "{": isInNamespace = true
            case "}": isInNamespace = false
            case "/" where !isInNamespace:
                steps.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return steps + [text[start...]]
    }

    public static let rule =
        "must lead from the invoice element to its number: names of elements with / between them, the last may be an attribute (Header/@number)"

    public var description: String {
        (elements.map(\.description) + (attribute.map { ["@\($0)"] } ?? [])).joined(separator: "/")
    }
}
