public import Domain

extension IngestionSource {
    /// What is sent, with what is secret in its places.
    ///
    /// - Throws: `SealError` when it cannot be opened.
    public func revealedRequest(_ sealer: any Sealer) throws(SealError) -> SourceRequest {
        switch plan.request.secrets {
        case nil: return plan.request
        case .erased?: throw .erased
        case .sealed(let sealed)?:
            guard let request = plan.request.revealed(try sealer.open(sealed, .secrets(of: name, tenant: tenant))) else { throw .damaged }
            return request
        }
    }

    /// The request with all that is secret in it sealed.
    ///
    /// - Returns: nil when nothing lies open.
    /// - Throws: `SealError` when what is sealed already cannot be opened, or the rest not sealed.
    public func sealedRequest(_ sealer: any Sealer) throws(SealError) -> SourceRequest? {
        guard plan.request.hasOpenSecrets else { return nil }
        let revealed = try revealedRequest(sealer)
        guard let bytes = revealed.secretBytes else { return nil }
        let secrets = try sealer.seal(bytes, .secrets(of: name, tenant: tenant))
        return revealed.sealed(password: plan.request.password, secrets: .sealed(secrets))
    }
}
