internal import Crypto

/// The schemes of Standard Webhooks 1.0.0, section "Signature scheme".
public enum WebhookScheme: String, Hashable, Sendable, CaseIterable {
    /// One secret that sender and receiver share; signatures are marked `v1`.
    case hmacSHA256 = "hmac-sha256"
    /// A key pair: the receiver holds what verifies and cannot sign (RFC 8032); signatures are marked `v1a`.
    case ed25519

    var mark: String {
        switch self {
        case .hmacSHA256: "v1"
        case .ed25519: "v1a"
        }
    }
}

/// A key that signs webhooks. It prints as its scheme alone, so that it cannot get into a log by accident.
public struct WebhookSigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    enum Material: Sendable {
        case hmac(SymmetricKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    let material: Material

    /// How many bytes a shared secret may have: 192 to 512 bits.
    public static let secretBytes = 24...64
    /// How many random bytes a new key of either scheme is made of.
    public static let randomBytes = 32

    static let secretPrefix = "whsec_"
    static let privatePrefix = "whsk_"

    /// A new key of `scheme`, made of `random`.
    ///
    /// - Throws: `.length` when a shared secret would not have `secretBytes`, or a key pair's seed not 32 bytes.
    public init(_ scheme: WebhookScheme, random: [UInt8]) throws(WebhookKeyError) {
        switch scheme {
        case .hmacSHA256:
            guard Self.secretBytes.contains(random.count) else { throw .length }
            material = .hmac(SymmetricKey(data: random))
        case .ed25519:
            guard random.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: random) else { throw .length }
            material = .ed25519(key)
        }
    }

    /// Reads `whsec_` (a shared secret) or `whsk_` (the secret half of a pair: its 32 bytes of seed, or these and the 32 bytes of the
    /// public half, as some libraries write it), each followed by Base64 with or without its padding.
    public init(_ text: String) throws(WebhookKeyError) {
        if let encoded = text.dropping(Self.secretPrefix) {
            try self.init(.hmacSHA256, random: Self.bytes(encoded))
        } else if let encoded = text.dropping(Self.privatePrefix) {
            let bytes = try Self.bytes(encoded)
            try self.init(.ed25519, random: Array(bytes.prefix(32)))
            guard case .ed25519(let key) = material, bytes.count == 32 || bytes[32...].elementsEqual(key.publicKey.rawRepresentation)
            else { throw .length }
        } else {
            throw .prefix
        }
    }

    public var scheme: WebhookScheme {
        switch material {
        case .hmac: .hmacSHA256
        case .ed25519: .ed25519
        }
    }

    /// The key itself, as `init(_:)` reads it. To be sealed, or shown once to whoever made it.
    public var secretText: String {
        switch material {
        case .hmac(let key): Self.secretPrefix + Base64.encode(key.withUnsafeBytes { Array($0) })
        case .ed25519(let key): Self.privatePrefix + Base64.encode(Array(key.rawRepresentation))
        }
    }

    /// What a receiver needs to verify without being able to sign: `whpk_` and Base64; nil for a shared secret.
    public var publicText: String? {
        switch material {
        case .hmac: nil
        case .ed25519(let key): WebhookVerificationKey.publicPrefix + Base64.encode(Array(key.publicKey.rawRepresentation))
        }
    }

    public var description: String { "a key for \(scheme.rawValue)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    static func bytes(_ encoded: Substring) throws(WebhookKeyError) -> [UInt8] {
        // 128 characters hold more than the longest key.
        guard encoded.utf8.count <= 128 else { throw .length }
        let padding = String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
        guard let bytes = Base64.decode(encoded + padding) else { throw .encoding }
        return bytes
    }
}

/// A key that verifies webhooks: the same secret that signed them, or the public half of a pair.
public struct WebhookVerificationKey: Sendable, CustomStringConvertible, CustomReflectable {
    enum Material: Sendable {
        case hmac(SymmetricKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    let material: Material

    static let publicPrefix = "whpk_"

    /// Verifies what `key` signs.
    public init(_ key: WebhookSigningKey) {
        switch key.material {
        case .hmac(let secret): self.init(material: .hmac(secret))
        case .ed25519(let pair): self.init(material: .ed25519(pair.publicKey))
        }
    }

    /// Reads `whpk_` and the Base64 of 32 bytes, or what `WebhookSigningKey` reads.
    public init(_ text: String) throws(WebhookKeyError) {
        guard let encoded = text.dropping(Self.publicPrefix) else {
            self.init(try WebhookSigningKey(text))
            return
        }
        let bytes = try WebhookSigningKey.bytes(encoded)
        guard bytes.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { throw .length }
        self.init(material: .ed25519(key))
    }

    private init(material: Material) { self.material = material }

    public var description: String {
        switch material {
        case .hmac: "a key for \(WebhookScheme.hmacSHA256.rawValue)"
        case .ed25519: "a public key for \(WebhookScheme.ed25519.rawValue)"
        }
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a text is not a key. Says nothing of the text itself, which may be most of a secret.
public enum WebhookKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    case prefix, encoding, length

    public var description: String {
        switch self {
        case .prefix: "must start with whsec_ (a shared secret), whsk_ (a secret ed25519 key) or whpk_ (a public one, to verify only)"
        case .encoding: "must be Base64 behind its prefix (RFC 4648 section 4)"
        case .length: "must hold 24 to 64 bytes (whsec_) or a 32-byte ed25519 key (whsk_, whpk_)"
        }
    }
}

extension String {
    /// What follows `prefix`; nil when the text does not start with it.
    fileprivate func dropping(_ prefix: String) -> Substring? {
        utf8.starts(with: prefix.utf8) ? self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...] : nil
    }
}
