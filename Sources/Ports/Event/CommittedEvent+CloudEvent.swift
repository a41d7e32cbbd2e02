public import Domain

/// Events by CloudEvents 1.0 (cloudevents.io), the same attributes in every form: over the HTTP API, on the bus, and to subscribers.
extension CommittedEvent {
    /// The attribute `source`: a URI reference. A tenant's name is safe in a path as it is.
    public var source: String {
        let tenant = "/tenants/" + tenant.value
        return switch type {
        case .serviceCall: tenant + "/service-calls"
        case .series: tenant + "/series"
        case .invoice: tenant + "/invoices"
        case .schedule: tenant + "/schedules"
        case .subscription: tenant + "/subscriptions"
        case .webhookKey: tenant + "/webhook-keys"
        case .target: tenant + "/targets"
        case .ingestion: tenant + "/ingestion"
        case .tenant: tenant
        }
    }

    /// Writes the event in the JSON event format, with the extension attributes `tenantid`, `version` (of the aggregate) and
    /// `correlationid`.
    public func writeCloudEvent(in store: UniqueId, to writer: inout JSONWriter) {
        writer.object { json in
            json.field("specversion", "1.0")
            json.field("id", id(in: store).description)
            json.field("source", source)
            json.field("type", type.name)
            json.field("subject", subject.description)
            json.field("time", time)
            json.field("datacontenttype", "application/json")
            json.field("tenantid", tenant.value)
            json.field("version", version)
            json.field("correlationid", correlationId)
            json.field("data", raw: data)
        }
    }
}
