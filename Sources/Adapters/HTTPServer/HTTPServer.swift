internal import Glibc
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
public import Ports
public import ServiceLifecycle
internal import Synchronization

/// The HTTP API: a service to be run in a service group.
///
/// On graceful shutdown it accepts no more connections, finishes what is being answered, ends event streams and long polls,
/// and then returns.
public final class HTTPServer: Service {
    private let processor: RequestProcessor
    private let metrics = HTTPServerMetrics()
    private let draining = Draining()
    private let onListening: @Sendable (_ port: Int) -> Void

    /// - Parameter onListening: called once, with the port, when connections are accepted.
    public init(
        _ dependencies: HTTPServerDependencies, settings: HTTPServerSettings,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.onListening = onListening
        let room = LargeRoom(settings, metrics)
        let table = API(dependencies, settings, metrics, draining, room).table
        processor = RequestProcessor(dependencies, settings, table, metrics, room)
    }

    /// What the server counts of itself, for `/metrics`.
    public var metricFamilies: [MetricFamily] { metrics.families() }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: `HTTPServerError` when the address cannot be listened on.
    public func run() async throws {
        let settings = processor.settings
        // The server's own messages carry addresses and causes that belong to no tenant, and are of no use to an operator.
        let logger = Logger(label: "ledgerflow.http") { _ in SwiftLogNoOpLogHandler() }
        let service = ConnectionChannel(processor: processor).server(
            configuration: ServerConfiguration(
                address: .hostname(settings.host, port: settings.port), backlog: 1_024,
                availableConnectionsDelegate: .maximum(settings.maxConnections, logger: logger)),
            onServerRunning: { [onListening] channel in
                onListening(channel.localAddress?.port ?? settings.port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        let draining = draining
        do {
            try await withGracefulShutdownHandler {
                try await service.run()
            } onGracefulShutdown: {
                draining.begin()
            }
        } catch let error as IOError {
            throw HTTPServerError(host: settings.host, port: settings.port, code: error.errnoCode)
        }
    }
}

/// Set once the server stops.
final class Draining: Sendable {
    private let flag = Atomic<Bool>(false)
    func begin() { flag.store(true, ordering: .releasing) }
    var hasBegun: Bool { flag.load(ordering: .acquiring) }
}

/// The server could not listen on its address.
public struct HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int
    /// The system's error number.
    public let code: Int32

    public var description: String { "cannot listen on \(host) port \(port): \(String(cString: strerror(code)).lowercased())" }
}
