internal import Domain

/// Entries of one chain, each checked against the one before it.
struct AuditPage {
    struct Item {
        let sequence: Int64
        let entry: AuditEntry
        let hash: [UInt8]
    }

    private(set) var entries: [Item] = []
    /// The numbers of entries that do not lead to their hash, not on from the hash before, or are not there.
    private(set) var broken: [ClosedRange<Int64>] = []
    /// The number after which there may be more.
    private(set) var next: Int64?

    /// - Parameters:
    ///   - segments: those with entries behind number `after`, in order.
    ///   - isWhole: whether there are no more of them.
    init(_ segments: [AuditSegment], after: Int64, limit: Int, isWhole: Bool) {
        // The hash before the first segment is known only where the chain begins; that no number is left out, everywhere.
        var previous: AuditHead? = after == 0 ? .start : nil
        for segment in segments {
            let follows = previous.map { $0 == segment.previous } ?? (segment.previous.count <= after)
            let expected = previous?.count ?? after
            previous = segment.head
            guard follows, let entries = segment.entries(), segment.head.count > segment.previous.count else {
                let first = max(after, min(expected, segment.previous.count)) + 1
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
        if isWhole { next = nil }
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
                    json.field("before", Hexadecimal.text(item.entry.before))
                    json.field("after", Hexadecimal.text(item.entry.after))
                    json.field("hash", Hexadecimal.text(item.hash))
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
}
