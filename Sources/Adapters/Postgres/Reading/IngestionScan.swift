internal import Domain
internal import Ports

/// How one page of a list of ingestion's records is looked for.
struct IngestionScan {
    /// What is asked for, in one transaction: the records, and where rows are looked at that may not match, the last place looked at.
    let commands: [Command]
    private let filter: IngestionFilter
    private let limit: Int

    init(tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int, scanLimit: Int) {
        self.filter = filter
        self.limit = limit
        let list: IngestionReadStatements.List
        let narrow: [[UInt8]?]
        if let number = filter.number {
            (list, narrow) = (IngestionReadStatements.ofNumber, [Binary.text(number)])
        } else if let source = filter.source {
            (list, narrow) = (IngestionReadStatements.ofSource, [Binary.text(source.value)])
        } else {
            (list, narrow) = (IngestionReadStatements.ofKind, [])
        }
        let range: [[UInt8]?] = [
            Binary.text(tenant.value), Binary.text(filter.kind.rawValue), Binary.int8(after?.createdAt.microseconds ?? Int64.max),
            Binary.uuid(after?.id ?? UniqueId(high: 0, low: 0)),
        ]
        let wanted = Int64(limit) + 1
        let looked = filter.status == nil ? wanted : max(wanted, Int64(scanLimit))
        let search = Command(
            list.search, range + [Binary.int8(looked), Binary.int8(wanted), filter.status.map(Binary.text)] + narrow)
        let bound = Command(list.bound, range + [Binary.int8(looked - 1)] + narrow)
        commands = filter.status == nil ? [search] : [search, bound]
    }

    func page(_ answers: [Rows]) throws(StoreFailure) -> IngestionPage {
        guard let rows = answers.first else { throw .unreadable("the database answered less than was asked") }
        var records: [IngestionRecord] = []
        for row in 0..<min(limit, rows.count) { records.append(try IngestionRow.read(rows, row)) }
        let last = records.last.map(IngestionPlace.init(_:))
        var next = rows.count > limit ? last : nil
        if next == nil, answers.count > 1, answers[1].count > 0 {
            // What was made since the search may have moved the bound towards the beginning; what the page holds is never shown again.
            let bound = IngestionPlace(createdAt: answers[1].instant(0, 0), id: try answers[1].id(0, 1))
            next = last.map { min($0, bound) } ?? bound
        }
        return IngestionPage(records: records.filter(filter.matches), next: next)
    }
}
