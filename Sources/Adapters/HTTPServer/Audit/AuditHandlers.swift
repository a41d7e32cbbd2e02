internal import Domain
internal import Ports

/// What the route of the audit does.
struct AuditHandlers: Sendable {
    let queries: any BookQueries
    let partitions: Int

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        let partition = query.int("partition", in: 0...max(0, partitions - 1)) ?? 0
        let after = query.int("after", in: 0...999_999_999_999_999_999) ?? 0
        let limit = query.int("limit", in: 1...1_000) ?? 100
        try query.finish()
        let segments: [AuditSegment]
        do {
            segments = try await queries.auditSegments(
                tenant: principal.tenant, partition: PartitionId(partition), after: Int64(after), limit: limit)
        } catch {
            throw Problem(error)
        }
        let page = AuditPage(segments, after: Int64(after), limit: limit)
        return Reply.json(capacity: 256 + page.entries.count * 384) { json in
            json.object { json in
                json.field("partition", partition)
                json.field("partitions", partitions)
                json.field("intact", page.broken.isEmpty)
                page.write(to: &json)
            }
        }
    }
}

/// Entries of one chain, each checked against the one before it.
private struct AuditPage {
    struct Item {
        let sequence: Int64
        let entry: AuditEntry
        let hash: [UInt8]
    }

    private(set) var entries: [Item] = []
    /// The numbers of entries that do not lead to their hash, or not on from the hash before.
    private(set) var broken: [ClosedRange<Int64>] = []
    /// The number after which there may be more.
    private(set) var next: Int64?

    init(_ segments: [AuditSegment], after: Int64, limit: Int) {
        // What stands before the first segment is known only where the chain begins.
        var previous: AuditHead? = after == 0 ? .start : nil
        for segment in segments {
            let follows = previous.map { $0 == segment.previous } ?? true
            previous = segment.head
            guard follows, let entries = segment.entries(), segment.head.count > segment.previous.count else {
                let first = max(after, segment.previous.count) + 1
                broken.append(first...max(first, segment.head.count))
                next = segment.head.count
                continue
            }
            var head = segment.previous
            for entry in entries {
                head = head.adding(entry)
                guard head.count > after else { continue }
                if self.entries.count >= limit {
                    next = self.entries.last?.sequence
                    return
                }
                self.entries.append(Item(sequence: head.count, entry: entry, hash: head.hash))
            }
            next = head.count
        }
        if segments.count < limit { next = nil }
    }

    func write(to json: inout JSONWriter) {
        json.array("entries") { list in
            for item in entries {
                list.object { json in
                    json.field("sequence", item.sequence)
                    json.field("at", item.entry.at)
                    json.field("by", item.entry.by)
                    json.field("command", item.entry.command)
                    json.field("subject", item.entry.subject)
                    json.field("before", Self.hexadecimal(item.entry.before))
                    json.field("after", Self.hexadecimal(item.entry.after))
                    json.field("hash", Self.hexadecimal(item.hash))
                }
            }
        }
        if !broken.isEmpty {
            json.array("broken") { list in
                for range in broken {
                    list.object { json in
                        json.field("from", range.lowerBound)
                        json.field("to", range.upperBound)
                    }
                }
            }
        }
        json.field("next", ifPresent: next)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
