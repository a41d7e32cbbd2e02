import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// What is sent, and what is kept of the answer.
@Suite struct AttemptComposerTests {
    /// Opens nothing, for the given reason.
    private struct Shut: Sealer {
        let error: SealError
        func seal(_ clear: [UInt8], _ context: SealContext) throws(SealError) -> SealedBytes { throw error }
        func open(_ sealed: SealedBytes, _ context: SealContext) throws(SealError) -> [UInt8] { throw error }
    }

    private static let now = Instant(microseconds: 1_790_000_000_000_000)
    private static let hmac = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private let tenant: TenantId
    private let id = ServiceCallId(UniqueId(high: 1, low: 2))

    init() throws { tenant = try #require(TenantId("acme")) }

    private func call(_ request: OutgoingRequest, payload: SealedRequest.Payload? = nil) throws -> ServiceCall {
        let sealed = try InMemorySealer().seal(request, .request(of: id, tenant: tenant))
        let submission = ServiceCallSubmission(
            tenant: tenant, id: id,
            request: SealedRequest(
                method: sealed.method, url: sealed.url, payload: payload ?? sealed.payload, bodyBytes: sealed.bodyBytes),
            timeout: .seconds(7), redirects: 3, fingerprint: Fingerprint(bytes: []), correlationId: "c")
        return ServiceCall(
            submission: submission, createdAt: Self.now, version: 2, state: .running(.init(startedAt: Self.now, epoch: 1)), run: 1,
            attempts: 4,
            attemptsInRun: 1, updatedAt: Self.now)
    }

    private func composer(_ sealer: any Sealer = InMemorySealer(), keys: [String] = []) throws -> AttemptComposer {
        let world = World(seed: 1)
        let store = InMemoryStore(partitionCount: 1, storeId: UniqueId(high: 1, low: 1))
        let clock = FixedTime(now: Self.now)
        let ports = EnginePorts(
            journal: store, log: store, bus: EmbeddedBus(), client: NoClient(), sealer: sealer, time: clock,
            entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world), calendar: UTCCalendar())
        let signing = SigningKeys(ports: ports)
        signing.changed(
            WebhookKeys(
                tenant: tenant, version: 1,
                keys: try keys.enumerated().map { index, text in
                    let id = UniqueId(high: 9, low: UInt64(index))
                    let context = SealContext(tenant: tenant, id: id, field: .signingKey)
                    return WebhookKey(
                        id: id, scheme: try WebhookSigningKey(text).scheme, sealed: InMemorySealer().seal(Array(text.utf8), context),
                        publicKey: nil, createdAt: Self.now)
                }, createdAt: Self.now, updatedAt: Self.now))
        return AttemptComposer(sealer: sealer, keys: signing, time: clock, entropy: ports.entropy)
    }

    private struct NoClient: TargetClient {
        func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer {
            throw AttemptFailed(ExecutionFailure(kind: .connection, detail: "none"))
        }
    }

    private struct FixedTime: TimeSource {
        private final class NoAlarm: Alarm { func set(_ deadline: Uptime?) {} }
        let instant: Instant
        init(now: Instant) { instant = now }
        func now() -> Instant { instant }
        func uptime() -> Uptime { Uptime(microseconds: 1) }
        func sleep(until deadline: Uptime) async {}
        func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm { NoAlarm() }
    }

    private static func request(_ headers: [(String, String)] = [], body: String = "{}") throws -> OutgoingRequest {
        OutgoingRequest(
            method: .POST, url: try TargetURL("https://example.com/a?b=c"),
            headers: try headers.map { try .init(name: $0.0, value: $0.1) }, body: Array(body.utf8))
    }

    private func failure(_ composer: AttemptComposer, _ call: ServiceCall) async throws -> ExecutionFailure {
        do throws(AttemptFailed) { _ = try await composer.request(for: call) } catch { return error.failure }
        throw Unexpected()
    }

    private struct Unexpected: Error {}

    // MARK: Sent

    @Test func theWholeRequestIsSentWithItsKeyAndTrace() async throws {
        let request = try Self.request([("X-A", "b")])
        let attempt = try await composer().request(for: try call(request))
        #expect(attempt.request == request && attempt.timeout == .seconds(7) && attempt.redirects == 3)
        #expect(attempt.headers.map(\.name) == ["Idempotency-Key", "traceparent"])
        #expect(attempt.headers[0].value == id.description)
        #expect(attempt.headers[1].value.hasPrefix("00-00000000000000010000000000000002-") && attempt.headers[1].value.utf8.count == 55)
    }

