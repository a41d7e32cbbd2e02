internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

/// The server that the demo's calls go to. The first part of a path says how it behaves, the second which call it is; it keeps
/// when each request arrived.
final class DemoTarget: Sendable {
    private let arrivals = Mutex<[String: [Instant]]>([:])
    private let now: @Sendable () -> Instant

    init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// When the requests to a path came in.
    func arrivals(at path: String) -> [Instant] { arrivals.withLock { $0[path] ?? [] } }

    private func arrived(_ path: String) -> Int {
        let now = now()
        return arrivals.withLock { arrivals in
            arrivals[path, default: []].append(now)
            return arrivals[path]?.count ?? 1
        }
    }

    /// Serves on a free port of the loopback address until the task is cancelled.
    func run(onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let router = Hummingbird.Router()
        router.post("/:behaviour/:call") { [self] request, _ -> Hummingbird.Response in
            let path = request.uri.path
            let count = arrived(path)
            switch path.split(separator: "/").first {
            case "fine": return Hummingbird.Response(status: .ok)
            case "broken": return Hummingbird.Response(status: .internalServerError)
            case "flaky": return Hummingbird.Response(status: count < 3 ? .serviceUnavailable : .ok)
            case "busy":
                if count > 1 { return Hummingbird.Response(status: .ok) }
                return Hummingbird.Response(status: .tooManyRequests, headers: [.retryAfter: "1"])
            case "hanging":
                try await Task.sleep(for: .seconds(4))
                return Hummingbird.Response(status: .ok)
            default: return Hummingbird.Response(status: .notFound)
            }
        }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "target") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }
}
