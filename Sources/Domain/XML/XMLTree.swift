/// A read-only XML document as one flat table of its elements, in document order.
///
/// Names are small integers of a fixed vocabulary (`XMLName`): namespaces are resolved, prefixes do not matter. All character data lies in one
/// buffer in document order, so the text of an element, with that of everything below it, is one piece of that buffer: XPath's string value.
/// Comments and processing instructions are left out. Made by `XMLTree.Builder`.
public struct XMLTree: Sendable {
    /// An element of one tree: its place in document order. It means nothing in another tree.
    public struct Element: Hashable, Comparable, Sendable {
        let index: Int32

        init(_ index: Int) { self.index = Int32(truncatingIfNeeded: index) }

        var position: Int { Int(index) }

        public static func < (a: Element, b: Element) -> Bool { a.index < b.index }
    }

    struct Node: Sendable {
        var name: XMLName
        /// Index in `otherNames` where `name` is `.other`.
        var otherName: UInt16
        /// -1 for the root.
        var parent: Int32
        /// The index behind the last element below this one.
        var end: Int32
        var textStart: Int32
        var textEnd: Int32
        var attributeStart: Int32
    }

    struct StoredAttribute: Sendable {
        var name: XMLAttribute
        var otherName: UInt16
        var start: Int32
        var end: Int32
    }

    var nodes: [Node]
    var attributes: [StoredAttribute]
    var textBytes: [UInt8]
    var attributeBytes: [UInt8]
    /// Names outside the vocabulary, as XPath 3.1 writes them: "Q{uri}local", or "local" without a namespace.
    var otherNames: [String]

    /// The document's element.
    public var root: Element { Element(0) }

    public var elementCount: Int { nodes.count }
}

// MARK: - Elements

extension XMLTree {
    /// The element's name; `.other` when it is not in the vocabulary.
    public func name(of element: Element) -> XMLName { nodes[element.position].name }

    /// The name with its conventional prefix, such as "cbc:ID"; outside the vocabulary "Q{uri}local".
    public func qualifiedName(of element: Element) -> String {
        let node = nodes[element.position]
        return node.name == .other ? otherNames[Int(node.otherName)] : node.name.text
    }

    /// Nil for the root.
    public func parent(of element: Element) -> Element? {
        let parent = Int(nodes[element.position].parent)
        return parent < 0 ? nil : Element(parent)
    }

    public func children(of element: Element) -> Children {
        Children(nodes: nodes, index: element.position + 1, end: Int(nodes[element.position].end))
    }

    /// The first child of that name.
    public func child(of element: Element, named name: XMLName) -> Element? {
        let end = Int(nodes[element.position].end)
        var index = element.position + 1
        while index < end {
            if nodes[index].name == name { return Element(index) }
            index = Int(nodes[index].end)
        }
        return nil
    }

    /// The first element that the names lead to, each step taking the first child of that name which has the rest of the path below it.
    public func descendant(of element: Element, path: [XMLName]) -> Element? { descendant(of: element, path: path[...]) }

    private func descendant(of element: Element, path: ArraySlice<XMLName>) -> Element? {
        guard let name = path.first else { return element }
        let rest = path.dropFirst()
        let end = Int(nodes[element.position].end)
        var index = element.position + 1
        while index < end {
            if nodes[index].name == name, let found = descendant(of: Element(index), path: rest) { return found }
            index = Int(nodes[index].end)
        }
        return nil
    }

    /// The elements below `element`, at any depth, in document order.
    public func descendants(of element: Element) -> some Sequence<Element> {
        (element.position + 1..<Int(nodes[element.position].end)).lazy.map { Element($0) }
    }

    public func hasChildren(_ element: Element) -> Bool { Int(nodes[element.position].end) > element.position + 1 }

    /// The child elements of one element, in document order.
    public struct Children: Sequence, IteratorProtocol {
        fileprivate let nodes: [Node]
        fileprivate var index: Int
        fileprivate let end: Int

        public mutating func next() -> Element? {
            guard index < end else { return nil }
            defer { index = Int(nodes[index].end) }
            return Element(index)
        }
    }
}

// MARK: - Text

extension XMLTree {
    /// The element's character data with that of all elements below it, as written: white space is kept.
    public func text(of element: Element) -> String { String(decoding: utf8(of: element), as: UTF8.self) }

    /// What `text(of:)` gives, as UTF-8, without copying.
    public func utf8(of element: Element) -> ArraySlice<UInt8> {
        let node = nodes[element.position]
        return textBytes[Int(node.textStart)..<Int(node.textEnd)]
    }

