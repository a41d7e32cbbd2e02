/// A part of a batch that could not be taken as a document, kept so that nothing is lost. Its octets are kept beside it.
public struct QuarantinedSlice: Hashable, Sendable {
    public enum Status: String, Sendable, CaseIterable {
        case open
        /// It was taken after all, or came out of quarantine by hand.
        case resolved
    }

    public let tenant: TenantId
    public let source: SourceName
    /// Counts its events from 1.
    public internal(set) var version: Int64
    public internal(set) var status: Status
    public internal(set) var finding: QuarantineFinding
    public let sha256: ContentDigest
    /// How many octets are kept.
    public let size: Int
    /// The document that it became.
    public internal(set) var resolvedAs: UniqueId?
    /// When it was first seen.
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant

    public var key: IngestionKey { IngestionKey(kind: .quarantine, id: id) }
    /// The same for the same octets of a source.
    public var id: UniqueId { IngestionKey.quarantine(sha256.bytes, of: source, tenant: tenant).id }
}

/// Why and where a part of a batch was put into quarantine.
public struct QuarantineFinding: Hashable, Sendable {
    /// A word for machines: `malformed`, `no-number`, `too-large`, …
    public let code: String
    /// What is wrong, and what to do about it.
    public let text: String
    /// Its place in the batch, from 0.
    public let index: Int
    /// IANA name of the encoding of the octets, as far as it is known.
    public let encoding: String?
    /// The namespaces that were declared around it.
    public let namespaces: [InheritedNamespace]
    public let run: UniqueId?
    public let trace: TraceId

    public init(
        code: String, text: String, index: Int, encoding: String?, namespaces: [InheritedNamespace], run: UniqueId?, trace: TraceId
    ) {
        self.code = code
        self.text = text
        self.index = index
        self.encoding = encoding
        self.namespaces = namespaces
        self.run = run
        self.trace = trace
    }

    /// Whether the same is wrong; where and when it was found may differ.
    func says(the same: QuarantineFinding) -> Bool { code == same.code && text == same.text }
}

/// A part of a batch on its way into quarantine.
public struct RefusedSlice: Hashable, Sendable {
    public let source: SourceName
    public let octets: [UInt8]
    public let sha256: ContentDigest
    public let finding: QuarantineFinding

    public init(source: SourceName, octets: [UInt8], finding: QuarantineFinding) {
        self.source = source
        self.octets = octets
        sha256 = ContentDigest(of: octets)
        self.finding = finding
    }
}
