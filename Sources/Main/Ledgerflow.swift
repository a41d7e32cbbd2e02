internal import ArgumentParser

/// The command line.
@main
struct Ledgerflow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledgerflow",
        abstract: "Durable, scheduled HTTP calls: never lost, never early, every attempt on record.",
        discussion: """
            Every option may also be given in the environment: --data-dir as LEDGERFLOW_DATA_DIR, --allow-target as
            LEDGERFLOW_ALLOW_TARGET (several, divided by commas), and so on. The command line goes before the environment.
            """,
        version: productVersion,
        subcommands: [Serve.self, Token.self])
}

/// The version of the product.
let productVersion = "0.1.0"
