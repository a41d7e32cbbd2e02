internal import Domain
internal import Ports

/// A document that a source sent, as its event carries it: on Kafka the message is the document, its octets unchanged, and what else the
/// event says stands in headers (EV-3).
struct ReceivedDocument {
    let octets: [UInt8]
    /// With the encoding of the octets, which takes precedence over what the document says of itself (RFC 7303 §3).
    let contentType: String
    /// The topic of its source's own.
    let topic: String?
    /// Extension attributes of CloudEvents, whose names have lower-case letters and digits alone (§3.1).
    let attributes: [(name: String, value: String)]

    /// The members of the event's data, and the attributes that they become.
    private static let names = [
        ("source", "sourcename"), ("number", "documentnumber"), ("version", "documentversion"), ("sha256", "documentsha256"),
        ("encoding", "documentencoding"), ("size", "documentsize"), ("runId", "runid"),
    ]
    /// Above what a document in an event takes as Base64, with all else.
    private static let limits = JSONLimits(maxBytes: 4 * IngestionLimits.inlineBytes)

    /// - Returns: nil when the event is another one, or says only where the document is found: then the message is its data.
    init?(_ event: CommittedEvent) {
        guard case .ingestion(.invoiceReceived) = event.type, let data = try? JSONReader.read(event.data, limits: Self.limits),
            case .object(let members) = data, case .string(let encoded)? = members["document"], let octets = Base64.decode(encoded),
            case .string(let encoding)? = members["encoding"]
        else { return nil }
        self.octets = octets
        contentType = "application/xml; charset=" + encoding.lowercased()
        topic = if case .string(let topic)? = members["topic"] { topic } else { nil }
        attributes = Self.names.compactMap { member, attribute in
            switch members[member] {
            case .string(let text)?: (attribute, text)
            case .number(let number)?: number.int64.map { (attribute, String($0)) }
            default: nil
            }
        }
    }
}
