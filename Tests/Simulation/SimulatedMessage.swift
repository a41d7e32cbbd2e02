import Domain
import PropertyKit

/// What a sender delivers, with what a receiver finds in it.
struct SimulatedMessage {
    /// How a sender shows that a message is its own, and where the message's identity stands.
    enum Form: CaseIterable {
        /// Standard Webhooks: identity, time and body are signed.
        case signed
        /// The secret itself in a field, the identity in another.
        case named
        /// The secret itself in a field; what is the same octet for octet is the same message.
        case unnamed

        var scheme: ReceiverScheme? {
            self == .signed ? .standardWebhooks : FieldName(SimulatedMessage.secretField).map { .sharedSecret($0) }
        }

        var place: MessageIdPlace? {
            switch self {
            case .signed: .standard
            case .named: FieldName(SimulatedMessage.idField).map { .header($0) }
            case .unnamed: .digest
            }
        }
    }

    let form: Form
    let id: String
    let body: [UInt8]
    let sha256: ContentDigest
    /// In the order in which they are found.
    let documents: [(number: String, octets: [UInt8])]
    let refused: [[UInt8]]

    fileprivate static let secretField = "x-secret"
    fileprivate static let idField = "x-id"

    /// Any message: of few identities, so that some are repeated and some come again with another body; of few documents, which change from
    /// one message to the next; and sometimes broken off.
    init(_ form: Form, readsDocuments: Bool, using generator: inout SeededGenerator) {
        var (text, documents, refused) = ("", [(number: String, octets: [UInt8])](), [[UInt8]]())
        let first = Int.random(in: 0..<6, using: &generator)
        for offset in 0..<Int.random(in: 1...4, using: &generator) {
            let number = "W-\((first + offset) % 6)"
            let content = "\(number) \(["A", "B", "C"][Int.random(in: 0..<3, using: &generator)])"
            text += "I\(number)=\(content)\n"
            documents.append((number, Array(content.utf8)))
        }
        if generator.chance(20) {
            let rubbish = "rubbish \(Int.random(in: 0..<3, using: &generator))"
            text += "X\(rubbish)\n"
            refused.append(Array(rubbish.utf8))
        }
        if generator.chance(10) { refused.append(Array(text.utf8)) } else { text += "E\n" }
        let name = "m-\(Int.random(in: 0..<8, using: &generator))"
        self.init(form, name, text, readsDocuments ? documents : [], readsDocuments ? refused : [])
    }

    /// Of somebody who has no secret; no genuine message has its identity.
    init(forged form: Form, _ index: Int) { self.init(form, "forged-\(index)", "IW-0=forged \(index)\nE\n", [], []) }

    private init(
        _ form: Form, _ name: String, _ text: String, _ documents: [(number: String, octets: [UInt8])], _ refused: [[UInt8]]
    ) {
        self.form = form
        body = Array(text.utf8)
        sha256 = ContentDigest(of: body)
        id = form == .unnamed ? "sha256:\(sha256)" : name
        self.documents = documents
        self.refused = refused
    }

    /// The request that brings it.
    func signed(with secret: String, at now: Instant) -> SignedMessage {
        var fields = [(name: "content-type", value: "application/xml")]
        switch form {
        case .signed:
            let keys = (try? WebhookSigningKey(secret)).map { [$0] } ?? []
            fields += WebhookSignature.fields(messageId: id, timestamp: now, body: body, keys: keys)
        case .named: fields += [(name: Self.idField, value: id), (name: Self.secretField, value: secret)]
        case .unnamed: fields.append((name: Self.secretField, value: secret))
        }
        return SignedMessage(fields: fields, body: body)
    }

    /// What its parts are on record as.
    func parts(of receiver: SourceName, _ tenant: TenantId) -> [IngestionKey] {
        documents.map { .invoice($0.number, of: receiver, tenant: tenant) }
            + refused.map { .quarantine(ContentDigest(of: $0).bytes, of: receiver, tenant: tenant) }
    }
}
