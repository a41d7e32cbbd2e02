import Domain
import PropertyKit
import Testing

@Suite struct RetentionTests {
    private static let now = Instant(microseconds: 1_790_000_000_000_000)
    private static let acme = TenantId("acme")
    private static let zenith = TenantId("zenith")

    @Test func anAgeIsReadAndWrittenInTheSameForm() throws {
        for text in ["0", "forever", "1s", "45s", "90m", "12h", "1d", "30d", "36525d"] {
            #expect(try RetentionAge(text).description == text)
        }
        #expect(try RetentionAge("60s") == .after(.minutes(1)))
        #expect(try RetentionAge("60s").description == "1m")
        #expect(try RetentionAge("24h") == .days(1))
        #expect(try RetentionAge("0d") == .after(.zero))
    }

    @Test(arguments: [
        "", "d", "-1d", "+1d", "1.5d", " 1d", "1d ", "1 d", "1w", "1D", "00", "5", "Forever", "36526d", "9999999999s", "١d", "1dd",
    ])
    func whatIsNoAgeIsRefusedWithWordsThatSayWhatIs(_ text: String) {
        #expect(throws: RetentionAgeError.self) { try RetentionAge(text) }
        do throws(RetentionAgeError) { _ = try RetentionAge(text) } catch { #expect(error.description.contains("30d")) }
    }

    @Test func aRecordGoesWhenItsAgeHasPassedAndNotBefore() throws {
        let policy = RetentionPolicy()
        let tenant = try #require(Self.acme)
        for (end, days) in [(CallEnd.succeeded, 30), (.cancelled, 30), (.failed, 90)] as [(CallEnd, Int64)] {
            let last = Self.now - .hours(24 * days)
            func verdict(_ endedAt: Instant) -> RetentionVerdict {
                policy.verdict(on: end, at: endedAt, of: tenant, hasPayload: false, now: Self.now)
            }
            #expect(verdict(last) == .purge)
            #expect(verdict(last + TimeSpan(microseconds: 1)) == .keep)
        }
    }

    @Test func aPayloadGoesEarlierThanItsRecordButNeverWhatMayBeRetried() throws {
        let policy = RetentionPolicy()
        let tenant = try #require(Self.acme)
        let old = Self.now - .hours(24 * 7)
        func verdict(_ end: CallEnd, _ endedAt: Instant, hasPayload: Bool = true) -> RetentionVerdict {
            policy.verdict(on: end, at: endedAt, of: tenant, hasPayload: hasPayload, now: Self.now)
        }
        #expect(verdict(.succeeded, old) == .erasePayload)
        #expect(verdict(.cancelled, old) == .erasePayload)
        #expect(verdict(.failed, old) == .keep)
        #expect(verdict(.succeeded, old, hasPayload: false) == .keep)
        #expect(verdict(.succeeded, old + TimeSpan(microseconds: 1)) == .keep)
        var atOnce = policy
        atOnce.standard.payload = .after(.zero)
        #expect(atOnce.verdict(on: .succeeded, at: Self.now, of: tenant, hasPayload: true, now: Self.now) == .erasePayload)
    }

    @Test func aTenantMayHaveRulesOfItsOwn() throws {
        var policy = RetentionPolicy.keepAll
        let (acme, zenith) = (try #require(Self.acme), try #require(Self.zenith))
        policy.ofTenants[zenith] = .standard
        let old = Self.now - .hours(24 * 365)
        #expect(policy.verdict(on: .failed, at: old, of: acme, hasPayload: true, now: Self.now) == .keep)
        #expect(policy.verdict(on: .failed, at: old, of: zenith, hasPayload: true, now: Self.now) == .purge)
        #expect(policy.lastEnd(at: Self.now) == Self.now - .hours(24 * 7))
    }

    @Test func octetsGoWhenTheirAgeHasPassedEachKindByItsOwn() {
        var policy = RetentionPolicy()
        let tick = TimeSpan(microseconds: 1)
        for (kind, days) in [(IngestionKey.Kind.invoice, 4_018), (.quarantine, 365)] as [(IngestionKey.Kind, Int64)] {
            let last = Self.now - .hours(24 * days)
            #expect(policy.erasesContent(of: kind, since: last, now: Self.now))
            #expect(!policy.erasesContent(of: kind, since: last + tick, now: Self.now))
        }
        #expect(!policy.erasesContent(of: .run, since: .earliest, now: Self.now))
        #expect(policy.lastContent(at: Self.now) == Self.now - .hours(24 * 365))
        #expect(policy.contentInterval == .hours(24))
        policy.quarantine = .forever
        #expect(policy.lastContent(at: Self.now) == Self.now - .hours(24 * 4_018))
        policy.documents = .after(.minutes(16))
        #expect(policy.contentInterval == .minutes(2))
        #expect(!policy.erasesContent(of: .quarantine, since: .earliest, now: Self.now))
        // How long calls are kept is another matter.
        #expect(policy.interval == RetentionPolicy().interval)
    }

    @Test func whoKeepsEverythingLooksForNothing() {
        #expect(RetentionPolicy.keepAll.lastContent(at: Self.now) == nil)
        #expect(RetentionPolicy.keepAll.lastEnd(at: Self.now) == nil)
        #expect(RetentionPolicy.keepAll.interval == .hours(24))
    }

    private struct Case { var rules: [RetentionAge]; var end: CallEnd; var age: Int64; var hasPayload: Bool; var own: Bool }
    private struct Broken: Error, CustomStringConvertible { let description: String }

    @Test func whateverThePolicyNothingGoesEarlyAndTheLookMissesNothing() throws {
        let (acme, zenith) = (try #require(Self.acme), try #require(Self.zenith))
        try forAll(
            cases: 20_000,
            generate: { generator in
                let rules = (0..<4).map { _ -> RetentionAge in
                    generator.chance(20) ? .forever : .after(.seconds(Int64.random(in: 0...1_000, using: &generator)))
                }
                return [
                    Case(
                        rules: rules, end: CallEnd.allCases[Int.random(in: 0..<3, using: &generator)],
                        age: Int64.random(in: -10...1_010, using: &generator), hasPayload: generator.chance(50), own: generator.chance(50))
                ]
            },
            property: { cases in
                for item in cases {
                    let rules = RetentionRules(
                        succeeded: item.rules[0], failed: item.rules[1], cancelled: item.rules[2], payload: item.rules[3])
                    var policy = item.own ? RetentionPolicy.keepAll : RetentionPolicy(standard: rules)
                    if item.own { policy.ofTenants[zenith] = rules }
                    let endedAt = Self.now - .seconds(item.age)
                    let tenant = item.own ? zenith : acme
                    let verdict = policy.verdict(on: item.end, at: endedAt, of: tenant, hasPayload: item.hasPayload, now: Self.now)
                    let record = [CallEnd.succeeded: rules.succeeded, .failed: rules.failed, .cancelled: rules.cancelled][item.end]
                    let isOld = record?.span.map { $0 <= .seconds(item.age) } ?? false
                    let payloadIsOld = rules.payload.span.map { $0 <= .seconds(item.age) } ?? false
                    let expected: RetentionVerdict =
                        isOld ? .purge : payloadIsOld && item.hasPayload && item.end != .failed ? .erasePayload : .keep
                    if verdict != expected { throw Broken(description: "\(verdict) in place of \(expected)") }
                    if verdict != .keep, !(policy.lastEnd(at: Self.now).map { endedAt <= $0 } ?? false) {
                        throw Broken(description: "the look does not reach it")
                    }
                    if !(TimeSpan.minutes(1)...TimeSpan.hours(24)).contains(policy.interval) {
                        throw Broken(description: "the interval is \(policy.interval)")
                    }
                }
            })
    }
}
