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
/// Redirects are followed only as far as an attempt allows, and each hop's target is judged the same way. No proxy is used, no body
/// decompressed. It must be shut down before it is let go.
public final class HTTPTargetClient: TargetClient {
    private let policy: TargetPolicy
    let settings: HTTPTargetClientSettings
    let roots: TrustedRoots
    let loops: any EventLoopGroup
    let names: NameDirectory
    private let connections: TargetConnections
    let now: @Sendable () -> Instant
    private let executors: LoopExecutors

    /// So many of a name's addresses are tried in one attempt when connections are refused.
    static let maxAddressesTried = 3

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
        self.roots = roots
        self.now = now
        loops = eventLoopGroup
        executors = LoopExecutors(eventLoopGroup)
        names = NameDirectory(
            resolver: resolver ?? SystemHostResolver(), lifetime: TimeAmount(settings.resolutionLifetime),
            maxLookups: settings.maxResolving, loops: eventLoopGroup)
        connections = TargetConnections(settings: settings, roots: roots, loops: eventLoopGroup)
    }

    /// Sends the request once, follows the redirects that it allows, and ends within `request.timeout`, whatever the targets do.
    ///
    /// - Throws: `.status` for any answer that is not 2xx; `.responseTooLarge`; `.timeout` for every time-out; `.targetRefused`;
    ///   `.cancelled` when the task is cancelled; `.ownerLost` when the client is shut down meanwhile; `.connection` for the rest.
    public func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer {
        var trail = RedirectTrail(request)
        do throws(AttemptFailed) {
            return try await send(along: &trail, within: request.timeout)
        } catch {
            throw trail.followed == 0 ? error : error.after(trail.followed)
        }
    }

    public var nextExecutor: (any TaskExecutor)? { executors.next }

    /// Drops every connection; attempts that run end as `.ownerLost`, later ones at once. Returns when all is closed, within two
    /// seconds at most: a connection that is only being made is left to its own time-out.
    public func shutdown() async {
        await names.shutdown()
        await connections.shutdown(within: .seconds(2))
    }

    /// Every hop is a request of its own, whose target is judged like the first; all share one deadline.
    private func send(along trail: inout RedirectTrail, within timeout: TimeSpan) async throws(AttemptFailed) -> TargetAnswer {
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        while true {
            let (end, snippet) = try await answer(to: trail.hop, deadline: deadline)
            switch end {
            case .succeeded(let status, let bodyBytes):
                return TargetAnswer(summary: ResponseSummary(status: status, bodyBytes: bodyBytes), snippet: snippet)
            case .refused(let status, let retryAfter, let locations):
                do throws(RedirectRefusal) {
                    if try trail.follow(status, to: locations) { continue }
                } catch {
                    throw AttemptFailed(error.failure(status: status), snippet: snippet)
                }
                let wait = retryAfter.flatMap { RetryAfter.wait($0, now: now(), longest: settings.maxRetryAfter) }
                throw AttemptFailed(
                    ExecutionFailure(kind: .status, status: status, detail: "answered with status \(status)", retryAfter: wait),
                    snippet: snippet)
            case .tooLarge:
                let detail = "the response's body is larger than \(settings.maxResponseBytes) bytes"
                throw AttemptFailed(ExecutionFailure(kind: .responseTooLarge, detail: detail), snippet: snippet)
            case .deadlinePassed:
                let detail = "no complete answer within \(timeout.milliseconds) ms"
                throw AttemptFailed(ExecutionFailure(kind: .timeout, detail: detail), snippet: snippet)
            case .cancelled:
                throw AttemptFailed(ExecutionFailure(kind: .cancelled, detail: "the attempt was cancelled"), snippet: snippet)
            case .failed(let error):
                throw AttemptFailed(Self.failure(error), snippet: snippet)
            }
        }
    }

    /// What one hop's target answers, at the first of its addresses at which anybody listens.
    private func answer(
        to hop: Hop, deadline: NIODeadline
    ) async throws(AttemptFailed) -> (end: AttemptExchange.End, snippet: [UInt8]) {
        let limit = min(deadline, NIODeadline.now() + TimeAmount(settings.connectTimeout))
        let addresses = try await vettedAddresses(of: hop.url, deadline: limit)
        for (index, address) in addresses.prefix(Self.maxAddressesTried).enumerated() {
            let answer = try await exchange(hop, with: address, deadline: deadline)
            if case .failed(let error) = answer.end, let failure = Self.connectionRefused(error) {
                names.demote(address, of: hop.url.host)
                if index + 1 < min(addresses.count, Self.maxAddressesTried) { continue }
                throw AttemptFailed(failure)
            }
            if case .failed(let error) = answer.end, Self.isConnectTimeout(error) { names.demote(address, of: hop.url.host) }
            return answer
        }
        throw AttemptFailed(ExecutionFailure(kind: .connection, detail: "the target's name has no address"))
    }

    /// The addresses of the URL's host, every one of them judged.
    func vettedAddresses(of url: TargetURL, deadline: NIODeadline) async throws(AttemptFailed) -> [IPAddress] {
        let addresses: [IPAddress]
        if let literal = IPAddress(url.host) {
            addresses = [literal]
        } else {
            do throws(HostResolutionError) {
                addresses = try await names.addresses(of: url.host, deadline: deadline)
            } catch {
                throw AttemptFailed(Self.failure(error, resolving: url.host))
            }
        }
        if let refusal = policy.refusal(of: addresses) { throw AttemptFailed(Self.failure(refusal, of: url.host)) }
        return addresses.map(\.unmapped)
    }

    private func exchange(
        _ hop: Hop, with address: IPAddress, deadline: NIODeadline
    ) async throws(AttemptFailed) -> (end: AttemptExchange.End, snippet: [UInt8]) {
        let client: EndpointClient
        do throws(TargetConnectionsError) {
            client = try connections.acquire(Self.endpoint(of: hop.url, at: address))
        } catch {
            switch error {
            case .stopped: throw AttemptFailed(Self.stopped)
            case .ambiguous: throw AttemptFailed(Self.ambiguous)
            }
        }
        defer { connections.release(client) }
        let exchange = AttemptExchange(maxBodyBytes: settings.maxResponseBytes, maxSnippetBytes: TargetAnswer.maxSnippetBytes)
        let loop = loops.any()
        return await exchange.run(
            Self.request(for: hop, origin: client.urlOrigin), on: client.http, loop: loop, executor: executors.executor(of: loop),
            deadline: deadline)
    }

    static func endpoint(of url: TargetURL, at address: IPAddress) -> Endpoint {
        let isName = IPAddress(url.host) == nil
        // The dot that ends an absolute name belongs to DNS; certificates are without it.
        let name = url.host.hasSuffix(".") ? String(url.host.dropLast()) : url.host
        return Endpoint(
            scheme: url.scheme, address: address, port: url.port, provenName: url.scheme == .https && isName ? name : nil)
    }

    /// The request as the HTTP library takes it.
    private static func request(for hop: Hop, origin: String) -> HTTPClientRequest {
        var headers = HTTPHeaders()
        headers.reserveCapacity(hop.headers.count + hop.ownHeaders.count + 3)
        headers.add(name: "Host", value: hop.url.hostAndPort)
        var hasUserAgent = false
        for header in hop.headers {
            hasUserAgent = hasUserAgent || header.name.lowercased() == "user-agent"
            headers.add(name: header.name, value: header.value)
        }
        if !hasUserAgent { headers.add(name: "User-Agent", value: "ledgerflow") }
        for header in hop.ownHeaders { headers.add(name: header.name, value: header.value) }
        var request = HTTPClientRequest(url: origin + RequestTarget.escaped(hop.url.pathAndQuery))
        request.method = HTTPMethod(rawValue: hop.method.rawValue)
        request.headers = headers
        if !hop.body.isEmpty { request.body = .bytes(ByteBuffer(bytes: hop.body)) }
        return request
    }
}
