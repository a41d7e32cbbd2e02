internal import Domain
internal import Ports

/// What the routes of runs, received documents and quarantine do.
struct IngestionHandlers: Sendable {
    let queries: any BookQueries
    let quarantine: any QuarantineDesk
    let cursors: CursorCodec
    let room: LargeRoom

    static let runsPath = "/v1/ingestion/runs"
    static let quarantinePath = "/v1/ingestion/quarantine"
    static let invoicesPath = "/v1/ingestion/invoices"
    static let messagesPath = "/v1/ingestion/messages"
    /// Where the octets are kept of what is not known to be XML.
    static let octets = "application/octet-stream"

    /// What a list of documents may be narrowed by, beside where they stand.
    enum DocumentStatus: String, CaseIterable {
        case received, mapped
        case notMapped = "not-mapped"
    }

    // MARK: Lists

    func listRuns(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await list(.run, request, principal) { $0.choice("status", of: IngestionRun.Status.self)?.rawValue }
    }

    func listQuarantine(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await list(.quarantine, request, principal) { $0.choice("status", of: QuarantinedSlice.Status.self)?.rawValue }
    }

    func listInvoices(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await list(.invoice, request, principal) { $0.choice("status", of: DocumentStatus.self)?.rawValue }
    }

    func listMessages(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await list(.message, request, principal) { _ in nil }
    }

