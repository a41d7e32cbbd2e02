import Testing

@testable import Domain

/// Given what is in a tenant's books, when a command comes, then these events follow.
struct BookScenario {
    static let tenant = TenantId("acme")
    private(set) var records: [BookKey: BookRecord] = [:]
    /// The octets that were to be stored, by record and version.
    private(set) var contents: [IngestionContent] = []
    private(set) var now = Instant(microseconds: 1_790_000_000_000_000)
    let tenant: TenantId

    init() throws { tenant = try #require(Self.tenant) }

    @discardableResult
    mutating func when(_ command: BookCommand) throws -> [BookEvent] {
        let known = records
        let books = Books(tenant: tenant, find: { known[$0] })
        let today = CalendarDate(String(now.rfc3339.prefix(10)))
        let context = BookContext(now: now) { $0 == "UTC" ? today : nil }
        let events = try books.decide(command, context)
        for event in events {
            let key = try #require(Books.affected(by: event, tenant: tenant).first)
            let evolved = try #require(Books.evolve(records[key], event, tenant: tenant, at: now), "an event that fits")
            records[key] = evolved
            let current = records
            for number in Books.numbers(after: event, tenant: tenant, at: now, find: { current[$0] }) {
                records[BookRecord.number(number).key] = number.status == .released ? nil : .number(number)
            }
            if let content = Books.content(of: event, evolved) { contents.append(content) }
            for item in Books.itemsAlong(with: event, evolved, tenant: tenant, at: now, find: { current[$0] }) {
                records[.item(tenant, item.key)] = .item(item)
            }
        }
        return events
    }

    /// What `command` would lead to.
    func deciding(_ command: BookCommand) throws -> [BookEvent] {
        var copy = self
        return try copy.when(command)
    }

    mutating func pass(_ span: TimeSpan) { now = now + span }

    /// As if the store had lost it.
    mutating func lose(_ key: BookKey) { records[key] = nil }

    func invoice(_ id: InvoiceId) -> Invoice? { if case .invoice(let invoice)? = records[.invoice(tenant, id)] { invoice } else { nil } }
    func series(_ id: SeriesId) -> Series? { if case .series(let series)? = records[.series(tenant, id)] { series } else { nil } }
    func number(_ series: SeriesId, _ document: DocumentReference) -> NumberRecord? {
        if case .number(let record)? = records[.number(tenant, series, document)] { record } else { nil }
    }

    static func id(_ number: UInt64) -> InvoiceId { InvoiceId(UniqueId(high: 1, low: number)) }

    static func content(
        _ total: String = "119.00", isCreditNote: Bool = false, fatal: Int = 0, issueDate: String? = "2026-11-20", currency: String = "EUR",
        text: String = "{}"
    ) throws -> InvoiceContent {
        let total = try #require(ExactDecimal(total))
        return InvoiceContent(
            encoded: Array(text.utf8),
            summary: .init(
                typeCode: isCreditNote ? "381" : "380", currency: currency, issueDate: issueDate.flatMap(CalendarDate.init(_:)),
                dueDate: nil,
                sellerName: "Seller", buyerName: "Buyer", taxExclusive: total, taxInclusive: total, payable: total,
                isCreditNote: isCreditNote),
            verdict: .init(ruleset: "en16931", fatal: fatal, warnings: 0))
    }

    static func draft(
        _ number: UInt64, _ content: InvoiceContent, creditOf: InvoiceId? = nil, issue: IssueOrder? = nil, fingerprint: UInt8 = 1
    ) -> BookCommand {
        .draft(
            InvoiceDraft(
                id: id(number), content: content, creditOf: creditOf,
                origin: .init(source: .api, fingerprint: Fingerprint(bytes: [fingerprint]), correlationId: "c-1"), issue: issue))
    }
}

extension [BookEvent] {
    var names: [String] { map { String($0.type.name.dropFirst("ledgerflow.".count).dropLast(".v1".count)) } }
}
