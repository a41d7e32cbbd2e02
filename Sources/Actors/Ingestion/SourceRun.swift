internal import Domain
internal import Ports

/// One run of a source: begins it in the books, asks the source, takes what comes, and ends it once all of that is committed.
///
/// Whatever is cut off anywhere is done again by the next run: documents are known by source, number and digest.
struct SourceRun: Sendable {
    let assignment: SourceAgenda.Assignment
    let ports: EnginePorts
    let ingestion: IngestionPorts
    let router: Router
    let settings: EngineSettings
    let metrics: IngestionMetrics
    let variant: EngineVariant

    private var tenant: TenantId { assignment.key.tenant }
    private var source: SourceName { assignment.key.source }

    func perform() async -> SourceAgenda.Result {
        var lost: UniqueId?
        if let orphan = assignment.orphan {
            switch await abandon(orphan) {
            case .ended: break
            case .lost: lost = orphan
            case .unknown: return .init(orphan: orphan, wait: Self.pause, owed: assignment.trigger)
            }
        }
        guard let trigger = assignment.trigger else { return .init() }
        let start = RunStart(id: newId(), source: source, trigger: trigger, trace: newTrace(), inPlaceOf: lost)
        let root = ports.tracing?.root(of: start.trace)
        switch await begin(start) {
        case .begun(let run): return await perform(run, root)
        case .underWay(let other): return .init(orphan: other, wait: .milliseconds(100), owed: trigger)
        case .gone: return .init(isGone: true)
        case .notNow: return .init(wait: Self.pause, owed: trigger)
        }
    }

    /// How long a source waits whose run could not be put on record.
    private static let pause = TimeSpan.seconds(2)

    private static let abandonment = RunEnd(
        status: .abandoned, counts: IngestionRun.Counts(),
        failure: IngestionRun.Failure(
            code: "abandoned", text: "The engine ended before the run did; what came is in the books, and the source is asked again."),
        attempts: 0)

    // MARK: - On record

    private enum Beginning {
        case begun(IngestionRun)
        case underWay(UniqueId)
        case gone
        case notNow
    }

    private func begin(_ start: RunStart) async -> Beginning {
        do throws(IntentError) {
            let reply = try await send(.begin(start), start.trace)
            guard case .ingestion(.run(let run)) = reply.record else { return .notNow }
            return .begun(run)
        } catch {
            switch error {
            case .refusedByBooks(.runUnderWay(let other)): return .underWay(other)
            case .refusedByBooks(.noSuchItem): return .gone
            default: return .notNow
            }
        }
    }

    private enum Abandonment {
        case ended
        /// There is no such run on record, so that nothing can be ended.
        case lost
        case unknown
    }

    /// Ends a run that another engine left under way.
    private func abandon(_ id: UniqueId) async -> Abandonment {
        let found: BookRecord?
        do throws(JournalError) { found = try await load(.ingestion(tenant, .run(id))) } catch { return .unknown }
        guard case .ingestion(.run(let run))? = found else {
            ports.diagnostics.report(
                Diagnostic(
                    .error, "ingestion.run-lost",
                    "A run that is said to be under way is not on record; the source's next one begins without it. Check the store.",
                    fields: [
                        (name: "tenant_id", value: tenant.value), (name: "source", value: source.value),
                        (name: "run_id", value: id.description),
                    ]))
            return .lost
        }
        guard await end(id, Self.abandonment, run.trace) else { return .unknown }
        tell(run, Self.abandonment, ports.tracing?.root(of: run.trace, since: run.createdAt))
        return .ended
    }

    /// - Returns: false when it is not known to be on record.
    private func end(_ run: UniqueId, _ end: RunEnd, _ trace: TraceId) async -> Bool {
        do throws(IntentError) {
            let reply = try await send(.end(run: run, of: source, end), trace)
            if reply.changed { metrics.ended(end) }
            return true
        } catch {
            // No such run: then it need not be ended.
            if case .refusedByBooks = error { return true }
            return false
        }
    }

    /// Sends a command until its outcome is known, some times.
    private func send(_ command: IngestionCommand, _ trace: TraceId) async throws(IntentError) -> BookReply {
        var wait = BackOff(first: .milliseconds(50), most: .seconds(2))
        let intent = BookIntent(tenant: tenant, command: .ingestion(command), by: "engine", correlationId: trace.description)
        for _ in 1..<Self.sendings {
            do throws(IntentError) {
                return try await router.send(intent)
            } catch {
                switch error {
                case .busy, .unavailable, .unknownOutcome: if Task.isCancelled { throw error }
                case .refused, .refusedByBooks, .stopping: throw error
                }
            }
            await ports.time.sleep(for: wait.next())
        }
        return try await router.send(intent)
    }

    private static let sendings = 6

    // MARK: - The run

