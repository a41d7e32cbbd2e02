internal import Domain
internal import Ports

extension Turn {
    mutating func decide(_ intent: BookIntent, at now: Instant, _ calendar: any LocalCalendar) -> Outcome<BookReply> {
        let decided: [BookEvent]
        do throws(BookError) {
            decided = try events(for: intent, at: now, calendar)
        } catch {
            return .failure(.refusedByBooks(error))
        }
        if !decided.isEmpty {
            guard let consequences = consequences(of: decided, intent, at: now) else {
                return .failure(.unavailable("The decision did not lead to a state."))
            }
            take(consequences, intent.tenant)
        }
        let known = current(intent.command.subject(in: intent.tenant))?.record
        guard let record = known ?? intent.command.blank(in: intent.tenant, at: now) else {
            return .failure(.unavailable("The decision did not lead to a state."))
        }
        return .success(BookReply(record: record, changed: !decided.isEmpty))
    }

    private func current(_ key: BookKey) -> StoredBookRecord? { books[key]?.stored ?? committed.books[key] }

    private func events(for intent: BookIntent, at now: Instant, _ calendar: any LocalCalendar) throws(BookError) -> [BookEvent] {
        try Books(tenant: intent.tenant, find: { current($0)?.record })
            .decide(intent.command, BookContext(now: now) { calendar.date(of: now, in: $0) })
    }

    /// What the events of one command lead to, on top of the turn.
    private struct Consequences {
        /// In the order of their first change.
        var records: [(stored: StoredBookRecord, before: StoredBookRecord?)] = []
        var events: [CommittedEvent] = []
        var contents: [IngestionContent] = []
        var entries: [AuditEntry] = []
        var lastOrdinal: Int64

        func record(_ key: BookKey) -> StoredBookRecord? { records.first { $0.stored.record.key == key }?.stored }

        mutating func put(_ stored: StoredBookRecord, over before: StoredBookRecord?) {
            let key = stored.record.key
            if let index = records.firstIndex(where: { $0.stored.record.key == key }) {
                records[index].stored = stored
            } else {
                records.append((stored, before))
            }
        }
    }

    private func consequences(of decided: [BookEvent], _ intent: BookIntent, at now: Instant) -> Consequences? {
        let tenant = intent.tenant
        var result = Consequences(lastOrdinal: lastOrdinal)
        for event in decided {
            guard let key = Books.affected(by: event, tenant: tenant).first else { return nil }
            let before = result.record(key) ?? current(key)
            guard let record = Books.evolve(before?.record, event, tenant: tenant, at: now) else { return nil }
            let ordinal = before?.ordinal ?? result.lastOrdinal + 1
            result.lastOrdinal = max(result.lastOrdinal, ordinal)
            result.events.append(
                CommittedEvent(
                    partition: partition, position: position(after: result.events.count), tenant: tenant,
                    subject: event.subject(in: tenant), ordinal: ordinal, version: record.version, type: event.type, time: now,
                    correlationId: intent.correlationId, data: event.wireData(of: record)))
            result.put(StoredBookRecord(record: record, ordinal: ordinal), over: current(key))
            let numbers = Books.numbers(after: event, tenant: tenant, at: now) { (result.record($0) ?? current($0))?.record }
            // Many numbers at once are each their own, and new: no look among the others.
            for number in numbers {
                let stored = StoredBookRecord(record: .number(number), ordinal: 0)
                result.records.append((stored, current(stored.record.key)))
            }
            if let content = Books.content(of: event, record) { result.contents.append(content) }
            let along = Books.itemsAlong(with: event, record, tenant: tenant, at: now) { (result.record($0) ?? current($0))?.record }
            for item in along {
                let key = BookKey.item(tenant, item.key)
                let before = result.record(key) ?? current(key)
                let ordinal = before?.ordinal ?? result.lastOrdinal + 1
                result.lastOrdinal = max(result.lastOrdinal, ordinal)
                result.put(StoredBookRecord(record: .item(item), ordinal: ordinal), over: current(key))
            }
        }
        for (stored, before) in result.records {
            switch stored.record {
            case .number, .item(.counts), .item(.progress): continue
            case .series, .invoice, .item, .ingestion: break
            }
            result.entries.append(
                AuditEntry(
                    at: now, by: intent.by, command: intent.command.name, subject: stored.record.auditSubject,
                    before: before?.record.digest ?? [], after: stored.record.digest))
        }
        return result
    }

    private mutating func take(_ consequences: Consequences, _ tenant: TenantId) {
        lastOrdinal = consequences.lastOrdinal
        append(consequences.events)
        contents += consequences.contents
        for (stored, before) in consequences.records {
            let key = stored.record.key
            if books[key] == nil { bookKeys.append(key) }
            let expected = books[key]?.expectedVersion ?? before?.record.version ?? 0
            books[key] = BookChange(stored: stored, expectedVersion: expected)
        }
        for entry in consequences.entries { record(entry, of: tenant) }
    }
}
