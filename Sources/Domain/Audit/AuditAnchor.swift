internal import Crypto

/// A signed statement of where one audit chain stood (CM-4).
///
/// A chain alone shows an edit, but not that its end is gone, nor that somebody computed all of it anew. The statement covers every entry up to
/// the head that it names, and cannot be made without the engine's key.
public struct AuditAnchor: Hashable, Sendable {
    public let store: UniqueId
    public let tenant: TenantId
    public let partition: Int
    public let head: AuditHead
    /// When it was signed.
    public let at: Instant
    /// Ed25519 (RFC 8032), 32 bytes.
    public let publicKey: [UInt8]
    /// Over the bytes of `statement`, 64 bytes.
    public let signature: [UInt8]

    public init(
        store: UniqueId, tenant: TenantId, partition: Int, head: AuditHead, at: Instant, publicKey: [UInt8], signature: [UInt8]
    ) {
        self.store = store
        self.tenant = tenant
        self.partition = partition
        self.head = head
        self.at = at
        self.publicKey = publicKey
        self.signature = signature
    }

    /// What is signed: plain text, so that it can be checked with any tool that knows Ed25519.
    public var statement: String {
        """
        ledgerflow audit anchor v1
        store \(store)
        tenant \(tenant)
        partition \(partition)
        entries \(head.count)
        head \(Hexadecimal.text(head.hash))
        at \(at.rfc3339)

        """
    }

    /// Whether the signature is that of the key which the anchor names. Whether that key is the right one is for the reader to say.
    public var isSigned: Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: Array(statement.utf8))
    }
}

/// The key by which an engine signs anchors. It prints as its public half alone, so that it cannot get into a log by accident.
public struct AuditAnchorKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// Bytes of the seed from which a key is made.
    public static let seedBytes = 32

    private let key: Curve25519.Signing.PrivateKey

    /// - Parameter seed: `seedBytes` secret random bytes.
    /// - Throws: `AuditAnchorKeyError` for another number of bytes.
    public init(seed: [UInt8]) throws(AuditAnchorKeyError) {
        guard seed.count == Self.seedBytes, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw AuditAnchorKeyError(bytes: seed.count)
        }
        self.key = key
    }

    public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    public var description: String { Hexadecimal.text(publicKey) }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// - Returns: nil when it could not be signed.
    public func anchor(store: UniqueId, tenant: TenantId, partition: Int, head: AuditHead, at: Instant) -> AuditAnchor? {
        let unsigned = AuditAnchor(
            store: store, tenant: tenant, partition: partition, head: head, at: at, publicKey: publicKey, signature: [])
        guard let signature = try? key.signature(for: Array(unsigned.statement.utf8)) else { return nil }
        return AuditAnchor(
            store: store, tenant: tenant, partition: partition, head: head, at: at, publicKey: publicKey, signature: Array(signature))
    }
}

/// The seed of an anchor key has the wrong size.
public struct AuditAnchorKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    public let bytes: Int
    public var description: String { "a key for anchors is made from \(AuditAnchorKey.seedBytes) bytes, not \(bytes)" }
}
