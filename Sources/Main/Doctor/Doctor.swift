internal import ArgumentParser
internal import Domain
internal import Foundation

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a data directory, the machine, the brokers and a server, and say what to do.",
        discussion: """
            Works beside a running engine and changes nothing. Each check is ok, warn or fail; exit code 1 when one fails. The disk is \
            measured with a file without a name, of which nothing is left. The database is read whole, which takes a while when it \
            is large; SQLite may refresh its index of a crashed engine's log (the -shm files), which holds nothing of its own.
            """)

    @OptionGroup var data: DataDirectoryOption
    @OptionGroup var database: DatabaseOption
    @OptionGroup var kafka: KafkaOptionGroup
    @Option(help: "The address of a running engine to check too (LEDGERFLOW_SERVER).") var server: String?
    @OptionGroup var format: FormatOption

    func run() async throws {
        var failed = false
        func report(_ findings: [Finding]) throws {
            for finding in findings {
                failed = failed || finding.level == .fail
                try Output.line(format.json ? finding.json : finding.line)
            }
        }
        try report([Finding(.ok, "version", "ledgerflow \(productVersion)")])
        let directory = DirectoryCheck(path: data.path)
        let (place, isUsable) = directory.place()
        try report(place)
        if isUsable {
            let (lock, isHeld) = directory.lock()
            if let url = database.url {
                let check = PostgresCheck(url: url)
                try report(directory.keys(isNew: check.isNew))
                try report(lock)
                try report(check.findings())
            } else {
                let check = DatabaseCheck(directory: data.path, isHeld: isHeld)
                try report(directory.keys(isNew: check.isNew))
                try report(lock)
                try report(check.findings())
            }
            try report(DiskCheck(path: data.path).findings())
        }
        if let options = try kafka.options() { try report(await KafkaCheck(options: options).findings()) }
        try report(ClockCheck(directory: data.path).findings())
        if server != nil || Setting.environment("server") != nil {
            try report(try await ServerCheck.findings(ConnectionOptions.address(server)))
        }
        if failed { throw ExitCode(1) }
    }
}
