import Domain
import HTTPClientAdapter
import NIOCore
import NIOPosix
import Ports
import Synchronization
import Testing

/// Wall time of every client in these tests: 2026-11-20T10:00:00Z.
let testNow = Instant(microseconds: 1_795_168_800_000_000)

func attempt(
    _ method: OutgoingRequest.Method = .POST, _ url: String, headers: [(String, String)] = [], body: [UInt8] = [],
    engineHeaders: [(name: String, value: String)] = [], timeout: TimeSpan = .seconds(20), redirects: Int = 0
) throws -> AttemptRequest {
    let tenant = try #require(TenantId("acme"))
    return AttemptRequest(
        key: ServiceCallKey(tenant: tenant, id: ServiceCallId(UniqueId(high: 1, low: 2))),
        request: OutgoingRequest(
            method: method, url: try TargetURL(url), headers: try headers.map { try OutgoingRequest.Header(name: $0.0, value: $0.1) },
            body: body),
        headers: engineHeaders, timeout: timeout, redirects: redirects)
}

func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

/// Runs `body` with a client, and shuts the client down.
func withClient(
    allowed: [String] = ["127.0.0.0/8", "::1/128"], resolver: (any HostResolver)? = nil,
    settings: (inout HTTPTargetClientSettings) -> Void = { _ in },
    _ body: (HTTPTargetClient) async throws -> Void
) async throws {
    var limits = HTTPTargetClientSettings()
    settings(&limits)
    let policy = TargetPolicy(allowed: try allowed.map { try CIDR($0) })
    let client = try HTTPTargetClient(
        policy: policy, settings: limits, resolver: resolver ?? SystemHostResolver(threads: 1), now: { testNow })
    do {
        try await body(client)
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
}

extension HTTPTargetClient {
    /// The failure of an attempt; nil when it succeeded.
    func failure(_ attempt: AttemptRequest) async -> ExecutionFailure? { await error(attempt)?.failure }

    /// The same with the snippet of the answer.
    func error(_ attempt: AttemptRequest) async -> AttemptFailed? {
        do throws(AttemptFailed) {
            _ = try await send(attempt)
            return nil
        } catch {
            return error
        }
    }
}

/// A resolver of fixed answers that can change, and that counts the questions.
final class FakeResolver: HostResolver {
    private let table: Mutex<[String: Result<[IPAddress], HostResolutionError>]>
    private let asked = Mutex<[String]>([])

    init(_ table: [String: [String]] = [:]) {
        self.table = Mutex(table.mapValues { .success($0.compactMap { IPAddress($0) }) })
    }

    func set(_ host: String, _ addresses: [String]) { table.withLock { $0[host] = .success(addresses.compactMap { IPAddress($0) }) } }
    func fail(_ host: String, _ error: HostResolutionError) { table.withLock { $0[host] = .failure(error) } }
    var questions: [String] { asked.withLock { $0 } }

    func addresses(of host: String) async throws(HostResolutionError) -> [IPAddress] {
        asked.withLock { $0.append(host) }
        return try (table.withLock { $0[host] } ?? .failure(.notFound)).get()
    }
}

/// A resolver that never answers until it is released.
final class SilentResolver: HostResolver {
    private let held = Mutex<(waiting: [CheckedContinuation<Void, Never>], isOpen: Bool)>(([], false))
    private let asked = Atomic<Int>(0)

    var questions: Int { asked.load(ordering: .relaxed) }

    func addresses(of host: String) async throws(HostResolutionError) -> [IPAddress] {
        asked.wrappingAdd(1, ordering: .relaxed)
        await withCheckedContinuation { continuation in
            let isOpen = held.withLock { held in
                if !held.isOpen { held.waiting.append(continuation) }
                return held.isOpen
            }
            if isOpen { continuation.resume() }
        }
        return [.v4(0x7F00_0001)]
    }

    func release() {
        let waiting = held.withLock { held in
            defer { held = ([], true) }
            return held.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Time-outs to try one after the other until what has to come before the end has come: a busy machine needs the longer ones.
let growingTimeouts: [TimeSpan] = [.milliseconds(400), .seconds(2), .seconds(10), .seconds(30)]

/// Waits until `condition` holds; false when it does not within ten seconds.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<2_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}

extension HTTPTargetClient {
    /// The failure of a plain POST to `url`; nil when it succeeded.
    func failure(posting url: String) async -> ExecutionFailure? {
        guard let attempt = try? attempt(.POST, url) else {
            Issue.record("\(url) is not a URL")
            return nil
        }
        return await failure(attempt)
    }
}

/// Counts from several threads.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }
    func add(_ amount: Int) { count.wrappingAdd(amount, ordering: .relaxed) }
}
