internal import Domain
internal import Ports

/// What the routes of targets, and of the tenant as a whole, do.
struct TargetHandlers: Sendable {
    let desk: ItemDesk
    let overview: any TargetOverview
    /// What holds for every tenant, by name.
    let limits: [(name: String, value: Int?)]

    static let path = "/v1/targets"
    static let tenantPath = "/v1/tenant"

    // MARK: Targets

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        let limit = query.int("limit", in: 1...1_000) ?? 100
        let cursor = query.text("cursor", maxBytes: 16_384)
        try query.finish()
        var after = ""
        if let cursor { after = try desk.cursors.itemId(cursor, of: "targets", tenant: principal.tenant) }
        let holds = try await holds(principal.tenant)
        let known = overview.targets(of: principal.tenant)
        let hosts = Set(known.map(\.host)).union(holds?.targets.keys ?? [:].keys).filter { $0 > after }.sorted()
        let states = Dictionary(known.map { ($0.host, $0) }) { first, _ in first }
        let page = hosts.prefix(limit)
        let next = page.count < hosts.count ? page.last : nil
        return Reply.json(capacity: 64 + page.count * 320) { json in
            json.object { json in
                json.array("items") { list in
                    for host in page { Self.write(host, states[host], holds, to: &list) }
                }
                json.field("nextCursor", next.map { desk.cursors.encode(itemId: $0, of: "targets", tenant: principal.tenant) })
            }
        }
    }

    func pause(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let host = try request.targetHost()
        let reason = try request.optionalReason()
        return try await command(.pauseTarget(host: host, by: principal.subject, reason: reason ?? ""), host, request, principal)
    }

    func resume(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let host = try request.targetHost()
        try request.expectNoBody()
        return try await command(.resumeTarget(host: host), host, request, principal)
    }

    private func command(
        _ command: HoldCommand, _ host: String, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> Reply {
        let holds = try Self.holds(try await desk.send(.holds(command), request, principal).item)
        let state = overview.targets(of: principal.tenant).first { $0.host == host }
        return Reply.json { Self.write(host, state, holds, to: &$0) }
    }

    // MARK: The tenant

    func showTenant(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        tenant(principal.tenant, try await holds(principal.tenant))
    }

    func pauseTenant(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let reason = try request.optionalReason()
        let item = try await desk.send(.holds(.pauseTenant(by: principal.subject, reason: reason ?? "")), request, principal).item
        return tenant(principal.tenant, try Self.holds(item))
    }

    func resumeTenant(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try request.expectNoBody()
        return tenant(principal.tenant, try Self.holds(try await desk.send(.holds(.resumeTenant), request, principal).item))
    }

    // MARK: Pieces

    private func holds(_ tenant: TenantId) async throws(Problem) -> Holds? {
        if case .holds(let holds)? = try await desk.item(.holds, tenant: tenant) { holds } else { nil }
    }

    private static func holds(_ item: TenantItem) throws(Problem) -> Holds {
        guard case .holds(let holds) = item else { throw ItemDesk.wrongRecord }
        return holds
    }

    private func tenant(_ tenant: TenantId, _ holds: Holds?) -> Reply {
        Reply.json { json in
            json.object { json in
                json.field("id", tenant.value)
                json.field("status", holds?.whole == nil ? "active" : "paused")
                if let hold = holds?.whole { Self.write(hold, to: &json) }
                json.object("limits") { json in
                    for limit in limits { json.field(dynamic: limit.name, limit.value) }
                }
            }
        }
    }

    /// - Parameter state: nil for a host that was not called lately. What the tenant's holds say goes before what execution has heard of.
    private static func write(_ host: String, _ state: TargetState?, _ holds: Holds?, to writer: inout JSONWriter) {
        let hold = holds?.hold(on: host)
        let isStale = hold == nil && state?.state == .paused
        writer.object { json in
            json.field("host", host)
            json.field("state", (hold != nil ? .paused : isStale ? .closed : state?.state ?? .closed).rawValue)
            json.field("waiting", state?.waiting ?? 0)
            json.field("running", state?.running ?? 0)
            json.field("parked", state?.parked ?? false)
            json.field("errorRate", share(state?.errorRate ?? 0))
            json.field("p50Ms", state?.p50)
            json.field("p99Ms", state?.p99)
            json.field("consecutiveFailures", state?.consecutiveFailures ?? 0)
            json.field("openUntil", ifPresent: hold == nil ? state?.openUntil : nil)
            if let hold { write(hold, to: &json) }
        }
    }

    private static func write(_ hold: Hold, to json: inout JSONWriter) {
        json.field("pausedAt", hold.since)
        json.field("pausedBy", hold.by)
        json.field("pauseReason", ifPresent: hold.reason.isEmpty ? nil : hold.reason)
    }

    /// With four digits behind the point.
    private static func share(_ value: Double) -> JSONNumber? {
        guard value.isFinite else { return nil }
        let parts = Int((min(max(value, 0), 1) * 10_000).rounded())
        let digits = String(parts % 10_000)
        return JSONNumber(text: "\(parts / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits)
    }
}

extension IncomingRequest {
    /// The host that the path names, in lower case, an IPv6 address without brackets.
    ///
    /// - Throws: 404 when it is none that a call may be sent to.
    func targetHost() throws(Problem) -> String {
        guard let text = decodedParameter(0), !text.utf8.contains(where: { "/?#".utf8.contains($0) }) else { throw .noSuchTarget }
        let isAddress = text.utf8.contains(UInt8(ascii: ":")) && !text.hasPrefix("[")
        guard let url = try? TargetURL("http://" + (isAddress ? "[\(text)]" : text) + "/"), url.port == 80,
            isAddress || !text.hasSuffix(":80")
        else { throw .noSuchTarget }
        return url.host
    }
}

extension Problem {
    static let noSuchTarget = Problem(.notFound, "That is no host that a call can be sent to: give a name or an address, without a port.")
}
