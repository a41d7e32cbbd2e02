internal import Domain
internal import Ports

/// What the routes of invoices do. They hold no rules: the desk assesses, the books decide.
struct InvoiceHandlers: Sendable {
    let books: any BookIntents
    let queries: any BookQueries
    let desk: InvoiceDesk
    let parse: InvoiceDesk.Parse
    let calendar: any LocalCalendar
    let fingerprinter: any Fingerprinter
    let time: any TimeSource
    let entropy: any EntropySource
    let cursors: CursorCodec
    let settings: HTTPServerSettings

    static let path = "/v1/invoices"

    // MARK: Drafts

    func create(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try request.idempotencyKey()
        var query = QueryReader(request.query, declared: request.route.query)
        let isIssued = query.bool("issue") ?? false
        let series = query.value("series", SeriesHandlers.nameRule, SeriesId.init(_:))
        if isIssued { try principal.require(.issue) }
        if series != nil, !isIssued { query.fault("series", "has a meaning only together with issue=true") }
        let language = query.choice("language", of: MessageLanguage.self) ?? .english
        try query.finish()
        let document = try Self.document(request)
        let prepared = try prepare(document, language)
        let order = isIssued ? IssueOrder(series: series) : nil
        let draft = draft(
            prepared, id: newId(key, principal), order: order, source: .api,
            fingerprint: fingerprint(of: document.canonicalJSON, order, principal), correlationId: request.id)
        let reply = try await send(.draft(draft), request, principal) { prepared.findings }
        let invoice = try Self.invoice(reply)
        return try detail(
            invoice, status: reply.changed ? 201 : 200, prepared: prepared,
            findings: findings(on: invoice, prepared, language), headers: [Self.location(invoice.id)])
    }

    func replace(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.invoiceId()
        let version = try request.ifMatch()
        let language = try Self.language(request)
        if try request.mustBeNew() { throw Problem(BookError.versionConflict(actual: try await read(id, principal.tenant).version)) }
        let prepared = try prepare(try Self.document(request), language)
        let reply = try await send(.replace(id, prepared.content, ifVersion: version), request, principal)
        return try detail(try Self.invoice(reply), status: 200, prepared: prepared, findings: prepared.findings)
    }

    /// Moves a draft on when nothing fatal is found in it.
    func validate(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.invoiceId()
        let language = try Self.language(request)
        try request.expectNoBody()
        let validated: Invoice?
        do {
            if case .invoice(let invoice) = try await books.send(intent(.validate(id), request, principal)).record {
                validated = invoice
            } else {
                validated = nil
            }
        } catch {
            guard case .refusedByBooks(.notValid) = error else { throw Problem(error) }
            validated = nil
        }
        let invoice: Invoice
        if let validated { invoice = validated } else { invoice = try await read(id, principal.tenant) }
        let document = try Self.stored(invoice)
        let findings = desk.findings(on: document, today: try today(), language: language)
        return Reply.json(headers: [Self.tag(invoice)], capacity: 1_024 + findings.count * 256) { json in
            json.object { json in
                json.field("valid", validated != nil)
                InvoiceWriter.findings(findings, to: &json)
                json.name("invoice")
                InvoiceWriter.detail(invoice, document: document.canonicalJSON, to: &json)
            }
        }
    }

    // MARK: Issuing and taking back

    func issue(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.invoiceId()
        let language = try Self.language(request)
        var series: SeriesId?
        if let body = try request.optionalJSON(limits: .standard) {
            var problems = JSONProblems()
            let read = problems.object(body) { fields -> SeriesId?? in .some(fields.optionalSeriesId("series")) }
            guard let read else { throw Problem(problems) }
            series = read
        }
        let reply: BookReply
        do {
            reply = try await books.send(intent(.issue(id, IssueOrder(series: series)), request, principal))
        } catch {
            var problem = Problem(error)
            if case .refusedByBooks(.notValid) = error {
                let document = try Self.stored(try await read(id, principal.tenant))
                problem.findings = desk.findings(on: document, today: try today(), language: language)
            }
            throw problem
        }
        return try detail(try Self.invoice(reply), status: 200)
    }

    func cancel(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.invoiceId()
        return try await command(.cancel(id, reason: try Self.reason(request)), request, principal)
    }

    func void(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.invoiceId()
        return try await command(.void(id, reason: try Self.reason(request)), request, principal)
    }

    private func command(_ command: BookCommand, _ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try detail(try Self.invoice(try await send(command, request, principal)), status: 200)
    }

    static func reason(_ request: IncomingRequest) throws(Problem) -> String {
        let value = try request.json(limits: .standard)
        var problems = JSONProblems()
        guard let reason = problems.object(value, { $0.reason() }) else { throw Problem(problems) }
        return reason
    }

    // MARK: Pieces

    func intent(_ command: BookCommand, _ request: IncomingRequest, _ principal: Principal) -> BookIntent {
        BookIntent(tenant: principal.tenant, command: command, by: principal.subject, correlationId: request.id)
    }

