import PropertyKit
import Testing

@testable import Domain

@Suite struct RFC3339Tests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2001-09-09T01:46:40Z", 1_000_000_000_000_000),
            ("2038-01-19T03:14:07Z", 2_147_483_647_000_000),
            ("2000-02-29T12:00:00Z", 951_825_600_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("1900-03-01T00:00:00Z", -2_203_891_200_000_000),
            ("2026-11-20T10:00:00Z", 1_795_168_800_000_000),
            ("1985-04-12T23:20:50.520Z", 482_196_050_520_000),
        ] as [(String, Int64)])
    func knownTimestampsAreReadAndWritten(_ text: String, _ microseconds: Int64) throws {
        #expect(try Instant(rfc3339: text).microseconds == microseconds)
        #expect(Instant(microseconds: microseconds).rfc3339 == text)
    }

    @Test(
        arguments: [
            ("2026-11-20T12:30:00+02:30", "2026-11-20T10:00:00Z"),
            ("2026-11-20T00:00:00-10:00", "2026-11-20T10:00:00Z"),
            ("2026-11-20t10:00:00z", "2026-11-20T10:00:00Z"),
            ("2026-11-20T10:00:00-00:00", "2026-11-20T10:00:00Z"),
            ("2026-11-20T10:00:00+23:59", "2026-11-19T10:01:00Z"),
            ("2026-11-20T10:00:00-23:59", "2026-11-21T09:59:00Z"),
            ("0000-12-31T23:59:59-00:01", "0001-01-01T00:00:59Z"),
            ("0000-02-29T00:00:00Z", nil),
            ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"),
            ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z"),
            ("2026-11-20T10:00:00.5Z", "2026-11-20T10:00:00.500Z"),
            ("2026-11-20T10:00:00.000100Z", "2026-11-20T10:00:00.000100Z"),
            ("2026-11-20T10:00:00.000000Z", "2026-11-20T10:00:00Z"),
        ] as [(String, String?)])
    func zonesAndFractionsAreAppliedAndNormalised(_ text: String, _ utc: String?) {
        #expect((try? Instant(rfc3339: text))?.rfc3339 == utc)
    }

    @Test(arguments: [
        ("2026-11-20T10:00:00.0000000Z", "2026-11-20T10:00:00Z"),
        ("2026-11-20T10:00:00.0000001Z", "2026-11-20T10:00:00.000001Z"),
        ("2026-11-20T10:00:00.1234560Z", "2026-11-20T10:00:00.123456Z"),
        ("2026-11-20T10:00:00.123456000000000001Z", "2026-11-20T10:00:00.123457Z"),
        ("2026-12-31T23:59:59.9999991Z", "2027-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.9999991Z", "1970-01-01T00:00:00Z"),
        ("1960-01-01T00:00:00.0000001Z", "1960-01-01T00:00:00.000001Z"),
    ])
    func whatLiesBelowAMicrosecondRoundsUp(_ text: String, _ rounded: String) throws {
        #expect(try Instant(rfc3339: text).rfc3339 == rounded)
    }

    @Test(arguments: [
        ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z"),
        ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z"),
        ("1991-01-01T05:29:60+05:30", "1991-01-01T00:00:00Z"),
        ("1950-06-30T23:59:60.25Z", "1950-07-01T00:00:00.250Z"),
        ("1969-12-31T23:59:60Z", "1970-01-01T00:00:00Z"),
        ("1970-01-01T23:59:60Z", "1970-01-02T00:00:00Z"),
    ])
    func aLeapSecondIsTheNextSecond(_ text: String, _ folded: String) throws {
        #expect(try Instant(rfc3339: text).rfc3339 == folded)
    }

    @Test(
        arguments: [
            ("", .malformed(offset: 0)),
            ("2026", .malformed(offset: 4)),
            ("2026-11-20", .malformed(offset: 10)),
            ("2026-11-20 10:00:00Z", .malformed(offset: 10)),
            ("2026-11-20T10:00Z", .malformed(offset: 16)),
            ("2026-11-20T10:00:00", .missingZone),
            ("2026-11-20T10:00:00.123", .missingZone),
            ("2026-11-20T10:00:00.Z", .malformed(offset: 20)),
            ("2026-11-20T10:00:00,5Z", .malformed(offset: 19)),
            ("2026-11-20T10:00:00Zx", .malformed(offset: 20)),
            ("2026-11-20T10:00:00Z ", .malformed(offset: 20)),
            (" 2026-11-20T10:00:00Z", .malformed(offset: 0)),
            ("2026-11-20T10:00:00+0200", .malformed(offset: 22)),
            ("2026-11-20T10:00:00+02", .malformed(offset: 22)),
            ("2026-11-20T10:00:00+02:0", .malformed(offset: 24)),
            ("2026-11-20T10:00:00 +02:00", .malformed(offset: 19)),
            ("2026-11-20T10:00:00+24:00", .noSuchOffset),
            ("2026-11-20T10:00:00-00:60", .noSuchOffset),
            ("+2026-11-20T10:00:00Z", .malformed(offset: 0)),
            ("12026-11-20T10:00:00Z", .malformed(offset: 4)),
            ("2026-1-20T10:00:00Z", .malformed(offset: 6)),
            ("2026-00-20T10:00:00Z", .noSuchDate),
            ("2026-13-20T10:00:00Z", .noSuchDate),
            ("2026-11-00T10:00:00Z", .noSuchDate),
            ("2026-11-31T10:00:00Z", .noSuchDate),
            ("2026-02-29T10:00:00Z", .noSuchDate),
            ("2028-02-30T10:00:00Z", .noSuchDate),
            ("1900-02-29T10:00:00Z", .noSuchDate),
            ("2026-11-20T24:00:00Z", .noSuchTime),
            ("2026-11-20T10:60:00Z", .noSuchTime),
            ("2026-11-20T10:00:61Z", .noSuchTime),
            ("2026-11-20T10:00:60Z", .misplacedLeapSecond),
            ("2026-11-20T23:59:60+01:00", .misplacedLeapSecond),
            ("1960-11-20T23:58:60Z", .misplacedLeapSecond),
            ("0000-12-31T23:59:59Z", .outOfRange),
            ("0001-01-01T00:00:00+00:01", .outOfRange),
            ("9999-12-31T23:59:59-00:01", .outOfRange),
            ("9999-12-31T23:59:59.9999991Z", .outOfRange),
            ("9999-12-31T23:59:60Z", .outOfRange),
            ("２０２６-11-20T10:00:00Z", .malformed(offset: 0)),
            ("2026-11-20T10:00:00Z\u{301}", .malformed(offset: 20)),
        ] as [(String, RFC3339Error)])
    func whatIsNotAnInstantIsRefused(_ text: String, _ reason: RFC3339Error) {
        #expect(throws: reason) { try Instant(rfc3339: text) }
    }

    @Test func everyMonthOfEveryYearRoundTrips() throws {
        // Counts the days up from 0001-01-01 by the rule of leap years.
        var expected = Instant.earliest.microseconds
        for year in 1...9_999 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let months = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (month, days) in months.enumerated() {
                // The first and the last day of each month.
                for day in [1, days] {
                    let text = "\(padded(year, 4))-\(padded(month + 1, 2))-\(padded(day, 2))T00:00:00Z"
                    let microseconds = expected + Int64(day - 1) * 86_400_000_000
                    guard Instant(microseconds: microseconds).rfc3339 == text,
                        try Instant(rfc3339: text).microseconds == microseconds
                    else {
                        Issue.record("\(text)")
                        return
                    }
                }
                expected += Int64(days) * 86_400_000_000
            }
        }
        #expect(expected == Instant.latest.microseconds + 1)
    }

    @Test func anyInstantRoundTrips() throws {
        var random = SeededGenerator(seed: 3339)
        for _ in 0..<50_000 {
            let range = Instant.earliest.microseconds...Instant.latest.microseconds
            let instant = Instant(microseconds: Int64.random(in: range, using: &random))
            var bytes: [UInt8] = []
            instant.appendRFC3339(to: &bytes)
            #expect(String(decoding: bytes, as: UTF8.self) == instant.rfc3339)
            #expect(try Instant(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test func randomTextNeverTraps() {
        var random = SeededGenerator(seed: 1)
        let likely = Array("0123456789-:.TZtz+ 9".utf8)
        let sound = Array("2026-11-20T10:00:00.123456+02:00".utf8)
        for _ in 0..<50_000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = likely[Int.random(in: 0..<likely.count, using: &random)]
            }
            bytes.removeLast(Int.random(in: 0...3, using: &random))
            if let instant = try? Instant(rfc3339: String(decoding: bytes, as: UTF8.self)) {
                #expect(instant >= .earliest && instant <= .latest)
            }
        }
    }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