    private func perform(_ run: IngestionRun, _ root: OpenSpan?) async -> SourceAgenda.Result {
        let started = ports.time.uptime()
        report(.info, "ingestion.run-started", "A source is asked for its documents.", run)
        var outcome = await work(run, root)
        if Task.isCancelled, !outcome.status.isComplete { outcome = Self.abandonment }
        guard await end(run.id, outcome, run.trace) else { return .init(orphan: run.id, wait: Self.pause) }
        metrics.runDuration.observe((ports.time.uptime() - started).microseconds)
        tell(run, outcome, root)
        return .init(wait: outcome.status == .failed ? await leftAlone() : nil)
    }

    /// How long the source is to be left alone after it failed.
    private func leftAlone() async -> TimeSpan? {
        guard case .item(.progress(let progress))? = await record(.item(tenant, .progress(source))),
            case .open(let until) = progress.breaker(at: ports.time.now())
        else { return nil }
        return until - ports.time.now()
    }

    /// nil also when it cannot be read.
    private func record(_ key: BookKey) async -> BookRecord? { try? await load(key) }

    private func load(_ key: BookKey) async throws(JournalError) -> BookRecord? {
        let partition = PartitionId(PartitionHash.partition(tenant: tenant, count: ports.journal.partitionCount))
        return try await ports.journal.load([key], in: partition).first?.record
    }

    private func work(_ run: IngestionRun, _ root: OpenSpan?) async -> RunEnd {
        guard case .item(.source(let source))? = await record(.item(tenant, .source(source))) else {
            return Self.failed("store", "The source's settings could not be read.", attempts: 0)
        }
        var breaker = SourceProgress.Breaker.closed
        if case .item(.progress(let progress))? = await record(.item(tenant, .progress(source.name))) {
            breaker = progress.breaker(at: run.createdAt)
        }
        let (credentials, revealed): (BasicCredentials?, SourceRequest)
        do throws(SealError) {
            credentials = try source.credentials(ports.sealer)
            revealed = try source.revealedRequest(ports.sealer)
        } catch {
            return Self.failed("password", "The source's password, or what else is secret, cannot be used: \(error)", attempts: 0)
        }
        var attempt = 1
        while true {
            let request: BatchRequest
            let span = root?.child()
            let context =
                span?.context ?? TraceContext(trace: run.trace, span: SpanId(random: ports.entropy.next()), isSampled: true)
            do throws(BatchRequestError) {
                request = try revealed.request(
                    for: run.window, credentials: credentials, traceparent: context.traceparent)
            } catch {
                return Self.failed("request", "The source cannot be asked like this: \(error)", attempts: attempt)
            }
            let answer = await fetch(request, run, source.plan, span)
            span?.end("fetch", .client, failure: answer.failure?.code, with: request.spanAttributes(attempt: attempt, answer.counts))
            guard case .failed(let failure?) = answer.reason else { return answer.end(attempts: attempt) }
            let decision = settings.fetchPolicy.decide(failure, attempt: attempt, breaker: breaker, random: ports.entropy.next())
            guard case .retry(let wait) = decision, !Task.isCancelled else { return answer.end(attempts: attempt) }
            report(
                .warning, "ingestion.fetch-failed", "A source gave no whole batch; it is asked again.", run,
                [("reason", failure.description), ("attempt", String(attempt))])
            await ports.time.sleep(for: wait)
            attempt += 1
        }
    }

    private static func failed(_ code: String, _ text: String, attempts: Int) -> RunEnd {
        RunEnd(
            status: .failed, counts: IngestionRun.Counts(), failure: IngestionRun.Failure(code: code, text: text), attempts: attempts)
    }

    // MARK: - One answer

    private struct Answer {
        enum Reason {
            case complete
            /// nil: nothing that asking again could mend.
            case failed(FetchFailure?)
        }

        let reason: Reason
        let failure: IngestionRun.Failure?
        let counts: IngestionRun.Counts

        func end(attempts: Int) -> RunEnd {
            guard let failure else {
                return RunEnd(status: counts.quarantined > 0 ? .partial : .succeeded, counts: counts, attempts: attempts)
            }
            return RunEnd(status: .failed, counts: counts, failure: failure, attempts: attempts)
        }
    }

    private func fetch(_ request: BatchRequest, _ run: IngestionRun, _ plan: IngestionSource.Plan, _ span: OpenSpan?) async -> Answer {
        // What the books take while the next is read is a child of this, so it ends before the answer is known.
        await withTaskGroup(of: BatchIntake.Flight.self, returning: Answer.self) { flights in
            await fetch(request, run, plan, span, &flights)
        }
    }

