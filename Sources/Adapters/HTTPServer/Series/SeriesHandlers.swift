internal import Domain
internal import Ports

/// What the routes of number series do.
struct SeriesHandlers: Sendable {
    let books: any BookIntents
    let queries: any BookQueries
    let cursors: CursorCodec

    static let path = "/v1/series"
    static let nameRule = "must have 1 to 32 letters, digits, full stops, underscores and hyphens, the first a letter or digit"

    func open(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let value = try request.json(limits: .standard)
        var problems = JSONProblems()
        guard let plan = problems.object(value, Self.plan) else { throw Problem(problems) }
        let reply = try await send(.openSeries(plan), request, principal)
        guard case .series(let series) = reply.record else { throw Self.wrongRecord }
        return Reply.json(reply.changed ? 201 : 200, headers: [("Location", Self.path + "/" + plan.id.value)]) {
            SeriesWriter.series(series.plan, series, to: &$0)
        }
    }

    private static func plan(_ fields: inout JSONFields) -> Series.Plan? {
        let idText = fields.string("id", minBytes: 1, maxBytes: 1_000)
        let id = idText.flatMap(SeriesId.init(_:))
        if idText != nil, id == nil { fields.report("id", nameRule) }
        var format: NumberFormat?
        if let text = fields.string("format", maxBytes: 1_000) {
            do throws(NumberFormatError) { format = try NumberFormat(text) } catch { fields.report("format", error.description) }
        }
        let month = fields.optionalInt("fiscalYearStartMonth", in: 1...12)
        var reset: ResetRule?
        if let name = fields.string("reset", maxBytes: 1_000) {
            reset = ResetRule(name: name, startMonth: month)
            if reset == nil { fields.report("reset", "must be one of never, year, fiscal-year, month") }
            if month != nil, let reset, reset.startMonth == nil {
                fields.report("fiscalYearStartMonth", "has a meaning only with the reset fiscal-year")
            }
        }
        let start = fields.optionalInt64("start", in: 0...Series.Plan.highestStart) ?? 1
        let timeZone = fields.optionalString("timeZone", minBytes: 1, maxBytes: 64) ?? "UTC"
        guard let id, let format, let reset else { return nil }
        do throws(SeriesPlanError) {
            return try Series.Plan(id: id, format: format, reset: reset, start: start, timeZone: timeZone)
        } catch {
            switch error {
            case .formatDoesNotTellApart: fields.report("format", error.description)
            case .start: fields.report("start", error.description)
            }
            return nil
        }
    }

    // MARK: Reads

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let known: [Series]
        do {
            known = try await queries.series(tenant: principal.tenant)
        } catch {
            throw Problem(error)
        }
        let unused = [SeriesId.invoices, .creditNotes].filter { id in !known.contains { $0.plan.id == id } }
        let all = (known.map { ($0.plan, Series?.some($0)) } + unused.compactMap { id in Series.standard(id).map { ($0, nil) } })
            .sorted { $0.0.id < $1.0.id }
        return Reply.json(capacity: 64 + all.count * 256) { json in
            json.object { json in
                json.array("items") { items in
                    for (plan, series) in all { SeriesWriter.series(plan, series, to: &items) }
                }
            }
        }
    }

    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let (plan, series) = try await find(try request.seriesId(), principal.tenant)
        return Reply.json { SeriesWriter.series(plan, series, to: &$0) }
    }

    /// The series, or the plan of a standard one that was not used yet.
    func find(_ id: SeriesId, _ tenant: TenantId) async throws(Problem) -> (Series.Plan, Series?) {
        let series: Series?
        do {
            series = try await queries.series(id, tenant: tenant)
        } catch {
            throw Problem(error)
        }
        guard let plan = series?.plan ?? Series.standard(id) else { throw .noSuchSeries }
        return (plan, series)
    }

    func numbers(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.seriesId()
        var query = QueryReader(request.query, declared: request.route.query)
        let limit = query.int("limit", in: 1...1_000) ?? 100
        let cursor = query.text("cursor", maxBytes: 16_384)
        try query.finish()
        var place: NumberPlace?
        if let cursor { place = try cursors.numberPlace(cursor, of: id, tenant: principal.tenant) }
        let (_, series) = try await find(id, principal.tenant)
        var records: [NumberRecord] = []
        if series != nil {
            do {
                records = try await queries.numbers(of: id, tenant: principal.tenant, after: place, limit: limit)
            } catch {
                throw Problem(error)
            }
        }
        let next = records.count < limit ? nil : records.last.map { NumberPlace(period: $0.number.period, sequence: $0.number.sequence) }
        return Reply.json(capacity: 64 + records.count * 256) { json in
            json.object { json in
                json.array("items") { items in
                    for record in records { SeriesWriter.number(record, to: &items) }
                }
                json.field("nextCursor", next.map { cursors.encode($0, of: id, tenant: principal.tenant) })
            }
        }
    }

    func gapReport(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.seriesId()
        let (plan, series) = try await find(id, principal.tenant)
        let report: GapReport?
        do {
            report = series == nil ? nil : try await queries.gapReport(of: id, tenant: principal.tenant)
        } catch {
            throw Problem(error)
        }
        return Reply.json { SeriesWriter.gaps(report, of: plan, to: &$0) }
    }

    // MARK: Numbers

    func allocate(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.seriesId()
        let value = try request.json(limits: .standard)
        var problems = JSONProblems()
        let read = problems.object(value) { fields -> (DocumentReference, CalendarDate?)? in
            if !fields.has("document") { fields.report("document", "is required: what the number is for") }
            let document = fields.optionalReference("document")
            let date = fields.optionalDay("issueDate")
            return document.map { ($0, date) }
        }
        guard let (document, date) = read else { throw Problem(problems) }
        let reply = try await send(.allocate(id, document, issueDate: date), request, principal)
        return try Self.numberReply(reply, status: reply.changed ? 201 : 200)
    }

    func voidNumber(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.seriesId()
        let document = try request.documentReference()
        let reason = try InvoiceHandlers.reason(request)
        return try Self.numberReply(try await send(.voidNumber(id, document, reason: reason), request, principal), status: 200)
    }

    private static func numberReply(_ reply: BookReply, status: Int) throws(Problem) -> Reply {
        guard case .number(let record) = reply.record else { throw wrongRecord }
        return Reply.json(status) { SeriesWriter.number(record, to: &$0) }
    }

    static let wrongRecord = Problem(.internalError, "The books answered with something other than what was asked for.")

    func send(_ command: BookCommand, _ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> BookReply {
        do {
            return try await books.send(
                BookIntent(tenant: principal.tenant, command: command, by: principal.subject, correlationId: request.id))
        } catch {
            throw Problem(error)
        }
    }
}
