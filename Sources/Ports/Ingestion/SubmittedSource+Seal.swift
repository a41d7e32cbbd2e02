public import Domain

extension SubmittedSource {
    /// The plan of it, with its password sealed, or kept.
    ///
    /// - Parameter known: the source that has its name, as it is.
    /// - Returns: nil when it has a user and no password, and there is none to keep.
    public func plan(
        of tenant: TenantId, known: IngestionSource?, fingerprint: Fingerprint, sealer: any Sealer
    ) throws(SealError) -> IngestionSource.Plan? {
        guard user != nil else { return plan(password: nil, fingerprint: fingerprint) }
        if let password {
            let sealed = try sealer.seal(Array(password.utf8), .password(of: name, tenant: tenant))
            return plan(password: .sealed(sealed), fingerprint: fingerprint)
        }
        guard let known, keepsPassword(of: known) else { return nil }
        return plan(password: known.plan.request.password, fingerprint: fingerprint)
    }

    /// Tells a repeated request from another one; a password counts.
    public func fingerprint(of tenant: TenantId, _ fingerprinter: any Fingerprinter) -> Fingerprint {
        fingerprinter.fingerprint(Array("\(ItemKey.Kind.source.rawValue)1\u{0}".utf8) + canonicalBytes, tenant: tenant)
    }
}
