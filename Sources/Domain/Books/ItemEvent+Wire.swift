/// The JSON of each item event's `data`, version 1. No secret is in any: neither headers, bodies and queries of what will be sent, nor keys,
/// nor the values that a filter compares with.
extension ItemEvent {
    /// - Parameter item: the item after the event.
    func write(_ item: TenantItem, _ key: ItemKey, into json: inout JSONWriter) {
        switch (self, item) {
        case (.schedule(let event), .schedule(let schedule)): event.write(schedule, into: &json)
        case (.subscription(let event), .subscription(let subscription)): event.write(subscription, into: &json)
        case (.webhookKeys(let event), _): event.write(into: &json)
        case (.holds(let event), _): event.write(into: &json)
        case (.source(let event), .source(let source)): event.write(source, into: &json)
        case (.receiver(let event), .receiver(let receiver)): event.write(receiver, into: &json)
        default: break
        }
    }
}

extension CallTemplate {
    fileprivate func writeTarget(into json: inout JSONWriter) {
        json.object("request") { json in
            json.field("method", request.method.rawValue)
            json.field("url", request.url.withoutQuery)
        }
    }
}

extension ScheduleEvent {
    fileprivate func write(_ schedule: Schedule, into json: inout JSONWriter) {
        json.field("name", schedule.name.value)
        switch self {
        case .created, .changed:
            schedule.timing.write(into: &json)
            schedule.template.writeTarget(into: &json)
        case .paused, .resumed, .deleted: break
        }
    }
}

extension SubscriptionEvent {
    fileprivate func write(_ subscription: Subscription, into json: inout JSONWriter) {
        json.field("name", subscription.name.value)
        switch self {
        case .created, .changed:
            json.field("types", subscription.types.map(\.text))
            json.field("conditions", subscription.filter?.all.count ?? 0)
            subscription.template.writeTarget(into: &json)
        case .disabled(let reason): json.field("reason", reason)
        case .replayed(_, let generation): json.field("generation", generation)
        case .paused, .resumed, .deleted: break
        }
    }
}

extension WebhookKeyEvent {
    fileprivate func write(into json: inout JSONWriter) {
        switch self {
        case .added(let key, let end):
            json.field("key", key.id.description)
            json.field("scheme", key.scheme.rawValue)
            json.field("publicKey", ifPresent: key.publicKey)
            json.field("othersExpireAt", end)
        case .deleted(let id): json.field("key", id.description)
        }
    }
}

extension HoldEvent {
    fileprivate func write(into json: inout JSONWriter) {
        switch self {
        case .targetPaused(let host, let hold):
            json.field("host", host)
            json.field("by", hold.by)
            json.field("reason", hold.reason)
        case .targetResumed(let host): json.field("host", host)
        case .tenantPaused(let hold):
            json.field("by", hold.by)
            json.field("reason", hold.reason)
        case .tenantResumed: break
        }
    }
}
