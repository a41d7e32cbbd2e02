internal import Domain
public import Ports

/// Takes commands that come over the bus (EV-7): each is authenticated, validated and decided as if it had come over HTTP.
///
/// A message names its intent in the header `ce_type` and carries a token in `authorization`; its tenant is the token's. Since a bus delivers at
/// least once, every message needs an `idempotency-key`, or a CloudEvents `ce_id` in its place.
public struct Intake: Sendable {
    /// The `ce_type` of a message whose body is what `POST /v1/service-calls` takes.
    public static let submitServiceCall = "ledgerflow.intent.submit-service-call.v1"
    public static let maxBodyBytes = 1 << 20

    private let source: any IntentSource
    private let intents: any ServiceCallIntents
    private let authenticator: any Authenticator
    private let fingerprinter: any Fingerprinter
    private let sealer: any Sealer
    private let time: any TimeSource
    private let metrics: EngineMetrics

    public init(
        source: any IntentSource, intents: any ServiceCallIntents, authenticator: any Authenticator, fingerprinter: any Fingerprinter,
        sealer: any Sealer, time: any TimeSource, metrics: EngineMetrics
    ) {
        self.source = source
        self.intents = intents
        self.authenticator = authenticator
        self.fingerprinter = fingerprinter
        self.sealer = sealer
        self.time = time
        self.metrics = metrics
    }

    /// Works until the task is cancelled or the source is closed.
    public func run() async {
        await source.run { batch in await take(batch) }
    }

    private func take(_ batch: [ReceivedIntent]) async -> [IntentVerdict] {
        let began = time.uptime()
        defer { metrics.intakeLatency.observe((time.uptime() - began).microseconds) }
        var verdicts: [IntentVerdict?] = []
        var waiting: [Waiting] = []
        for (index, message) in batch.enumerated() {
            do throws(Refusal) {
                waiting.append(Waiting(index: index, key: message.key, intent: try await read(message)))
                verdicts.append(nil)
            } catch {
                verdicts.append(error.mayComeAgain ? .again(after: .seconds(1)) : .refused(reason: error.reason))
            }
        }
        // Of each key one at a time: an intent is not sent before the one ahead of it has been taken in.
        while true {
            var keys: Set<[UInt8]> = []
            let wave = waiting.filter { $0.key.map { keys.insert($0).inserted } ?? true }
            if wave.isEmpty { break }
            var held: Set<[UInt8]> = []
            for (item, outcome) in zip(wave, await intents.send(wave.map(\.intent))) {
                let verdict = Self.verdict(outcome)
                verdicts[item.index] = verdict
                if case .again = verdict, let key = item.key { held.insert(key) }
            }
            let sent = Set(wave.map(\.index))
            waiting.removeAll { sent.contains($0.index) || $0.key.map(held.contains) ?? false }
        }
        return given(verdicts)
    }

    private struct Waiting {
        let index: Int
        let key: [UInt8]?
        let intent: ServiceCallIntent
    }

    /// The verdicts up to the first intent that is to come again. What stands behind it comes again with it; it may have been taken in, which is
    /// no harm.
    private func given(_ verdicts: [IntentVerdict?]) -> [IntentVerdict] {
        var given: [IntentVerdict] = []
        for verdict in verdicts {
            guard let verdict else { break }
            given.append(verdict)
            switch verdict {
            case .done: metrics.intentsTaken.add()
            case .refused: metrics.intentsRefused.add()
            case .again:
                metrics.intentsPutOff.add()
                return given
            }
        }
        return given
    }

    private static func verdict(_ outcome: Result<ServiceCallReply, IntentError>) -> IntentVerdict {
        switch outcome {
        case .success: .done
        case .failure(.refused(let refusal)): .refused(reason: reason(refusal))
        case .failure(.refusedByBooks): .refused(reason: "The books refused it.")
        case .failure(.busy(let span)): .again(after: span)
        case .failure(.unavailable), .failure(.unknownOutcome), .failure(.stopping): .again(after: .seconds(1))
        }
    }

