internal import Domain
internal import Ports

/// A document that a source sent, or what was delivered to a receiver, as its event tells of it: on Kafka the message is the document, its
/// octets unchanged, and what else the event says stands in headers (EV-3).
struct ReceivedDocument {
    /// nil when there are too many for an event, which then says where they are found: the message is its JSON.
    let octets: [UInt8]?
    /// Of a document with the encoding of its octets, which takes precedence over what the document says of itself (RFC 7303 §3).
    let contentType: String
    /// The topic of its source's own.
    let topic: String?
    /// Extension attributes of CloudEvents, whose names have lower-case letters and digits alone (§3.1).
    let attributes: [(name: String, value: String)]

    /// The members of the event's data, and the attributes that they become.
    private static let names = [
        ("source", "sourcename"), ("number", "documentnumber"), ("version", "documentversion"), ("sha256", "documentsha256"),
        ("encoding", "documentencoding"), ("size", "documentsize"), ("runId", "runid"),
        ("namespaces", "documentnamespaces"),
    ]
    private static let namesOfMessages = [
        ("source", "sourcename"), ("messageId", "messageid"), ("sha256", "messagesha256"), ("size", "messagesize"),
    ]
    /// Above what a document in an event takes as Base64, with all else.
    private static let limits = JSONLimits(maxBytes: 4 * IngestionLimits.inlineBytes)

    /// - Returns: nil when the event is another one.
    init?(_ event: CommittedEvent) {
        guard event.type == .ingestion(.invoiceReceived) || event.type == .ingestion(.messageReceived),
            let data = try? JSONReader.read(event.data, limits: Self.limits), case .object(let members) = data
        else { return nil }
        func text(_ name: String) -> String? { if case .string(let text)? = members[name] { text } else { nil } }
        let isMessage = event.type == .ingestion(.messageReceived)
        octets = text(isMessage ? "body" : "document").flatMap { Base64.decode($0) }
        contentType =
            if octets == nil {
                "application/json"
            } else if isMessage {
                text("contentType") ?? "application/octet-stream"
            } else {
                "application/xml" + (text("encoding").map { "; charset=" + $0.lowercased() } ?? "")
            }
        topic = text("topic")
        attributes = (isMessage ? Self.namesOfMessages : Self.names).compactMap { member, attribute in
            switch members[member] {
            case .string(let text)?: (attribute, text)
            case .number(let number)?: number.int64.map { (attribute, String($0)) }
            case .array(let values)? where member == "namespaces":
                (attribute, values.compactMap(InheritedNamespace.init).declarations)
            default: nil
            }
        }
    }
}

extension InheritedNamespace {
    fileprivate init?(_ value: JSONValue) {
        guard case .object(let members) = value, case .string(let prefix)? = members["prefix"], case .string(let uri)? = members["uri"]
        else {
            return nil
        }
        self.init(prefix: prefix, uri: uri)
    }
}
