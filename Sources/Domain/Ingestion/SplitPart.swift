/// What a batch is split into, in the batch's order.
public enum BatchPart: Hashable, Sendable {
    /// A well-formed invoice with a number.
    case invoice(SplitInvoice)
    /// What stood in the place of an invoice and is none. It loses no other.
    case refused(SplitRefusal)
}

/// What the end of an answer brings to light.
public struct BatchEnd: Hashable, Sendable {
    /// What was held back until now.
    public let parts: [BatchPart]
    /// Why the batch was not read to its end; nil when it was whole, be it empty.
    public let error: BatchError?

    public init(parts: [BatchPart], error: BatchError?) {
        self.parts = parts
        self.error = error
    }
}

/// One invoice of a batch.
public struct SplitInvoice: Hashable, Sendable {
    /// White space in it made single, and none around it; never empty.
    public let number: String
    /// From the `<` of the start tag to the `>` of the end tag, unchanged but for the removal of the CDATA markers or the escapes that carried
    /// the inner document.
    public let octets: [UInt8]
    /// What `octets` are in, by its IANA name, as the document states it unless its octets show otherwise: UTF-8, UTF-16LE, UTF-16BE, ISO-8859-1, ISO-8859-15, windows-1252 or US-ASCII.
    public let encoding: String
    /// The declarations in force around the invoice, by prefix; a reader of `octets` alone needs them.
    public let namespaces: [InheritedNamespace]
    /// The place in the batch, refusals counted, from 0.
    public let index: Int

    public init(number: String, octets: [UInt8], encoding: String, namespaces: [InheritedNamespace] = [], index: Int) {
        self.number = number
        self.octets = octets
        self.encoding = encoding
        self.namespaces = namespaces
        self.index = index
    }
}

/// A part of a batch that could not be taken.
public struct SplitRefusal: Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Not well-formed XML 1.0 with namespaces, or an entity that XML does not define. The sentence holds none of the content.
        case malformed(String)
        /// Nothing, or only white space, where the number should be.
        case noNumber
        case numberTooLong(limit: Int)
        case tooLarge(limit: Int)
        case tooDeep(limit: Int)
        case tooManyAttributes(limit: Int)
        /// Octets that are not in the encoding that they are said to be in.
        case encoding(String)
        /// Another invoice of the batch has this number and other content; only the first was taken.
        case duplicateInBatch(number: String)

        /// A short word for lists and metrics.
        public var code: String {
            switch self {
            case .malformed: "malformed"
            case .noNumber: "no-number"
            case .numberTooLong: "number-too-long"
            case .tooLarge: "too-large"
            case .tooDeep: "too-deep"
            case .tooManyAttributes: "too-many-attributes"
            case .encoding: "encoding"
            case .duplicateInBatch: "duplicate-in-batch"
            }
        }

        /// What is wrong, and what to do.
        public var description: String {
            switch self {
            case .malformed(let reason): "not well-formed: \(reason)"
            case .noNumber: "nothing stands where the source's number path leads; correct the path, or have the number sent"
            case .numberTooLong(let limit): "the number is longer than \(limit) bytes; correct the source's number path"
            case .tooLarge(let limit):
                "the invoice is larger than \(limit) bytes, and only its beginning is kept; raise the source's limit, then have it sent again"
            case .tooDeep(let limit): "the invoice's elements are nested more than \(limit) deep"
            case .tooManyAttributes(let limit): "an element of the invoice has more than \(limit) attributes"
            case .encoding(let name): "the invoice's bytes are not \(name), which it is said to be in; have the source declare its encoding"
            case .duplicateInBatch: "the batch holds this number twice with different content; only the first was taken"
            }
        }
    }

    public let reason: Reason
    /// Cut at the limit of an invoice's size.
    public let octets: [UInt8]
    public let encoding: String
    public let namespaces: [InheritedNamespace]
    public let index: Int

    public init(reason: Reason, octets: [UInt8], encoding: String, namespaces: [InheritedNamespace] = [], index: Int) {
        self.reason = reason
        self.octets = octets
        self.encoding = encoding
        self.namespaces = namespaces
        self.index = index
    }
}
