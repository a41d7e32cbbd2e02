public import Domain

extension SubmittedSource {
    /// The plan of it, with its password sealed, or kept, and what else is secret in it sealed.
    ///
    /// - Parameter known: the source that has its name, as it is.
    /// - Returns: nil when it has a user and no password, and there is none to keep.
    public func plan(
        of tenant: TenantId, known: IngestionSource?, fingerprint: Fingerprint, sealer: any Sealer
    ) throws(SealError) -> IngestionSource.Plan? {
        var kept: SourceRequest.Secret?
        if user != nil {
            if let password {
                kept = .sealed(try sealer.seal(Array(password.utf8), .password(of: name, tenant: tenant)))
            } else {
                guard let known, keepsPassword(of: known) else { return nil }
                kept = known.plan.request.password
            }
        }
        var secrets: SourceRequest.Secret?
        if let bytes = secretBytes { secrets = .sealed(try sealer.seal(bytes, .secrets(of: name, tenant: tenant))) }
        return plan(password: kept, secrets: secrets, fingerprint: fingerprint)
    }

    /// Tells a repeated request from another one; a password counts. Of form 2, so that a source from before secrets were sealed is sealed
    /// when it is given again.
    public func fingerprint(of tenant: TenantId, _ fingerprinter: any Fingerprinter) -> Fingerprint {
        fingerprinter.fingerprint(Array("\(ItemKey.Kind.source.rawValue)2\u{0}".utf8) + canonicalBytes, tenant: tenant)
    }
}
