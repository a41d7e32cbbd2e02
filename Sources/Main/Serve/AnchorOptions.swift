internal import Actors
internal import ArgumentParser
internal import Domain

/// How often the audit is anchored.
struct AnchorOptions: ParsableArguments {
    @Option(help: "After how many seconds at most an entry of the audit is covered by a signed anchor, 1 to 86400 (default: 600).")
    var auditAnchorSeconds: String?
    @Option(help: "After how many entries of a chain at most that is looked for every minute, 1 to 1000000 (default: 1000).")
    var auditAnchorEntries: String?

    /// - Throws: `ValidationError`, which names the option.
    func settings() throws -> AnchorSettings {
        var settings = AnchorSettings()
        settings.interval = .seconds(Int64(try Setting.number(auditAnchorSeconds, "audit-anchor-seconds", in: 1...86_400, default: 600)))
        settings.entries = Int64(try Setting.number(auditAnchorEntries, "audit-anchor-entries", in: 1...1_000_000, default: 1_000))
        settings.startDelay = min(settings.startDelay, settings.interval)
        return settings
    }
}
