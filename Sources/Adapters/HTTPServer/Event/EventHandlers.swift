internal import Domain
internal import NIOHTTP1
internal import Ports

/// What the route of events does: pages, long polls and streams of the tenant's log.
struct EventHandlers: Sendable {
    static let eventStream = "text/event-stream"
    static let maxWaitMilliseconds = 30_000
    /// Pages without an event of the tenant's that one request reads before it answers with a cursor to go on from.
    private static let maxEmptyPages = 16

    let events: any EventQueries
    let signal: any EventSignal
    let time: any TimeSource
    let cursors: CursorCodec
    let settings: HTTPServerSettings
    let slots: Shares
    let draining: Draining

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        let after = query.text("after", maxBytes: 16_384)
        let limit = query.int("limit", in: 1...1_000) ?? 100
        let wait = query.int("waitMs", in: 0...Self.maxWaitMilliseconds) ?? 0
        try query.finish()
        if MediaType.prefers(Self.eventStream, request.header("accept")), request.method != .HEAD {
            return try await stream(request, principal, after: after)
        }
        let page = try await page(
            principal.tenant, try await cursor(after, principal), limit, until: time.uptime() + .milliseconds(Int64(wait)))
        return Reply.json(capacity: 256 + page.events.count * 640) { json in
            json.object { json in
                json.array("items") { items in
                    for event in page.events { CloudEventWriter.write(event, store: events.storeId, to: &items) }
                }
                json.field("nextCursor", cursors.encode(page.next, tenant: principal.tenant))
                json.field("atEnd", page.isAtEnd)
            }
        }
    }

    /// Where to begin: after a cursor, at the end of the log for `end`, else before everything that the log still holds.
    private func cursor(_ text: String?, _ principal: Principal) async throws(Problem) -> LogCursor {
        switch text {
        case nil, "end":
            do throws(QueryError) {
                return text == nil ? try await events.oldest() : try await events.end()
            } catch {
                throw Problem(error)
            }
        case let text?: return try cursors.logCursor(text, tenant: principal.tenant)
        }
    }

    /// The next page with an event, or an empty one at `deadline`, when the client leaves, and when the server stops.
    private func page(_ tenant: TenantId, _ start: LogCursor, _ limit: Int, until deadline: Uptime) async throws(Problem)
        -> EventPage
    {
        var cursor = start
        var emptyPages = 0
        while true {
            // Read before the page: an event committed after the page was read then raises it.
            let generation = signal.generation(of: tenant)
            let page = try await read(tenant, cursor, limit)
            if !page.events.isEmpty || Task.isCancelled || draining.hasBegun { return page }
            cursor = page.next
            if !page.isAtEnd {
                emptyPages += 1
                if emptyPages == Self.maxEmptyPages { return page }
                continue
            }
            let left = deadline - time.uptime()
            if left <= .zero { return page }
            await signal.wait(for: tenant, past: generation, atMost: left)
        }
    }

    /// - Throws: 410 when some of the log behind the cursor is gone.
    private func read(_ tenant: TenantId, _ cursor: LogCursor, _ limit: Int) async throws(Problem) -> EventPage {
        do throws(QueryError) {
            return try await events.events(tenant: tenant, after: cursor, limit: limit)
        } catch {
            guard let oldest = error.oldest else { throw Problem(error) }
            var problem = Problem(
                .cursorExpired,
                "Events after this cursor have been taken out of the log, since they are older than what is kept; some may have been yours."
            )
            problem.oldestCursor = cursors.encode(oldest, tenant: tenant)
            throw problem
        }
    }

    // MARK: Streams

    private func stream(_ request: IncomingRequest, _ principal: Principal, after: String?) async throws(Problem) -> Reply {
        let start = try await cursor(request.header("last-event-id") ?? after, principal)
        // Before the stream is opened, after which no status can tell.
        _ = try await read(principal.tenant, start, 1)
        guard !draining.hasBegun else { throw Problem(.stopping, "The engine is stopping.", retryAfter: 5) }
        guard let slot = slots.take(of: principal.tenant) else {
            throw Problem(.busy, "Too many event streams are open already; close one, or poll with waitMs.", retryAfter: 10)
        }
        return Reply(
            status: 200, headers: [("X-Accel-Buffering", "no")],
            body: .stream(contentType: Self.eventStream) { writer in
                await follow(principal.tenant, from: start, slot, writer)
            })
    }

    /// Reads page after page, each with a short transaction of its own, and waits at the end of the log, until the client
    /// leaves or the server stops. A failing store ends the stream, and so does a client so slow that the log is trimmed before it: it
    /// comes again with its `Last-Event-ID`, and is told then.
    private func follow(_ tenant: TenantId, from start: LogCursor, _ slot: Shares.Share, _ writer: StreamWriter) async {
        var positions = start.positions
        var cursor = start
        var lastWrite = time.uptime()
        do {
            // Says at once that the stream is open, and how soon to come again when it breaks.
            try await writer.write(Array("retry: 2000\n\n".utf8))
            while !Task.isCancelled, !draining.hasBegun {
                let generation = signal.generation(of: tenant)
                let page = try await events.events(tenant: tenant, after: cursor, limit: 256)
                cursor = page.next
                if !page.events.isEmpty {
                    try await writer.write(parts(page.events, &positions, tenant))
                    lastWrite = time.uptime()
                }
                positions = cursor.positions
                guard page.isAtEnd else { continue }
                let keepAlive = lastWrite + settings.streamKeepAlive
                let left = keepAlive - time.uptime()
                if left <= .zero {
                    try await writer.write(Array(": keep-alive\n\n".utf8))
                    lastWrite = time.uptime()
                } else {
                    await signal.wait(for: tenant, past: generation, atMost: left)
                }
            }
        } catch {}
        slot.release()
    }

    /// The events as server-sent events, each with the cursor behind it as its id.
    private func parts(_ page: [CommittedEvent], _ positions: inout [Int64], _ tenant: TenantId) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(page.count * 768)
        var json = JSONWriter(capacity: 768)
        for event in page {
            if positions.indices.contains(event.partition.index) { positions[event.partition.index] = event.position }
            json.removeAll()
            CloudEventWriter.write(event, store: events.storeId, to: &json)
            bytes.append(contentsOf: "id: ".utf8)
            bytes.append(contentsOf: cursors.encode(LogCursor(positions: positions), tenant: tenant).utf8)
            bytes.append(contentsOf: "\nevent: ".utf8)
            bytes.append(contentsOf: event.type.name.utf8)
            bytes.append(contentsOf: "\ndata: ".utf8)
            // Line breaks can only be white space between the tokens of an event's data; here they would end the event.
            bytes.append(contentsOf: json.bytes.lazy.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
            bytes.append(contentsOf: "\n\n".utf8)
        }
        return bytes
    }
}
