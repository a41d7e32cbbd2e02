internal import Domain
internal import Ports

/// Writes events in the JSON format of CloudEvents 1.0 (cloudevents.io), with the extensions `tenantid`, `version` and
/// `correlationid`.
enum CloudEventWriter {
    static func write(_ event: CommittedEvent, store: UniqueId, to writer: inout JSONWriter) {
        writer.object { json in
            json.field("specversion", "1.0")
            json.field("id", event.id(in: store).description)
            json.field("source", source(of: event))
            json.field("type", event.type.name)
            json.field("subject", event.subject.description)
            json.field("time", event.time)
            json.field("datacontenttype", Reply.json)
            json.field("tenantid", event.tenant.value)
            json.field("version", event.version)
            json.field("correlationid", event.correlationId)
            json.field("data", raw: event.data)
        }
    }

    /// A URI reference; a tenant's name is safe in a path as it is.
    private static func source(of event: CommittedEvent) -> String {
        switch event.type {
        case .serviceCall: "/tenants/\(event.tenant.value)/service-calls"
        case .series: "/tenants/\(event.tenant.value)/series"
        case .invoice: "/tenants/\(event.tenant.value)/invoices"
        }
    }
}
