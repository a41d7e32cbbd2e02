import AsyncHTTPClient
public import Domain
public import NIOCore
import NIOHTTP1
public import NIOPosix
public import Ports

/// Sends attempts over HTTP/1.1.
///
/// Sound against names that change between check and use (DNS rebinding): the client resolves each name itself, judges every
/// address, and connects to an address that it has judged. With TLS the target still has to prove the name in the URL.
/// No redirect is followed, no proxy used, no body decompressed. It must be shut down before it is let go.
public final class HTTPTargetClient: TargetClient {
    private let policy: TargetPolicy
    private let settings: HTTPTargetClientSettings
    private let loops: any EventLoopGroup
    private let names: NameDirectory
    private let connections: TargetConnections
    private let now: @Sendable () -> Instant

    /// So many of a name's addresses are tried in one attempt when connections are refused.
    private static let maxAddressesTried = 3

    /// - Parameters:
    ///   - resolver: nil means the operating system's. It is shut down with the client.
    ///   - now: wall time, by which dates in `Retry-After` are understood.
    /// - Throws: `TrustedRootsError` when the settings name a file without certificates.
    public init(
        policy: TargetPolicy, settings: HTTPTargetClientSettings = HTTPTargetClientSettings(),
        resolver: (any HostResolver)? = nil, eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        now: @escaping @Sendable () -> Instant
    ) throws(TrustedRootsError) {
        let roots = try TrustedRoots(file: settings.trustedRootsFile)
        self.policy = policy
        self.settings = settings
        self.now = now
        loops = eventLoopGroup
        names = NameDirectory(
            resolver: resolver ?? SystemHostResolver(), lifetime: TimeAmount(settings.resolutionLifetime),
            maxLookups: settings.maxResolving, loops: eventLoopGroup)
        connections = TargetConnections(settings: settings, roots: roots, loops: eventLoopGroup)
    }

    /// Sends the request once and ends within `request.timeout`, whatever the target does.
    ///
    /// - Throws: `.status` for any answer that is not 2xx; `.responseTooLarge`; `.timeout` for every time-out; `.targetRefused`;
    ///   `.cancelled` when the task is cancelled; `.ownerLost` when the client is shut down meanwhile; `.connection` for the rest.
    public func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer {
        let deadline = NIODeadline.now() + TimeAmount(request.timeout)
        let url = request.request.url
        let addresses = try await vettedAddresses(of: url, deadline: deadline)
        for (index, address) in addresses.prefix(Self.maxAddressesTried).enumerated() {
            let end = try await exchange(request, with: address, deadline: deadline)
            if let failure = connectionRefused(end) {
                names.demote(address, of: url.host)
                if index + 1 < min(addresses.count, Self.maxAddressesTried) { continue }
                throw AttemptFailed(failure)
            }
            if case .failed(let error) = end, isConnectTimeout(error) { names.demote(address, of: url.host) }
            return TargetAnswer(summary: try summary(of: end, request))
        }
        throw AttemptFailed(ExecutionFailure(kind: .connection, detail: "the target's name has no address"))
    }

    /// Drops every connection; attempts that run end as `.ownerLost`, later ones at once. Returns when all is closed, within two
    /// seconds at most: a connection that is only being made is left to its own time-out.
    public func shutdown() async {
        await names.shutdown()
        await connections.shutdown(within: .seconds(2))
    }

    /// The addresses of the URL's host, every one of them judged.
    private func vettedAddresses(of url: TargetURL, deadline: NIODeadline) async throws(AttemptFailed) -> [IPAddress] {
        let addresses: [IPAddress]
        if let literal = IPAddress(url.host) {
            addresses = [literal]
        } else {
            do throws(HostResolutionError) {
                let limit = min(deadline, NIODeadline.now() + TimeAmount(settings.connectTimeout))
                addresses = try await names.addresses(of: url.host, deadline: limit)
            } catch {
                throw AttemptFailed(Self.failure(error, resolving: url.host))
            }
        }
        if let refusal = policy.refusal(of: addresses) {
            throw AttemptFailed(
                ExecutionFailure(
                    kind: .targetRefused, detail: "\(Self.shortened(url.host)) leads to an address in \(refusal), which is not allowed"))
        }
        return addresses.map(\.unmapped)
    }

