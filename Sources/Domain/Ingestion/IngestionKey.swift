internal import Crypto

/// What ingestion puts on record, by kind and identity. Its records are further ones of the tenant's books.
public struct IngestionKey: Hashable, Comparable, Sendable {
    /// The raw value is what stores keep; it never changes.
    public enum Kind: String, Sendable, CaseIterable {
        /// A document that was received, with all its versions.
        case invoice
        /// A part of a batch that could not be taken.
        case quarantine
        /// One round of asking a source.
        case run
        /// What a sender of webhooks delivered.
        case message
    }

    public let kind: Kind
    public let id: UniqueId

    public init(kind: Kind, id: UniqueId) {
        self.kind = kind
        self.id = id
    }

    /// The document with `number` of a source, always the same: UUIDv5 over tenant, source and number.
    public static func invoice(_ number: String, of source: SourceName, tenant: TenantId) -> IngestionKey {
        IngestionKey(kind: .invoice, id: derived(Array(number.utf8), of: source, tenant, kind: .invoice))
    }

    /// The part of a batch that has these octets, always the same: UUIDv5 over tenant, source and digest.
    public static func quarantine(_ sha256: [UInt8], of source: SourceName, tenant: TenantId) -> IngestionKey {
        IngestionKey(kind: .quarantine, id: derived(sha256, of: source, tenant, kind: .quarantine))
    }

    public static func run(_ id: UniqueId) -> IngestionKey { IngestionKey(kind: .run, id: id) }

    public static func < (a: IngestionKey, b: IngestionKey) -> Bool { (a.kind.rawValue, a.id) < (b.kind.rawValue, b.id) }

    private static let namespace = UniqueId(high: 0x6c65_6467_6572_5f6c, low: 0x8f6f_775f_6967_0001)

    static func derived(_ name: [UInt8], of source: SourceName, _ tenant: TenantId, kind: Kind) -> UniqueId {
        // A zero byte occurs in neither of the names before it.
        let prefix = Array(kind.rawValue.utf8) + [0] + Array(tenant.value.utf8) + [0] + Array(source.value.utf8) + [0]
        return UniqueId.version5(namespace: namespace, name: prefix + name)
    }
}

/// The octets of one version of a record, written once and never changed: of a document, or of what lies in quarantine.
public struct IngestionContent: Hashable, Sendable {
    public let tenant: TenantId
    public let key: IngestionKey
    /// Counts the versions from 1.
    public let version: Int64
    public let octets: [UInt8]

    public init(tenant: TenantId, key: IngestionKey, version: Int64, octets: [UInt8]) {
        self.tenant = tenant
        self.key = key
        self.version = version
        self.octets = octets
    }
}

/// The SHA-256 of some octets.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    public let bytes: [UInt8]

    public init(of octets: [UInt8]) { bytes = octets.withUnsafeBytes { Array(SHA256.hash(data: $0)) } }

    /// - Returns: nil unless `text` is 64 hexadecimal digits in lower case.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64, digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        func value(_ digit: UInt8) -> UInt8 { digit < 0x3A ? digit - 0x30 : digit - 0x61 + 10 }
        bytes = (0..<32).map { value(digits[2 * $0]) << 4 | value(digits[2 * $0 + 1]) }
    }

    /// 64 hexadecimal digits in lower case.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
