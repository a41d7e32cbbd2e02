import Domain
import InMemoryAdapter
import Ports
import Synchronization
import Testing

@testable import Actors

/// Commands that come over the bus.
@Suite struct IntakeTests {
    /// Accepts the tokens `acme` and `zenith`.
    private struct NamedTenants: Authenticator {
        func authenticate(bearer token: String) async throws(AuthenticationError) -> Caller {
            if token == "operator" { return .operator(EngineOperator(subject: "test")) }
            let (name, role) = (token.prefix { $0 != "/" }, token.split(separator: "/").dropFirst().first)
            guard name == "acme" || name == "zenith", let tenant = TenantId(String(name)) else { throw .signature }
            return .tenant(Principal(tenant: tenant, subject: "test", roles: role.map { [Role(rawValue: String($0))].compactMap { $0 } }))
        }
    }

    private struct Lengths: Fingerprinter {
        func fingerprint(_ bytes: [UInt8], tenant: TenantId) -> Fingerprint { Fingerprint(bytes: bytes) }
    }

    /// Answers as told, and notes what it was given.
    private final class Recorder: ServiceCallIntents {
        private let state = Mutex<[ServiceCallIntent]>([])
        var received: [ServiceCallIntent] { state.withLock { $0 } }
        let failures: Mutex<[IntentError]>

        init(failures: [IntentError] = []) { self.failures = Mutex(failures) }

        func send(_ intent: ServiceCallIntent) async throws(IntentError) -> ServiceCallReply { try await send([intent])[0].get() }

