import PropertyKit
import Testing

@testable import Domain

/// Instants as the clocks of a zone show them.
@Suite struct InstantOffsetTests {
    @Test(arguments: [
        ("2026-11-20T10:00:00Z", 0, "2026-11-20T10:00:00+00:00"), ("2026-11-20T10:00:00Z", 3_600, "2026-11-20T11:00:00+01:00"),
        ("2026-11-20T10:00:00Z", -12_600, "2026-11-20T06:30:00-03:30"), ("2026-11-20T23:30:00Z", 20_700, "2026-11-21T05:15:00+05:45"),
        ("2026-01-01T00:00:00Z", -36_000, "2025-12-31T14:00:00-10:00"), ("2026-11-20T10:00:00.25Z", 3_600, "2026-11-20T11:00:00.250+01:00"),
        // Local mean time, as zones had it: its seconds go into the time.
        ("1880-01-01T00:00:00Z", 3_208, "1880-01-01T00:53:00+00:53"), ("1880-01-01T00:00:00Z", -59, "1880-01-01T00:00:00+00:00"),
        ("1880-01-01T00:00:00Z", -17_762, "1879-12-31T19:04:00-04:56"),
    ])
    func itIsWrittenAsAClockOfTheZoneShowsIt(_ instant: String, _ offset: Int, _ text: String) throws {
        #expect(try Instant(rfc3339: instant).rfc3339(offset: offset) == text)
    }

    /// Where no text could say what the clock shows.
    @Test func atTheEndsOfTimeItIsInUTC() throws {
        for instant in [Instant.latest, .earliest] {
            for offset in [-50_400, -3_600, 0, 3_600, 50_400] {
                let text = instant.rfc3339(offset: offset)
                #expect(try Instant(rfc3339: text) == instant, "\(text)")
            }
        }
    }

    @Test func theTextSaysTheSameInstantWhateverTheOffset() throws {
        let range = Instant.earliest.microseconds...Instant.latest.microseconds
        try forAll(
            generate: { random in
                (0..<5).map { _ in
                    Shown(
                        instant: Instant(microseconds: Int64.random(in: range, using: &random)),
                        offset: Int.random(in: -86_399...86_399, using: &random))
                }
            },
            property: { cases in
                for shown in cases where try Instant(rfc3339: shown.instant.rfc3339(offset: shown.offset)) != shown.instant { throw shown }
            })
    }

    private struct Shown: Error {
        let instant: Instant
        let offset: Int
    }
}
