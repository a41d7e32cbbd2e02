internal import Actors
internal import Domain
internal import Ports
internal import ServiceLifecycle
internal import SystemAdapter
internal import UnixSignals

/// Brings sources into the books that settings ask for, as the API would.
struct SourceRegistrar: Sendable {
    let books: any BookIntents
    let queries: any BookQueries
    let sealer: any Sealer
    let fingerprinter: any Fingerprinter
    let time: any TimeSource
    let diagnostics: any Diagnostics

    /// How the audit knows who did it.
    private static let name = "settings"
    private static let mostTries = 20

    /// Makes, replaces, pauses and resumes what is not yet as the entries say. One that is refused is reported, and keeps none of the others.
    func apply(_ entries: [SourceFile.Entry]) async {
        var (changed, refused) = (0, 0)
        for entry in entries {
            // The next start takes them all; each of them in vain, one by one, would only be noise.
            if Task.isCancelled { return }
            do {
                if try await apply(entry) { changed += 1 }
            } catch {
                refused += 1
                diagnostics.report(
                    Diagnostic(
                        .error, "ingestion.source-not-taken", "A source of the settings was not taken.",
                        fields: [
                            (name: "tenant_id", value: entry.tenant.value), (name: "source", value: entry.source.name.value),
                            (name: "reason", value: Self.words(error)),
                        ]))
            }
        }
        diagnostics.report(
            Diagnostic(
                refused == 0 ? .info : .warning, "ingestion.sources-applied",
                refused == 0 ? "The sources are as the settings say." : "Some sources of the settings were not taken.",
                fields: [
                    (name: "sources", value: String(entries.count)), (name: "changed", value: String(changed)),
                    (name: "refused", value: String(refused)),
                ]))
    }

    private struct PasswordMissing: Error {}

    /// Why a source was not taken, for people.
    private static func words(_ error: any Error) -> String {
        switch error {
        case is PasswordMissing: "password is required together with username"
        case IntentError.refusedByBooks(.tooManyItems(_, let limit)):
            "the tenant has \(limit) sources already, which is the most; delete one that is not needed"
        case IntentError.unavailable(let reason), IntentError.unknownOutcome(let reason): "the store did not take it: \(reason)"
        case IntentError.busy: "the engine had too much to do, again and again"
        case IntentError.stopping: "the engine is stopping"
        default: String(describing: error)
        }
    }

    /// - Returns: whether anything changed.
    private func apply(_ entry: SourceFile.Entry) async throws -> Bool {
        let fingerprint = entry.source.fingerprint(of: entry.tenant, fingerprinter)
        guard let plan = try entry.source.plan(of: entry.tenant, known: nil, fingerprint: fingerprint, sealer: sealer) else {
            throw PasswordMissing()
        }
        let name = entry.source.name
        var isChanged = try await send(.put(plan, ifVersion: nil), to: name, entry.tenant)
        if let isPaused = entry.isPaused, try await send(isPaused ? .pause : .resume, to: name, entry.tenant) { isChanged = true }
        return isChanged
    }

    /// Sends it until its outcome is known, some times; a repetition changes nothing.
    private func send(_ command: SourceCommand, to source: SourceName, _ tenant: TenantId) async throws -> Bool {
        let intent = BookIntent(tenant: tenant, command: .item(.source(source, command)), by: Self.name, correlationId: Self.name)
        for _ in 1..<Self.mostTries {
            do throws(IntentError) {
                return try await books.send(intent).changed
            } catch {
                switch error {
                case .busy, .unavailable, .unknownOutcome: if Task.isCancelled { throw error }
                case .refused, .refusedByBooks, .stopping: throw error
                }
            }
            await time.sleep(for: .seconds(1))
        }
        return try await books.send(intent).changed
    }

    /// Tells that the sample source cannot be asked.
    ///
    /// - Parameter failure: why it does not serve.
    func reportSample(failed failure: any Error) {
        diagnostics.report(
            Diagnostic(
                .error, "ingestion.sample-not-served", "The sample source does not serve; start again to have it.",
                fields: [(name: "reason", value: "\(failure)")]))
    }