    private static func reason(_ refusal: ServiceCallError) -> String {
        switch refusal {
        case .idempotencyConflict: "This idempotency key was sent before with a different request; that one stands."
        case .notFound: "This tenant has no service call with that identifier."
        case .illegalTransition(let status, let command): "A call that is \(status.rawValue) does not allow \(command)."
        case .payloadErased: "What was to be sent was erased when its retention ended; submit it anew."
        case .notYetDue(let dueAt): "The call is not due before \(dueAt.rfc3339)."
        }
    }

    // MARK: - Reading a message

    private struct Refusal: Error {
        let reason: String
        /// Whether it is no fault of the message.
        var mayComeAgain = false
        init(_ reason: String) { self.reason = reason }
    }

    private func read(_ message: ReceivedIntent) async throws(Refusal) -> ServiceCallIntent {
        let principal = try await principal(of: message)
        guard let type = try text("ce_type", of: message) else { throw Refusal("the header ce_type is missing") }
        guard type == Self.submitServiceCall else { throw Refusal("the header ce_type must be \(Self.submitServiceCall)") }
        let name = try text("idempotency-key", of: message) == nil ? "ce_id" : "idempotency-key"
        guard let text = try text(name, of: message) else {
            throw Refusal("the header idempotency-key is missing (or ce_id in its place): a bus delivers at least once")
        }
        guard let key = IdempotencyKey(text) else { throw Refusal("the header \(name) must hold 1 to 255 visible ASCII characters") }
        let submitted = try submission(in: message)
        let tenant = principal.tenant
        let fingerprint = fingerprinter.fingerprint(submitted.canonicalBytes, tenant: tenant)
        do throws(SealError) {
            let submission = try submitted.submission(
                tenant: tenant, id: ServiceCallId(tenant: tenant, idempotencyKey: key), sealer: sealer, fingerprint: fingerprint,
                requestId: message.place)
            return .submit(submission, by: principal.subject)
        } catch {
            var refusal = Refusal(error.description)
            refusal.mayComeAgain = true
            throw refusal
        }
    }

    private func principal(of message: ReceivedIntent) async throws(Refusal) -> Principal {
        guard let value = try text("authorization", of: message) else { throw Refusal("the header authorization is missing") }
        let scheme = "bearer "
        let caller: Caller
        guard value.count > scheme.count, value.prefix(scheme.count).lowercased() == scheme else {
            throw Refusal("the header authorization must be: Bearer, a space, and a token")
        }
        do throws(AuthenticationError) {
            caller = try await authenticator.authenticate(bearer: String(value.dropFirst(scheme.count)))
        } catch {
            throw Refusal("the token is not accepted (\(error.rawValue))")
        }
        guard case .tenant(let principal) = caller else { throw Refusal("the token is an operator's, who has no service calls") }
        guard principal.may(.submit) else {
            let roles = Role.all(with: .submit).map(\.rawValue).joined(separator: " or ")
            throw Refusal("the token's roles do not allow it: it needs \(roles)")
        }
        return principal
    }

    private func submission(in message: ReceivedIntent) throws(Refusal) -> SubmittedCall {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONReader.read(message.body, limits: JSONLimits(maxBytes: Self.maxBodyBytes))
        } catch {
            throw Refusal("the body is not acceptable JSON: \(error.description)")
        }
        var problems = JSONProblems()
        if let submitted = problems.object(value, { SubmittedCall.read(&$0, now: time.now()) }) { return submitted }
        let listed = problems.listed.prefix(20).map { "\($0.pointer) \($0.message)" }.joined(separator: "; ")
        throw Refusal(problems.count > 20 ? "\(listed); and \(problems.count - 20) more" : listed)
    }

    /// - Returns: nil when there is no such header. Names are compared without regard to case, as over HTTP.
    private func text(_ name: String, of message: ReceivedIntent) throws(Refusal) -> String? {
        let found = message.headers.filter { $0.name.lowercased() == name }
        guard let first = found.first else { return nil }
        guard found.count == 1 else { throw Refusal("the header \(name) must be given once") }
        guard let text = String(validating: first.value, as: UTF8.self) else { throw Refusal("the header \(name) is not UTF-8") }
        return text
    }
}
