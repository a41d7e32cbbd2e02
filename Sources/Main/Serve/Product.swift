internal import Actors
internal import Domain
internal import HTTPClientAdapter
internal import HTTPServerAdapter
internal import JWTAdapter
internal import KafkaAdapter
internal import Logging
internal import Ports
internal import SealingAdapter
internal import ServiceLifecycle
internal import SystemAdapter
internal import TelemetryAdapter
internal import UnixSignals
internal import XMLAdapter

/// The whole product put together on one data directory.
struct Product: Sendable {
    let host: String
    let engine: Engine

    /// The secrets of the data directory.
    private struct Keys {
        let tokenSeed: [UInt8]
        let token: TokenKey
        let fingerprint: [UInt8]
        let cursor: [UInt8]
        let sealing: KeyRing
        let anchor: AuditAnchorKey
    }

    private let directory: DataDirectory
    private let lock: DataDirectoryLock
    private let port: Int
    private let limits: AdmissionLimits
    private let store: SelectedStore
    private let bus: SelectedBus
    private let client: HTTPTargetClient
    private let feed: SOAPFeed
    private let sources: SourceFile?
    private let sample: SampleSource?
    private let keys: Keys
    private let sealer: KeyRingSealer
    private let time: SystemTimeSource
    private let entropy: SystemEntropy
    private let diagnostics: StandardErrorDiagnostics
    private let tracing: SelectedTracing?
    private let calendar = SystemCalendar()
    private let desk: InvoiceDesk
    private static let parse: InvoiceDesk.Parse = { bytes throws(XMLError) in try XMLReader.read(bytes) }
    private static let parseReceived: DraftMaking.Parse = { octets, encoding, namespaces throws(XMLError) in
        try XMLReader.read(slice: octets, encoding: encoding, namespaces: namespaces)
    }

    init(
        directory: DataDirectory, database: String? = nil, kafka: KafkaOptions? = nil, host: String, port: Int, allowedTargets: [CIDR],
        targets: HTTPTargetClientSettings = HTTPTargetClientSettings(), partitions: Int, maxRunning: Int,
        limits: AdmissionLimits = AdmissionLimits(), retention: RetentionPolicy = RetentionPolicy(),
        anchors: AnchorSettings = AnchorSettings(),
        tax: (taxes: TaxRegistry, regime: String) = (.standard, "vat"), tracing: TracingOptions.Choice = .none,
        sources: SourceFile? = nil, sample: SampleSource? = nil,
        leastDiagnostic: Diagnostic.Level = .info
    ) async throws {
        self.directory = directory
        self.host = host
        desk = InvoiceDesk(taxes: tax.taxes, regime: tax.regime, parse: Self.parse)
        self.port = port
        self.limits = limits
        lock = try directory.lock()
        let time = SystemTimeSource()
        self.time = time
        entropy = SystemEntropy()
        diagnostics = StandardErrorDiagnostics(least: leastDiagnostic, now: { time.now() })
        let seed = try directory.key(named: "token", bytes: TokenKey.seedBytes)
        keys = Keys(
            tokenSeed: seed, token: try await TokenKey(seed: seed), fingerprint: try directory.key(named: "fingerprint", bytes: 32),
            cursor: try directory.key(named: "cursor", bytes: 32), sealing: try SealingKeys.ring(in: directory),
            anchor: try AuditAnchorKey(seed: directory.key(named: "audit-anchor", bytes: AuditAnchorKey.seedBytes)))
        sealer = KeyRingSealer(keys.sealing)
        store = try await SelectedStore.open(
            database, directory: directory, keyMark: Self.mark(keys), sealingKeys: keys.sealing.ids,
            anchorKey: keys.anchor.description, partitions: partitions, at: time.now(), diagnostics: diagnostics)
        bus = try await SelectedBus.open(kafka, store: store.queries.storeId, diagnostics: diagnostics)
        client = try HTTPTargetClient(policy: TargetPolicy(allowed: allowedTargets), settings: targets, now: { time.now() })
        feed = SOAPFeed(client: client, parse: Self.parse)
        self.tracing = SelectedTracing.open(tracing, time: time, entropy: entropy, diagnostics: diagnostics)
        self.sources = sources
        self.sample = sample
        var settings = EngineSettings()
        settings.maxRunning = maxRunning
        settings.admission = limits
        settings.retention.policy = retention
        settings.anchors = anchors
        engine = Engine(
            ports: EnginePorts(
                journal: store.journal, log: store.queries, bus: bus.events, client: client, sealer: sealer, time: time, entropy: entropy,
                diagnostics: diagnostics, calendar: calendar, housekeeping: store.housekeeping,
                anchors: (store.anchors, keys.anchor),
                ingestion: IngestionPorts(
                    feed: feed, splitting: XMLBatchSplitting(), books: store.queries,
                    drafting: DraftMaking(parse: Self.parseReceived, desk: desk)),
                tracing: self.tracing?.tracing),
            settings: settings)
    }

