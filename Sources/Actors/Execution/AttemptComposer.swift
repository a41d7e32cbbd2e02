internal import Domain
internal import Ports

/// Makes of a call what one attempt sends, and of what came back the command that reports it. The request is in the clear in between, and
/// nowhere else.
struct AttemptComposer: Sendable {
    private let sealer: any Sealer
    private let keys: SigningKeys
    private let time: any TimeSource
    private let entropy: any EntropySource
    private let policy: RedactionPolicy

    init(
        sealer: any Sealer, keys: SigningKeys, time: any TimeSource, entropy: any EntropySource,
        policy: RedactionPolicy = .standard
    ) {
        self.sealer = sealer
        self.keys = keys
        self.time = time
        self.entropy = entropy
        self.policy = policy
    }

    // MARK: What is sent

    /// - Parameter context: names the attempt to the target; nil: nobody records it, and the target decides for itself what it records.
    /// - Throws: a failure that may be retried when a key is missing, since it may be put back; one that may not when what was to be
    ///   sent is gone. Either way the call stays on record and can be opened again by hand.
    func request(for call: ServiceCall, in context: TraceContext? = nil) async throws(AttemptFailed) -> AttemptRequest {
        let submission = call.submission
        let opened: OutgoingRequest
        do throws(SealError) {
            opened = try sealer.open(submission.request, submission.sealContext)
        } catch {
            throw AttemptFailed(Self.failure(error))
        }
        let (request, signature) = try await signed(opened, of: call)
        return AttemptRequest(
            key: ServiceCallKey(tenant: call.tenant, id: call.id), request: request, headers: headers(of: call, context) + signature,
            timeout: submission.timeout, redirects: submission.redirects)
    }

    private static func failure(_ error: SealError) -> ExecutionFailure {
        switch error {
        case .keyMissing, .unusable:
            ExecutionFailure(kind: .keyMissing, detail: "The request could not be opened, so nothing was sent: \(error).")
        case .damaged:
            ExecutionFailure(kind: .payloadLost, detail: "The request could not be opened, so nothing was sent: \(error).")
        case .erased:
            ExecutionFailure(
                kind: .payloadLost, detail: "The request was erased when its retention ended, so nothing was sent; submit it anew.")
        }
    }

    /// The fields that sign the request with the tenant's keys (SC-10). The message's id is the `webhook-id` that the request brings, the same
    /// for every delivery of one event; else the call's. A request that brings a signature of its own keeps it and gets no other.
    ///
    /// - Throws: a failure that may be retried: a receiver that verifies would refuse the request without its signature.
    private func signed(
        _ request: OutgoingRequest, of call: ServiceCall
    ) async throws(AttemptFailed) -> (request: OutgoingRequest, fields: [(name: String, value: String)]) {
        guard !request.headers.contains(where: { $0.isNamed(WebhookSignature.signatureField) }) else { return (request, []) }
        let signing: [WebhookSigningKey]
        do throws(SigningKeysError) { signing = try await keys.keys(of: call.tenant) } catch {
            throw AttemptFailed(Self.failure(error))
        }
        guard !signing.isEmpty else { return (request, []) }
        let given = request.headers.first { $0.isNamed(WebhookSignature.idField) }?.value
        let messageId = given.flatMap { WebhookSignature.isMessageId($0) ? $0 : nil } ?? call.id.description
        let engines = [WebhookSignature.idField, WebhookSignature.timestampField]
        let rest = request.headers.filter { header in !engines.contains { header.isNamed($0) } }
        return (
            OutgoingRequest(method: request.method, url: request.url, headers: rest, body: request.body),
            WebhookSignature.fields(messageId: messageId, timestamp: time.now(), body: request.sentBody, keys: signing)
        )
    }

    private static func failure(_ error: SigningKeysError) -> ExecutionFailure {
        let reason =
            switch error {
            case .sealed(let error): "\(error)"
            case .unavailable: "the store did not answer"
            }
        return ExecutionFailure(kind: .keyMissing, detail: "The signing keys could not be had, so nothing was sent: \(reason).")
    }

    /// What goes with every attempt: the same key each time, so that the target can tell a repetition; and a W3C trace context whose trace
    /// is the call.
    private func headers(of call: ServiceCall, _ context: TraceContext?) -> [(name: String, value: String)] {
        let context = context ?? TraceContext(trace: call.trace, span: SpanId(random: entropy.next()), isSampled: true)
        return [("Idempotency-Key", call.id.description), ("traceparent", context.traceparent)]
    }

    // MARK: What came back

    func report(_ answer: TargetAnswer, of call: ServiceCall) -> ServiceCallCommand {
        .executionSucceeded(attempt: call.attempts, answer.summary, snippet: kept(answer.snippet, of: call))
    }

    func report(_ failed: AttemptFailed, of call: ServiceCall) -> ServiceCallCommand {
        .executionFailed(attempt: call.attempts, failed.failure, snippet: kept(failed.snippet, of: call))
    }

    /// How the answer began, redacted before it is sealed. What is no text cannot be redacted and is not kept; an outcome is never held
    /// up for the sake of its snippet.
    private func kept(_ snippet: [UInt8], of call: ServiceCall) -> SealedBytes? {
        guard !snippet.isEmpty else { return nil }
        guard let text = policy.preview(of: snippet, isCut: snippet.count >= TargetAnswer.maxSnippetBytes) else { return nil }
        return try? sealer.seal(Array(text.utf8), .answer(to: call.id, tenant: call.tenant))
    }
}
