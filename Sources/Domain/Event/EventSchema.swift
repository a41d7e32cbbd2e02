/// One member of the JSON that an event carries as its `data`.
public struct EventField: Sendable {
    public indirect enum Form: Sendable {
        case text
        /// One of the given texts.
        case choice([String])
        case integer
        /// RFC 3339, in UTC.
        case instant
        case list(of: Form)
        case object([EventField])
    }

    public let name: String
    public let form: Form
    public let meaning: String
    /// Whether it may be absent.
    public let isOptional: Bool

    init(_ name: String, _ form: Form, _ meaning: String, isOptional: Bool = false) {
        self.name = name
        self.form = form
        self.meaning = meaning
        self.isOptional = isOptional
    }
}

extension EventType {
    /// What has happened, in a sentence.
    public var summary: String {
        switch self {
        case .serviceCall(let kind): kind.summary
        case .series(let kind): kind.summary
        case .invoice(let kind): kind.summary
        case .schedule(let kind): kind.summary
        case .subscription(let kind): kind.summary
        case .webhookKey(let kind): kind.summary
        case .target(let kind): kind.targetSummary
        case .tenant(let kind): kind.tenantSummary
        case .ingestion(let kind): kind.summary
        }
    }

    /// What its `data` holds. The tests hold the golden wire form against it.
    public var fields: [EventField] {
        switch self {
        case .serviceCall(let kind): kind.fields
        case .series(let kind): kind.fields
        case .invoice(let kind): kind.fields
        case .schedule(let kind): kind.fields
        case .subscription(let kind): kind.fields
        case .webhookKey(let kind): kind.fields
        case .target(let kind): kind.targetFields
        case .tenant(let kind): kind.tenantFields
        case .ingestion(let kind): kind.fields
        }
    }
}

extension ServiceCallEvent.Kind {
    fileprivate var summary: String {
        switch self {
        case .submitted: "A call was accepted and will be made when it is due."
        case .rescheduled: "A call that had not started was given another due time."
        case .retried: "A call that had ended was opened again by hand, as a new run."
        case .executionStarted: "An attempt is being made."
        case .executionSucceeded: "The target answered an attempt with a 2xx status."
        case .executionFailed: "An attempt failed."
        case .retryScheduled: "Another attempt will be made."
        case .succeeded: "The run has ended: the call was made."
        case .failed: "The run has ended without success."
        case .cancelled: "The run has ended because it was cancelled."
        }
    }

    fileprivate var fields: [EventField] {
        let origin = EventField(
            "origin", .text,
            "What submitted the call, when no client did: schedule/<id>/<nominal time> or subscription/<id>/<event>.", isOptional: true)
        return ownFields + [origin]
    }

    private var ownFields: [EventField] {
        let run = EventField("run", .integer, "Counts the runs of the call from 1; a retry by hand begins a new one.")
        let dueAt = EventField("dueAt", .instant, "The earliest time of the next attempt.")
        let attempts = EventField("attempts", .integer, "Attempts made so far, in all runs.")
        switch self {
        case .submitted:
            return [
                run, dueAt,
                EventField(
                    "request",
                    .object([
                        EventField("method", .choice(OutgoingRequest.Method.allCases.map(\.rawValue)), "The HTTP method."),
                        EventField("url", .text, "The target, without its query."),
                    ]), "What will be sent; headers, body and query stay with the engine."),
                EventField("tags", .list(of: .text), "As submitted."),
                EventField("timeoutMs", .integer, "How long one attempt may take."),
                EventField("maxAttempts", .integer, "Attempts that one run makes at most."),
            ]
        case .rescheduled, .retried, .retryScheduled: return [run, dueAt]
        case .executionStarted: return [run, EventField("attempt", .integer, "Its number, from 1, over all runs.")]
        case .executionSucceeded:
            return [run] + Self.attempt + [
                EventField("status", .integer, "The HTTP status."),
                EventField("bodyBytes", .integer, "Length of the answer's body."),
            ]
        case .executionFailed:
            return [run] + Self.attempt + [
                EventField("status", .integer, "The HTTP status; absent when there was no answer.", isOptional: true),
                EventField(
                    "error",
                    .object([
                        EventField("kind", .choice(ExecutionFailure.Kind.allCases.map(\.rawValue)), "What kind of failure it was."),
                        EventField("detail", .text, "The failure in words."),
                    ]), "Why it failed."),
            ]
        case .succeeded, .cancelled: return [run, attempts]
        case .failed:
            return [
                run, attempts,
                EventField("reason", .choice(ServiceCall.FailureReason.allCases.map(\.rawValue)), "Why no further attempt is made."),
            ]
        }
    }

    private static let attempt = [
        EventField("attempt", .integer, "Its number, from 1, over all runs."),
        EventField("startedAt", .instant, "When it was started."),
        EventField("endedAt", .instant, "When its outcome was known."),
    ]
}
