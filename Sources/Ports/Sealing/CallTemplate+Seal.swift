public import Domain

extension CallTemplate {
    /// One of its calls, sealed anew under the call's own identity.
    ///
    /// - Parameters:
    ///   - item: the identity of the schedule or subscription that holds the template.
    ///   - change: what is sent in place of the template's own request.
    /// - Throws: `SealError` when the template cannot be opened, or the call not be sealed.
    public func call(
        tenant: TenantId, item: UniqueId, id: ServiceCallId, dueAt: Instant?, origin: CallOrigin, correlationId: String,
        sealer: any Sealer, changing change: (OutgoingRequest) -> OutgoingRequest = { $0 }
    ) throws(SealError) -> ServiceCallSubmission {
        let opened = try sealer.open(request, CallTemplate.context(of: item, tenant: tenant))
        let sealed = try sealer.seal(change(opened), .request(of: id, tenant: tenant))
        return submission(tenant: tenant, id: id, request: sealed, dueAt: dueAt, origin: origin, correlationId: correlationId)
    }

    /// The context under which a template is sealed.
    public static func context(of item: UniqueId, tenant: TenantId) -> SealContext {
        SealContext(tenant: tenant, id: item, field: .request)
    }
}
