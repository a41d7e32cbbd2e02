private let request = EventField(
    "request",
    .object([
        EventField("method", .choice(OutgoingRequest.Method.allCases.map(\.rawValue)), "The HTTP method."),
        EventField("url", .text, "The target, without its query."),
    ]), "What each of its calls sends; headers, body and query stay with the engine.")

extension ScheduleEvent.Kind {
    var summary: String {
        switch self {
        case .created: "A schedule was made."
        case .changed: "A schedule was changed; what it is now."
        case .paused: "A schedule was paused: it makes no calls."
        case .resumed: "A schedule was resumed; occurrences from before make no calls."
        case .deleted: "A schedule was deleted, for ever."
        }
    }

    var fields: [EventField] {
        let name = EventField("name", .text, "What the tenant calls it.")
        switch self {
        case .created, .changed:
            return [
                name, EventField("cron", .text, "When it recurs, as a cron expression.", isOptional: true),
                EventField("every", .text, "When it recurs, as an ISO 8601 interval.", isOptional: true),
                EventField("timeZone", .text, "IANA name of the zone whose clocks it follows."),
                EventField("misfire", .choice(MisfireRule.allCases.map(\.rawValue)), "What becomes of occurrences that were missed."),
                EventField("notBefore", .instant, "No occurrence is before it.", isOptional: true),
                EventField("notAfter", .instant, "No occurrence is after it.", isOptional: true), request,
            ]
        case .paused, .resumed, .deleted: return [name]
        }
    }
}

extension SubscriptionEvent.Kind {
    var summary: String {
        switch self {
        case .created: "A subscription was made."
        case .changed: "A subscription was changed; what it is now."
        case .paused: "A subscription was paused: nothing is delivered."
        case .resumed: "A subscription was resumed; what came meanwhile is delivered."
        case .disabled: "A subscription was disabled because its deliveries failed for days; resume it once the target works again."
        case .replayed: "Events are delivered again from an earlier place."
        case .deleted: "A subscription was deleted, for ever."
        }
    }

    var fields: [EventField] {
        let name = EventField("name", .text, "What the tenant calls it.")
        switch self {
        case .created, .changed:
            return [
                name, EventField("types", .list(of: .text), "Which types of events it wants."),
                EventField("conditions", .integer, "How many conditions its filter has."), request,
            ]
        case .disabled: return [name, EventField("reason", .text, "Why.")]
        case .replayed: return [name, EventField("generation", .integer, "Counts the replays from 1.")]
        case .paused, .resumed, .deleted: return [name]
        }
    }
}

extension WebhookKeyEvent.Kind {
    var summary: String {
        switch self {
        case .added: "Calls are signed with a new key."
        case .deleted: "A key signs no more."
        }
    }

    var fields: [EventField] {
        let key = EventField("key", .text, "The key's identifier.")
        switch self {
        case .added:
            return [
                key, EventField("scheme", .choice(WebhookScheme.allCases.map(\.rawValue)), "How it signs."),
                EventField("publicKey", .text, "What receivers verify with; absent when they share the secret.", isOptional: true),
                EventField("othersExpireAt", .instant, "Until when the scheme's other keys sign too."),
            ]
        case .deleted: return [key]
        }
    }
}

extension HoldEvent.Kind {
    private static let reasons = [EventField("by", .text, "Who paused it."), EventField("reason", .text, "Why.")]

    var targetSummary: String {
        switch self {
        case .paused: "Calls to a target are held."
        case .resumed: "Calls to a target are made again."
        }
    }

    var targetFields: [EventField] {
        let host = EventField("host", .text, "The target.")
        switch self {
        case .paused: return [host] + Self.reasons
        case .resumed: return [host]
        }
    }

    var tenantSummary: String {
        switch self {
        case .paused: "All calls of the tenant are held."
        case .resumed: "The tenant's calls are made again."
        }
    }

    var tenantFields: [EventField] {
        switch self {
        case .paused: Self.reasons
        case .resumed: []
        }
    }
}
