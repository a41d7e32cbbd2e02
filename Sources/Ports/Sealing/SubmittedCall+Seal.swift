public import Domain

extension SubmittedCall {
    /// The call to be, its payload sealed: from here on nothing holds it in the clear.
    ///
    /// - Throws: `SealError.unusable`.
    public func submission(
        tenant: TenantId, id: ServiceCallId, sealer: any Sealer, fingerprint: Fingerprint, requestId: String
    ) throws(SealError) -> ServiceCallSubmission {
        submission(
            tenant: tenant, id: id, request: try sealer.seal(outgoing, .request(of: id, tenant: tenant)), fingerprint: fingerprint,
            requestId: requestId)
    }
}
