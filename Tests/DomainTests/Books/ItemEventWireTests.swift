import Testing

@testable import Domain

/// The wire form of the events of items, version 1. A difference here breaks consumers: it needs a new version, not a new golden text.
@Suite struct ItemEventWireTests {
    private static let target = #""request":{"method":"POST","url":"https://example.com/hook"}"#

    static let golden: [EventType: String] = [
        .schedule(.created):
            #"{"name":"Nightly report","cron":"0 9 * * 1-5","timeZone":"UTC","misfire":"latest",\#(target)}"#,
        .schedule(.changed):
            #"{"name":"Nightly report","every":"R/2026-09-21T14:13:20Z/PT15M","timeZone":"UTC","misfire":"skip","notBefore":"2026-09-21T13:13:20Z","notAfter":"2026-09-21T14:13:20Z",\#(target)}"#,
        .schedule(.paused): #"{"name":"Nightly report"}"#,
        .schedule(.resumed): #"{"name":"Nightly report"}"#,
        .schedule(.deleted): #"{"name":"Nightly report"}"#,
        .subscription(.created): #"{"name":"Bookkeeping","types":["ledgerflow.invoice.*"],"conditions":1,\#(target)}"#,
        .subscription(.changed): #"{"name":"Bookkeeping","types":["*"],"conditions":0,\#(target)}"#,
        .subscription(.paused): #"{"name":"Bookkeeping"}"#,
        .subscription(.resumed): #"{"name":"Bookkeeping"}"#,
        .subscription(.disabled): #"{"name":"Bookkeeping","reason":"503 for days"}"#,
        .subscription(.replayed): #"{"name":"Bookkeeping","generation":1}"#,
        .subscription(.deleted): #"{"name":"Bookkeeping"}"#,
        .webhookKey(.added):
            #"{"key":"00000000-0000-0006-0000-000000000001","scheme":"ed25519","publicKey":"whpk_AAAA","othersExpireAt":"2026-09-22T14:13:20Z"}"#,
        .webhookKey(.deleted): #"{"key":"00000000-0000-0006-0000-000000000001"}"#,
        .target(.paused): #"{"host":"example.com","by":"ana","reason":"they migrate"}"#,
        .target(.resumed): #"{"host":"example.com"}"#,
        .tenant(.paused): #"{"by":"ana","reason":"audit"}"#,
        .tenant(.resumed): #"{}"#,
    ]

    @Test(arguments: EventType.all.filter { !["service-call", "series", "invoice", "ingestion"].contains($0.context) })
    func theWireFormIsGolden(_ type: EventType) throws {
        let wire = try #require(try examples()[type])
        #expect(wire == Self.golden[type])
    }

    @Test func theNumbersAreGolden() {
        #expect(ScheduleEvent.Kind.allCases.map { EventType.schedule($0).code } == Array(401...405))
        #expect(SubscriptionEvent.Kind.allCases.map { EventType.subscription($0).code } == Array(501...507))
        #expect(WebhookKeyEvent.Kind.allCases.map { EventType.webhookKey($0).code } == [601, 602])
        #expect(HoldEvent.Kind.allCases.map { EventType.target($0).code } == [701, 702])
        #expect(HoldEvent.Kind.allCases.map { EventType.tenant($0).code } == [711, 712])
    }

    /// A history that holds every event once.
    private func examples() throws -> [EventType: String] {
        var books = try BookScenario()
        var found: [EventType: String] = [:]
        func run(_ command: ItemCommand) throws {
            for event in try books.when(.item(command)) {
                let key = try #require(Books.affected(by: event, tenant: books.tenant).first)
                let record = try #require(books.records[key])
                if found[event.type] == nil { found[event.type] = String(decoding: event.wireData(of: record), as: UTF8.self) }
            }
        }
        let timing = ScheduleTiming(
            recurrence: .every(try RepeatingInterval("PT15M", start: books.now)), misfire: .skip, notBefore: books.now - .hours(1),
            notAfter: books.now)
        let schedule = BookScenario.schedule(1)
        try run(.schedule(schedule, .create(BookScenario.plan())))
        try run(.schedule(schedule, .change(BookScenario.plan(2, timing: timing), ifVersion: nil)))
        for command in [ScheduleCommand.pause, .resume, .delete] { try run(.schedule(schedule, command)) }
        let subscription = BookScenario.subscription(1)
        let filter = EventFilter(all: [.init(place: .data(["currency"]), test: .equals(.text("canary")))])
        try run(.subscription(subscription, .create(BookScenario.plan(types: ["ledgerflow.invoice.*"], filter: filter), from: [0])))
        try run(.subscription(subscription, .change(BookScenario.plan(types: ["*"], 2), ifVersion: nil)))
        for command in [
            SubscriptionCommand.pause, .resume, .disable(reason: "503 for days"), .resume, .replay(from: [0]), .delete,
        ] {
            try run(.subscription(subscription, command))
        }
        let key = BookScenario.key(1, .ed25519, at: books.now)
        try run(.webhookKeys(.add(key, overlap: .hours(24))))
        try run(.webhookKeys(.delete(key.id)))
        try run(.holds(.pauseTarget(host: "example.com", by: "ana", reason: "they migrate")))
        try run(.holds(.resumeTarget(host: "example.com")))
        try run(.holds(.pauseTenant(by: "ana", reason: "audit")))
        try run(.holds(.resumeTenant))
        return found
    }
}
