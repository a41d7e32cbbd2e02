internal import Crypto
public import Domain
public import Ports
internal import Synchronization

/// Fingerprints by HMAC-SHA256 (RFC 2104) with a key per tenant, derived from one master key by HKDF (RFC 5869).
///
/// Whoever reads the store cannot test guesses of what was submitted, nor compare submissions across tenants.
public final class KeyedFingerprinter: Fingerprinter {
    private static let maxTenants = 4_096
    private let master: SymmetricKey
    /// Each with the tenant's key already taken in, which is half of the work for a short text.
    private let prepared = Mutex<[TenantId: HMAC<SHA256>]>([:])

    /// - Parameter masterKey: at least 32 secret random bytes that never change.
    public init(masterKey: [UInt8]) { master = SymmetricKey(data: masterKey) }

    public func fingerprint(_ bytes: [UInt8], tenant: TenantId) -> Fingerprint {
        var code = code(of: tenant)
        code.update(data: bytes)
        return Fingerprint(bytes: Array(code.finalize()))
    }

    private func code(of tenant: TenantId) -> HMAC<SHA256> {
        prepared.withLock { prepared in
            if let code = prepared[tenant] { return code }
            let info = Array("ledgerflow fingerprint v1\u{0}".utf8) + Array(tenant.value.utf8)
            let code = HMAC<SHA256>(key: HKDF<SHA256>.deriveKey(inputKeyMaterial: master, info: info, outputByteCount: 32))
            if prepared.count >= Self.maxTenants { prepared.removeAll() }
            prepared[tenant] = code
            return code
        }
    }
}
