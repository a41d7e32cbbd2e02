public import Domain

extension SubmittedReceiver {
    /// Tells a repeated request from another one; a secret counts.
    public func fingerprint(of tenant: TenantId, _ fingerprinter: any Fingerprinter) -> Fingerprint {
        fingerprinter.fingerprint(Array("\(ItemKey.Kind.receiver.rawValue)1\u{0}".utf8) + canonicalBytes, tenant: tenant)
    }
}

extension Receiver.Secret {
    /// A secret that is made now, sealed under `id`.
    public static func sealed(
        _ text: String, id: UniqueId, tenant: TenantId, at now: Instant, by sealer: any Sealer
    ) throws(SealError) -> Receiver.Secret {
        let context = SealContext(tenant: tenant, id: id, field: .receiverSecret)
        return Receiver.Secret(id: id, sealed: try sealer.seal(Array(text.utf8), context), createdAt: now)
    }
}
