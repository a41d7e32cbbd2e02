import Testing

@testable import Domain

/// The wire form of the events of books, version 1. A difference here breaks consumers: it needs a new version, not a new golden text.
@Suite struct BookEventWireTests {
    static let golden: [EventType: String] = [
        .series(.opened):
            #"{"series":"FY","format":"{fy}/{seq:4}","reset":"fiscal-year","fiscalYearStartMonth":4,"start":1,"timeZone":"UTC"}"#,
        .series(.numberAllocated): #"{"series":"FY","period":"FY2026","sequence":1,"number":"26-27/0001","document":"order-1"}"#,
        .series(.numberVoided):
            #"{"series":"FY","period":"FY2026","sequence":1,"number":"26-27/0001","document":"order-1","reason":"lost"}"#,
        .series(.numbersAdopted): #"{"series":"FY","count":2,"voids":1,"periods":[{"period":"FY2025","from":1,"to":2}]}"#,
        .series(.numbersReleased): #"{"series":"FY","count":2,"voids":1,"periods":[{"period":"FY2025","from":1,"to":2}]}"#,
        .invoice(.drafted):
            #"{"typeCode":"380","currency":"EUR","taxExclusive":"119.00","taxInclusive":"119.00","payable":"119.00","fatal":0,"warnings":0,"source":"api"}"#,
        .invoice(.replaced):
            #"{"typeCode":"380","currency":"EUR","taxExclusive":"100.00","taxInclusive":"100.00","payable":"100.00","fatal":0,"warnings":0}"#,
        .invoice(.validated): #"{"ruleset":"en16931","fatal":0,"warnings":0}"#,
        .invoice(.issued):
            #"{"number":"INV-2026-000001","series":"INV","period":"2026","sequence":1,"issueDate":"2026-11-20","typeCode":"380","currency":"EUR","taxExclusive":"100.00","taxInclusive":"100.00","payable":"100.00","contentDigest":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}"#,
        .invoice(.credited):
            #"{"number":"INV-2026-000001","creditNote":"00000000-0000-0001-0000-000000000002","amount":"40.00","credited":"40.00","currency":"EUR"}"#,
        .invoice(.creditReversed):
            #"{"number":"INV-2026-000001","creditNote":"00000000-0000-0001-0000-000000000002","amount":"40.00","credited":"0.00","currency":"EUR"}"#,
        .invoice(.signed): #"{"number":"INV-2026-000001"}"#,
        .invoice(.transmissionStarted): #"{"number":"INV-2026-000001"}"#,
        .invoice(.transmissionFailed): #"{"number":"INV-2026-000001","error":"503"}"#,
        .invoice(.accepted): #"{"number":"INV-2026-000001"}"#,
        .invoice(.rejected): #"{"number":"INV-2026-000001","reason":"TIN"}"#,
        .invoice(.cancelled): #"{"number":"INV-2026-000001","reason":"twice"}"#,
        .invoice(.voided): #"{"number":"INV-2026-000001","reason":"never sent"}"#,
    ]

    @Test(arguments: EventType.all.filter { ["series", "invoice"].contains($0.context) })
    func theWireFormIsGolden(_ type: EventType) throws {
        let wire = try #require(try examples()[type])
        #expect(wire == Self.golden[type])
    }

    @Test func theNumbersAreGolden() {
        #expect(SeriesEvent.Kind.allCases.map { EventType.series($0).code } == Array(201...205))
        #expect(InvoiceEvent.Kind.allCases.map { EventType.invoice($0).code } == Array(301...313))
        for type in EventType.all { #expect(EventType(code: type.code) == type) }
    }

    /// A history that holds every event once.
    private func examples() throws -> [EventType: String] {
        var books = try BookScenario()
        var found: [EventType: String] = [:]
        func run(_ command: BookCommand) throws {
            for event in try books.when(command) {
                let key = try #require(Books.affected(by: event, tenant: books.tenant).first)
                let record = try #require(books.records[key])
                if found[event.type] == nil { found[event.type] = String(decoding: event.wireData(of: record), as: UTF8.self) }
            }
        }
        let id = try #require(SeriesId("FY"))
        let order = try #require(DocumentReference("order-1"))
        try run(.openSeries(Series.Plan(id: id, format: NumberFormat("{fy}/{seq:4}"), reset: .fiscalYear(startMonth: 4))))
        try run(.allocate(id, order, issueDate: nil))
        try run(.voidNumber(id, order, reason: "lost"))
        func adoption(_ sequence: Int64, void: String?) throws -> BookCommand.Adoption {
            .init(
                number: AssignedNumber(series: id, period: "FY2025", sequence: sequence, printed: "25-26/000\(sequence)"),
                document: try #require(DocumentReference("old-\(sequence)")), voidReason: void)
        }
        try run(.adopt(id, [adoption(1, void: nil), adoption(2, void: "gap")]))
        try run(.release(id, [adoption(1, void: nil), adoption(2, void: "gap")]))
        try run(BookScenario.draft(1, BookScenario.content()))
        try run(.replace(BookScenario.id(1), BookScenario.content("100.00"), ifVersion: nil))
        try run(.validate(BookScenario.id(1)))
        try run(.issue(BookScenario.id(1), IssueOrder()))
        try run(
            BookScenario.draft(2, BookScenario.content("40.00", isCreditNote: true), creditOf: BookScenario.id(1), issue: IssueOrder()))
        try run(.cancel(BookScenario.id(2), reason: "wrong"))
        try run(.transmission(BookScenario.id(1), .signed))
        try run(.transmission(BookScenario.id(1), .started))
        try run(.transmission(BookScenario.id(1), .failed(error: "503")))
        try run(.transmission(BookScenario.id(1), .rejected(reason: "TIN")))
        try run(.transmission(BookScenario.id(1), .started))
        try run(.transmission(BookScenario.id(1), .accepted))
        // Each of these ends an invoice: the same, told of invoices of their own with the first number.
        for (command, type) in [
            (BookCommand.cancel(BookScenario.id(1), reason: "twice"), EventType.invoice(.cancelled)),
            (.void(BookScenario.id(1), reason: "never sent"), .invoice(.voided)),
        ] {
            var other = try BookScenario()
            try other.when(BookScenario.draft(1, BookScenario.content(), issue: IssueOrder()))
            let event = try #require(try other.when(command).last)
            let record = try #require(other.records[.invoice(other.tenant, BookScenario.id(1))])
            found[type] = String(decoding: event.wireData(of: record), as: UTF8.self)
        }
        return found
    }
}
