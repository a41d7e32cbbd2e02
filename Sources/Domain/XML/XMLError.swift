/// How large a document may be. What is beyond is refused while it is read, before it costs memory.
public struct XMLLimits: Hashable, Sendable {
    /// How deep elements may be nested, the root counted.
    public var depth: Int
    public var elements: Int
    public var attributesPerElement: Int
    /// The document's length; also that of its character data, and of its attribute values, entities resolved.
    public var bytes: Int
    /// Distinct names of elements and attributes outside the vocabulary, at most 65,535.
    public var otherNames: Int

    public init(
        depth: Int = 64, elements: Int = 4_000_000, attributesPerElement: Int = 64, bytes: Int = 256 << 20, otherNames: Int = 4_096
    ) {
        self.depth = depth
        self.elements = min(elements, Int(Int32.max) - 1)
        self.attributesPerElement = attributesPerElement
        self.bytes = min(bytes, Int(Int32.max) - 1)
        self.otherNames = min(otherNames, Int(UInt16.max))
    }

    /// A name outside the vocabulary, with the URI of its namespace: the tree has the two for each such name, and paths for each step.
    public static let nameBytes = 1_024

    public static let standard = XMLLimits()
}

/// Why a document was not read as XML, and where. It never carries the document's content.
public struct XMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Hashable, Sendable {
        /// No element at all.
        case empty
        /// Not well-formed XML 1.0 with namespaces; `reason` is a plain sentence without content.
        case malformed(reason: String)
        /// The document ends too early.
        case unexpectedEnd
        /// Elements do not close in the order in which they opened, or there are two roots.
        case unbalanced
        /// A document type declaration; they are refused, with the entities that they could declare.
        case documentType
        /// A reference to an entity other than the five of XML 1.0 (section 4.6).
        case entity
        /// An encoding that is not supported, or bytes that it does not allow.
        case encoding
        case tooDeep(limit: Int)
        case tooManyElements(limit: Int)
        case tooManyAttributes(limit: Int)
        case tooManyNames(limit: Int)
        case nameTooLong(limit: Int)
        case tooManyBytes(limit: Int)
    }

    public let kind: Kind
    /// Counted from 1; 0 when it is not known.
    public let line: Int
    /// Counted from 1; 0 when it is not known.
    public let column: Int

    public init(_ kind: Kind, line: Int = 0, column: Int = 0) {
        self.kind = kind
        self.line = line
        self.column = column
    }

    /// The same error with the place where the parser stands.
    public func at(line: Int, column: Int) -> XMLError { XMLError(kind, line: line, column: column) }

    /// One English sentence that says what to do, with the place.
    public var description: String { line > 0 ? "\(advice) (line \(line), column \(column))" : advice }

    private var advice: String {
        switch kind {
        case .empty: "the document is empty; send one XML document"
        case .malformed(let reason): reason
        case .unexpectedEnd: "the XML ends too early; close every element"
        case .unbalanced: "close every element in the order in which they were opened, and have one root element"
        case .documentType: "remove the document type declaration; it is not accepted"
        case .entity: "use no entities but &lt; &gt; &amp; &quot; and &apos;"
        case .encoding: "encode the document in UTF-8, and say so in its declaration"
        case .tooDeep(let limit): "nest elements at most \(limit) deep"
        case .tooManyElements(let limit): "send at most \(limit) elements in one document"
        case .tooManyAttributes(let limit): "give an element at most \(limit) attributes"
        case .tooManyNames(let limit): "use at most \(limit) names that are not of the invoice formats"
        case .nameTooLong(let limit): "use names of at most \(limit) bytes, their namespaces counted"
        case .tooManyBytes(let limit): "send at most \(limit) bytes"
        }
    }
}
