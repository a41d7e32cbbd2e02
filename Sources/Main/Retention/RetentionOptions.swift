internal import ArgumentParser
internal import Domain

/// What is kept for how long.
struct RetentionOptions: ParsableArguments {
    @Option(help: "How long the record of a call that succeeded is kept: 30d, 12h, 90m, 0 for at once, or forever (default: 30d).")
    var retainSucceeded: String?
    @Option(help: "The same of a call that failed, which may be retried by hand as long as it is kept (default: 90d).")
    var retainFailed: String?
    @Option(help: "The same of a call that was cancelled (default: 30d).")
    var retainCancelled: String?
    @Option(help: "How long a call that succeeded or was cancelled keeps its query, header fields and body (default: 7d).")
    var retainPayload: String?
    @Option(help: "How long events stay in the log; those that are not published, or not read by a subscription, longer (default: 30d).")
    var retainEvents: String?
    @Option(help: "How long events stay at most for a subscription that does not read them (default: 60d).")
    var retainUnreadEvents: String?
    @Option(
        help: """
            How long the octets of a received document are kept after its latest version came; its number and digest stay, so that it is \
            known when it comes again (default: 4018d, eleven years).
            """)
    var retainDocuments: String?
    @Option(help: "The same of what lies in quarantine, from when it was put there or resolved (default: 365d).")
    var retainQuarantine: String?

    /// The names of the options, each with what it says in a policy.
    static var ages: [(option: StaticString, meaning: String, path: WritableKeyPath<RetentionPolicy, RetentionAge>)] {
        [
            ("retain-succeeded", "calls that succeeded", \.standard.succeeded),
            ("retain-failed", "calls that failed", \.standard.failed),
            ("retain-cancelled", "calls that were cancelled", \.standard.cancelled),
            ("retain-payload", "payloads of calls that succeeded or were cancelled", \.standard.payload),
            ("retain-events", "events", \.events),
            ("retain-unread-events", "events that a subscription has not read", \.unreadEvents),
            ("retain-documents", "octets of received documents", \.documents),
            ("retain-quarantine", "octets in quarantine", \.quarantine),
        ]
    }

    /// - Throws: `ValidationError`, which names the option.
    func policy() throws -> RetentionPolicy {
        let given = [
            retainSucceeded, retainFailed, retainCancelled, retainPayload, retainEvents, retainUnreadEvents, retainDocuments,
            retainQuarantine,
        ]
        var policy = RetentionPolicy()
        for (age, text) in zip(Self.ages, given) {
            guard let text = text ?? Setting.environment("\(age.option)") else { continue }
            do throws(RetentionAgeError) { policy[keyPath: age.path] = try RetentionAge(text) } catch {
                throw ValidationError("--\(age.option) \(error), not “\(text)”.")
            }
        }
        return policy
    }
}
