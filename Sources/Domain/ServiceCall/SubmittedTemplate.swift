/// What a schedule or a subscription is to send each time, as it was received, in the clear; everything that was left out at its default.
public struct SubmittedTemplate: Hashable, Sendable {
    /// What is to be sent, which must be sealed under the identity of what holds it.
    public let outgoing: OutgoingRequest
    public let tags: [String]
    public let timeout: TimeSpan
    /// Without a deadline.
    public let retry: RetryPolicy
    public let redirects: Int

    public init(outgoing: OutgoingRequest, tags: [String], timeout: TimeSpan, retry: RetryPolicy, redirects: Int) {
        self.outgoing = outgoing
        self.tags = tags
        self.timeout = timeout
        self.retry = retry
        self.redirects = redirects
    }

    /// Takes the fields `request`, as in a submission, `tags`, `timeoutMs`, `retry` without `deadline`, and `followRedirects`; what is wrong is
    /// reported to `fields`.
    public static func readRequest(_ fields: inout JSONFields) -> SubmittedTemplate? {
        let request = fields.object("request") { fields -> OutgoingRequest? in
            guard let request = SubmittedCall.readRequest(&fields) else { return nil }
            refuseShown(request.url, request.headers, &fields)
            return OutgoingRequest(
                method: request.method ?? .POST, url: request.url, headers: request.headers ?? [], body: request.body ?? [])
        }
        return read(&fields, request)
    }

    /// Takes the fields `target`, of a URL and header fields, and the others as `readRequest`.
    public static func readTarget(_ fields: inout JSONFields) -> SubmittedTemplate? {
        let request = fields.object("target") { target -> OutgoingRequest? in
            let url = SubmittedCall.readURL(&target)
            let headers = SubmittedCall.readHeaders(&target)
            refuseShown(url, headers, &target)
            return url.map { OutgoingRequest(method: .POST, url: $0, headers: headers ?? []) }
        }
        return read(&fields, request)
    }

    /// What was read from an answer and is sent back would else take the place of the secret that it stands for.
    private static func refuseShown(_ url: TargetURL?, _ headers: [OutgoingRequest.Header]?, _ fields: inout JSONFields) {
        if let url, url.description.contains(RedactionPolicy.mark) { fields.report("url", RedactionPolicy.markRule) }
        for header in headers ?? [] where header.value == RedactionPolicy.mark {
            fields.report("headers", member: header.name, RedactionPolicy.markRule)
        }
    }

    private static func read(_ fields: inout JSONFields, _ request: OutgoingRequest?) -> SubmittedTemplate? {
        let tags = SubmittedCall.readTags(&fields)
        let timeout = fields.optionalInt64(
            "timeoutMs",
            in: ServiceCallSubmission.timeouts.lowerBound.milliseconds...ServiceCallSubmission.timeouts.upperBound.milliseconds)
        let retry = fields.optionalObject("retry") { SubmittedCall.readRetry(&$0, deadlineAfter: nil) }
        let redirects = fields.optionalInt("followRedirects", in: ServiceCallSubmission.redirectLimits)
        guard let request else { return nil }
        return SubmittedTemplate(
            outgoing: request, tags: tags ?? [], timeout: timeout.map(TimeSpan.milliseconds) ?? ServiceCallSubmission.standardTimeout,
            retry: retry.map(SubmittedCall.policy) ?? .standard, redirects: redirects ?? 0)
    }
}
