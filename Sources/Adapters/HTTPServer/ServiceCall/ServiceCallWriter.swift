internal import Domain
internal import Ports

/// Writes service calls as the API shows them.
enum ServiceCallWriter {
    /// The call with every attempt, the running one last.
    static func detail(_ call: ServiceCall, _ attempts: [AttemptRecord], to writer: inout JSONWriter) {
        writer.object { json in
            members(of: call, to: &json)
            json.array("attempts") { list in
                for attempt in attempts { ended(attempt, to: &list) }
                if case .running(let running) = call.state { self.running(running, number: call.attempts, to: &list) }
            }
        }
    }

    /// The call with the number of its attempts.
    static func item(_ call: ServiceCall, to writer: inout JSONWriter) {
        writer.object { json in
            members(of: call, to: &json)
            json.field("attemptCount", call.attempts)
        }
    }

    private static func members(of call: ServiceCall, to json: inout JSONWriter) {
        let submission = call.submission
        json.field("id", call.id.description)
        json.field("status", call.status.rawValue)
        json.field("createdAt", call.createdAt)
        json.field("updatedAt", call.updatedAt)
        json.field("dueAt", call.dueAt)
        json.field("run", call.run)
        json.field("version", call.version)
        json.object("request") { request(submission.request, to: &$0) }
        json.field("tags", submission.tags)
        json.field("timeoutMs", submission.timeout.milliseconds)
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
    }

    private static func request(_ request: OutgoingRequest, to json: inout JSONWriter) {
        json.field("method", request.method.rawValue)
        json.field("url", request.url.description)
        json.object("headers") { headers in
            for (index, header) in request.headers.enumerated() {
                let isRepeated = request.headers.count > 1 && request.headers[..<index].contains { sameName($0, header) }
                if isRepeated { continue }
                let values = request.headers[index...].filter { $0 == header || sameName($0, header) }
                let isSecret = SecretHeaders.contains(header.name)
                if values.count == 1 {
                    headers.field(dynamic: header.name, isSecret ? SecretHeaders.shown : header.value)
                } else {
                    headers.field(dynamic: header.name, values.map { isSecret ? SecretHeaders.shown : $0.value })
                }
            }
        }
        json.field("bodyBytes", request.body.count)
    }

    private static func sameName(_ a: OutgoingRequest.Header, _ b: OutgoingRequest.Header) -> Bool {
        a.name.utf8.count == b.name.utf8.count && a.name.lowercased() == b.name.lowercased()
    }

    private static func ended(_ attempt: AttemptRecord, to list: inout JSONWriter) {
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
