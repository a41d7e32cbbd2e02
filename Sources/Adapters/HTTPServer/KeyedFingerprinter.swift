internal import Crypto
public import Domain
public import Ports
internal import Synchronization

/// Fingerprints by HMAC-SHA256 (RFC 2104) with a key per tenant, derived from one master key by HKDF (RFC 5869).
///
/// Whoever reads the store cannot test guesses of what was submitted, nor compare submissions across tenants.
public final class KeyedFingerprinter: Fingerprinter {
    private static let maxKeys = 4_096
    private let master: SymmetricKey
    private let keys = Mutex<[TenantId: SymmetricKey]>([:])

    /// - Parameter masterKey: at least 32 secret random bytes that never change.
    public init(masterKey: [UInt8]) { master = SymmetricKey(data: masterKey) }

    public func fingerprint(_ bytes: [UInt8], tenant: TenantId) -> Fingerprint {
        Fingerprint(bytes: Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key(of: tenant))))
    }

    private func key(of tenant: TenantId) -> SymmetricKey {
        keys.withLock { keys in
            if let key = keys[tenant] { return key }
            let info = Array("ledgerflow fingerprint v1\u{0}".utf8) + Array(tenant.value.utf8)
            let key = HKDF<SHA256>.deriveKey(inputKeyMaterial: master, info: info, outputByteCount: 32)
            if keys.count >= Self.maxKeys { keys.removeAll() }
            keys[tenant] = key
            return key
        }
    }
}
