import AsyncHTTPClient
import Domain
import NIOCore
import Synchronization

/// Where a connection leads: a vetted address and a port, and with TLS the name that the target must prove.
struct Endpoint: Hashable, Sendable {
    let scheme: TargetURL.Scheme
    let address: IPAddress
    let port: Int
    /// For `https` to a name; nil when the URL itself names an address, and for `http`, where names do not matter to the connection.
    let provenName: String?

    /// The host of the URL that is given to the HTTP library. Without a name to prove it is the address itself, so
    /// that there is nothing left to resolve.
    private var urlHost: String {
        if let provenName { return provenName }
        return if case .v6 = address { "[\(address)]" } else { "\(address)" }
    }

    /// Scheme, host and port of the URL that is given to the HTTP library.
    var urlOrigin: String { "\(scheme.rawValue)://\(urlHost):\(port)" }

    /// Whether the HTTP library reads from `urlOrigin` what we mean by it.
    var isUnambiguous: Bool {
        guard let request = try? HTTPClient.Request(url: urlOrigin + "/") else { return false }
        return request.host == urlHost && request.port == port && request.useTLS == (scheme == .https)
    }
}

/// Why there is no client for an endpoint.
enum TargetConnectionsError: Error {
    /// The connections are shut down.
    case stopped
    /// The HTTP library would read another destination from the URL than was judged.
    case ambiguous
}

/// The connections to one endpoint, with how many attempts use them.
final class EndpointClient: Sendable {
    let endpoint: Endpoint
    let urlOrigin: String
    let http: HTTPClient
    /// Raised from zero only under the table's lock, so that a client in use is never closed.
    fileprivate let use = Mutex((attempts: 0, lastUsed: NIODeadline.now()))

    fileprivate init(endpoint: Endpoint, http: HTTPClient) {
        self.endpoint = endpoint
        self.http = http
        urlOrigin = endpoint.urlOrigin
    }
}

/// A client for each endpoint, so that every connection is pinned to the address that was judged, whatever the name resolves to
/// by then. Clients that nobody uses are closed when there are too many or when they have been idle for long.
final class TargetConnections: Sendable {
    private struct State {
        var clients: [Endpoint: EndpointClient] = [:]
        var closing: [ObjectIdentifier: Task<Void, Never>] = [:]
        var lastSweep = NIODeadline.now()
        var isStopped = false
    }

    private let configuration: HTTPClient.Configuration
    private let loops: any EventLoopGroup
    private let maxIdle: Int
    private let state = Mutex(State())

    /// After so long without an attempt a client has no connection left and is given up at the next occasion.
    private static let longIdle = TimeAmount.seconds(60)

    init(settings: HTTPTargetClientSettings, roots: TrustedRoots, loops: any EventLoopGroup) {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: roots.configuration,
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(settings.connectTimeout), read: TimeAmount(settings.idleTimeout),
                write: TimeAmount(settings.idleTimeout)),
            connectionPool: .init(idleTimeout: TimeAmount(settings.keepAlive)),
            proxy: nil,
            decompression: .disabled)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, settings.maxConnectionsPerTarget)
        // Whether and when to try again is the engine's to decide.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tracing.tracer = nil
        self.configuration = configuration
        self.loops = loops
        maxIdle = max(0, settings.maxIdleTargets)
    }

    /// The client for `endpoint`, which is not closed before `release`.
    func acquire(_ endpoint: Endpoint) throws(TargetConnectionsError) -> EndpointClient {
        let found: (Result<EndpointClient, TargetConnectionsError>, [EndpointClient]) = state.withLock { state in
            guard !state.isStopped else { return (.failure(.stopped), []) }
            if let client = state.clients[endpoint] {
                client.use.withLock { $0.attempts += 1 }
                return (.success(client), [])
            }
            guard endpoint.isUnambiguous else { return (.failure(.ambiguous), []) }
            let client = EndpointClient(endpoint: endpoint, http: makeHTTPClient(for: endpoint))
            client.use.withLock { $0.attempts += 1 }
            state.clients[endpoint] = client
            return (.success(client), takeSurplus(&state))
        }
        close(found.1)
        return try found.0.get()
    }

    /// Gives back what `acquire` gave.
    func release(_ client: EndpointClient) {
        client.use.withLock { $0 = ($0.attempts - 1, NIODeadline.now()) }
    }

    /// Closes all connections; attempts that run end with an error. Returns when everything is closed, or after `limit`: the HTTP
    /// library does not give up a connection that is being made before its time-out.
    func shutdown(within limit: TimeAmount) async {
        let clients = state.withLock { state in
            state.isStopped = true
            defer { state.clients = [:] }
            return Array(state.clients.values)
        }
        close(clients)
        let closing = state.withLock { Array($0.closing.values) }
        // Ends when it rings or when it is cancelled, whichever is first.
        let alarm = loops.any().scheduleTask(in: limit) {}
        Task {
            for task in closing { await task.value }
            alarm.cancel()
        }
        try? await alarm.futureResult.get()
    }

    private func makeHTTPClient(for endpoint: Endpoint) -> HTTPClient {
        var configuration = configuration
        if let name = endpoint.provenName { configuration.dnsOverride = [name: "\(endpoint.address)"] }
        configuration.guardConnections(proving: endpoint.provenName.map { ProvenName(name: $0) })
        return HTTPClient(eventLoopGroup: loops, configuration: configuration)
    }

    /// Takes out clients that no attempt uses: those idle for long, now and then, and the longest idle of too many.
    private func takeSurplus(_ state: inout State) -> [EndpointClient] {
        let now = NIODeadline.now()
        let isCrowded = state.clients.count > maxIdle
        guard isCrowded || now - state.lastSweep > Self.longIdle else { return [] }
        state.lastSweep = now
        var idle: [(client: EndpointClient, lastUsed: NIODeadline)] = []
        for client in state.clients.values {
            let use = client.use.withLock { $0 }
            if use.attempts == 0 { idle.append((client, use.lastUsed)) }
        }
        idle.sort { $0.lastUsed < $1.lastUsed }
        var surplus: [EndpointClient] = []
        for (client, lastUsed) in idle {
            guard state.clients.count > maxIdle || now - lastUsed > Self.longIdle else { break }
            state.clients[client.endpoint] = nil
            surplus.append(client)
        }
        return surplus
    }

    private func close(_ clients: [EndpointClient]) {
        for client in clients {
            let id = ObjectIdentifier(client)
            state.withLock { state in
                state.closing[id] = Task {
                    // It throws only when it is closed already.
                    try? await client.http.shutdown()
                    self.state.withLock { $0.closing[id] = nil }
                }
            }
        }
    }
}

extension TimeAmount {
    init(_ span: TimeSpan) {
        let (nanoseconds, overflow) = span.microseconds.multipliedReportingOverflow(by: 1_000)
        self = .nanoseconds(overflow ? .max / 4 : nanoseconds)
    }
}
