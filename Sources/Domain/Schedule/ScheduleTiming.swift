/// When a schedule's occurrences are, and what becomes of missed ones.
///
/// The zone is kept by name; its rules come from outside (port `LocalCalendar`), as governments change them.
public struct ScheduleTiming: Hashable, Sendable {
    public let recurrence: Recurrence
    /// IANA name of the zone whose clocks count.
    public let timeZone: String
    public let misfire: MisfireRule
    /// No occurrence is earlier.
    public let notBefore: Instant?
    /// No occurrence is later.
    public let notAfter: Instant?

    public static let maxTimeZoneBytes = 64

    public init(
        recurrence: Recurrence, timeZone: String = "UTC", misfire: MisfireRule = .all, notBefore: Instant? = nil, notAfter: Instant? = nil
    ) {
        self.recurrence = recurrence
        self.timeZone = timeZone
        self.misfire = misfire
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// The first occurrence after `instant`; nil when there is none any more. Always the same for the same arguments, so whoever goes on from
    /// any occurrence gets the same ones as in one go.
    public func next(after instant: Instant, zone: any ZoneRules) -> Instant? {
        var instant = instant
        if let notBefore, instant < notBefore { instant = notBefore - TimeSpan(microseconds: 1) }
        guard let next = recurrence.next(after: instant, zone: zone) else { return nil }
        if let notAfter, next > notAfter { return nil }
        return next
    }

    /// The first `count` occurrences after `instant`, rising; fewer when there are no more.
    public func upcoming(after instant: Instant, count: Int, zone: any ZoneRules) -> [Instant] {
        var upcoming: [Instant] = []
        var last = instant
        while upcoming.count < count, let next = next(after: last, zone: zone) {
            upcoming.append(next)
            last = next
        }
        return upcoming
    }
}