        func send(_ intents: [ServiceCallIntent]) async -> [Result<ServiceCallReply, IntentError>] {
            intents.map { intent in
                state.withLock { $0.append(intent) }
                if let failure = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return .failure(failure) }
                guard case .submit(let submission) = intent.command,
                    let event = try? ServiceCall.decide(
                        nil, intent.command, DecisionContext(now: Instant(microseconds: 1), epoch: 1, entropy: 0)
                    ).first,
                    let call = ServiceCall.evolve(nil, event, at: Instant(microseconds: 1)), call.id == submission.id
                else { return .failure(.stopping) }
                return .success(ServiceCallReply(call: call, changed: true))
            }
        }
    }

    private struct Unexpected: Error {}

    /// No wait takes any time.
    private struct Unhurried: TimeSource {
        private final class NoAlarm: Alarm { func set(_ deadline: Uptime?) {} }
        func now() -> Instant { Instant(microseconds: 1_790_000_000_000_000) }
        func uptime() -> Uptime { Uptime(microseconds: 1) }
        func sleep(until deadline: Uptime) async {}
        func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm { NoAlarm() }
    }

    private let body = #"{"request":{"url":"https://example.com/hook"}}"#

    private func message(
        _ body: String? = nil, key: String? = "k1", token: String? = "Bearer acme", type: String? = Intake.submitServiceCall,
        extra: [(String, String)] = [], of messageKey: String? = nil
    ) -> ReceivedIntent {
        var headers: [(String, String)] = extra
        if let key { headers.append(("idempotency-key", key)) }
        if let token { headers.append(("Authorization", token)) }
        if let type { headers.append(("ce_type", type)) }
        return ReceivedIntent(
            key: messageKey.map { Array($0.utf8) }, headers: headers.map { .init(name: $0.0, value: Array($0.1.utf8)) },
            body: Array((body ?? self.body).utf8),
            place: "ledgerflow.intents/0@7")
    }

    private func settle(_ messages: [ReceivedIntent], _ recorder: Recorder) async -> [IntentVerdict] {
        let time = Unhurried()
        let source = InMemoryIntentSource(messages, time: time)
        await Intake(
            source: source, intents: recorder, authenticator: NamedTenants(), fingerprinter: Lengths(),
            sealer: InMemorySealer(), time: time, metrics: EngineMetrics()
        ).run()
        return source.settled.map(\.verdict)
    }

    @Test func anIntentIsDecidedForTheTenantOfItsTokenUnderItsKey() async throws {
        let recorder = Recorder()
        #expect(await settle([message()], recorder) == [.done])
        let tenant = try #require(TenantId("acme"))
        let intent = try #require(recorder.received.first)
        #expect(
            intent.key
                == ServiceCallKey(tenant: tenant, id: ServiceCallId(tenant: tenant, idempotencyKey: try #require(IdempotencyKey("k1")))))
        guard case .submit(let submission) = intent.command else { throw Unexpected() }
        #expect(submission.request.url.description == "https://example.com/hook" && submission.correlationId == "ledgerflow.intents/0@7")
    }

    @Test func aTokenWhoseRolesAllowItIsTakenIn() async {
        #expect(await settle([message(token: "Bearer acme/integrator")], Recorder()) == [.done])
    }

    @Test func theIdOfACloudEventStandsInForAKey() async {
        #expect(await settle([message(key: nil, extra: [("ce_id", "e-1")])], Recorder()) == [.done])
    }

    @Test func whatWillNeverBeTakenInIsRefusedWithItsReasonAndTheNextOnesGoOn() async throws {
        let cases: [(ReceivedIntent, String)] = [
            (message(token: nil), "authorization"), (message(token: "Basic acme"), "Bearer"), (message(token: "Bearer other"), "token"),
            (message(token: "Bearer operator"), "operator"), (message(token: "Bearer acme/reader"), "integrator or admin"),
            (message(type: nil), "ce_type"), (message(type: "other"), "ce_type"), (message(key: nil), "idempotency-key"),
            (message(key: ""), "idempotency-key"), (message("{"), "JSON"), (message(#"{"request":{"url":"ftp://x"},"extra":1}"#), "/extra"),
            (message(extra: [("IDEMPOTENCY-KEY", "again")]), "once"),
            (
                ReceivedIntent(
                    key: nil, headers: [.init(name: "authorization", value: [0xFF])], body: [], place: "p"), "UTF-8"
            ),
        ]
        let recorder = Recorder()
        let verdicts = await settle(cases.map(\.0) + [message()], recorder)
        #expect(verdicts.count == cases.count + 1 && verdicts.last == .done)
        for (verdict, expected) in zip(verdicts, cases) {
            guard case .refused(let reason) = verdict else { throw Unexpected() }
            #expect(reason.contains(expected.1), "\(reason)")
            #expect(!reason.contains("Bearer other") && !reason.contains("Basic acme"))
        }
        #expect(recorder.received.count == 1)
    }

    @Test func whatTheEngineCannotTakeNowComesAgainInOrder() async {
        let recorder = Recorder(failures: [.busy(retryAfter: .seconds(2)), .unavailable("away"), .unknownOutcome("?")])
        let messages = ["a", "b", "c"].map { message(key: $0) }
        #expect(await settle(messages, recorder) == [.done, .done, .done])
    }

    @Test func anIntentIsNotTakenInBeforeTheOneAheadOfItsKey() async {
        let recorder = Recorder(failures: [.busy(retryAfter: .seconds(1))])
        let messages = [("a", "x"), ("b", "x"), ("c", "y")].map { message(key: $0.0, of: $0.1) }
        #expect(await settle(messages, recorder) == [.done, .done, .done])
        let ids = ["a", "b"].compactMap { name in
            TenantId("acme").flatMap { tenant in IdempotencyKey(name).map { ServiceCallId(tenant: tenant, idempotencyKey: $0) } }
        }
        let order = recorder.received.map(\.key.id).filter(ids.contains)
        #expect(order == [ids[0], ids[0], ids[1]], "b went ahead of a, which was busy")
    }

    @Test func aConflictIsRefused() async {
        let recorder = Recorder(failures: [.refused(.idempotencyConflict)])
        let verdicts = await settle([message(), message(key: "k2")], recorder)
        #expect(verdicts.count == 2 && verdicts.last == .done)
        guard case .refused(let reason)? = verdicts.first else {
            Issue.record("\(verdicts)")
            return
        }
        #expect(reason.contains("idempotency key"))
    }
}
