public import Domain

/// One command for one call, on its way to the partition that owns it.
public struct ServiceCallIntent: Sendable {
    public let key: ServiceCallKey
    public let command: ServiceCallCommand
    /// Who asks, for the audit; nil: the engine itself, whose own steps are told by the events alone.
    public let by: String?

    public init(key: ServiceCallKey, command: ServiceCallCommand, by: String? = nil) {
        self.key = key
        self.command = command
        self.by = by
    }

    public static func submit(_ submission: ServiceCallSubmission, by: String? = nil) -> ServiceCallIntent {
        ServiceCallIntent(key: ServiceCallKey(tenant: submission.tenant, id: submission.id), command: .submit(submission), by: by)
    }
}

/// The outcome of an accepted command.
public struct ServiceCallReply: Sendable {
    /// The call as it is committed.
    public let call: ServiceCall
    /// Whether the command changed it; false for a repetition.
    public let changed: Bool

    public init(call: ServiceCall, changed: Bool) {
        self.call = call
        self.changed = changed
    }
}

/// Why a command was not carried out.
public enum IntentError: Error, Hashable, Sendable {
    /// The state machine refused it.
    case refused(ServiceCallError)
    /// The books refused it.
    case refusedByBooks(BookError)
    /// Too much is waiting already; nothing was done, come again after the given time.
    case busy(retryAfter: TimeSpan)
    /// The store cannot take it now; nothing was done.
    case unavailable(String)
    /// Whether it was done is not known; the same command with the same key may be sent again without harm.
    case unknownOutcome(String)
    /// The engine is stopping; nothing was done.
    case stopping
}

/// How commands reach the engine, from wherever they come.
public protocol ServiceCallIntents: Sendable {
    /// - Returns: after the commit that the reply reports.
    func send(_ intent: ServiceCallIntent) async throws(IntentError) -> ServiceCallReply

    /// Sends many at once; results in the order given, each its own success or failure.
    func send(_ intents: [ServiceCallIntent]) async -> [Result<ServiceCallReply, IntentError>]
}
