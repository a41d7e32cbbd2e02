import PropertyKit
import Testing

@testable import Domain

@Suite struct ScheduleTimingTests {
    private static let now = Moment.at("2026-11-21T10:00:00Z")

    private func read(_ text: String, changing old: ScheduleTiming? = nil) throws -> (timing: ScheduleTiming?, problems: [FieldProblem]) {
        var problems = JSONProblems()
        let timing = problems.object(try JSONReader.read(Array(text.utf8))) {
            ScheduleTiming.read(&$0, changing: old, now: Self.now) { name in
                ["UTC": FixedZone.utc as any ZoneRules, "Europe/Berlin": TableZone.berlin][name]
            }
        }
        return (timing, problems.listed)
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let timing = try #require(try read(#"{"cron":"0 9 * * 1-5"}"#).timing)
        #expect(timing == ScheduleTiming(recurrence: .cron(try CronExpression("0 9 * * 1-5"))))
        #expect(timing.timeZone == "UTC" && timing.misfire == .all && timing.notBefore == nil && timing.notAfter == nil)
    }

    @Test func whatIsGivenIsTaken() throws {
        let timing = try #require(
            try read(
                #"{"every":"P1D","timeZone":"Europe/Berlin","misfire":"latest","notBefore":"2026-12-01T08:00:00Z","notAfter":"2026-12-03T08:00:00Z"}"#
            ).timing)
        #expect(timing.timeZone == "Europe/Berlin" && timing.misfire == .latest)
        #expect(timing.recurrence == .every(try RepeatingInterval("R/2026-12-01T08:00:00Z/P1D", start: .earliest)))
        #expect(
            timing.upcoming(after: Self.now, count: 9, zone: TableZone.berlin).map(\.rfc3339) == (1...3).map { "2026-12-0\($0)T08:00:00Z" })
    }

    @Test func bothEndsBelongToIt() throws {
        let timing = ScheduleTiming(
            recurrence: .cron(try CronExpression("0 * * * *")), notBefore: Moment.at("2026-11-21T12:00:00Z"),
            notAfter: Moment.at("2026-11-21T13:00:00Z"))
        #expect(
            timing.upcoming(after: Self.now, count: 9, zone: FixedZone.utc).map(\.rfc3339) == [
                "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z",
            ])
    }

    @Test(arguments: [
        ("{}", [""]), (#"{"cron":"0 9 * *"}"#, ["/cron"]), (#"{"every":"15m"}"#, ["/every"]),
        (#"{"cron":"@daily","every":"P1D"}"#, ["/every"]),
        (#"{"cron":5}"#, ["/cron"]), (#"{"cron":""}"#, ["/cron"]), (#"{"cron":"@daily","timeZone":"Mars/Olympus"}"#, ["/timeZone"]),
        (#"{"cron":"@daily","timeZone":""}"#, ["/timeZone"]), (#"{"cron":"@daily","misfire":"never"}"#, ["/misfire"]),
        (#"{"cron":"@daily","notBefore":"1999-01-01T00:00:00Z"}"#, ["/notBefore"]),
        (#"{"cron":"@daily","notAfter":"soon"}"#, ["/notAfter"]),
        (#"{"cron":"@daily","notBefore":"2027-01-02T00:00:00Z","notAfter":"2027-01-01T00:00:00Z"}"#, ["/notAfter"]),
        (#"{"cron":"@daily","notAfter":"2026-11-21T23:00:00Z"}"#, [""]), (#"{"every":"R2/2026-01-01T00:00:00Z/P1D"}"#, [""]),
        (
            #"{"cron":"0 0 30 2 *","timeZone":"X","misfire":"x","notBefore":"x","notAfter":"x"}"#,
            ["/misfire", "/notBefore", "/notAfter", "/cron", "/timeZone"]
        ),
    ])
    func everythingThatIsWrongIsSaidAtItsPlace(text: String, wrong: [String]) throws {
        let result = try read(text)
        #expect(result.timing == nil && result.problems.map(\.pointer) == wrong, "\(result.problems)")
    }

    @Test func aChangeLeavesTheRestAsItIs() throws {
        let old = try #require(
            try read(#"{"every":"PT15M","timeZone":"Europe/Berlin","misfire":"skip","notAfter":"2027-01-01T00:00:00Z"}"#).timing)
        #expect(try read("{}", changing: old).timing == old)
        #expect(try read(#"{"timeZone":"UTC"}"#, changing: old).timing?.recurrence == old.recurrence)
        #expect(try read(#"{"notAfter":null}"#, changing: old).timing?.notAfter == nil)
        let standard = try read(#"{"cron":null,"timeZone":null,"misfire":null}"#, changing: old).timing
        #expect(standard?.timeZone == "UTC" && standard?.misfire == .all && standard?.recurrence == old.recurrence)
        #expect(try read(#"{"every":null}"#, changing: old).problems.map(\.pointer) == [""])
        let changed = try #require(try read(#"{"cron":"@daily","misfire":"latest"}"#, changing: old).timing)
        #expect(changed.recurrence == .cron(try CronExpression("@daily")) && changed.misfire == .latest)
        #expect(changed.timeZone == "Europe/Berlin" && changed.notAfter == old.notAfter)
    }

    @Test func aScheduleThatHasEndedCanBeKeptButNotSet() throws {
        let ended = ScheduleTiming(recurrence: .cron(try CronExpression("@daily")), notAfter: Moment.at("2026-01-01T00:00:00Z"))
        #expect(try read("{}", changing: ended).timing == ended)
        #expect(try read(#"{"misfire":"skip"}"#, changing: ended).problems.map(\.pointer) == [""])
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        for text in [
            #"{"cron":"0 9 * * mon-fri","timeZone":"Europe/Berlin","misfire":"all"}"#,
            #"{"every":"R90/2026-01-31T09:00:00Z/P1M","timeZone":"UTC","misfire":"skip","notBefore":"2026-02-01T00:00:00Z","notAfter":"2027-01-01T00:00:00.500Z"}"#,
        ] {
            let timing = try #require(try read(text).timing)
            var json = JSONWriter()
            json.object { timing.write(into: &$0) }
            #expect(json.text == text)
            guard case .object(let object) = try JSONReader.read(json.bytes) else { throw Falsified.of("no object") }
            #expect(ScheduleTiming(stored: object) == timing)
        }
    }

    @Test(arguments: [
        "{}", #"{"cron":"x","timeZone":"UTC","misfire":"all"}"#, #"{"every":"x","timeZone":"UTC","misfire":"all"}"#,
        #"{"cron":"@daily","misfire":"all"}"#, #"{"cron":"@daily","timeZone":"UTC","misfire":"x"}"#,
    ])
    func whatWasNotStoredIsNotTaken(text: String) throws {
        guard case .object(let object) = try JSONReader.read(Array(text.utf8)) else { throw Falsified.of("no object") }
        #expect(ScheduleTiming(stored: object) == nil)
    }
}
