import Domain
import HTTPServerAdapter
import JWTAdapter
import Logging
import Ports
import SealingAdapter
import ServiceLifecycle
import Synchronization
import SystemAdapter
import TelemetryAdapter
import Testing
import XMLAdapter

/// A clock that a test can move; waiting is real.
final class MovableTime: TimeSource {
    private let system = SystemTimeSource()
    private let offset = Mutex<Int64>(0)

    func move(by span: TimeSpan) { offset.withLock { $0 += span.microseconds } }
    func now() -> Instant { system.now() + TimeSpan(microseconds: offset.withLock { $0 }) }
    func uptime() -> Uptime { system.uptime() }
    func sleep(until deadline: Uptime) async { await system.sleep(until: deadline) }
    func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm { system.makeAlarm(action) }
}

/// Keeps what an operator would read.
final class RecordedDiagnostics: Diagnostics {
    private let state = Mutex<[Diagnostic]>([])
    var all: [Diagnostic] { state.withLock { $0 } }
    func report(_ diagnostic: Diagnostic) { state.withLock { $0.append(diagnostic) } }
}

/// Sees where work is done: on a connection's event loop, or beside it.
final class LoopWitness: Sendable {
    private let seen = Mutex<[String: [Bool]]>([:])

    func note(_ place: String) {
        let isOnLoop = withUnsafeCurrentTask { $0?.unownedTaskExecutor != nil }
        seen.withLock { $0[place, default: []].append(isOnLoop) }
    }

    /// Of each time that something was done there, whether it was on an event loop.
    func wasOnLoop(_ place: String) -> [Bool] { seen.withLock { $0[place] ?? [] } }
}

/// A server on a port of its own, with a fake engine behind it.
struct TestServer: Sendable {
    static let seed = [UInt8](repeating: 7, count: 32)
    static let sealer: any Sealer = {
        do { return KeyRingSealer(try KeyRing([[UInt8](repeating: 3, count: 32)])) } catch { preconditionFailure("\(error)") }
    }()

    let port: Int
    let engine: FakeEngine
    let books: FakeBooks
    let door: FakeDoor
    let targets: FakeTargets
    let time: MovableTime
    let token: String
    let otherToken: String
    let readiness: SharedReadiness
    let server: HTTPServer
    let diagnostics: RecordedDiagnostics
    let issuer: TokenIssuer
    let witness: LoopWitness
    let stop: @Sendable () async -> Void

    final class SharedReadiness: Sendable {
        private let value = Mutex(Readiness.ready)
        func set(_ readiness: Readiness) { value.withLock { $0 = readiness } }
        func get() -> Readiness { value.withLock { $0 } }
    }

    func connect() throws -> RawConnection { try RawConnection(port: port) }

    /// Sends a request on a connection of its own and reads the answer.
    func send(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil, token: String?? = .none
    ) async throws -> Answer {
        let connection = try connect()
        var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if let token = token ?? self.token { text += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.count)\r\n" }
        await connection.send(Array((text + "\r\n").utf8) + (body ?? []))
        let bytes = await connection.receive()
        guard let answer = Answer(bytes) else { throw NoAnswer(text: String(decoding: bytes, as: UTF8.self)) }
        return answer
    }

    func post(_ target: String, _ json: String, headers: [(String, String)] = [], token: String?? = .none) async throws -> Answer {
        try await send(
            "POST", target, headers: [("Content-Type", "application/json")] + headers, body: Array(json.utf8), token: token)
    }

    func get(_ target: String, headers: [(String, String)] = [], token: String?? = .none) async throws -> Answer {
        try await send("GET", target, headers: headers, token: token)
    }

    /// A token of the tenant `demo` with roles, or an operator's.
    func token(roles: [Role]) async throws -> String {
        if roles == [.operator] { return try await issuer.issueForOperator(subject: "tester") }
        return try await issuer.issue(tenant: try #require(TenantId("demo")), subject: "tester", roles: roles)
    }

    /// What the server has counted under a label `reason`.
    func metric(_ name: String, reason: String) -> Int64? {
        for family in server.metricFamilies where family.name == name && family.labels.contains(where: { $0 == ("reason", reason) }) {
            if case .counter(let counter) = family.source { return counter.value }
        }
        return nil
    }

    struct NoAnswer: Error {
        let text: String
    }
}

/// Runs `body` with a server, which is then stopped gracefully.
func withServer(
    _ settings: HTTPServerSettings = settings { _ in }, tracing: Tracing? = nil, _ body: @Sendable (TestServer) async throws -> Void
) async throws {
    let time = MovableTime()
    let engine = FakeEngine { time.now() }
    let calendar = SystemCalendar()
    let books = FakeBooks(calendar: calendar) { time.now() }
    let witness = LoopWitness()
    let door = FakeDoor(books: books, time: time, witness: witness)
    let targets = FakeTargets()
    let parse: InvoiceDesk.Parse = { bytes throws(XMLError) in
        witness.note("parse")
        return try XMLReader.read(bytes)
    }
    let readiness = TestServer.SharedReadiness()
    let key = try await TokenKey(seed: TestServer.seed)
    let issuer = TokenIssuer(key: key, time: time, entropy: SystemEntropy())
    let tenant = try #require(TenantId("demo"))
    let other = try #require(TenantId("other"))
    let counter = MetricCounter()
    let diagnostics = RecordedDiagnostics()
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let server = HTTPServer(
        HTTPServerDependencies(
            intents: engine, calls: engine, books: books, bookQueries: books, audit: books,
            anchorKey: FakeBooks.anchorKey?.publicKey ?? [], desk: InvoiceDesk(parse: parse), parse: parse,
            parseReceived: { octets, encoding, namespaces throws(XMLError) in
                try XMLReader.read(slice: octets, encoding: encoding, namespaces: namespaces)
            }, quarantine: FakeQuarantine(books: books), webhooks: door, calendar: calendar, events: engine, signal: engine,
            targets: targets,
            authenticator: TokenAuthenticator(key: key, time: time),
            fingerprinter: KeyedFingerprinter(masterKey: [UInt8](repeating: 1, count: 32)), sealer: TestServer.sealer,
            cursorKey: [UInt8](repeating: 2, count: 32), time: time, entropy: SystemEntropy(),
            readiness: {
                witness.note("readiness")
                return readiness.get()
            },
            metrics: {
                (OpenMetricsText.contentType, OpenMetricsText.render([MetricFamily("x", "An x.", .counter(counter))]))
            }, diagnostics: diagnostics, tracing: tracing),
        settings: settings
    ) { listening.yield($0) }
    let group = ServiceGroup(
        services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let testServer = TestServer(
            port: port, engine: engine, books: books, door: door, targets: targets, time: time,
            token: try await issuer.issue(tenant: tenant, subject: "tester"),
            otherToken: try await issuer.issue(tenant: other, subject: "tester"), readiness: readiness, server: server,
            diagnostics: diagnostics, issuer: issuer, witness: witness,
            stop: { await group.triggerGracefulShutdown() })
        do {
            try await body(testServer)
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// Settings for a port that the system chooses, adjusted.
func settings(_ adjust: (inout HTTPServerSettings) -> Void) -> HTTPServerSettings {
    var settings = HTTPServerSettings(port: 0)
    adjust(&settings)
    return settings
}