    private func list(
        _ kind: IngestionKey.Kind, _ request: IncomingRequest, _ principal: Principal, status: (inout QueryReader) -> String?
    ) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        var filter = IngestionFilter(kind)
        filter.source = query.value("source", SubmittedSource.nameRule, SourceName.init(_:))
        filter.status = status(&query)
        if kind == .invoice { filter.number = query.text("number", maxBytes: IngestionLimits.numberBytes) }
        let limit = query.int("limit", in: 1...1_000) ?? 100
        let cursor = query.text("cursor", maxBytes: 16_384)
        try query.finish()
        var place: IngestionPlace?
        if let cursor { place = try cursors.ingestionPlace(cursor, of: kind, tenant: principal.tenant) }
        let page: IngestionPage
        do {
            page = try await queries.ingestionRecords(tenant: principal.tenant, filter: filter, after: place, limit: limit)
        } catch {
            throw Problem(error)
        }
        return Reply.json(capacity: 64 + page.records.count * 640) { json in
            json.object { json in
                json.array("items") { list in
                    for record in page.records { list.object { IngestionWriter.write(record, to: &$0) } }
                }
                json.field("nextCursor", page.next.map { cursors.encode($0, of: kind, tenant: principal.tenant) })
            }
        }
    }

    // MARK: One

    func showRun(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await show(.run, request, principal)
    }

    func showQuarantine(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await show(.quarantine, request, principal)
    }

    func showInvoice(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await show(.invoice, request, principal)
    }

    func showMessage(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await show(.message, request, principal)
    }

    private func show(_ kind: IngestionKey.Kind, _ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let record = try await record(try Self.key(kind, request), principal.tenant)
        return Reply.json(headers: [("ETag", "\"\(record.version)\"")]) { json in
            json.object { IngestionWriter.write(record, to: &$0) }
        }
    }

    /// - Throws: 404 when the path does not hold an identifier.
    private static func key(_ kind: IngestionKey.Kind, _ request: IncomingRequest) throws(Problem) -> IngestionKey {
        guard let text = request.pathParameter, let id = UniqueId(text) else { throw .noSuchIngestion(kind) }
        return IngestionKey(kind: kind, id: id)
    }

    /// - Throws: 404 when the tenant has no such record.
    func record(_ key: IngestionKey, _ tenant: TenantId) async throws(Problem) -> IngestionRecord {
        let record: IngestionRecord?
        do {
            record = try await queries.ingestionRecord(key, tenant: tenant)
        } catch {
            throw Problem(error)
        }
        guard let record else { throw .noSuchIngestion(key.kind) }
        return record
    }

    /// - Parameter latest: the newest version that there is.
    /// - Throws: 404 when there is no such version, 410 when its octets are no longer kept.
    func content(_ key: IngestionKey, version: Int64, latest: Int64, _ tenant: TenantId) async throws(Problem) -> [UInt8] {
        let octets: [UInt8]?
        do {
            octets = try await queries.ingestionContent(key, version: version, tenant: tenant)
        } catch {
            throw Problem(error)
        }
        // Every version came with its octets, so those that are not there have been erased.
        guard let octets else { throw version > latest ? .noSuchVersion : .contentErased }
        return octets
    }

    // MARK: Octets

    /// The octets of one version of a document, as they came.
    func rawInvoice(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try Self.key(.invoice, request)
        var query = QueryReader(request.query, declared: request.route.query)
        let asked = query.int("version", in: 1...Int.max)
        try query.finish()
        guard case .invoice(let invoice) = try await record(key, principal.tenant) else { throw ItemDesk.wrongRecord }
        let version = asked.map { Int64($0) } ?? invoice.latest.number
        // Before they are read. How large an earlier version was is not on its record.
        let isLatest = version == invoice.latest.number
        var share = try room.take(isLatest ? invoice.latest.size : IngestionLimits.documentBytes, of: principal.tenant)
        let octets = try await content(key, version: version, latest: invoice.latest.number, principal.tenant)
        if !isLatest { share = nil }
        // Of versions from before encodings were kept on record, none is known.
        let charset = invoice.encoding(of: version).map { "; charset=\($0.lowercased())" } ?? ""
        return Self.raw(octets, Reply.xml + charset, name: "\(key.id)-\(version).xml", share)
    }

    func rawQuarantine(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await rawOnce(.quarantine, request, principal)
    }

    func rawMessage(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await rawOnce(.message, request, principal)
    }

    /// Of what has one version alone.
    private func rawOnce(_ kind: IngestionKey.Kind, _ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try Self.key(kind, request)
        try QueryReader(request.query, declared: request.route.query).finish()
        let share = try await share(of: key, principal.tenant)
        return Self.raw(try await content(key, version: 1, latest: 1, principal.tenant), Self.octets, name: "\(key.id).bin", share)
    }

    /// The room that the octets of a part of a batch, or of a message, take when they are read.
    ///
    /// - Throws: 404 when the tenant has no such record, 503 when there is no room.
    private func share(of key: IngestionKey, _ tenant: TenantId) async throws(Problem) -> Shares.Share? {
        let size: Int
        switch try await record(key, tenant) {
        // Of what was too large the beginning is kept.
        case .quarantine(let slice): size = min(slice.size, IngestionLimits.documentBytes)
        case .message(let message): size = message.size
        default: throw ItemDesk.wrongRecord
        }
        return try room.take(size, of: tenant)
    }

    /// What comes from outside is for saving: a browser is not to show it as a page of this server.
    private static func raw(_ octets: [UInt8], _ type: String, name: String, _ share: Shares.Share?) -> Reply {
        let digest = ContentDigest(of: octets)
        return Reply(
            status: 200,
            headers: [
                ("ETag", "\"\(digest)\""), ("Repr-Digest", "sha-256=:\(Base64.encode(digest.bytes)):"),
                ("Content-Disposition", "attachment; filename=\"\(name)\""),
            ], body: .bytes(contentType: type, octets), room: share)
    }

    // MARK: Quarantine

    /// Judges it again by the source's present settings. A large part takes its time to be proved and mapped: its route is a costly one.
    func retry(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try Self.key(.quarantine, request)
        try request.expectNoBody()
        let share = try await share(of: key, principal.tenant)
        defer { share?.release() }
        let outcome: QuarantineOutcome
        do {
            outcome = try await quarantine.retry(key.id, tenant: principal.tenant, by: principal.subject)
        } catch {
            throw Problem(error)
        }
        return Reply.json { json in
            json.object { json in
                switch outcome {
                case .ingested(let invoice):
                    json.field("outcome", "ingested")
                    json.object("invoice") { IngestionWriter.write(.invoice(invoice), to: &$0) }
                case .refused(let slice):
                    json.field("outcome", "refused")
                    json.object("quarantined") { IngestionWriter.write(.quarantine(slice), to: &$0) }
                }
            }
        }
    }
}
