/// Ingestion's part of the decider.
extension Books {
    func keys(for command: IngestionCommand) -> [BookKey] {
        let subject = BookKey.ingestion(tenant, command.subject(in: tenant))
        switch command {
        case .begin(let start):
            let keys = [subject, .item(tenant, .source(start.source)), .item(tenant, .progress(start.source))]
            return keys + (start.inPlaceOf.map { [.ingestion(tenant, .run($0))] } ?? [])
        case .end(_, let source, _): return [subject, .item(tenant, .progress(source))]
        case .ingest(let document):
            guard let id = document.resolves else { return [subject] }
            return [subject, .ingestion(tenant, IngestionKey(kind: .quarantine, id: id))]
        case .quarantine, .mapped: return [subject]
        case .receive(let message): return keys(for: message)
        }
    }

    private func ingested(_ key: IngestionKey) -> IngestedInvoice? {
        if case .ingestion(.invoice(let invoice))? = record(.ingestion(tenant, key)) { invoice } else { nil }
    }

    private func quarantined(_ key: IngestionKey) -> QuarantinedSlice? {
        if case .ingestion(.quarantine(let slice))? = record(.ingestion(tenant, key)) { slice } else { nil }
    }

    private func run(_ key: IngestionKey) -> IngestionRun? {
        if case .ingestion(.run(let run))? = record(.ingestion(tenant, key)) { run } else { nil }
    }

    func decideIngestion(_ command: IngestionCommand, _ context: BookContext) throws(BookError) -> [BookEvent] {
        let key = command.subject(in: tenant)
        switch command {
        case .begin(let start): return try decideBegin(start, key, context)
        case .end(_, _, let end):
            guard let run = run(key) else { throw .noSuchIngestion(.run) }
            return run.status == .running && end.status != .running ? [.ingestion(.ended(end), key)] : []
        case .ingest(let document): return try decideIngest(document, key)
        case .quarantine(let slice): return decideQuarantine(slice, key)
        case .receive(let message): return try decideReceive(message, key)
        case .mapped(_, _, let mapping):
            guard let invoice = ingested(key) else { throw .noSuchIngestion(.invoice) }
            // A later version has come, and is mapped by itself.
            guard mapping.revision == invoice.latest.number else { return [] }
            return invoice.mapping == mapping ? [] : [.ingestion(.mapped(mapping), key)]
        }
    }

    private func decideBegin(_ start: RunStart, _ key: IngestionKey, _ context: BookContext) throws(BookError) -> [BookEvent] {
        if run(key) != nil { return [] }
        guard case .source(let source)? = item(.source(start.source)), source.status != .deleted else { throw .noSuchItem(.source) }
        let progress: SourceProgress =
            if case .progress(let progress)? = item(.progress(start.source)) {
                progress
            } else {
                SourceProgress(tenant: tenant, source: start.source)
            }
        if let running = progress.running, running != start.inPlaceOf || run(.run(running)) != nil { throw .runUnderWay(running) }
        return [.ingestion(.started(start, progress.window(source.plan, at: context.now), requests: source.requests), key)]
    }

    func decideQuarantine(_ slice: RefusedSlice, _ key: IngestionKey) -> [BookEvent] {
        guard let known = quarantined(key) else { return [.ingestion(.quarantined(slice), key)] }
        // Seen again. What it says may have changed with the source's settings.
        return known.status == .open && known.finding.says(the: slice.finding) ? [] : [.ingestion(.quarantined(slice), key)]
    }

    func decideIngest(_ document: IngestedDocument, _ key: IngestionKey) throws(BookError) -> [BookEvent] {
        var events: [BookEvent] = []
        let known = ingested(key)
        if known?.latest.sha256 != document.sha256 {
            events.append(.ingestion(.received(document, revision: (known?.latest.number ?? 0) + 1), key))
        }
        guard let id = document.resolves else { return events }
        let quarantine = IngestionKey(kind: .quarantine, id: id)
        guard let slice = quarantined(quarantine) else { throw .noSuchIngestion(.quarantine) }
        if slice.status == .open { events.append(.ingestion(.resolved(as: key.id), quarantine)) }
        return events
    }