    /// Pauses the sample source as an earlier start has left it: nothing answers at its address any more.
    ///
    /// - Parameter start: one that was registered or changed since is somebody's who serves it.
    func pauseSample(leftBefore start: Instant) async {
        guard let tenant = SampleSource.tenant, let name = SourceName(SampleSource.name),
            case .source(let source)? = try? await queries.item(.source(name), tenant: tenant), source.status == .active,
            source.updatedAt < start, SampleSource.isOwn(source.plan.request)
        else { return }
        do {
            _ = try await send(.pause, to: name, tenant)
            diagnostics.report(
                Diagnostic(
                    .info, "ingestion.sample-paused",
                    "The sample source of an earlier start is paused: start with --sample-source to have it.",
                    fields: [(name: "tenant_id", value: tenant.value), (name: "source", value: name.value)]))
        } catch {
            diagnostics.report(
                Diagnostic(
                    .warning, "ingestion.sample-not-paused", "The sample source of an earlier start is asked in vain; pause or delete it.",
                    fields: [(name: "tenant_id", value: tenant.value), (name: "reason", value: Self.words(error))]))
        }
    }
}

/// Takes the sources of a file at the start, and again on SIGHUP.
struct SourceFileService: Service {
    let file: SourceFile
    let registrar: SourceRegistrar
    let engine: Engine

    /// On one line, as logs have it.
    private static func words(_ error: any Error) -> String {
        guard let failure = error as? CommandFailure else { return "\(error)" }
        return [failure.text + ".", failure.advice].compactMap { $0 }.joined(separator: " ")
    }

    func run() async throws {
        // Before anything else: untrapped, the signal would end the engine.
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await engine.untilReady()
            if Task.isCancelled { return }
            // As it is by now: an engine that stood by may have been started long ago.
            await take()
            for await _ in signals { await take() }
        }
    }

    private func take() async {
        do {
            await registrar.apply(try file.read())
        } catch {
            registrar.diagnostics.report(
                Diagnostic(
                    .error, "ingestion.sources-not-read", "The file of sources was not taken; everything stays as it is.",
                    fields: [(name: "reason", value: Self.words(error))]))
        }
    }
}

/// Lets no sample source stay in use that an engine without one has found.
struct SampleSourcePause: Service {
    /// When the engine was started.
    let start: Instant
    let registrar: SourceRegistrar
    let engine: Engine

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await engine.untilReady()
            if !Task.isCancelled { await registrar.pauseSample(leftBefore: start) }
        }
    }
}

/// Serves the sample source, and has the engine ask it.
struct SampleSourceService: Service {
    let sample: SampleSource
    let registrar: SourceRegistrar
    let engine: Engine

    func run() async throws {
        let (ports, listens) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    do { try await sample.run { listens.yield($0) } } catch {
                        if !Task.isCancelled { registrar.reportSample(failed: error) }
                    }
                    listens.finish()
                }
                await engine.untilReady()
                if let port = await ports.first(where: { _ in true }), let entry = sample.entry(port: port) {
                    await registrar.apply([entry])
                }
            }
        }
    }
}

extension SampleSource {
    /// Whose documents they are when an engine serves the sample.
    fileprivate static let tenant = TenantId("demo")

    /// Whether what a source is asked is what `registration` says, on whatever port.
    fileprivate static func isOwn(_ request: SourceRequest) -> Bool {
        request.user == user && request.url.scheme == .http && request.url.host == "127.0.0.1" && request.url.pathAndQuery == path
    }

    /// The source as settings would ask for it.
    fileprivate func entry(port: Int) -> SourceFile.Entry? {
        guard let value = try? JSONReader.read(registration(port: port, interval: interval)), let tenant = Self.tenant else {
            return nil
        }
        var problems = JSONProblems()
        let source = problems.object(value) { SubmittedSource.read(&$0, named: SourceName(Self.name), topics: []) }
        return source.map { SourceFile.Entry(tenant: tenant, source: $0, isPaused: false) }
    }
}

extension Engine {
    /// Returns when it owns its store, or the task is cancelled: what is sent before would wait in vain.
    func untilReady() async {
        while !isReady, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
    }
}
