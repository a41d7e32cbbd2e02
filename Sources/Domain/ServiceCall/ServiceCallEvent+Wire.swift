/// The JSON of each event's `data`, version 1. A field may be added; none is renamed, removed or given another meaning without a
/// new version of the event's type. Golden files in the tests hold it. Headers, bodies and query strings are never in it.
extension ServiceCallEvent {
    /// - Parameter call: the call after the event.
    public func wireData(of call: ServiceCall) -> [UInt8] {
        var json = JSONWriter(capacity: 192)
        json.object { json in
            json.field("run", Int64(call.run))
            switch self {
            case .submitted(let submitted):
                Self.write(submitted, into: &json)
            case .rescheduled(let dueAt), .retryScheduled(let dueAt), .retried(_, let dueAt):
                json.field("dueAt", dueAt)
            case .executionStarted(let attempt, _):
                json.field("attempt", Int64(attempt))
            case .executionSucceeded(let record, let response):
                Self.write(record, into: &json)
                json.field("status", Int64(response.status))
                json.field("bodyBytes", Int64(response.bodyBytes))
            case .executionFailed(let record, let failure):
                Self.write(record, into: &json)
                json.field("status", ifPresent: failure.status.map(Int64.init))
                json.object("error") { json in
                    json.field("kind", failure.kind.rawValue)
                    json.field("detail", failure.detail)
                }
            case .succeeded, .cancelled:
                json.field("attempts", Int64(call.attempts))
            case .failed(let reason):
                json.field("attempts", Int64(call.attempts))
                json.field("reason", reason.rawValue)
            }
            json.field("origin", ifPresent: call.submission.origin?.description)
        }
        return json.bytes
    }

    private static func write(_ submitted: Submitted, into json: inout JSONWriter) {
        let submission = submitted.submission
        json.field("dueAt", submitted.dueAt)
        json.object("request") { json in
            json.field("method", submission.request.method.rawValue)
            json.field("url", submission.request.url.description)
        }
        json.field("tags", submission.tags)
        json.field("timeoutMs", submission.timeout.milliseconds)
        json.field("maxAttempts", Int64(submission.retry.maxAttempts))
    }

    private static func write(_ record: AttemptRecord, into json: inout JSONWriter) {
        json.field("attempt", Int64(record.number))
        json.field("startedAt", record.startedAt)
        json.field("endedAt", record.endedAt)
    }
}