    /// The text without the white space (XML 1.0, 2.3) at its ends, as UTF-8.
    public func trimmedUTF8(of element: Element) -> ArraySlice<UInt8> {
        var bytes = utf8(of: element)
        while let first = bytes.first, first.isXMLSpace { bytes = bytes.dropFirst() }
        while let last = bytes.last, last.isXMLSpace { bytes = bytes.dropLast() }
        return bytes
    }

    /// The text without the white space at its ends.
    public func trimmedText(of element: Element) -> String { String(decoding: trimmedUTF8(of: element), as: UTF8.self) }
}

extension UInt8 {
    /// Space, tab, line feed or carriage return (XML 1.0, 2.3, production S).
    var isXMLSpace: Bool { self == 0x20 || self == 0x0A || self == 0x09 || self == 0x0D }
}

// MARK: - Attributes

extension XMLTree {
    /// One attribute of an element. Namespace declarations are none.
    public struct Attribute: Sendable {
        /// `.other` when it is not in the vocabulary, which holds only names without a namespace.
        public let name: XMLAttribute
        /// The name; "Q{uri}local" for one in a namespace.
        public let qualifiedName: String
        public let value: String
    }

    /// The value of that attribute; nil when the element does not have it.
    public func attribute(_ name: XMLAttribute, of element: Element) -> String? {
        attributeUTF8(name, of: element).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What `attribute(_:of:)` gives, as UTF-8, without copying.
    public func attributeUTF8(_ name: XMLAttribute, of element: Element) -> ArraySlice<UInt8>? {
        for index in attributeRange(of: element.position) where attributes[index].name == name {
            return attributeBytes[Int(attributes[index].start)..<Int(attributes[index].end)]
        }
        return nil
    }

    public func hasAttribute(_ name: XMLAttribute, of element: Element) -> Bool { attributeUTF8(name, of: element) != nil }

    /// All attributes of the element, in the order written.
    public func attributes(of element: Element) -> [Attribute] {
        attributeRange(of: element.position).map { index in
            let stored = attributes[index]
            return Attribute(
                name: stored.name,
                qualifiedName: stored.name == .other ? otherNames[Int(stored.otherName)] : stored.name.rawName,
                value: String(decoding: attributeBytes[Int(stored.start)..<Int(stored.end)], as: UTF8.self))
        }
    }

    func attributeRange(of index: Int) -> Range<Int> {
        let start = Int(nodes[index].attributeStart)
        return start..<(index + 1 < nodes.count ? Int(nodes[index + 1].attributeStart) : attributes.count)
    }
}

// MARK: - Places

extension XMLTree {
    /// Where the element stands, as an XPath with conventional prefixes: "/Invoice/cac:InvoiceLine[2]/cbc:ID". A position is given only
    /// where siblings share the name.
    public func path(of element: Element) -> String {
        var steps: [String] = []
        var current = element
        while true {
            var step = qualifiedName(of: current)
            guard let parent = parent(of: current) else {
                steps.append(step)
                break
            }
            var position = 1
            var isShared = false
            for sibling in children(of: parent) where sibling != current && isSameName(sibling, current) {
                isShared = true
                if sibling < current { position += 1 } else { break }
            }
            if isShared { step += "[\(position)]" }
            steps.append(step)
            current = parent
        }
        return "/" + steps.reversed().joined(separator: "/")
    }

    /// The path of one of the element's attributes: "/Invoice/cbc:ID/@schemeID".
    public func path(of element: Element, attribute: XMLAttribute) -> String { path(of: element) + "/@" + attribute.rawName }

    private func isSameName(_ a: Element, _ b: Element) -> Bool {
        let (a, b) = (nodes[a.position], nodes[b.position])
        return a.name == b.name && (a.name != .other || a.otherName == b.otherName)
    }

    /// The document that has `element` as its root.
    public func subtree(at element: Element) -> XMLTree {
        let first = element.position
        let node = nodes[first]
        let end = Int(node.end)
        let attributeStart = node.attributeStart
        let attributeEnd = end < nodes.count ? nodes[end].attributeStart : Int32(truncatingIfNeeded: attributes.count)
        let shift = node.textStart
        let offset = element.index
        var copy = XMLTree(
            nodes: Array(nodes[first..<end]), attributes: Array(attributes[Int(attributeStart)..<Int(attributeEnd)]),
            textBytes: Array(textBytes[Int(node.textStart)..<Int(node.textEnd)]), attributeBytes: attributeBytes, otherNames: otherNames)
        for index in copy.nodes.indices {
            copy.nodes[index].parent -= offset
            copy.nodes[index].end -= offset
            copy.nodes[index].textStart -= shift
            copy.nodes[index].textEnd -= shift
            copy.nodes[index].attributeStart -= attributeStart
        }
        copy.nodes[0].parent = -1
        return copy
    }
}
