internal import Actors
internal import ArgumentParser
internal import Domain
internal import HTTPClientAdapter
internal import HTTPServerAdapter
internal import InMemoryAdapter
internal import JWTAdapter
internal import Logging
internal import Ports
internal import SQLiteAdapter
internal import ServiceLifecycle
internal import SystemAdapter
internal import TelemetryAdapter
internal import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the engine on its embedded store.",
        discussion: "Stops in order on SIGTERM or SIGINT: no request accepted before is lost.")

    @OptionGroup var data: DataDirectoryOption
    @Option(help: "The address to listen on (default: 127.0.0.1).") var host: String?
    @Option(help: "The port to listen on, 0 for any that is free (default: 8080).") var port: String?
    @Option(help: "Addresses that calls may go to although they are not public, as CIDR; may be repeated.")
    var allowTarget: [String] = []
    @Option(help: "How many partitions a new store gets, 1 to 256 (default: 4). An existing store keeps its own.")
    var partitions: String?
    @Option(help: "How many attempts may run at one time, 1 to 65536 (default: 512).") var maxRunning: String?
    @Flag(help: "Print a token and a few commands to try (in the environment: LEDGERFLOW_WELCOME=true).") var welcome = false

    func run() async throws {
        let product = try await Product(
            directory: DataDirectory(path: data.path), host: Setting.text(host, "host", default: "127.0.0.1"),
            port: Setting.number(port, "port", in: 0...65_535, default: 8080), allowedTargets: allowed(),
            partitions: Setting.number(partitions, "partitions", in: 1...256, default: 4),
            maxRunning: Setting.number(maxRunning, "max-running", in: 1...65_536, default: 512))
        let isWelcome = welcome || Setting.environment("welcome") == "true"
        let (token, host) = (isWelcome ? try await product.token(for: Setting.tenant(nil)) : nil, product.host)
        try await product.run { port in
            let address = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            print("Ledgerflow \(productVersion) listens on \(address)")
            if let token { print(Self.welcomeText(address: address, token: token)) }
            flushStandardOutput()
        }
    }

    private func allowed() throws -> [CIDR] {
        try Setting.list(allowTarget, "allow-target").map { text in
            do { return try CIDR(text) } catch { throw ValidationError("--allow-target “\(text)”: \(error)") }
        }
    }

    private static func welcomeText(address: String, token: String) -> String {
        """

        A token for the tenant “demo”:

          export TOKEN=\(token)

        Three commands to try:

          curl -s \(address)/v1/service-calls -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Idempotency-Key: first' \\
            -d '{"request":{"method":"POST","url":"\(address)/ping","body":"hello"}}'

          curl -s "\(address)/v1/service-calls?limit=10" -H "Authorization: Bearer $TOKEN"

          curl -s "\(address)/v1/events?limit=10" -H "Authorization: Bearer $TOKEN"

        Stop with Ctrl-C.

        """
    }
}

/// The whole product put together on one data directory.
struct Product: Sendable {
    let host: String
    let engine: Engine
    private let directory: DataDirectory
    private let lock: DataDirectoryLock
    private let port: Int
    private let store: SQLiteStore
    private let client: HTTPTargetClient
    private let keys: (token: TokenKey, fingerprint: [UInt8], cursor: [UInt8])
    private let time: SystemTimeSource
    private let entropy: SystemEntropy
    private let diagnostics: StandardErrorDiagnostics

    init(
        directory: DataDirectory, host: String, port: Int, allowedTargets: [CIDR], partitions: Int, maxRunning: Int,
        leastDiagnostic: Diagnostic.Level = .info
    ) async throws {
        self.directory = directory
        self.host = host
        self.port = port
        lock = try directory.lock()
        let time = SystemTimeSource()
        self.time = time
        entropy = SystemEntropy()
        diagnostics = StandardErrorDiagnostics(least: leastDiagnostic, now: { time.now() })
        keys = (
            try await TokenKey(seed: directory.key(named: "token", bytes: TokenKey.seedBytes)),
            try directory.key(named: "fingerprint", bytes: 32), try directory.key(named: "cursor", bytes: 32)
        )
        var options = SQLiteStoreOptions()
        options.partitionCount = partitions
        options.createdAt = time.now()
        options.diagnostics = diagnostics
        store = try await SQLiteStore.open(directory: directory.path, options: options)
        client = try HTTPTargetClient(policy: TargetPolicy(allowed: allowedTargets), now: { time.now() })
        var settings = EngineSettings()
        settings.maxRunning = maxRunning
        engine = Engine(
            ports: EnginePorts(
                journal: store, bus: EmbeddedBus(), client: client, time: time, entropy: entropy, diagnostics: diagnostics),
            settings: settings)
    }

    func token(for tenant: TenantId) async throws -> String {
        try await issueToken(in: directory, tenant: tenant, subject: "welcome", lifetime: TokenIssuer.standardLifetime)
    }

    /// Runs until a signal asks to stop, or the engine has to.
    func run(onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let server = httpServer(onListening)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: EngineService(engine: engine), successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "ledgerflow") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = .seconds(40)
        let outcome: (any Error)?
        do {
            try await ServiceGroup(configuration: configuration).run()
            outcome = nil
        } catch {
            outcome = error
        }
        await client.shutdown()
        await store.close()
        if let outcome { throw outcome }
    }

    private func httpServer(_ onListening: @escaping @Sendable (Int) -> Void) -> HTTPServer {
        var settings = HTTPServerSettings(host: host, port: port)
        settings.maxConcurrentRequests = 8_192
        settings.productVersion = productVersion
        settings.intentTypes = [(Intake.submitServiceCall, "Submission")]
        let (engine, store, box) = (engine, store, ServerBox())
        let dependencies = HTTPServerDependencies(
            intents: engine.router, calls: store, events: store, signal: engine.signal,
            authenticator: TokenAuthenticator(key: keys.token, time: time),
            fingerprinter: KeyedFingerprinter(masterKey: keys.fingerprint), cursorKey: keys.cursor, time: time, entropy: entropy,
            readiness: { engine.isReady ? .ready : .notReady(reason: "The engine is starting or stopping.") },
            metrics: {
                (
                    OpenMetricsText.contentType,
                    OpenMetricsText.render(engine.metricFamilies + store.metrics + (box.server?.metricFamilies ?? []))
                )
            },
            diagnostics: diagnostics)
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
