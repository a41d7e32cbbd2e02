internal import Domain
internal import Ports

/// The statements that read what ingestion has put on record. Used by one reader's thread alone.
final class IngestionReader {
    private let byId: Statement
    private let newest: Statement
    private let newestOfSource: Statement
    private let newestOfNumber: Statement
    private let octets: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        byId = try Statement(
            connection, "SELECT \(IngestionRow.columns) FROM ingestion_records WHERE tenant = ? AND kind = ? AND id = ?")
        newest = try Statement(connection, Self.newestQuery)
        newestOfSource = try Statement(connection, Self.newestOfSourceQuery)
        newestOfNumber = try Statement(connection, Self.newestOfNumberQuery)
        octets = try Statement(connection, Self.octetsQuery)
    }

    static let newestQuery = list("by_creation", "AND kind = ?2")
    static let newestOfSourceQuery = list("by_source", "AND kind = ?2 AND source = ?5")
    /// Documents alone have numbers.
    static let newestOfNumberQuery = list("by_number", "AND kind = ?2 AND number = ?5")

    static let octetsQuery = """
        SELECT c.octets FROM ingestion_records AS r JOIN ingestion_contents AS c ON c.key = r.key
        WHERE r.tenant = ? AND r.kind = ? AND r.id = ? AND c.version = ?
        """

    private static func list(_ index: String, _ condition: String) -> String {
        """
        SELECT \(IngestionRow.columns) FROM ingestion_records INDEXED BY ingestion_records_\(index)
        WHERE tenant = ?1 AND (created_at, id) < (?3, ?4) \(condition) ORDER BY created_at DESC, id DESC
        """
    }

    func endRead() {
        byId.reset()
        newest.reset()
        newestOfSource.reset()
        newestOfNumber.reset()
        octets.reset()
    }

    func record(_ key: IngestionKey, tenant: TenantId) throws(StoreFailure) -> (record: IngestionRecord, key: RowKey)? {
        try bind(key, tenant, to: byId)
        guard try byId.step() else { return nil }
        defer { byId.reset() }
        return (try IngestionRow.read(byId), IngestionRow.key(byId))
    }

    func content(_ key: IngestionKey, version: Int64, tenant: TenantId) throws(StoreFailure) -> [UInt8]? {
        try bind(key, tenant, to: octets)
        try octets.bind(4, version)
        guard try octets.step() else { return nil }
        defer { octets.reset() }
        return octets.blob(0)
    }

    private func bind(_ key: IngestionKey, _ tenant: TenantId, to statement: borrowing Statement) throws(StoreFailure) {
        try statement.bind(1, text: tenant.value)
        try statement.bind(2, text: key.kind.rawValue)
        try statement.bind(3, key.id)
    }

    /// One page of the tenant's records. At most `scanLimit` rows are looked at; then the page is short and goes on behind the last one.
    func records(
        tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int, scanLimit: Int
    ) throws(StoreFailure) -> IngestionPage {
        if let number = filter.number {
            try newestOfNumber.bind(5, text: number)
            return try scan(newestOfNumber, tenant, filter, after, limit, scanLimit)
        }
        if let source = filter.source {
            try newestOfSource.bind(5, text: source.value)
            return try scan(newestOfSource, tenant, filter, after, limit, scanLimit)
        }
        return try scan(newest, tenant, filter, after, limit, scanLimit)
    }

    private func scan(
        _ rows: borrowing Statement, _ tenant: TenantId, _ filter: IngestionFilter, _ after: IngestionPlace?, _ limit: Int,
        _ scanLimit: Int
    ) throws(StoreFailure) -> IngestionPage {
        try rows.bind(1, text: tenant.value)
        try rows.bind(2, text: filter.kind.rawValue)
        try rows.bind(3, after?.createdAt ?? .latest)
        if let after { try rows.bind(4, after.id) } else { try rows.bind(4, blob: Array(repeating: 0xFF, count: 17)) }
        let status = filter.status.map { Array($0.utf8) }
        let source = filter.source.map { Array($0.value.utf8) }
        var found: [IngestionRecord] = []
        var scanned = 0
        var place: IngestionPlace?
        while try rows.step() {
            // There is one more row to look at: the page ends before it.
            if found.count >= limit || scanned >= max(1, scanLimit) {
                rows.reset()
                return IngestionPage(records: found, next: place)
            }
            scanned += 1
            place = try IngestionRow.place(rows)
            if let status, !rows.matches(7, status) { continue }
            if let source, !rows.matches(8, source) { continue }
            found.append(try IngestionRow.read(rows))
        }
        return IngestionPage(records: found, next: nil)
    }
}
