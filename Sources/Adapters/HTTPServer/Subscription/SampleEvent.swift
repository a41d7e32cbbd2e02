internal import Domain

/// An event that never happened, by which a receiver can be tried.
struct SampleEvent {
    static let type = "ledgerflow.subscription.test.v1"

    let id: UniqueId
    let subscription: SubscriptionId
    let tenant: TenantId
    let at: Instant
    let correlationId: String

    /// As a CloudEvent in JSON.
    var body: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { json in
            json.field("specversion", "1.0")
            json.field("id", id.description)
            json.field("source", "/tenants/\(tenant.value)/subscriptions")
            json.field("type", Self.type)
            json.field("subject", subscription.description)
            json.field("time", at)
            json.field("datacontenttype", Reply.json)
            json.field("tenantid", tenant.value)
            json.field("version", 1)
            json.field("correlationid", correlationId)
            json.object("data") { $0.field("test", true) }
        }
        return writer.bytes
    }
}