    /// - Parameter findings: what a refusal of an invoice that is not valid tells of.
    func send(
        _ command: BookCommand, _ request: IncomingRequest, _ principal: Principal, findings: () -> [Finding] = { [] }
    ) async throws(Problem) -> BookReply {
        do {
            return try await books.send(intent(command, request, principal))
        } catch {
            throw Self.problem(error, findings: findings)
        }
    }

    static func problem(_ error: IntentError, findings: () -> [Finding]) -> Problem {
        var problem = Problem(error)
        if case .refusedByBooks(.notValid) = error { problem.findings = findings() }
        return problem
    }

    static func invoice(_ reply: BookReply) throws(Problem) -> Invoice {
        guard case .invoice(let invoice) = reply.record else {
            throw Problem(.internalError, "The books answered with something other than the invoice.")
        }
        return invoice
    }

    func newId(_ key: IdempotencyKey?, _ principal: Principal) -> InvoiceId {
        if let key { return InvoiceId(tenant: principal.tenant, idempotencyKey: key) }
        return InvoiceId(.version7(at: time.now(), random: (entropy.next(), entropy.next())))
    }

    /// Over what was asked for, and whether and how it is to be issued.
    func fingerprint(of bytes: [UInt8], _ order: IssueOrder?, _ principal: Principal) -> Fingerprint {
        let option = order.map { "\u{0}issue\u{0}" + ($0.series?.value ?? "") } ?? ""
        return fingerprinter.fingerprint(bytes + Array(option.utf8), tenant: principal.tenant)
    }

    func draft(
        _ prepared: InvoiceDesk.Prepared, id: InvoiceId, creditOf: InvoiceId? = nil, order: IssueOrder?, source: Invoice.Origin.Source,
        fingerprint: Fingerprint, correlationId: String
    ) -> InvoiceDraft {
        InvoiceDraft(
            id: id, content: prepared.content, creditOf: creditOf,
            origin: .init(source: source, fingerprint: fingerprint, correlationId: correlationId), issue: order)
    }

    func prepare(
        _ document: InvoiceDocument, crediting original: InvoiceDocument? = nil, _ language: MessageLanguage, prefix: String = ""
    ) throws(Problem) -> InvoiceDesk.Prepared {
        let today = try today()
        do throws(TaxError) {
            return try desk.prepare(document, crediting: original, today: today, language: language)
        } catch {
            throw Problem(error, prefix: prefix)
        }
    }

    func today() throws(Problem) -> CalendarDate {
        guard let today = calendar.date(of: time.now(), in: "UTC") else { throw Problem(.internalError, "The calendar knows no UTC.") }
        return today
    }

    /// The body as a draft.
    private static func document(_ request: IncomingRequest) throws(Problem) -> InvoiceDocument {
        let value = try request.json(limits: InvoiceDocument.inputLimits)
        var problems = JSONProblems()
        guard let document = problems.object(value, { InvoiceDocument.read(&$0, as: .draft) }) else { throw Problem(problems) }
        return document
    }

    static func language(_ request: IncomingRequest) throws(Problem) -> MessageLanguage {
        var query = QueryReader(request.query, declared: request.route.query)
        let language = query.choice("language", of: MessageLanguage.self) ?? .english
        try query.finish()
        return language
    }

    static func stored(_ invoice: Invoice) throws(Problem) -> InvoiceDocument {
        do throws(InvoiceJSONError) {
            return try invoice.document()
        } catch {
            throw Problem(.internalError, "The stored document of an invoice cannot be read.")
        }
    }

    /// The findings on what the invoice says now, which for a repeated draft may be another document by now.
    func findings(
        on invoice: Invoice, _ prepared: InvoiceDesk.Prepared, _ language: MessageLanguage
    ) throws(Problem) -> [Finding] {
        if invoice.content == prepared.content { return prepared.findings }
        return desk.findings(on: try Self.stored(invoice), today: try today(), language: language)
    }

    // MARK: Answers

    /// - Parameter prepared: what was sent; spares reading the document back when it is what the invoice says.
    func detail(
        _ invoice: Invoice, status: Int, prepared: InvoiceDesk.Prepared? = nil, findings: [Finding]? = nil,
        headers: [(String, String)] = []
    ) throws(Problem) -> Reply {
        let document = try Self.canonical(invoice, prepared)
        return Reply.json(status, headers: headers + [Self.tag(invoice)], capacity: 1_024 + document.count) {
            InvoiceWriter.detail(invoice, document: document, findings: findings, to: &$0)
        }
    }

    /// The document as it stands, with number and issue date once they are given.
    static func canonical(_ invoice: Invoice, _ prepared: InvoiceDesk.Prepared?) throws(Problem) -> [UInt8] {
        if invoice.number == nil, invoice.issueDate == invoice.content.summary.issueDate { return invoice.content.encoded }
        guard let prepared, prepared.content == invoice.content else { return try stored(invoice).canonicalJSON }
        var document = prepared.document
        document.number = invoice.number?.printed ?? document.number
        document.issueDate = invoice.issueDate ?? document.issueDate
        return document.canonicalJSON
    }

    static func tag(_ invoice: Invoice) -> (String, String) { ("ETag", "\"\(invoice.version)\"") }
    static func location(_ id: InvoiceId) -> (String, String) { ("Location", path + "/" + id.description) }
}
