public import Domain

extension OutgoingRequest {
    /// The request that delivers `event`: this one, with the event in the JSON format of CloudEvents as its body, and the identity by which
    /// the receiver knows a repetition (Standard Webhooks 1.0.0).
    ///
    /// - Parameter store: the store whose event it is.
    public func delivering(_ event: CommittedEvent, of store: UniqueId, webhookId: String) -> OutgoingRequest {
        var body = JSONWriter(capacity: event.data.count + 512)
        event.writeCloudEvent(in: store, to: &body)
        return delivering(body.bytes, webhookId: webhookId)
    }

    /// The same with an event that is written already.
    public func delivering(_ event: [UInt8], webhookId: String) -> OutgoingRequest {
        var kept = headers.filter { !Self.isSetByDelivery($0.name) }
        for (name, value) in [("content-type", "application/cloudevents+json; charset=utf-8"), ("webhook-id", webhookId)] {
            // Both are valid fields, so nothing is left out.
            if let header = try? Header(name: name, value: value) { kept.append(header) }
        }
        return OutgoingRequest(method: method, url: url, headers: kept, body: event)
    }

    private static func isSetByDelivery(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "content-type" || name == "webhook-id"
    }
}
