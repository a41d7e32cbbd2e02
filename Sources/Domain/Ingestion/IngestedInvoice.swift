/// A document as it came from a source, with the version that came last. Its octets are kept beside it, one by one version.
public struct IngestedInvoice: Hashable, Sendable {
    /// One version of a document. A version is told by its octets alone.
    public struct Revision: Hashable, Sendable {
        /// Counts the versions from 1. What comes again after another came is a version of its own: A, B, A are three.
        public let number: Int64
        public let sha256: ContentDigest
        /// How many octets it has.
        public let size: Int
        /// IANA name of the encoding that the octets are in.
        public let encoding: String
        /// The namespaces that were declared around it, and that it may use.
        public let namespaces: [InheritedNamespace]
        public let receivedAt: Instant
        /// The run that brought it; nil when it came out of quarantine.
        public let run: UniqueId?
        public let trace: TraceId
    }

    /// From which version on its octets are in an encoding, by IANA name.
    public struct EncodingSpan: Hashable, Sendable {
        public let from: Int64
        public let encoding: String
    }

    /// What came of making an invoice of the engine from it.
    public struct Mapping: Hashable, Sendable {
        /// The version that was mapped.
        public let revision: Int64
        /// The draft that it became; nil when it could not.
        public let invoice: InvoiceId?
        /// Why it could not, or what the draft lacks; at most 20, each on one line.
        public let problems: [String]

        public static let maxProblems = 20
        public static let maxProblemBytes = 1_024

        /// More problems are left out, and long ones cut.
        public init(revision: Int64, invoice: InvoiceId?, problems: [String]) {
            self.revision = revision
            self.invoice = invoice
            self.problems = problems.prefix(Self.maxProblems).map { ForeignText.shown($0, atMost: Self.maxProblemBytes) }
        }
    }

    public let tenant: TenantId
    public let source: SourceName
    /// As it stands in the document.
    public let number: String
    /// Counts its events from 1.
    public internal(set) var version: Int64
    public internal(set) var latest: Revision {
        didSet {
            guard encodings.last?.encoding != latest.encoding else { return }
            encodings = encodings.suffix(Self.maxEncodings - 1) + [EncodingSpan(from: latest.number, encoding: latest.encoding)]
        }
    }
    /// Where the encoding changed between the versions, the oldest first; the last is that of the latest.
    private(set) var encodings: [EncodingSpan]
    static let maxEncodings = 64
    public internal(set) var mapping: Mapping?
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant

    /// - Parameter encodings: those of earlier versions, as far as they are known.
    init(
        tenant: TenantId, source: SourceName, number: String, version: Int64, latest: Revision, encodings: [EncodingSpan] = [],
        mapping: Mapping?, createdAt: Instant, updatedAt: Instant
    ) {
        self.tenant = tenant
        self.source = source
        self.number = number
        self.version = version
        self.latest = latest
        self.encodings = encodings.isEmpty ? [EncodingSpan(from: latest.number, encoding: latest.encoding)] : encodings
        self.mapping = mapping
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The IANA name of the encoding that a version is in; nil when there is no such version, or it came before encodings were kept.
    public func encoding(of version: Int64) -> String? {
        version > latest.number ? nil : encodings.last { $0.from <= version }?.encoding
    }

    public var key: IngestionKey { .invoice(number, of: source, tenant: tenant) }
    public var id: UniqueId { key.id }

    /// The draft that is made of it, whatever its version: UUIDv5 over its identity.
    public var draft: InvoiceId { InvoiceId(UniqueId.version5(namespace: id, name: Array("draft".utf8))) }
}

/// A document on its way into the books.
public struct IngestedDocument: Hashable, Sendable {
    public let source: SourceName
    public let number: String
    /// Unchanged, as they came.
    public let octets: [UInt8]
    public let sha256: ContentDigest
    public let encoding: String
    public let namespaces: [InheritedNamespace]
    public let run: UniqueId?
    public let trace: TraceId
    /// The topic that its events go to on a bus; nil: that of all ingestion.
    public let topic: TopicName?
    /// The quarantined part that it was, which is resolved with it.
    public let resolves: UniqueId?

    public init(
        source: SourceName, number: String, octets: [UInt8], encoding: String, namespaces: [InheritedNamespace], run: UniqueId?,
        trace: TraceId, topic: TopicName?, resolves: UniqueId? = nil
    ) {
        self.source = source
        self.number = number
        self.octets = octets
        sha256 = ContentDigest(of: octets)
        self.encoding = encoding
        self.namespaces = namespaces
        self.run = run
        self.trace = trace
        self.topic = topic
        self.resolves = resolves
    }
}