    private func exchange(
        _ attempt: AttemptRequest, with address: IPAddress, deadline: NIODeadline
    ) async throws(AttemptFailed) -> AttemptExchange.End {
        let client: EndpointClient
        do throws(TargetConnectionsError) {
            client = try connections.acquire(Self.endpoint(of: attempt.request.url, at: address))
        } catch {
            switch error {
            case .stopped: throw AttemptFailed(Self.stopped)
            case .ambiguous:
                throw AttemptFailed(ExecutionFailure(kind: .targetRefused, detail: "the URL's host can be read in more than one way"))
            }
        }
        defer { connections.release(client) }
        let exchange = AttemptExchange(maxBodyBytes: settings.maxResponseBytes)
        return await exchange.run(
            Self.request(for: attempt, origin: client.urlOrigin), on: client.http, loop: loops.any(), deadline: deadline)
    }

    private static func endpoint(of url: TargetURL, at address: IPAddress) -> Endpoint {
        let isName = IPAddress(url.host) == nil
        // The dot that ends an absolute name belongs to DNS; certificates are without it.
        let name = url.host.hasSuffix(".") ? String(url.host.dropLast()) : url.host
        return Endpoint(
            scheme: url.scheme, address: address, port: url.port, provenName: url.scheme == .https && isName ? name : nil)
    }

    /// The request as the HTTP library takes it.
    private static func request(for attempt: AttemptRequest, origin: String) -> HTTPClientRequest {
        let outgoing = attempt.request
        let url = outgoing.url
        var headers = HTTPHeaders()
        headers.reserveCapacity(outgoing.headers.count + attempt.headers.count + 3)
        headers.add(name: "Host", value: hostField(of: url))
        var hasUserAgent = false
        for header in outgoing.headers {
            hasUserAgent = hasUserAgent || header.name.lowercased() == "user-agent"
            headers.add(name: header.name, value: header.value)
        }
        if !hasUserAgent { headers.add(name: "User-Agent", value: "ledgerflow") }
        for header in attempt.headers { headers.add(name: header.name, value: header.value) }
        var request = HTTPClientRequest(url: origin + RequestTarget.escaped(url.pathAndQuery))
        request.method = HTTPMethod(rawValue: outgoing.method.rawValue)
        request.headers = headers
        if !outgoing.body.isEmpty, outgoing.method != .GET, outgoing.method != .HEAD {
            request.body = .bytes(ByteBuffer(bytes: outgoing.body))
        }
        return request
    }

    /// The host as the URL spells it, with the port unless it is the scheme's own (RFC 9110 §7.2).
    private static func hostField(of url: TargetURL) -> String {
        let host = url.host.utf8.contains(UInt8(ascii: ":")) ? "[\(url.host)]" : url.host
        return url.port == (url.scheme == .https ? 443 : 80) ? host : "\(host):\(url.port)"
    }

    private func summary(of end: AttemptExchange.End, _ request: AttemptRequest) throws(AttemptFailed) -> ResponseSummary {
        let failure: ExecutionFailure
        switch end {
        case .succeeded(let status, let bodyBytes):
            return ResponseSummary(status: status, bodyBytes: bodyBytes)
        case .refused(let status, let retryAfter):
            failure = ExecutionFailure(
                kind: .status, status: status, detail: "answered with status \(status)",
                retryAfter: retryAfter.flatMap { RetryAfter.wait($0, now: now(), longest: settings.maxRetryAfter) })
        case .tooLarge:
            failure = ExecutionFailure(
                kind: .responseTooLarge, detail: "the response's body is larger than \(settings.maxResponseBytes) bytes")
        case .deadlinePassed:
            failure = ExecutionFailure(kind: .timeout, detail: "no complete answer within \(request.timeout.milliseconds) ms")
        case .cancelled:
            failure = ExecutionFailure(kind: .cancelled, detail: "the attempt was cancelled")
        case .failed(let error):
            failure = Self.failure(error)
        }
        throw AttemptFailed(failure)
    }
}
