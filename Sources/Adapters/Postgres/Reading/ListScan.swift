internal import Domain
internal import Ports

/// How one page of a list is looked for.
struct ListScan {
    let search: Command
    /// Asks for the last place that the search looks at, should there be so many; nil when it looks until it has found enough.
    let bound: Command?
    private let limit: Int

    /// Bytes of bodies after which a page is full.
    private static let pageBytes: Int64 = 8 << 20

    init(tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int, scanLimit: Int) {
        self.limit = limit
        let scanLimit = Int64(max(1, scanLimit))
        // The list goes on below the cursor's place or the first time that no longer matches, whichever is lower.
        let end = filter.createdTo?.microseconds ?? Int64.max
        let place = after.flatMap { $0.createdAt.microseconds < end ? $0 : nil }
        let range = [
            Binary.text(tenant.value), Binary.int8(filter.createdFrom?.microseconds ?? Int64.min),
            Binary.int8(place?.createdAt.microseconds ?? end), Binary.uuid(place?.id.value ?? UniqueId(high: 0, low: 0)),
        ]
        guard filter.looksAtRows else {
            search = Command(ReadStatements.list, range + [Binary.int8(Int64(limit) + 1)])
            bound = nil
            return
        }
        let hasDue = filter.dueFrom != nil || filter.dueTo != nil
        let values: [[UInt8]?] =
            range + [Binary.int8(scanLimit), Binary.int8(Int64(limit) + 1)] + [
                filter.status.map { Binary.int4(Int(StatusCode.code($0))) }, filter.host.map(Binary.text),
                filter.tag.map { Netstrings.bytes([$0]) },
                hasDue ? Binary.int8(filter.dueFrom?.microseconds ?? Int64.min) : nil,
                hasDue ? Binary.int8(filter.dueTo?.microseconds ?? Int64.max) : nil,
            ]
        search = Command(ReadStatements.filteredList, values)
        bound = Command(ReadStatements.listBound, range + [Binary.int8(scanLimit - 1)])
    }

    /// The calls of a page. - last: its last place. - isFull: whether more were found than it holds.
    func page(_ found: Rows) -> (keys: [Int64], last: ServiceCallPlace?, isFull: Bool) {
        var keys: [Int64] = []
        var bytes: Int64 = 0
        while keys.count < min(limit, found.count), bytes < Self.pageBytes {
            bytes += found.integer(keys.count, 3)
            keys.append(found.integer(keys.count, 0))
        }
        return (keys, keys.isEmpty ? nil : Self.place(found, keys.count - 1, columns: 1), keys.count < found.count)
    }

    /// Where the list goes on after a page that is not full: calls that were made since the search may have moved the bound towards the
    /// beginning, but what the page holds is never shown again.
    static func next(bound: Rows, last: ServiceCallPlace?) -> ServiceCallPlace? {
        guard bound.count > 0, let place = place(bound, 0, columns: 0) else { return nil }
        return last.map { min($0, place) } ?? place
    }

    private static func place(_ rows: Rows, _ row: Int, columns: Int) -> ServiceCallPlace? {
        guard let id = UniqueId(bytes: rows.bytes(row, columns + 1)) else { return nil }
        return ServiceCallPlace(createdAt: rows.instant(row, columns), id: ServiceCallId(id))
    }
}

extension ServiceCallFilter {
    /// Whether it asks for more than a range of the list.
    fileprivate var looksAtRows: Bool { status != nil || tag != nil || host != nil || dueFrom != nil || dueTo != nil }

    /// Whether the call, as it is now, matches.
    func admits(_ call: ServiceCall) -> Bool {
        if let status, status != call.status { return false }
        if let tag, !call.submission.tags.contains(tag) { return false }
        if let host, host != call.submission.request.url.host { return false }
        if let createdFrom, call.createdAt < createdFrom { return false }
        if let createdTo, call.createdAt >= createdTo { return false }
        guard dueFrom != nil || dueTo != nil else { return true }
        guard let dueAt = call.dueAt else { return false }
        return (dueFrom.map { dueAt >= $0 } ?? true) && (dueTo.map { dueAt < $0 } ?? true)
    }
}
