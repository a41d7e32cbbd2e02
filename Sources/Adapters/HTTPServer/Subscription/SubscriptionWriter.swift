internal import Domain

/// Writes subscriptions as the API shows them.
enum SubscriptionWriter {
    /// - Parameter opened: nil in lists, which open nothing.
    static func subscription(
        _ subscription: Subscription, opened: OutgoingRequest?, policy: RedactionPolicy, to writer: inout JSONWriter
    ) {
        writer.object { json in
            json.field("id", subscription.id.description)
            json.field("name", subscription.name.value)
            json.field("status", subscription.status.rawValue)
            json.field("disabledReason", ifPresent: subscription.disabledReason)
            json.field("types", subscription.types.map(\.text))
            if let filter = subscription.filter { json.object("filter") { filter.write(into: &$0) } }
            json.object("target") {
                TemplateWriter.request(subscription.template, opened: opened, policy: policy, isTarget: true, to: &$0)
            }
            TemplateWriter.policy(subscription.template, to: &json)
            json.field("generation", subscription.generation)
            json.field("version", subscription.version)
            json.field("createdAt", subscription.createdAt)
            json.field("updatedAt", subscription.updatedAt)
        }
    }
}

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

    /// The request that delivers it, as events of the log are delivered.
    ///
    /// - Returns: nil when the header fields cannot be made.
    func delivery(_ template: SubmittedTemplate) -> SubmittedTemplate? {
        let messageId = UniqueId.version5(namespace: subscription.value, name: id.bytes).description
        let own = ["content-type", WebhookSignature.idField]
        guard let type = try? OutgoingRequest.Header(name: "Content-Type", value: "application/cloudevents+json"),
            let message = try? OutgoingRequest.Header(name: WebhookSignature.idField, value: messageId)
        else { return nil }
        let headers = template.outgoing.headers.filter { !own.contains($0.name.lowercased()) } + [type, message]
        return SubmittedTemplate(
            outgoing: OutgoingRequest(method: .POST, url: template.outgoing.url, headers: headers, body: body), tags: template.tags,
            timeout: template.timeout, retry: template.retry, redirects: template.redirects)
    }
}
