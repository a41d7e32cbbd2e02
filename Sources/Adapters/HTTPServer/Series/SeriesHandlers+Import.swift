internal import Domain
internal import Ports

extension SeriesHandlers {
    /// Scans the numbers that another system gave and proposes a repair; with `apply`, the repair is one command and one commit.
    func importNumbers(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.seriesId()
        let value = try request.json(limits: JSONLimits(maxBytes: Self.maxImportBytes))
        var problems = JSONProblems()
        let read = problems.object(value) { fields -> ([NumberImport.Entry], Bool)? in
            let entries = fields.objects("numbers", count: 1...Books.maxAdoptions, Self.entry)
            let isApplied = fields.optionalBool("apply") ?? false
            return entries.map { ($0, isApplied) }
        }
        guard let (entries, apply) = read else { throw Problem(problems) }
        let (plan, series) = try await find(id, principal.tenant)
        let scan = try await scan(entries, plan, series, principal.tenant)
        let isApplied = apply && !scan.adoptions.isEmpty
        if isApplied { _ = try await send(.adopt(id, scan.adoptions), request, principal) }
        return Reply.json(capacity: 1_024 + entries.count * 128) {
            SeriesWriter.scan(scan, of: entries, isApplied: isApplied, to: &$0)
        }
    }

    /// Takes numbers that were taken over back, from the given one of a period to its last, in one command and one commit.
    func release(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.seriesId()
        let value = try request.json(limits: .standard)
        var problems = JSONProblems()
        let read = problems.object(value) { fields -> (String, Int64)? in
            let period = fields.string("period", maxBytes: 64)
            let from = fields.int64("from", in: 0...Series.highestSequence)
            guard let period, let from else { return nil }
            return (period, from)
        }
        guard let (period, from) = read else { throw Problem(problems) }
        let (_, series) = try await find(id, principal.tenant)
        guard let last = series?.last[period], from <= last else { throw Problem(BookError.notReleasable(period: period)) }
        guard last - from < Int64(Books.maxAdoptions) else { throw Problem(BookError.adoptionTooLarge(limit: Books.maxAdoptions)) }
        let records: [NumberRecord]
        do {
            let place = NumberPlace(period: period, sequence: from - 1)
            records = try await queries.numbers(of: id, tenant: principal.tenant, after: place, limit: Int(last - from) + 1)
        } catch {
            throw Problem(error)
        }
        let adoptions = records.filter { $0.number.period == period }
            .map { BookCommand.Adoption(number: $0.number, document: $0.document) }
        let reply = try await send(.release(id, adoptions), request, principal)
        guard case .series(let changed) = reply.record else { throw Self.wrongRecord }
        return Reply.json { json in
            json.object { json in
                json.field("released", adoptions.count)
                json.field("last", changed.last[period])
            }
        }
    }

    static let maxImportBytes = 4 << 20

    private static func entry(_ fields: inout JSONFields) -> NumberImport.Entry? {
        let number = fields.string("number", minBytes: 1, maxBytes: 128)
        let document = fields.optionalReference("document")
        let date = fields.optionalDay("issueDate")
        let reason = fields.optionalReason("voidReason")
        return number.map { NumberImport.Entry(number: $0, document: document, issueDate: date, voidReason: reason) }
    }

    /// A gap is filled with numbers that nobody sent: a second look proves that these are not taken either.
    private func scan(
        _ entries: [NumberImport.Entry], _ plan: Series.Plan, _ series: Series?, _ tenant: TenantId
    ) async throws(Problem) -> NumberImport {
        let last = series?.last ?? [:]
        do {
            let taken = try await queries.taken(entries.map(\.number), tenant: tenant)
            let first = NumberImport(entries, into: plan, last: last, taken: taken)
            guard !first.fillings.isEmpty else { return first }
            let inGaps = try await queries.taken(first.fillings.map(\.number.printed), tenant: tenant)
            return inGaps.isEmpty ? first : NumberImport(entries, into: plan, last: last, taken: taken.union(inGaps))
        } catch {
            throw Problem(error)
        }
    }
}
