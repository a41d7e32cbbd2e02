internal import Domain
internal import Ports

/// Makes of a call what one attempt sends, and of what came back the command that reports it. The request is in the clear in between, and
/// nowhere else.
struct AttemptComposer: Sendable {
    private let sealer: any Sealer
    private let entropy: any EntropySource
    private let policy: RedactionPolicy

    init(sealer: any Sealer, entropy: any EntropySource, policy: RedactionPolicy = .standard) {
        self.sealer = sealer
        self.entropy = entropy
        self.policy = policy
    }

    // MARK: What is sent

    /// - Throws: a failure that may be retried when a key is missing, since it may be put back; one that may not when what was to be
    ///   sent is gone. Either way the call stays on record and can be opened again by hand.
    func request(for call: ServiceCall) throws(AttemptFailed) -> AttemptRequest {
        let submission = call.submission
        let request: OutgoingRequest
        do throws(SealError) {
            request = try sealer.open(submission.request, submission.sealContext)
        } catch {
            throw AttemptFailed(Self.failure(error))
        }
        return AttemptRequest(
            key: ServiceCallKey(tenant: call.tenant, id: call.id), request: request, headers: headers(of: call),
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

    /// What goes with every attempt: the same key each time, so that the target can tell a repetition; and a W3C trace context whose trace
    /// is the call.
    private func headers(of call: ServiceCall) -> [(name: String, value: String)] {
        let trace = call.id.value.description.filter { $0 != "-" }
        let span = String(entropy.next() | 1, radix: 16)
        let padded = String(repeating: "0", count: max(0, 16 - span.count)) + span
        return [("Idempotency-Key", call.id.description), ("traceparent", "00-\(trace)-\(padded)-01")]
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
