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

    /// From which version on its octets are in an encoding, by IANA name, with these namespaces declared around them.
    public struct FormSpan: Hashable, Sendable {
        public let from: Int64
        public let encoding: String
        /// nil: not known any more, or from before they were kept.
        public internal(set) var namespaces: [InheritedNamespace]?
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
            if let last = forms.last, last.encoding == latest.encoding, last.namespaces == latest.namespaces { return }
            forms = forms.suffix(Self.maxForms - 1) + [FormSpan(latest)]
            forgetNamespaces()
        }
    }
    /// Where the encoding or the namespaces changed between the versions, the oldest first; the last is that of the latest.
    public private(set) var forms: [FormSpan]
    static let maxForms = 64
    /// About how many bytes of namespaces are kept of earlier versions, the newest first.
    static let maxNamespaceBytes = 32_768
    public internal(set) var mapping: Mapping?
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant

    /// - Parameter forms: those of earlier versions too, as far as they are known.
    init(
        tenant: TenantId, source: SourceName, number: String, version: Int64, latest: Revision, forms: [FormSpan] = [],
        mapping: Mapping?, createdAt: Instant, updatedAt: Instant
    ) {
        self.tenant = tenant
        self.source = source
        self.number = number
        self.version = version
        self.latest = latest
        self.forms = forms.isEmpty ? [FormSpan(latest)] : forms
        self.mapping = mapping
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The IANA name of the encoding that a version is in; nil when there is no such version, or it came before encodings were kept.
    public func encoding(of version: Int64) -> String? {
        form(of: version)?.encoding
    }

    /// The namespaces that were declared around a version; nil when there is no such version, or they are not on record.
    public func namespaces(of version: Int64) -> [InheritedNamespace]? {
        version == latest.number ? latest.namespaces : form(of: version)?.namespaces
    }

    private func form(of version: Int64) -> FormSpan? { version > latest.number ? nil : forms.last { $0.from <= version } }

    /// A source that declares others each time would make a record as large as its documents.
    private mutating func forgetNamespaces() {
        var bytes = 0
        for index in forms.indices.dropLast().reversed() {
            bytes += forms[index].namespaces?.approximateBytes ?? 0
            if bytes > Self.maxNamespaceBytes { forms[index].namespaces = nil }
        }
    }

    public var key: IngestionKey { .invoice(number, of: source, tenant: tenant) }
    public var id: UniqueId { key.id }

    /// The draft that is made of it, whatever its version: UUIDv5 over its identity.
    public var draft: InvoiceId { InvoiceId(UniqueId.version5(namespace: id, name: Array("draft".utf8))) }
}

extension IngestedInvoice.FormSpan {
    fileprivate init(_ revision: IngestedInvoice.Revision) {
        self.init(from: revision.number, encoding: revision.encoding, namespaces: revision.namespaces)
    }
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
