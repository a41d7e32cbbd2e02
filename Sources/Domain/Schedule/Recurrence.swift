/// When something happens again.
public enum Recurrence: Hashable, Sendable {
    case cron(CronExpression)
    case every(RepeatingInterval)

    /// The first occurrence after `instant`; nil when there is none any more.
    public func next(after instant: Instant, zone: any ZoneRules) -> Instant? {
        switch self {
        case .cron(let expression): expression.next(after: instant, zone: zone)
        case .every(let interval): interval.next(after: instant, zone: zone)
        }
    }
}
