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
