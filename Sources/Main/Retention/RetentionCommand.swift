internal import ArgumentParser
internal import Domain

/// Shows what an engine with these settings keeps for how long.
struct RetentionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Show what is kept for how long under these options and this environment.",
        discussion: """
            The options are those of `serve`. What an engine has taken away is in its metrics, ledgerflow_retention_…. Invoices, numbers \
            and the audit are kept for ever.
            """)

    @OptionGroup var retention: RetentionOptions
    @OptionGroup var format: FormatOption

    func run() throws {
        let policy = try retention.policy()
        if format.json {
            var writer = JSONWriter(capacity: 256)
            writer.object { json in
                for age in RetentionOptions.ages { json.field(age.option, policy[keyPath: age.path].description) }
                json.field("interval", RetentionAge.after(policy.interval).description)
            }
            try Output.line(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            for age in RetentionOptions.ages {
                try Output.line(
                    "\(Output.pad("--\(age.option)", 24))  \(Output.pad(policy[keyPath: age.path].description, 8))  \(age.meaning)")
            }
            Output.note("Ended calls are looked through every \(RetentionAge.after(policy.interval)); the log every minute.")
        }
    }
}
