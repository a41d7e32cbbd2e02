internal import Domain
internal import Ports

/// Why a batch was not taken to its end.
enum IntakeStop: Error {
    case batch(BatchError)
    /// The books did not take what came, again and again.
    case books(String)
    case cancelled
}

/// Takes one answer of a source: splits it as it comes, and gives its documents to the books, some at a time. What waits for the books is
/// bounded; while they take it, nothing more is read.
struct BatchIntake {
    private let run: IngestionRun
    private let plan: IngestionSource.Plan
    private let ports: EnginePorts
    private let courier: BookCourier
    /// nil: no drafts are made of the source's documents.
    private let mapper: DocumentMapper?
    private let settings: EngineSettings
    private let metrics: IngestionMetrics
    private let splitting: any BatchSplitting
    private var splitter: (any BatchSplitter)?
    private var waiting: [BookIntent] = []
    private var waitingBytes = 0
    private(set) var counts = IngestionRun.Counts()
    /// That of the answer; nil: no spans are made.
    private let span: OpenSpan?
    /// Reaches from the first piece to the last of those that some documents came in; and how long it took to split them.
    private var splitSpan: OpenSpan?
    private var splitTime = TimeSpan.zero

    init(
        _ run: IngestionRun, _ plan: IngestionSource.Plan, ports: EnginePorts, ingestion: IngestionPorts, router: Router,
        settings: EngineSettings, metrics: IngestionMetrics, span: OpenSpan? = nil
    ) {
        self.run = run
        self.span = span
        self.plan = plan
        self.ports = ports
        let courier = BookCourier(router: router, time: ports.time)
        self.courier = courier
        mapper = DocumentMapper(plan.mapping, ingestion, courier, ports)
        self.settings = settings
        self.metrics = metrics
        splitting = ingestion.splitting
    }

    mutating func take(_ piece: BatchAnswer) async throws(IntakeStop) {
        switch piece {
        case .head(let head):
            var plan = plan.split
            plan.charset = head.charset
            plan.limits.invoiceBytes = min(plan.limits.invoiceBytes, IngestionLimits.documentBytes)
            splitter = splitting.splitter(for: plan)
        case .octets(let octets):
            counts.bytes += octets.count
            try await split(octets)
        }
    }

    /// The answer is complete.
    mutating func finish() async throws(IntakeStop) {
        // A source that answers without a body gives not even a head's worth.
        var splitter = self.splitter ?? splitting.splitter(for: plan.split)
        let end = splitter.finish()
        try await take(end.parts)
        if let error = end.error { throw .batch(error) }
        try await give()
    }

    /// The answer ends before it is complete: what came of it whole is taken.
    mutating func breakOff() async throws(IntakeStop) { try await give() }

    private mutating func split(_ octets: ArraySlice<UInt8>) async throws(IntakeStop) {
        guard var splitter else { return }
        // It is held here alone, so that it is not copied.
        self.splitter = nil
        if splitSpan == nil { splitSpan = span?.child() }
        let started = ports.time.uptime()
        let parts: [BatchPart]
        do throws(BatchError) {
            parts = try splitter.push(octets)
        } catch {
            endSplit(failure: error.code)
            throw .batch(error)
        }
        self.splitter = splitter
        let took = ports.time.uptime() - started
        metrics.splitDuration.observe(took.microseconds)
        splitTime = splitTime + took
        try await take(parts)
    }

    private mutating func take(_ parts: [BatchPart]) async throws(IntakeStop) {
        for part in parts {
            add(part)
            if waiting.count >= settings.ingestBatch || waitingBytes >= settings.ingestBatchBytes { try await give() }
        }
    }

