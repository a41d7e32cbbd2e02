internal import Domain
internal import Ports

/// Writes service calls as the API shows them.
enum ServiceCallWriter {
    /// The call with every attempt, the running one last.
    static func detail(_ shown: ShownCall, to writer: inout JSONWriter) {
        let call = shown.call
        writer.object { json in
            members(of: call, shown, to: &json)
            json.array("attempts") { list in
                for attempt in shown.attempts { ended(attempt.record, attempt.snippet, to: &list) }
                if case .running(let running) = call.state { self.running(running, number: call.attempts, to: &list) }
            }
        }
    }

    /// The call with the number of its attempts. Nothing of its payload is in it, so that a list opens nothing.
    static func item(_ call: ServiceCall, to writer: inout JSONWriter) {
        writer.object { json in
            members(of: call, nil, to: &json)
            json.field("attemptCount", call.attempts)
        }
    }

    private static func members(of call: ServiceCall, _ shown: ShownCall?, to json: inout JSONWriter) {
        let submission = call.submission
        json.field("id", call.id.description)
        json.field("status", call.status.rawValue)
        json.field("createdAt", call.createdAt)
        json.field("updatedAt", call.updatedAt)
        json.field("dueAt", call.dueAt)
        json.field("run", call.run)
        json.field("version", call.version)
        json.object("request") { request(submission.request, shown, to: &$0) }
        json.field("tags", submission.tags)
        json.field("timeoutMs", submission.timeout.milliseconds)
        json.field("followRedirects", submission.redirects)
        json.object("retry") { retry in
            retry.field("maxAttempts", submission.retry.maxAttempts)
            retry.field("initialDelayMs", submission.retry.initialDelay.milliseconds)
            retry.field("maxDelayMs", submission.retry.maxDelay.milliseconds)
            retry.field("deadline", submission.retry.deadline)
            retry.field("statuses", submission.retry.statuses?.sorted())
        }
        switch call.state {
        case .failed(let at, let reason):
            json.field("failureReason", reason.rawValue)
            json.field("endedAt", at)
        case .succeeded(let at), .cancelled(let at): json.field("endedAt", at)
        case .scheduled, .running, .waitingRetry: break
        }
        json.field("correlationId", submission.correlationId)
        json.field("origin", ifPresent: submission.origin?.description)
    }

    private static func request(_ request: SealedRequest, _ shown: ShownCall?, to json: inout JSONWriter) {
        json.field("method", request.method.rawValue)
        guard let shown else {
            json.field("url", request.url.description)
            json.field("bodyBytes", request.bodyBytes)
            return
        }
        switch shown.payload {
        case .opened(let opened):
            json.field("url", shown.policy.shown(opened.url))
            json.object("headers") { write(opened.headers, shown.policy, to: &$0) }
            json.field("bodyBytes", request.bodyBytes)
            json.field("bodyPreview", shown.policy.preview(of: opened.body))
        case .erased, .unreadable:
            json.field("url", request.url.description)
            json.object("headers") { _ in }
            json.field("bodyBytes", request.bodyBytes)
            json.field("bodyPreview", String?.none)
            json.field("payload", shown.payload.name)
        }
    }

    private static func write(_ fields: [OutgoingRequest.Header], _ policy: RedactionPolicy, to headers: inout JSONWriter) {
        for (index, header) in fields.enumerated() {
            let isRepeated = fields.count > 1 && fields[..<index].contains { $0.isNamed(header.name) }
            if isRepeated { continue }
            let values = fields[index...].filter { $0 == header || $0.isNamed(header.name) }
            if values.count == 1 {
                headers.field(dynamic: header.name, policy.shown(header))
            } else {
                headers.field(dynamic: header.name, values.map(policy.shown))
            }
        }
    }

    private static func ended(_ attempt: AttemptRecord, _ snippet: String?, to list: inout JSONWriter) {
        list.object { json in
            json.field("number", attempt.number)
            json.field("startedAt", attempt.startedAt)
            json.field("endedAt", attempt.endedAt)
            json.field("durationMs", (attempt.endedAt - attempt.startedAt).milliseconds)
            switch attempt.outcome {
            case .succeeded(let response):
                json.field("outcome", "succeeded")
                json.field("status", response.status)
                json.field("error", String?.none)
            case .failed(let failure):
                json.field("outcome", "failed")
                json.field("status", failure.status)
                json.object("error") { error in
                    error.field("kind", failure.kind.rawValue)
                    error.field("detail", failure.detail)
                }
            }
            json.field("responseSnippet", ifPresent: snippet)
        }
    }

    private static func running(_ attempt: ServiceCall.Attempt, number: Int, to list: inout JSONWriter) {
        list.object { json in
            json.field("number", number)
            json.field("startedAt", attempt.startedAt)
            json.field("endedAt", Instant?.none)
            json.field("durationMs", Int64?.none)
            json.field("outcome", "running")
            json.field("status", Int?.none)
            json.field("error", String?.none)
        }
    }
}