    private func fetch(
        _ request: BatchRequest, _ run: IngestionRun, _ plan: IngestionSource.Plan, _ span: OpenSpan?, _ flights: inout BatchIntake.Flights
    ) async -> Answer {
        let started = ports.time.uptime()
        var intake = BatchIntake(
            run, plan, ports: ports, ingestion: ingestion, router: router, settings: settings, metrics: metrics, span: span)
        if variant.endsRunsFirst { await endFirst(run) }
        var ended: FetchEnd<IntakeStop>?
        do throws(FetchEnd<IntakeStop>) {
            try await ingestion.feed.fetch(request) { piece throws(IntakeStop) in try await intake.take(piece, &flights) }
        } catch {
            ended = error
        }
        do throws(IntakeStop) {
            if ended == nil { try await intake.finish(&flights) }
        } catch {
            ended = .stopped(error)
        }
        metrics.fetchDuration.observe((ports.time.uptime() - started).microseconds)
        guard let ended else { return Answer(reason: .complete, failure: nil, counts: intake.counts) }
        metrics.fetchFailures.add()
        // What was complete before it broke off is in no way worse for it.
        do throws(IntakeStop) { try await intake.breakOff(&flights) } catch {
            return Answer(reason: .failed(nil), failure: error.failure, counts: intake.counts)
        }
        switch ended {
        case .failed(let failure):
            return Answer(
                reason: .failed(failure), failure: IngestionRun.Failure(code: failure.code, text: failure.description),
                counts: intake.counts)
        case .stopped(let stop):
            let stop = stop.without(request.credentials)
            var again: FetchFailure?
            if case .batch(let error) = stop { again = error.asFetchFailure }
            return Answer(reason: .failed(again), failure: stop.failure, counts: intake.counts)
        }
    }

    /// For the broken variant alone.
    private func endFirst(_ run: IngestionRun) async {
        _ = await end(run.id, RunEnd(status: .succeeded, counts: IngestionRun.Counts(), attempts: 1), run.trace)
    }

    // MARK: - Names and words

    private func newId() -> UniqueId {
        UniqueId.version7(at: ports.time.now(), random: (ports.entropy.next(), ports.entropy.next()))
    }

    private func newTrace() -> TraceId { TraceId(random: (ports.entropy.next(), ports.entropy.next())) }

    private func tell(_ run: IngestionRun, _ end: RunEnd, _ root: OpenSpan?) {
        root?.end("ingestion run", failure: end.failure?.code, with: run.spanAttributes(end))
        let counts = end.counts
        var fields = [
            (name: "status", value: end.status.rawValue), (name: "received", value: String(counts.received)),
            (name: "new", value: String(counts.new)), (name: "changed", value: String(counts.changed)),
            (name: "unchanged", value: String(counts.unchanged)), (name: "quarantined", value: String(counts.quarantined)),
            (name: "bytes", value: String(counts.bytes)), (name: "attempts", value: String(end.attempts)),
        ]
        if let failure = end.failure { fields.append((name: "reason", value: "\(failure.code): \(failure.text)")) }
        report(end.status == .failed ? .error : .info, "ingestion.run-ended", "A run of a source has ended.", run, fields)
    }

    private func report(
        _ level: Diagnostic.Level, _ event: String, _ message: String, _ run: IngestionRun, _ fields: [(name: String, value: String)] = []
    ) {
        ports.diagnostics.report(
            Diagnostic(
                level, event, message,
                fields: [
                    (name: "tenant_id", value: tenant.value), (name: "source", value: source.value),
                    (name: "run_id", value: run.id.description), (name: "trace_id", value: run.trace.description),
                ] + fields))
    }
}

extension IntakeStop {
    fileprivate func without(_ credentials: BasicCredentials?) -> IntakeStop {
        if case .batch(let error) = self { .batch(error.without(credentials)) } else { self }
    }

    var failure: IngestionRun.Failure {
        switch self {
        case .batch(let error): IngestionRun.Failure(code: error.code, text: error.description)
        case .books(let text): IngestionRun.Failure(code: "store", text: text)
        case .cancelled: IngestionRun.Failure(code: "cancelled", text: "The engine is stopping.")
        }
    }
}

extension IngestionSource {
    /// - Throws: `SealError` when the password cannot be opened.
    fileprivate func credentials(_ sealer: any Sealer) throws(SealError) -> BasicCredentials? {
        guard let user = plan.request.user else { return nil }
        var password: [UInt8] = []
        switch plan.request.password {
        case nil: break
        case .sealed(let sealed)?: password = try sealer.open(sealed, .password(of: name, tenant: tenant))
        case .erased?: throw .erased
        }
        do throws(BasicCredentialsError) {
            return try BasicCredentials(user: user, password: String(decoding: password, as: UTF8.self))
        } catch {
            throw .unusable(error.description)
        }
    }
}

extension SourceRequest {
    /// What is sent for one window.
    fileprivate func request(
        for window: IngestionRun.Window, credentials: BasicCredentials?, traceparent: String
    ) throws(BatchRequestError) -> BatchRequest {
        var filled: [SOAPParameter] = []
        for parameter in parameters {
            let value = parameter.value.putting(window.from.rfc3339, for: "{from}").putting(window.to.rfc3339, for: "{to}")
            filled.append(try SOAPParameter(name: parameter.name, value: value))
        }
        return try BatchRequest(
            url: url, credentials: credentials, soapVersion: soapVersion, action: action, operation: operation, parameters: filled,
            limits: limits, traceparent: traceparent)
    }
}

extension String {
    fileprivate func putting(_ text: String, for placeholder: String) -> String {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: placeholder) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return (parts + [rest]).joined(separator: text)
    }
}