    private mutating func add(_ part: BatchPart) {
        counts.received += 1
        let command: IngestionCommand
        switch part {
        case .invoice(let invoice):
            command = .ingest(
                IngestedDocument(
                    source: run.source, number: invoice.number, octets: invoice.octets, encoding: invoice.encoding,
                    namespaces: invoice.namespaces, run: run.id, trace: run.trace, topic: plan.topic))
        case .refused(let refusal):
            counts.quarantined += 1
            command = .quarantine(RefusedSlice(refusal, source: run.source, run: run.id, trace: run.trace))
        }
        waitingBytes += command.approximateBytes
        waiting.append(BookIntent(tenant: run.tenant, command: .ingestion(command), by: "engine", correlationId: run.trace.description))
    }

    /// Gives what waits to the books, and returns when all of it is committed.
    private mutating func give() async throws(IntakeStop) {
        endSplit()
        guard !waiting.isEmpty else { return }
        let given = waiting
        waiting = []
        waitingBytes = 0
        let started = ports.time.uptime()
        var documents: [(invoice: IngestedInvoice, octets: [UInt8])] = []
        for (outcome, intent) in zip(try await commit(given), given) {
            guard case .success(let reply) = outcome else {
                if case .failure(let error) = outcome { throw .books("the books refused a document: \(error)") }
                continue
            }
            count(reply)
            if case .ingestion(.invoice(let invoice)) = reply.record, case .ingestion(.ingest(let document)) = intent.command {
                documents.append((invoice, document.octets))
            }
        }
        metrics.commitDuration.observe((ports.time.uptime() - started).microseconds)
        try await map(documents)
    }

    private func commit(_ given: [BookIntent]) async throws(IntakeStop) -> [Result<BookReply, BookError>] {
        try await within("commit", given.count) { () throws(IntakeStop) in try await courier.send(given) }
    }

    private func map(_ documents: [(invoice: IngestedInvoice, octets: [UInt8])]) async throws(IntakeStop) {
        guard let mapper else { return }
        try await within("map", documents.count) { () throws(IntakeStop) in
            try await mapper.map(documents, by: "engine", trace: run.trace)
        }
    }

    // MARK: - Spans

    private func within<Result>(
        _ step: String, _ documents: Int, _ work: () async throws(IntakeStop) -> Result
    ) async throws(IntakeStop) -> Result {
        let inner = span?.child()
        do throws(IntakeStop) {
            let result = try await work()
            inner?.end(step, with: [("ledgerflow.documents", .count(documents))])
            return result
        } catch {
            inner?.end(step, failure: error.failure.code, with: [("ledgerflow.documents", .count(documents))])
            throw error
        }
    }

    private mutating func endSplit(failure: String? = nil) {
        splitSpan?.end(
            "split", failure: failure,
            with: [
                ("ledgerflow.documents", .count(waiting.count)), ("ledgerflow.bytes", .count(waitingBytes)),
                ("ledgerflow.split.microseconds", .count(Int(splitTime.microseconds))),
            ])
        splitSpan = nil
        splitTime = .zero
    }

    /// By what is on record, so that what was committed and not heard of, or in an attempt before, counts as what it was.
    private mutating func count(_ reply: BookReply) {
        guard case .ingestion(.invoice(let invoice)) = reply.record else {
            if reply.changed { metrics.quarantined.add() }
            return
        }
        if invoice.latest.run != run.id {
            counts.unchanged += 1
            metrics.unchanged.add()
        } else if invoice.latest.number == 1 {
            counts.new += 1
            if reply.changed { metrics.new.add() }
        } else {
            counts.changed += 1
            if reply.changed { metrics.changed.add() }
        }
    }
}

extension RefusedSlice {
    init(_ refusal: SplitRefusal, source: SourceName, run: UniqueId?, trace: TraceId) {
        self.init(
            source: source, octets: Array(refusal.octets.prefix(IngestionLimits.documentBytes)),
            finding: QuarantineFinding(
                code: refusal.reason.code, text: refusal.reason.description, index: refusal.index, encoding: refusal.encoding,
                namespaces: refusal.namespaces, run: run, trace: trace))
    }
}
