/// A message of a receiver on its way into the books, with the documents in it. All of it is one change: it is on record with its
/// documents, or not at all.
public struct ReceivedMessage: Hashable, Sendable {
    public let receiver: SourceName
    /// By which a repeat is known.
    public let messageId: String
    /// Unchanged, as they came.
    public let octets: [UInt8]
    public let sha256: ContentDigest
    /// As the sender said; nil when it did not.
    public let contentType: String?
    public let trace: TraceId
    /// The topic that its event goes to on a bus; nil: that of all ingestion.
    public let topic: TopicName?
    public let documents: [IngestedDocument]
    public let refused: [RefusedSlice]

    /// In one message: they are one commit.
    public static let maxDocuments = 100

    public init(
        receiver: SourceName, messageId: String, octets: [UInt8], contentType: String?, trace: TraceId, topic: TopicName?,
        documents: [IngestedDocument] = [], refused: [RefusedSlice] = []
    ) {
        self.receiver = receiver
        self.messageId = messageId
        self.octets = octets
        sha256 = ContentDigest(of: octets)
        self.contentType = contentType
        self.trace = trace
        self.topic = topic
        self.documents = documents
        self.refused = refused
    }

    /// Whether its octets are in its event, and not only where they are found.
    public var isInline: Bool { octets.count <= IngestionLimits.inlineBytes }

    var approximateBytes: Int {
        documents.reduce(2 * octets.count + 1_024) { $0 + 2 * $1.octets.count + $1.namespaces.approximateBytes + 1_024 }
            + refused.reduce(0) { $0 + $1.octets.count + $1.finding.namespaces.approximateBytes + 1_024 }
    }
}

/// A message as it is on record. It never changes: a repeat of it is the same message. Its octets are kept beside it.
public struct IngestedMessage: Hashable, Sendable {
    public let tenant: TenantId
    public let receiver: SourceName
    public let messageId: String
    public let sha256: ContentDigest
    /// How many octets it has.
    public let size: Int
    public let contentType: String?
    public let trace: TraceId
    /// How many documents were found in it, and how many parts went into quarantine.
    public let documents: Int
    public let refused: Int
    public let createdAt: Instant

    public var key: IngestionKey { .message(messageId, of: receiver, tenant: tenant) }
    public var id: UniqueId { key.id }

    package init(_ message: ReceivedMessage, tenant: TenantId, at now: Instant) {
        self.init(
            tenant: tenant, receiver: message.receiver, messageId: message.messageId, sha256: message.sha256, size: message.octets.count,
            contentType: message.contentType, trace: message.trace, documents: message.documents.count, refused: message.refused.count,
            createdAt: now)
    }

    private init(
        tenant: TenantId, receiver: SourceName, messageId: String, sha256: ContentDigest, size: Int, contentType: String?, trace: TraceId,
        documents: Int, refused: Int, createdAt: Instant
    ) {
        self.tenant = tenant
        self.receiver = receiver
        self.messageId = messageId
        self.sha256 = sha256
        self.size = size
        self.contentType = contentType
        self.trace = trace
        self.documents = documents
        self.refused = refused
        self.createdAt = createdAt
    }
}

extension IngestionKey {
    /// The message with `messageId` of a receiver, always the same: UUIDv5 over tenant, receiver and identity.
    public static func message(_ messageId: String, of receiver: SourceName, tenant: TenantId) -> IngestionKey {
        IngestionKey(kind: .message, id: derived(Array(messageId.utf8), of: receiver, tenant, kind: .message))
    }
}

// MARK: - Deciding

extension Books {
    func keys(for message: ReceivedMessage) -> [BookKey] {
        ([.message(message.messageId, of: message.receiver, tenant: tenant)] + message.parts(in: tenant)).map { .ingestion(tenant, $0) }
    }

    /// A message that is on record decides nothing, whatever it says: neither does what is in it.
    func decideReceive(_ message: ReceivedMessage, _ key: IngestionKey) throws(BookError) -> [BookEvent] {
        guard record(.ingestion(tenant, key)) == nil else { return [] }
        var events: [BookEvent] = [.ingestion(.messageReceived(message), key)]
        var seen: Set<IngestionKey> = []
        for document in message.documents {
            let key = IngestionKey.invoice(document.number, of: document.source, tenant: tenant)
            // A number is in a message once; the splitter refuses a second one that differs.
            if seen.insert(key).inserted { events += try decideIngest(document, key) }
        }
        for slice in message.refused {
            let key = IngestionKey.quarantine(slice.sha256.bytes, of: slice.source, tenant: tenant)
            if seen.insert(key).inserted { events += decideQuarantine(slice, key) }
        }
        return events
    }
}

extension ReceivedMessage {
    /// What its parts become on record.
    func parts(in tenant: TenantId) -> [IngestionKey] {
        documents.map { .invoice($0.number, of: $0.source, tenant: tenant) }
            + refused.map { .quarantine($0.sha256.bytes, of: $0.source, tenant: tenant) }
    }

    /// The JSON of its event's `data`.
    func write(_ key: IngestionKey, into json: inout JSONWriter) {
        json.field("messageId", messageId)
        json.field("sha256", sha256.description)
        json.field("size", octets.count)
        json.field("contentType", ifPresent: contentType)
        json.field("traceId", trace.description)
        json.field("topic", ifPresent: topic?.value)
        json.field("documents", documents.count)
        json.field("quarantined", refused.count)
        if isInline {
            json.field("body", Base64.encode(octets))
        } else {
            json.field("bodyUrl", "/v1/ingestion/messages/\(key.id)/raw")
        }
    }
}

// MARK: - Keeping

extension IngestedMessage {
    func write(into json: inout JSONWriter) {
        json.field("messageId", messageId)
        json.field("sha256", sha256.description)
        json.field("size", size)
        json.field("contentType", ifPresent: contentType)
        json.field("trace", trace.description)
        json.field("documents", documents)
        json.field("refused", refused)
    }

    init?(_ members: StoredMembers, _ tenant: TenantId, _ receiver: SourceName, _ createdAt: Instant) {
        guard let messageId = members.text("messageId"), let sha256 = members.text("sha256").flatMap(ContentDigest.init(_:)),
            let size = members.integer("size"), let trace = members.text("trace").flatMap(TraceId.init(_:)),
            let documents = members.integer("documents"), let refused = members.integer("refused")
        else { return nil }
        self.init(
            tenant: tenant, receiver: receiver, messageId: messageId, sha256: sha256, size: Int(clamping: size),
            contentType: members.text("contentType"), trace: trace, documents: Int(clamping: documents), refused: Int(clamping: refused),
            createdAt: createdAt)
    }
}
