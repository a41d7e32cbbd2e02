import Testing

@testable import Domain

/// Schedules, subscriptions, keys and holds: given what is there, when a command comes, then these events follow.
@Suite struct ItemDeciderTests {
    private typealias S = BookScenario

    // MARK: - Schedules

    @Test func aScheduleIsMadeOnce() throws {
        var books = try S()
        let create = BookCommand.item(.schedule(S.schedule(1), .create(try S.plan())))
        #expect(try books.when(create).names == ["schedule.created"])
        #expect(try books.when(create).isEmpty)
        #expect(books.schedule(1)?.status == .active)
        #expect(books.counts?.schedules == 1)
        let other = BookCommand.item(.schedule(S.schedule(1), .create(try S.plan(2))))
        #expect(throws: BookError.idempotencyConflict) { try books.when(other) }
        // Also after it was changed: the repetition is told by the request that made it.
        try books.when(.item(.schedule(S.schedule(1), .change(S.plan(3), ifVersion: 1))))
        #expect(try books.when(create).isEmpty)
    }

    @Test func aZoneMustBeKnown() throws {
        var books = try S()
        let plan = try S.plan(timing: S.timing(zone: "Mars/Olympus"))
        #expect(throws: BookError.unknownTimeZone("Mars/Olympus")) { try books.when(.item(.schedule(S.schedule(1), .create(plan)))) }
        try books.when(.item(.schedule(S.schedule(1), .create(S.plan()))))
        #expect(throws: BookError.unknownTimeZone("Mars/Olympus")) {
            try books.when(.item(.schedule(S.schedule(1), .change(plan, ifVersion: nil))))
        }
    }

    @Test func occurrencesFromBeforeAPauseEndedAreNotMadeUpFor() throws {
        var books = try S()
        try books.when(.item(.schedule(S.schedule(1), .create(S.plan()))))
        let made = try #require(books.schedule(1)?.activeSince)
        books.pass(.hours(1))
        try books.when(.item(.schedule(S.schedule(1), .change(S.plan(2), ifVersion: nil))))
        #expect(books.schedule(1)?.activeSince == made, "the times are the same")
        try books.when(.item(.schedule(S.schedule(1), .pause)))
        books.pass(.hours(1))
        try books.when(.item(.schedule(S.schedule(1), .resume)))
        #expect(books.schedule(1)?.activeSince == books.now)
        books.pass(.hours(1))
        try books.when(.item(.schedule(S.schedule(1), .change(S.plan(3, timing: S.timing("@hourly")), ifVersion: nil))))
        #expect(books.schedule(1)?.activeSince == books.now)
    }

    @Test func aChangeOfAnOlderVersionIsRefused() throws {
        var books = try S()
        try books.when(.item(.schedule(S.schedule(1), .create(S.plan()))))
        try books.when(.item(.schedule(S.schedule(1), .pause)))
        #expect(throws: BookError.versionConflict(actual: 2)) {
            try books.when(.item(.schedule(S.schedule(1), .change(S.plan(2), ifVersion: 1))))
        }
        #expect(try books.when(.item(.schedule(S.schedule(1), .change(S.plan(2), ifVersion: 2)))).names == ["schedule.changed"])
        #expect(try books.when(.item(.schedule(S.schedule(1), .change(S.plan(2), ifVersion: 2)))).isEmpty, "the same again")
    }

    @Test func whatIsDeletedStaysDeletedAndKeepsNoSecret() throws {
        var books = try S()
        let create = BookCommand.item(.schedule(S.schedule(1), .create(try S.plan())))
        try books.when(create)
        #expect(try books.when(.item(.schedule(S.schedule(1), .delete))).names == ["schedule.deleted"])
        #expect(try books.when(.item(.schedule(S.schedule(1), .delete))).isEmpty)
        #expect(try books.when(create).isEmpty)
        #expect(books.schedule(1)?.template.request.payload == .erased)
        #expect(books.counts?.schedules == 0)
        for command in [ScheduleCommand.pause, .resume, .change(try S.plan(2), ifVersion: nil)] {
            #expect(throws: BookError.noSuchItem(.schedule)) { try books.when(.item(.schedule(S.schedule(1), command))) }
        }
        #expect(throws: BookError.noSuchItem(.schedule)) { try books.when(.item(.schedule(S.schedule(9), .delete))) }
    }

    @Test func aTenantHasSoManySubscriptionsAndNoMore() throws {
        var books = try S()
        for number in 1...UInt64(Subscription.limit) {
            try books.when(.item(.subscription(S.subscription(number), .create(S.plan(types: ["*"]), from: [0]))))
        }
        let more = BookCommand.item(.subscription(S.subscription(999), .create(try S.plan(types: ["*"]), from: [0])))
        #expect(throws: BookError.tooManyItems(.subscription, limit: 100)) { try books.when(more) }
        // A repetition of one that is there is none too many.
        #expect(try books.when(.item(.subscription(S.subscription(1), .create(S.plan(types: ["*"]), from: [0])))).isEmpty)
        try books.when(.item(.subscription(S.subscription(1), .delete)))
        #expect(try books.when(more).names == ["subscription.created"])
        #expect(books.counts?.subscriptions == 100)
    }

    // MARK: - Subscriptions

    @Test func aSubscriptionThatFailedForDaysIsDisabledAndResumed() throws {
        var books = try S()
        let id = S.subscription(1)
        try books.when(.item(.subscription(id, .create(S.plan(types: ["*"]), from: [3, 4]))))
        #expect(try books.when(.item(.subscription(id, .disable(reason: "503")))).names == ["subscription.disabled"])
        #expect(try books.when(.item(.subscription(id, .disable(reason: "504")))).isEmpty)
        #expect(books.subscription(1)?.disabledReason == "503")
        books.pass(.hours(1))
        #expect(try books.when(.item(.subscription(id, .resume))).names == ["subscription.resumed"])
        #expect(books.subscription(1)?.disabledReason == nil)
        #expect(books.subscription(1)?.activeSince == books.now)
        #expect(books.subscription(1)?.from == [3, 4], "it goes on where it was")
        // A user's pause stands above the engine's finding.
        try books.when(.item(.subscription(id, .pause)))
        #expect(try books.when(.item(.subscription(id, .disable(reason: "503")))).isEmpty)
    }

    @Test func aReplayIsDoneOnceForEachAsking() throws {
        var books = try S()
        let id = S.subscription(1)
        try books.when(.item(.subscription(id, .create(S.plan(types: ["*"]), from: [9]))))
        let replay = BookCommand.item(.subscription(id, .replay(from: [2], generation: 1)))
        #expect(try books.when(replay).names == ["subscription.replayed"])
        #expect(try books.when(replay).isEmpty)
        #expect(books.subscription(1)?.from == [2])
        #expect(books.subscription(1)?.generation == 1)
        try books.when(.item(.subscription(id, .replay(from: [2]))))
        #expect(books.subscription(1)?.generation == 2)
    }

    // MARK: - Keys

    @Test func keysRotateWithAnOverlap() throws {
        var books = try S()
        let first = S.key(1, at: books.now)
        try books.when(.item(.webhookKeys(.add(first, overlap: .zero))))
        try books.when(.item(.webhookKeys(.add(S.key(2, .ed25519, at: books.now), overlap: .zero))))
        #expect(books.webhookKeys?.valid(at: books.now).map(\.id.low) == [2, 1], "another scheme does not end it")
        let start = books.now
        try books.when(.item(.webhookKeys(.add(S.key(3, at: start), overlap: .hours(24)))))
        #expect(books.webhookKeys?.valid(at: start + .hours(23)).map(\.id.low) == [3, 2, 1])
        #expect(books.webhookKeys?.valid(at: start + .hours(24)).map(\.id.low) == [3, 2])
        // A later rotation never makes an old key live longer.
        books.pass(.hours(1))
        try books.when(.item(.webhookKeys(.add(S.key(4, at: books.now), overlap: .hours(48)))))
        #expect(books.webhookKeys?.keys.first { $0.id.low == 1 }?.expiresAt == start + .hours(24))
        #expect(books.webhookKeys?.keys.first { $0.id.low == 3 }?.expiresAt == start + .hours(49))
        #expect(try books.when(.item(.webhookKeys(.add(S.key(4, at: books.now), overlap: .zero)))).isEmpty)
        // What has expired goes with the next one.
        books.pass(.hours(30))
        try books.when(.item(.webhookKeys(.add(S.key(5, at: books.now), overlap: .zero))))
        #expect(books.webhookKeys?.keys.map(\.id.low) == [2, 3, 4, 5])
    }

    @Test func aTenantHasTenKeysAndNoMore() throws {
        var books = try S()
        for number in 1...10 { try books.when(.item(.webhookKeys(.add(S.key(UInt64(number), at: books.now), overlap: .hours(1))))) }
        let more = BookCommand.item(.webhookKeys(.add(S.key(11, at: books.now), overlap: .hours(1))))
        #expect(throws: BookError.tooManyItems(.webhookKeys, limit: 10)) { try books.when(more) }
        #expect(try books.when(.item(.webhookKeys(.delete(UniqueId(high: 6, low: 1))))).names == ["webhook-key.deleted"])
        #expect(try books.when(.item(.webhookKeys(.delete(UniqueId(high: 6, low: 1))))).isEmpty)
        #expect(try books.when(more).names == ["webhook-key.added"])
        // The expired ones are no more counted.
        books.pass(.hours(2))
        #expect(try books.when(.item(.webhookKeys(.add(S.key(12, at: books.now), overlap: .zero)))).count == 1)
    }

    // MARK: - Holds

    @Test func targetsAndTenantsArePausedAndResumed() throws {
        var books = try S()
        #expect(try books.when(.item(.holds(.resumeTarget(host: "a.example")))).isEmpty)
        #expect(books.holds == nil)
        let pause = BookCommand.item(.holds(.pauseTarget(host: "a.example", by: "ana", reason: "r")))
        #expect(try books.when(pause).names == ["target.paused"])
        #expect(try books.when(pause).isEmpty)
        #expect(books.holds?.hold(on: "a.example") == Hold(since: books.now, by: "ana", reason: "r"))
        #expect(books.holds?.hold(on: "b.example") == nil)
        #expect(try books.when(.item(.holds(.pauseTenant(by: "bo", reason: "s")))).names == ["tenant.paused"])
        #expect(books.holds?.hold(on: "b.example")?.by == "bo")
        #expect(try books.when(.item(.holds(.resumeTenant))).names == ["tenant.resumed"])
        #expect(try books.when(.item(.holds(.resumeTenant))).isEmpty)
        #expect(try books.when(.item(.holds(.resumeTarget(host: "a.example")))).names == ["target.resumed"])
        #expect(books.holds?.targets.isEmpty == true)
        #expect(books.holds?.version == 4)
    }

    @Test func whatATenantHasNotTouchedIsToldOfAsEmpty() throws {
        let books = try S()
        let resume = BookCommand.item(.holds(.resumeTenant))
        guard case .item(.holds(let holds))? = resume.blank(in: books.tenant, at: books.now) else {
            Issue.record("no blank holds")
            return
        }
        #expect(holds.version == 0 && holds.targets.isEmpty && holds.whole == nil)
        #expect(BookCommand.item(.schedule(S.schedule(1), .pause)).blank(in: books.tenant, at: books.now) == nil)
    }

    // MARK: - Storing

    @Test func itemsSurviveBeingStored() throws {
        var books = try S()
        let filter = EventFilter(all: [
            .init(
                place: .data(["a/b", "~c", ""]), test: .oneOf([.text("\"x\""), .number(try #require(ExactDecimal("1.50"))), .flag(true)])),
            .init(place: .type, test: .exists(true), isNegated: true), .init(place: .subject, test: .equals(.text("s"))),
        ])
        let timing = ScheduleTiming(
            recurrence: .every(try RepeatingInterval("P1M", start: books.now)), misfire: .skip, notBefore: books.now,
            notAfter: books.now + .hours(24 * 366))
        try books.when(.item(.schedule(S.schedule(1), .create(S.plan(timing: timing)))))
        try books.when(.item(.schedule(S.schedule(2), .create(S.plan()))))
        try books.when(.item(.schedule(S.schedule(2), .delete)))
        try books.when(
            .item(.subscription(S.subscription(1), .create(S.plan(types: ["ledgerflow.invoice.*"], filter: filter), from: [1, 2]))))
        try books.when(.item(.subscription(S.subscription(1), .disable(reason: "Straße"))))
        try books.when(.item(.subscription(S.subscription(1), .replay(from: [0, 0]))))
        try books.when(.item(.webhookKeys(.add(S.key(1, .ed25519, at: books.now), overlap: .hours(1)))))
        try books.when(.item(.webhookKeys(.add(S.key(2, .ed25519, at: books.now), overlap: .hours(1)))))
        try books.when(.item(.holds(.pauseTarget(host: "a.example", by: "ana", reason: "r"))))
        try books.when(.item(.holds(.pauseTenant(by: "ana", reason: "r"))))
        try books.when(S.make(S.sourcePlan(topic: "erp.in")))
        try books.when(S.begin(1))
        try books.when(.item(.receiver(S.source(), S.put(1))))
        var kinds: Set<ItemKey.Kind> = []
        for case .item(let item) in books.records.values {
            let read = TenantItem(
                kind: item.key.kind, tenant: item.tenant, id: item.key.id, version: item.version, storedState: item.storedState)
            #expect(read == item)
            kinds.insert(item.key.kind)
            #expect(
                TenantItem(kind: item.key.kind, tenant: item.tenant, id: item.key.id, version: 1, storedState: Array("{}".utf8)) == nil)
        }
        #expect(kinds == Set(ItemKey.Kind.allCases))
    }

    @Test func theAuditTellsEveryChangeOfAnItem() throws {
        var books = try S()
        try books.when(.item(.schedule(S.schedule(1), .create(S.plan()))))
        let before = try #require(books.records[.item(books.tenant, .schedule(S.schedule(1)))])
        try books.when(.item(.schedule(S.schedule(1), .pause)))
        let after = try #require(books.records[.item(books.tenant, .schedule(S.schedule(1)))])
        #expect(before.digest != after.digest)
        #expect(after.auditSubject == "schedule/00000000-0000-0004-0000-000000000001")
        #expect(BookCommand.item(.schedule(S.schedule(1), .pause)).name == "schedule.pause")
        #expect(BookCommand.item(.holds(.resumeTarget(host: "h"))).name == "target.resume")
    }
}
