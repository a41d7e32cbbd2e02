internal import ArgumentParser
internal import Foundation

/// The command line.
@main
struct Ledgerflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledgerflow",
        abstract: "Legally numbered invoices, and durable, scheduled HTTP calls: nothing lost, nothing early, everything on record.",
        discussion: """
            Every option of `serve`, and what says which engine to talk to, may also be given in the environment: --data-dir as \
            LEDGERFLOW_DATA_DIR, --allow-target as LEDGERFLOW_ALLOW_TARGET (several, divided by commas), and so on. The command line \
            goes before the environment.

            `ledgerflow demo` shows it all in a few seconds.

            `ledgerflow --generate-completion-script bash` (or zsh, fish) prints completions for a shell.
            """,
        version: productVersion,
        subcommands: [
            Serve.self, Demo.self, Call.self, ScheduleCommands.self, SubscriptionCommands.self, TargetCommands.self, TenantCommands.self,
            WebhookSecretCommands.self, InvoiceCommands.self, SeriesCommands.self, IngestCommands.self, Validate.self, AuditCommands.self,
            Events.self, Token.self, KeysCommands.self, Migrate.self, Doctor.self, RetentionCommand.self, Maintain.self,
        ])

    /// As the library's own, but for failures that bring their exit code along.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            FileHandle.standardError.write(Data(failure.message.utf8))
            Foundation.exit(failure.code.rawValue)
        } catch {
            if exitCode(for: error) == .validationFailure, Validate.isAsked(by: CommandLine.arguments) {
                FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
                Foundation.exit(Validate.wrongUsage.rawValue)
            }
            exit(withError: error)
        }
    }
}

/// The version of the product.
let productVersion = "0.1.0"