    static func evolve(
        ingestion current: BookRecord?, _ event: IngestionEvent, _ key: IngestionKey, tenant: TenantId, at now: Instant
    ) -> IngestionRecord? {
        let record: IngestionRecord? = if case .ingestion(let record)? = current { record } else { nil }
        switch (event, record) {
        case (.received(let document, let revision), .invoice(var invoice)?):
            invoice.version += 1
            invoice.updatedAt = max(now, invoice.updatedAt)
            invoice.latest = IngestedInvoice.Revision(document, number: revision, at: now)
            return .invoice(invoice)
        case (.received(let document, let revision), nil):
            return .invoice(
                IngestedInvoice(
                    tenant: tenant, source: document.source, number: document.number, version: 1,
                    latest: IngestedInvoice.Revision(document, number: revision, at: now), mapping: nil, createdAt: now, updatedAt: now))
        case (.mapped(let mapping), .invoice(var invoice)?):
            invoice.version += 1
            invoice.updatedAt = max(now, invoice.updatedAt)
            invoice.mapping = mapping
            return .invoice(invoice)
        case (.quarantined(let slice), .quarantine(var known)?):
            known.version += 1
            known.updatedAt = max(now, known.updatedAt)
            known.finding = slice.finding
            known.status = .open
            known.resolvedAs = nil
            return .quarantine(known)
        case (.quarantined(let slice), nil):
            return .quarantine(
                QuarantinedSlice(
                    tenant: tenant, source: slice.source, version: 1, status: .open, finding: slice.finding, sha256: slice.sha256,
                    size: slice.octets.count, resolvedAs: nil, createdAt: now, updatedAt: now))
        case (.resolved(let id), .quarantine(var known)?):
            known.version += 1
            known.updatedAt = max(now, known.updatedAt)
            known.status = .resolved
            known.resolvedAs = id
            return .quarantine(known)
        case (.messageReceived(let message), nil): return .message(IngestedMessage(message, tenant: tenant, at: now))
        case (.started(let start, let window, _), nil):
            return .run(
                IngestionRun(
                    tenant: tenant, id: start.id, source: start.source, version: 1, status: .running, trigger: start.trigger,
                    trace: start.trace, window: window, createdAt: now, endedAt: nil, counts: IngestionRun.Counts(), failure: nil,
                    attempts: 0))
        case (.ended(let end), .run(var run)?):
            run.version += 1
            run.status = end.status
            run.endedAt = max(now, run.createdAt)
            run.counts = end.counts
            run.failure = end.failure
            run.attempts = end.attempts
            return .run(run)
        default: return nil
        }
    }

    /// The octets that `event` brings, to be stored in its commit.
    ///
    /// - Parameter record: the aggregate after the event.
    public static func content(of event: BookEvent, _ record: BookRecord) -> IngestionContent? {
        guard case .ingestion(let event, let key) = event, case .ingestion(let record) = record else { return nil }
        switch (event, record) {
        case (.received(let document, let revision), _):
            return IngestionContent(tenant: record.tenant, key: key, version: revision, octets: document.octets)
        case (.messageReceived(let message), _):
            return IngestionContent(tenant: record.tenant, key: key, version: 1, octets: message.octets)
        // The same octets whenever they are seen again.
        case (.quarantined(let slice), .quarantine(let known)) where known.version == 1:
            return IngestionContent(tenant: record.tenant, key: key, version: 1, octets: slice.octets)
        default: return nil
        }
    }

    static func progress(
        after event: BookEvent, _ record: BookRecord, tenant: TenantId, at now: Instant, find: (BookKey) -> BookRecord?
    ) -> SourceProgress? {
        func known(_ source: SourceName) -> SourceProgress? {
            if case .item(.progress(let progress))? = find(.item(tenant, .progress(source))) { progress } else { nil }
        }
        switch (event, record) {
        case (.item(.source(let event), let key), _): return SourceName(key.id).flatMap(known)?.after(event)
        case (.ingestion(let event, _), .ingestion(.run(let run))):
            return (known(run.source) ?? SourceProgress(tenant: tenant, source: run.source)).after(event, run, at: now)
        default: return nil
        }
    }
}

extension IngestedInvoice.Revision {
    fileprivate init(_ document: IngestedDocument, number: Int64, at now: Instant) {
        self.init(
            number: number, sha256: document.sha256, size: document.octets.count, encoding: document.encoding,
            namespaces: document.namespaces, receivedAt: now, run: document.run, trace: document.trace)
    }
}
