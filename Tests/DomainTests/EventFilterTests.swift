import Testing

@testable import Domain

/// Which events a subscription wants.
@Suite struct EventFilterTests {
    private static let data = #"{"currency":"EUR","sequence":7,"creditOf":null,"isWhole":true,"a/b":{"~":[10,{"x":"y"}]},"total":1.50}"#

    private func passes(_ conditions: String, type: EventType = .invoice(.issued)) throws -> Bool {
        let filter = try #require(try read(#"{"all":[\#(conditions)]}"#).filter)
        var json = JSONWriter()
        json.object { filter.write(into: &$0) }
        #expect(try read(json.text).filter == filter, "it is written as it is read")
        return filter.passes(
            type: type, subject: UniqueId(high: 1, low: 2), data: try JSONReader.read(Array(Self.data.utf8)))
    }

    private func read(_ text: String) throws -> (filter: EventFilter?, problems: JSONProblems) {
        var problems = JSONProblems()
        let filter = problems.object(try JSONReader.read(Array(text.utf8))) { EventFilter.read(&$0) }
        return (filter, problems)
    }

    @Test(arguments: [
        (#"{"path":"/currency","equals":"EUR"}"#, true), (#"{"path":"/currency","equals":"eur"}"#, false),
        (#"{"path":"/sequence","equals":7}"#, true), (#"{"path":"/sequence","equals":"7"}"#, false),
        (#"{"path":"/total","equals":1.5}"#, true), (#"{"path":"/isWhole","equals":true}"#, true),
        (#"{"path":"/currency","oneOf":["USD","EUR"]}"#, true), (#"{"path":"/currency","oneOf":["USD"]}"#, false),
        (#"{"path":"/currency","oneOf":["USD"],"not":true}"#, true), (#"{"path":"/none","equals":"x","not":true}"#, true),
        (#"{"path":"/creditOf","exists":true}"#, true), (#"{"path":"/none","exists":true}"#, false),
        (#"{"path":"/none","exists":false}"#, true), (#"{"path":"/a~1b/~0/0","equals":10}"#, true),
        (#"{"path":"/a~1b/~0/1/x","equals":"y"}"#, true), (#"{"path":"/a~1b/~0/01","exists":true}"#, false),
        (#"{"path":"/a~1b/~0/-1","exists":true}"#, false), (#"{"path":"/currency/x","exists":true}"#, false),
        (#"{"attribute":"type","equals":"ledgerflow.invoice.issued.v1"}"#, true),
        (#"{"attribute":"subject","equals":"00000000-0000-0001-0000-000000000002"}"#, true),
        (#"{"path":"/currency","equals":"EUR"},{"path":"/sequence","equals":8}"#, false), (#"{"path":"","exists":true}"#, true),
    ])
    func aConditionSaysWhatItSays(_ conditions: String, _ expected: Bool) throws {
        #expect(try passes(conditions) == expected, "\(conditions)")
    }

    @Test(arguments: [
        #"{}"#, #"{"all":[]}"#, #"{"all":[{}]}"#, #"{"all":[{"path":"/a"}]}"#, #"{"all":[{"equals":1}]}"#,
        #"{"all":[{"path":"/a","attribute":"type","exists":true}]}"#, #"{"all":[{"path":"/a","equals":1,"exists":true}]}"#,
        #"{"all":[{"path":"a","exists":true}]}"#, #"{"all":[{"path":"/a~2","exists":true}]}"#, #"{"all":[{"path":"/a","equals":null}]}"#,
        #"{"all":[{"path":"/a","equals":{}}]}"#, #"{"all":[{"path":"/a","oneOf":[]}]}"#, #"{"all":[{"path":"/a","oneOf":[[]]}]}"#,
        #"{"all":[{"attribute":"tenant","exists":true}]}"#, #"{"all":[{"path":"/a","exists":true,"extra":1}]}"#,
        #"{"all":[{"path":"/1/2/3/4/5/6/7/8/9","exists":true}]}"#,
    ])
    func whatIsWrongIsReported(_ text: String) throws {
        let (filter, problems) = try read(text)
        #expect(filter == nil)
        #expect(!problems.isEmpty)
    }

    @Test func sizesAreBounded() throws {
        let condition = #"{"path":"/a","exists":true}"#
        #expect(try read(#"{"all":[\#(Array(repeating: condition, count: 16).joined(separator: ","))]}"#).filter != nil)
        #expect(try read(#"{"all":[\#(Array(repeating: condition, count: 17).joined(separator: ","))]}"#).filter == nil)
        let long = String(repeating: "x", count: 257)
        #expect(try read(#"{"all":[{"path":"/a","equals":"\#(long)"}]}"#).filter == nil)
        #expect(try read(#"{"all":[{"path":"/\#(long)","exists":true}]}"#).filter == nil)
        let values = Array(repeating: "1", count: 65).joined(separator: ",")
        #expect(try read(#"{"all":[{"path":"/a","oneOf":[\#(values)]}]}"#).filter == nil)
    }

    // MARK: - Types

    @Test func patternsMatchWholeNamesBeginningsOrAll() throws {
        let invoices = try EventTypePattern("ledgerflow.invoice.*")
        #expect(EventType.all.filter(invoices.matches).allSatisfy { $0.context == "invoice" })
        #expect(EventType.all.count(where: invoices.matches) == InvoiceEvent.Kind.allCases.count)
        #expect(EventType.all.allSatisfy(try EventTypePattern("*").matches))
        let exact = try EventTypePattern("ledgerflow.invoice.issued.v1")
        #expect(EventType.all.filter(exact.matches) == [.invoice(.issued)])
    }

    @Test(arguments: [
        ("", EventTypePatternError.form), ("ledgerflow.invoice*", .form), ("*.invoice", .form), ("ledgerflow.*.issued", .form),
        ("**", .form), ("Ledgerflow.*", .form), ("ledgerflow invoice", .form), (String(repeating: "a", count: 129), .form),
        ("ledgerflow.invoise.*", .unknownType), ("ledgerflow.invoice.issued", .unknownType), ("ledgerflow.invoice.issued.v2", .unknownType),
    ])
    func whatMatchesNothingIsRefused(_ text: String, _ error: EventTypePatternError) {
        #expect(throws: error) { try EventTypePattern(text) }
    }

    // MARK: - Identities

    @Test func identitiesAreGolden() throws {
        let event = UniqueId(high: 1, low: 2)
        let subscription = SubscriptionId(UniqueId(high: 3, low: 4))
        let first = ServiceCallId.delivery(of: event, to: subscription, generation: 0)
        #expect(first.value == subscription.webhookId(of: event))
        #expect(ServiceCallId.delivery(of: event, to: subscription, generation: 1) != first)
        #expect(first.description == "\(UniqueId.version5(namespace: subscription.value, name: event.bytes))")
        let schedule = ScheduleId(UniqueId(high: 3, low: 4))
        let nominal = Instant(microseconds: 1_790_000_000_000_000)
        #expect(ServiceCallId.occurrence(of: schedule, at: nominal) == ServiceCallId.occurrence(of: schedule, at: nominal))
        #expect(
            ServiceCallId.occurrence(of: schedule, at: nominal)
                != ServiceCallId.occurrence(of: schedule, at: nominal + TimeSpan(microseconds: 1)))
    }
}