    @Test func aTenantWithKeysHasItsRequestsSignedByEachOfThem() async throws {
        let other = try WebhookSigningKey(.ed25519, random: Array(repeating: 5, count: 32)).secretText
        let attempt = try await composer(keys: [Self.hmac, other]).request(for: try call(Self.request(body: #"{"test": 1}"#)))
        let fields = Dictionary(attempt.headers.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(fields["webhook-id"] == id.description && fields["webhook-timestamp"] == "1790000000")
        let expected = WebhookSignature.header(
            messageId: id.description, timestamp: Self.now, body: Array(#"{"test": 1}"#.utf8),
            keys: [try WebhookSigningKey(Self.hmac)])
        let signatures = (fields["webhook-signature"] ?? "").split(separator: " ")
        #expect(signatures.count == 2 && signatures.contains { $0 == expected } && signatures.contains { $0.hasPrefix("v1a,") })
    }

    /// A receiver verifies only what it gets.
    @Test(arguments: [OutgoingRequest.Method.GET, .HEAD])
    func whatHasNoBodyOnTheWireIsSignedWithoutOne(_ method: OutgoingRequest.Method) async throws {
        let request = OutgoingRequest(method: method, url: try TargetURL("https://example.com/"), body: Array("ignored".utf8))
        let attempt = try await composer(keys: [Self.hmac]).request(for: try call(request))
        let expected = WebhookSignature.header(
            messageId: id.description, timestamp: Self.now, body: [], keys: [try WebhookSigningKey(Self.hmac)])
        #expect(attempt.headers.last?.value == expected)
    }

    @Test func theIdOfAnEventIsTheMessagesAndStandsOnce() async throws {
        let request = try Self.request([("Webhook-Id", "msg_1"), ("webhook-timestamp", "1")])
        let attempt = try await composer(keys: [Self.hmac]).request(for: try call(request))
        #expect(attempt.request.headers.isEmpty)
        #expect(attempt.headers.filter { $0.name == "webhook-id" }.map(\.value) == ["msg_1"])
        let unsigned = try await composer().request(for: try call(request))
        #expect(unsigned.request == request && unsigned.headers.count == 2)
    }

    @Test func aRequestThatBringsItsOwnSignatureKeepsIt() async throws {
        let request = try Self.request([("webhook-signature", "v1,own"), ("webhook-id", "m")])
        let attempt = try await composer(keys: [Self.hmac]).request(for: try call(request))
        #expect(attempt.request == request && attempt.headers.count == 2)
    }

    // MARK: Not sent

    @Test(arguments: [
        (SealError.keyMissing(key: "0a0b0c0d"), ExecutionFailure.Kind.keyMissing, true), (.unusable("no"), .keyMissing, true),
        (.damaged, .payloadLost, false),
    ])
    func whatCannotBeOpenedIsNotSentAndTheCallCanBeOpenedAgain(
        _ error: SealError, _ kind: ExecutionFailure.Kind, _ isRetried: Bool
    ) async throws {
        let failure = try await failure(composer(Shut(error: error)), call(Self.request()))
        #expect(failure.kind == kind && failure.isRetryable(under: .standard) == isRetried)
        if case .keyMissing(let key) = error { #expect(failure.detail.contains(key)) }
    }

    @Test func whatRetentionErasedIsNotSent() async throws {
        let failure = try await failure(composer(), call(Self.request(), payload: .erased))
        #expect(failure.kind == .payloadLost && !failure.isRetryable(under: .standard) && failure.detail.contains("erased"))
    }

    @Test func aRequestThatMustBeSignedIsNotSentWithoutItsSignature() async throws {
        let bare = OutgoingRequest(method: .POST, url: try TargetURL("https://example.com"))
        let failure = try await failure(composer(Shut(error: .keyMissing(key: "x")), keys: [Self.hmac]), call(bare))
        #expect(failure.kind == .keyMissing && failure.isRetryable(under: .standard))
        #expect(!failure.detail.contains("MfKQ9r8"))
    }

    // MARK: Kept

    @Test func howAnAnswerBeganIsKeptRedactedAndSealed() throws {
        let (composer, call) = (try composer(), try call(Self.request()))
        let body = Array(#"{"token":"s3cret","card":"4111111111111111","ok":true}"#.utf8)
        let answer = TargetAnswer(summary: ResponseSummary(status: 200, bodyBytes: 9), snippet: body)
        guard case .executionSucceeded(4, answer.summary, let snippet?) = composer.report(answer, of: call) else { throw Unexpected() }
        #expect(!snippet.bytes.contains(subsequence: "s3cret") && !snippet.bytes.contains(subsequence: "true"))
        let opened = try InMemorySealer().open(snippet, .answer(to: id, tenant: tenant))
        #expect(String(decoding: opened, as: UTF8.self) == #"{"token":"[redacted]","card":"[redacted]","ok":true}"#)
    }

    @Test func whatIsNoTextIsNotKeptAndAnOutcomeIsReportedWithoutItsSnippetRatherThanNotAtAll() throws {
        let call = try call(Self.request())
        let failed = ExecutionFailure(kind: .status, status: 500, detail: "500")
        for (composer, snippet) in [
            (try composer(), [0x1F, 0x8B, 8, 0]), (try composer(), []), (try composer(Shut(error: .unusable("no"))), [0x61]),
        ] as [(AttemptComposer, [UInt8])] {
            guard case .executionFailed(4, failed, nil) = composer.report(AttemptFailed(failed, snippet: snippet), of: call) else {
                throw Unexpected()
            }
        }
    }
}

extension [UInt8] {
    fileprivate func contains(subsequence text: String) -> Bool {
        let part = Array(text.utf8)
        return indices.contains { self[$0...].starts(with: part) }
    }
}
