/// One thing about a received document: where, which business term, and what.
public struct DocumentProblem: Hashable, Sendable, CustomStringConvertible {
    /// The place: an XPath such as "/Invoice/cac:InvoiceLine[2]/cbc:ID", or the name of a field where there is no document yet.
    public let location: String
    /// The business term or group of EN 16931-1 that is concerned, such as "BT-131"; nil where there is none.
    public let term: String?
    /// The rest of an English sentence about that place: "must be a decimal number". It never carries the document's content.
    public let message: String

    public init(location: String, term: String? = nil, message: String) {
        self.location = location
        self.term = term
        self.message = message
    }

    public var description: String { term.map { "\(location) (\($0)) \(message)" } ?? "\(location) \(message)" }
}

/// What came out of reading a document in one of the syntaxes.
public struct DocumentReading: Hashable, Sendable {
    /// The document, as far as it could be read: what is wrong is nil, or empty or zero where the model demands a value.
    public let document: InvoiceDocument
    /// What is wrong. Where there is anything here the document does not say all that was sent.
    public let problems: [DocumentProblem]
    /// What was sent and has no place in the model: elements, attributes and text that would be lost when the document is written again.
    public let unmapped: [DocumentProblem]
    /// How many more problems and unmapped places there are than are listed.
    public let unlistedCount: Int

    /// How many problems, and how many unmapped places, are listed at most.
    public static let maxListed = 100
}
