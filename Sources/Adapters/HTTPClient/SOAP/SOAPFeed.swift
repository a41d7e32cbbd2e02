import AsyncHTTPClient
public import Domain
import NIOCore
public import Ports
import Synchronization

/// Fetches batches from SOAP services over HTTP/1.1, SOAP 1.1 and 1.2.
///
/// It reaches no other addresses than the client that it is made with, believes no other authorities, and judges each name as that client
/// does: the connection goes to an address that was judged, and over that connection alone go user and password. No redirect is
/// followed, no proxy used, no connection kept. The answer is streamed and the source waits for whoever takes it; gzip is inflated
/// in small pieces.
///
/// It must be shut down before the client is.
public final class SOAPFeed: BatchFeed {
    private struct Running {
        var exchanges: [UInt64: FetchExchange] = [:]
        var last: UInt64 = 0
        var isStopped = false
    }

    let client: HTTPTargetClient
    let parse: InvoiceDesk.Parse
    private let running = Mutex(Running())

    /// - Parameters:
    ///   - client: gives the policy of targets, the names and the trusted authorities.
    ///   - parse: reads the document of a fault.
    public init(client: HTTPTargetClient, parse: @escaping InvoiceDesk.Parse) {
        self.client = client
        self.parse = parse
    }

    public func fetch<Stop: Error>(
        _ request: BatchRequest, _ take: (BatchAnswer) async throws(Stop) -> Void
    ) async throws(FetchEnd<Stop>) {
        let deadline = NIODeadline.now() + TimeAmount(request.limits.total)
        let addresses: [IPAddress]
        do throws(FetchFailure) { addresses = try await vettedAddresses(for: request, deadline: deadline) } catch { throw .failed(error) }
        for (index, address) in addresses.enumerated() {
            let source = SourceConnection(request, FetchExchange(loop: client.loops.any()), deadline: deadline)
            do throws(FetchEnd<Stop>) {
                return try await fetch(from: source, at: address, take)
            } catch {
                if source.wasRefused || source.wasNotReached { client.names.demote(address, of: request.url.host) }
                guard source.wasRefused, index + 1 < addresses.count else { throw error }
            }
        }
        throw .failed(.connection("the source's name has no address"))
    }

    /// Ends every fetch as `.stopped`, later ones at once.
    public func shutdown() async {
        let exchanges = running.withLock { running in
            running.isStopped = true
            defer { running.exchanges = [:] }
            return Array(running.exchanges.values)
        }
        for exchange in exchanges { exchange.close(.stopped) }
    }

    // MARK: One connection

    private func vettedAddresses(for request: BatchRequest, deadline: NIODeadline) async throws(FetchFailure) -> [IPAddress] {
        guard !running.withLock({ $0.isStopped }) else { throw .stopped }
        do throws(AttemptFailed) {
            let limit = min(deadline, NIODeadline.now() + TimeAmount(request.limits.connect))
            return Array(try await client.vettedAddresses(of: request.url, deadline: limit).prefix(HTTPTargetClient.maxAddressesTried))
        } catch {
            throw FetchFailure(error.failure, in: .connect)
        }
    }

    /// Every fetch has a client of its own, with the times that its source allows, and a connection that nobody else uses.
    private func fetch<Stop: Error>(
        from source: SourceConnection, at address: IPAddress, _ take: (BatchAnswer) async throws(Stop) -> Void
    ) async throws(FetchEnd<Stop>) {
        let connections = TargetConnections(settings: settings(for: source.request.limits), roots: client.roots, loops: client.loops)
        let endpoint: EndpointClient
        do throws(TargetConnectionsError) {
            endpoint = try connections.acquire(HTTPTargetClient.endpoint(of: source.request.url, at: address))
        } catch {
            throw .failed(FetchFailure(HTTPTargetClient.ambiguous, in: .connect))
        }
        let end: FetchEnd<Stop>?
        if let ticket = register(source.exchange) {
            source.exchange.start(source.request.http(origin: endpoint.urlOrigin), on: endpoint.http)
            do throws(FetchEnd<Stop>) {
                try await source.read(for: self, take)
                end = nil
            } catch {
                end = error
            }
            source.exchange.close(.done)
            running.withLock { $0.exchanges[ticket] = nil }
        } else {
            end = .failed(.stopped)
        }
        connections.release(endpoint)
        await connections.shutdown(within: .seconds(1))
        if let end { throw end }
    }

    private func register(_ exchange: FetchExchange) -> UInt64? {
        running.withLock { running in
            guard !running.isStopped else { return nil }
            running.last &+= 1
            running.exchanges[running.last] = exchange
            return running.last
        }
    }

    /// Which phase waits how long is counted here; the library's own times are behind them, but for the connection's.
    private func settings(for limits: FetchLimits) -> HTTPTargetClientSettings {
        var settings = client.settings
        settings.connectTimeout = limits.connect
        settings.idleTimeout = limits.total + .seconds(10)
        settings.maxConnectionsPerTarget = 1
        return settings
    }
}

extension FetchFailure {
    /// The same failure in the words of a fetch.
    init(_ failure: ExecutionFailure, in phase: FetchPhase) {
        switch failure.kind {
        case .timeout: self = .timedOut(phase)
        case .targetRefused: self = .refusedTarget(failure.detail)
        case .cancelled: self = .cancelled
        case .ownerLost: self = .stopped
        default: self = .connection(failure.detail)
        }
    }
}