    /// Tells whether two engines have the same keys, and nothing of the keys.
    private static func mark(_ keys: Keys) -> String {
        guard let tenant = TenantId("keys") else { return "" }
        let mark = KeyedFingerprinter(masterKey: keys.fingerprint).fingerprint(keys.tokenSeed + keys.cursor, tenant: tenant)
        return mark.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    func token(for tenant: TenantId) async throws -> String {
        try await issueToken(in: directory, .tenant(tenant, roles: nil), subject: "welcome", lifetime: TokenIssuer.standardLifetime)
    }

    /// Runs until a signal asks to stop, or the engine has to.
    func run(onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let authenticator = TokenAuthenticator(key: keys.token, time: time)
        let fingerprinter = KeyedFingerprinter(masterKey: keys.fingerprint)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: EngineService(engine: engine), successTerminationBehavior: .gracefullyShutdownGroup)
        ]
        if let tracing {
            services.insert(.init(service: TracingService(exporter: tracing.exporter), successTerminationBehavior: .ignore), at: 0)
        }
        if let source = bus.intents {
            let intake = Intake(
                source: source, intents: engine.router, authenticator: authenticator, fingerprinter: fingerprinter, sealer: sealer,
                time: time, metrics: engine.metrics)
            services.append(.init(service: IntakeService(intake: intake, engine: engine), successTerminationBehavior: .ignore))
        }
        let registrar = SourceRegistrar(
            books: engine.router, queries: store.queries, sealer: sealer, fingerprinter: fingerprinter, time: time, diagnostics: diagnostics
        )
        if let sources {
            services.append(
                .init(service: SourceFileService(file: sources, registrar: registrar, engine: engine), successTerminationBehavior: .ignore))
        }
        if let sample {
            services.append(
                .init(
                    service: SampleSourceService(sample: sample, registrar: registrar, engine: engine), successTerminationBehavior: .ignore)
            )
        } else {
            services.append(
                .init(
                    service: SampleSourcePause(start: time.now(), registrar: registrar, engine: engine), successTerminationBehavior: .ignore
                ))
        }
        let server = httpServer(authenticator, fingerprinter, onListening)
        services.append(.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup))
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "ledgerflow") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = .seconds(40)
        let outcome: (any Error)?
        do {
            try await ServiceGroup(configuration: configuration).run()
            outcome = nil
        } catch {
            outcome = error
        }
        await feed.shutdown()
        await client.shutdown()
        await bus.close()
        await store.close()
        if let outcome { throw outcome }
    }

    private func httpServer(
        _ authenticator: TokenAuthenticator, _ fingerprinter: KeyedFingerprinter, _ onListening: @escaping @Sendable (Int) -> Void
    ) -> HTTPServer {
        var settings = HTTPServerSettings(host: host, port: port)
        settings.maxConcurrentRequests = 8_192
        settings.productVersion = productVersion
        settings.tenantLimits = LimitOptions.told(limits)
        settings.topicPrefix = bus.topicPrefix
        settings.sourceTopics = bus.sourceTopics
        settings.intentTypes = [(Intake.submitServiceCall, "Submission")]
        let (engine, store, bus, tracing, diagnostics, box) = (engine, store, bus, tracing, diagnostics, ServerBox())
        let dependencies = HTTPServerDependencies(
            intents: engine.router, calls: store.queries, books: engine.router, bookQueries: store.queries, audit: store.queries,
            anchorKey: keys.anchor.publicKey, desk: desk, parse: Self.parse, parseReceived: Self.parseReceived, quarantine: engine,
            webhooks: engine,
            calendar: calendar, events: store.queries, signal: engine.signal, targets: engine, authenticator: authenticator,
            fingerprinter: fingerprinter, sealer: sealer, cursorKey: keys.cursor, time: time,
            entropy: entropy,
            readiness: {
                if let trouble = store.trouble { return .notReady(reason: trouble) }
                if engine.isReady { return .ready }
                let owner = engine.standsBehind
                return .notReady(
                    reason: owner.map { "Another engine (\($0)) serves the store; this one stands by." }
                        ?? "The engine is starting or stopping.")
            },
            metrics: {
                (
                    OpenMetricsText.contentType,
                    OpenMetricsText.render(
                        engine.metricFamilies + diagnostics.metricFamilies + store.metrics() + bus.metrics()
                            + (tracing?.exporter.metricFamilies ?? []) + (box.server?.metricFamilies ?? []))
                )
            },
            diagnostics: diagnostics, tracing: tracing?.tracing)
        let server = HTTPServer(dependencies, settings: settings, onListening: onListening)
        box.server = server
        return server
    }
}

/// The engine as a service: drains when the group shuts down.
private struct EngineService: Service {
    let engine: Engine

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await engine.run()
        } onGracefulShutdown: {
            engine.drain()
        }
    }
}

/// What takes intents from the bus. Begins when the engine owns its store, since what it read before would wait in vain, and ends first.
private struct IntakeService: Service {
    let intake: Intake
    let engine: Engine

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await engine.untilReady()
            if !Task.isCancelled { await intake.run() }
        }
    }
}
