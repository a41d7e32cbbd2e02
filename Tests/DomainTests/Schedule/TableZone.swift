import PropertyKit

@testable import Domain

/// A zone whose clocks change as a table says.
struct TableZone: ZoneRules, CustomStringConvertible {
    let first: Int
    /// From when on, in seconds of UTC, which offset holds; rising.
    let changes: [(at: Int, offset: Int)]

    func offset(at instant: Instant) -> Int {
        changes.last { Instant(microseconds: Int64($0.at) * 1_000_000) <= instant }?.offset ?? first
    }

    var description: String { "\(first)" + changes.map { ", \($0.offset) from \(Moment.text($0.at))" }.joined() }

    /// Berlin in 2026: 02:00 leaps to 03:00 on 29 March, 03:00 falls back to 02:00 on 25 October.
    static let berlin = TableZone(
        first: 3_600, changes: [(Moment.second("2026-03-29T01:00:00Z"), 7_200), (Moment.second("2026-10-25T01:00:00Z"), 3_600)])

    /// Lord Howe in 2026: half an hour back on 5 April, half an hour forth on 4 October.
    static let lordHowe = TableZone(
        first: 39_600, changes: [(Moment.second("2026-04-04T15:00:00Z"), 37_800), (Moment.second("2026-10-03T15:30:00Z"), 39_600)])

    /// Samoa in 2011, which had no 30 December.
    static let apia = TableZone(first: -36_000, changes: [(Moment.second("2011-12-30T10:00:00Z"), 50_400)])

    /// Some changes, of minutes to a whole day, days apart, around the beginning of 2026.
    static func random(_ random: inout SeededGenerator) -> TableZone {
        func offset() -> Int {
            random.chance(80) ? Int.random(in: -4...4, using: &random) * 1_800 : Int.random(in: -1_400...1_400, using: &random) * 60
        }
        var at = Moment.second("2026-01-01T00:00:00Z")
        let changes = (0..<4).map { _ in
            at += Int.random(in: 97...400, using: &random) * 900
            return (at: at, offset: offset())
        }
        return TableZone(first: offset(), changes: changes)
    }
}

/// Instants as texts, for tests.
enum Moment {
    static func second(_ text: String) -> Int { at(text).seconds }

    static func at(_ text: String) -> Instant {
        guard let instant = try? Instant(rfc3339: text) else { preconditionFailure("\(text) is no instant") }
        return instant
    }

    static func text(_ second: Int) -> String { Instant(microseconds: Int64(second) * 1_000_000).rfc3339 }
}
