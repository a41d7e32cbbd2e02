internal import Domain
internal import Ports

/// What the routes of the audit do: a tenant's own for the tenant, any tenant's for an operator.
struct AuditHandlers: Sendable {
    let queries: any BookQueries
    let anchors: any AuditQueries
    /// By which this engine signs anchors.
    let publicKey: [UInt8]
    let store: UniqueId
    let partitions: Int
    let diagnostics: any Diagnostics

    static let path = "/v1/audit"
    static let adminPath = "/v1/admin/audit"

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        let place = place(&query)
        try query.finish()
        return try await entries(of: principal.tenant, place)
    }

    func listAnchors(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        let place = place(&query)
        try query.finish()
        return try await anchors(of: principal.tenant, place)
    }

    func listAny(_ request: IncomingRequest, _ person: EngineOperator) async throws(Problem) -> Reply {
        let (tenant, place) = try asked(request, person)
        return try await entries(of: tenant, place)
    }

    func listAnyAnchors(_ request: IncomingRequest, _ person: EngineOperator) async throws(Problem) -> Reply {
        let (tenant, place) = try asked(request, person)
        return try await anchors(of: tenant, place)
    }

    // MARK: - What is asked for

    private struct Place {
        let partition: Int
        let after: Int64
        let limit: Int
    }

    private func place(_ query: inout QueryReader) -> Place {
        Place(
            partition: query.int("partition", in: 0...max(0, partitions - 1)) ?? 0,
            after: Int64(query.int("after", in: 0...999_999_999_999_999_999) ?? 0), limit: query.int("limit", in: 1...1_000) ?? 100)
    }

    /// Who looks at what is not their own is on record.
    private func asked(_ request: IncomingRequest, _ person: EngineOperator) throws(Problem) -> (TenantId, Place) {
        var query = QueryReader(request.query, declared: request.route.query)
        let place = place(&query)
        let rule = "must be the name of a tenant: 1 to 64 of a–z 0–9 . _ -, the first a letter or digit"
        let tenant = query.value("tenant", rule, TenantId.init(_:))
        if tenant == nil, query.faults.isEmpty { query.fault("tenant", "is needed: an operator's token names no tenant") }
        try query.finish()
        guard let tenant else { throw Problem(.invalidQuery, "The parameter tenant is needed.") }
        diagnostics.report(
            Diagnostic(
                .info, "audit.read-by-operator", "An operator looked at a tenant's audit.",
                fields: [
                    ("tenant", tenant.value), ("subject", person.subject), ("operation", request.route.operation), ("request", request.id),
                ]))
        return (tenant, place)
    }

    // MARK: - Answers

    /// How many segments are read at one time: each may hold what a thousand commands of one commit changed, and a page shows few of these.
    private static let segmentsAtOnce = 64

    private func entries(of tenant: TenantId, _ place: Place) async throws(Problem) -> Reply {
        var segments: [AuditSegment] = []
        var (reached, isWhole) = (place.after, false)
        while !isWhole, reached - place.after < place.limit {
            let more: [AuditSegment]
            do {
                more = try await queries.auditSegments(
                    tenant: tenant, partition: PartitionId(place.partition), after: reached, limit: Self.segmentsAtOnce)
            } catch {
                throw Problem(error)
            }
            segments += more
            reached = more.last?.head.count ?? reached
            isWhole = more.count < Self.segmentsAtOnce
        }
        let page = AuditPage(segments, after: place.after, limit: place.limit, isWhole: isWhole)
        return Reply.json(capacity: 256 + page.entries.count * 384) { json in
            json.object { json in
                json.field("tenant", tenant.value)
                json.field("partition", place.partition)
                json.field("partitions", partitions)
                json.field("intact", page.broken.isEmpty)
                page.write(to: &json)
            }
        }
    }

    private func anchors(of tenant: TenantId, _ place: Place) async throws(Problem) -> Reply {
        let found: [AuditAnchor]
        do {
            found = try await anchors.auditAnchors(
                tenant: tenant, partition: PartitionId(place.partition), after: place.after, limit: place.limit)
        } catch {
            throw Problem(error)
        }
        return Reply.json(capacity: 256 + found.count * 768) { json in
            json.object { json in
                json.field("store", store.description)
                json.field("tenant", tenant.value)
                json.field("partition", place.partition)
                json.field("partitions", partitions)
                json.field("publicKey", Hexadecimal.text(publicKey))
                json.array("anchors") { list in
                    for anchor in found { list.object { Self.write(anchor, to: &$0) } }
                }
                json.field("next", ifPresent: found.count < place.limit ? nil : found.last?.head.count)
            }
        }
    }

    /// Whole in itself, so that each can be kept elsewhere.
    private static func write(_ anchor: AuditAnchor, to json: inout JSONWriter) {
        json.field("store", anchor.store.description)
        json.field("tenant", anchor.tenant.value)
        json.field("partition", anchor.partition)
        json.field("entries", anchor.head.count)
        json.field("head", Hexadecimal.text(anchor.head.hash))
        json.field("at", anchor.at)
        json.field("publicKey", Hexadecimal.text(anchor.publicKey))
        json.field("signature", Hexadecimal.text(anchor.signature))
        json.field("statement", anchor.statement)
    }
}
