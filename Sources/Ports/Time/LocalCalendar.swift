public import Domain

/// Which day it is where, and what clocks show there.
public protocol LocalCalendar: Sendable {
    /// The day of `instant` in the zone with the IANA name `zone`; nil when no such zone is known.
    func date(of instant: Instant, in zone: String) -> CalendarDate?

    /// The rules of the zone with the IANA name `name`; nil when no such zone is known.
    func zone(_ name: String) -> (any ZoneRules)?
}
