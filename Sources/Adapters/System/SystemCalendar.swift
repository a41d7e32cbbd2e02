public import Domain
internal import Foundation
public import Ports
internal import Synchronization

/// Which day it is where, and what clocks show there, by the system's time zone database.
public final class SystemCalendar: LocalCalendar {
    /// Zones that were asked for; nil: there is none of that name.
    private let zones = Mutex<[String: TimeZone?]>([:])
    private static let most = 1_024

    public init() {}

    public func date(of instant: Instant, in zone: String) -> CalendarDate? {
        guard let zone = self.zone(zone) else { return nil }
        return CalendarDate(String((instant + .seconds(Int64(zone.offset(at: instant)))).rfc3339.prefix(10)))
    }

    public func zone(_ name: String) -> (any ZoneRules)? { timeZone(name).map(SystemZone.init) }

    private func timeZone(_ name: String) -> TimeZone? {
        zones.withLock { zones in
            if let known = zones[name] { return known }
            // The names come from outside.
            if zones.count >= Self.most { zones = [:] }
            // Abbreviations such as CEST are ambiguous, and not IANA names.
            let zone = name == "UTC" || name.contains("/") ? TimeZone(identifier: name) : nil
            zones[name] = zone
            return zone
        }
    }
}

private struct SystemZone: ZoneRules {
    let zone: TimeZone

    func offset(at instant: Instant) -> Int {
        let (quotient, remainder) = instant.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(remainder < 0 ? quotient - 1 : quotient)))
    }
}
