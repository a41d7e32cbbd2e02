/// What submitted a call, when it was not a client.
public enum CallOrigin: Hashable, Sendable {
    /// - Parameter nominal: the instant for which the schedule made the call.
    case schedule(ScheduleId, nominal: Instant)
    /// - Parameter event: the event that the call delivers.
    case subscription(SubscriptionId, event: UniqueId)
}

/// `schedule/<id>/<RFC 3339>` or `subscription/<id>/<event>`: as it is stored, and shown in events.
extension CallOrigin: CustomStringConvertible, LosslessStringConvertible {
    public var description: String {
        switch self {
        case .schedule(let id, let nominal): "schedule/\(id)/\(nominal.rfc3339)"
        case .subscription(let id, let event): "subscription/\(id)/\(event)"
        }
    }

    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        switch parts[0] {
        case "schedule":
            guard let id = ScheduleId(parts[1]), let nominal = try? Instant(rfc3339: parts[2]) else { return nil }
            self = .schedule(id, nominal: nominal)
        case "subscription":
            guard let id = SubscriptionId(parts[1]), let event = UniqueId(parts[2]) else { return nil }
            self = .subscription(id, event: event)
        default: return nil
        }
    }
}
