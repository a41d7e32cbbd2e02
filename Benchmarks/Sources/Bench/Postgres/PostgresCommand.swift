import ArgumentParser
import Foundation

/// The engine on PostgreSQL and Kafka's protocol, beside bare connections and the peers.
struct PostgresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postgres",
        abstract: "Measure on a private PostgreSQL server, beside bare connections and other engines, and print the table.",
        discussion: "Parts for --skip: p1, p2, p3, books, p8, recovery, peers.")

    @OptionGroup var options: BenchOptions
    @OptionGroup var peers: PeerOptions

    func validate() throws {
        guard options.seconds > 0, options.rounds > 0, options.threads > 0 else {
            throw ValidationError("--seconds, --rounds and --threads must be above zero")
        }
    }

    func run() async throws {
        ChildProcess.cleanUpOnExit()
        var run = try await PostgresRun.start(options: options, peers: peers)
        do {
            try await run.measureAll()
        } catch {
            // What was measured before the failure is still worth reading.
            print(run.bench.report.table)
            run.bench.explainFailure()
            throw error
        }
        print(run.bench.report.table)
        if let json = options.json { try run.bench.report.write(to: json) }
    }
}

/// A broker in a process of its own: the library's mock cluster.
struct BrokerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Serve Kafka's protocol from memory, printed as `brokers HOST:PORT,…`, until standard input ends.")

    @Option(help: "Topics that are there from the beginning.") var topic: [String] = []
    @Option(help: "Their partitions.") var partitions: Int32 = 12

    func run() throws {
        let servers = try BrokerProcess.serve(topics: topic, partitions: partitions)
        FileHandle.standardOutput.write(Data("brokers \(servers)\n".utf8))
        while !FileHandle.standardInput.availableData.isEmpty {}
        Foundation.exit(0)
    }
}

/// Where the peers are found.
struct PeerOptions: ParsableArguments {
    @Option(help: "Python of the environment in which the peers are installed.")
    var python: String?
    @Option(help: "Folder of the peers' scripts.")
    var peers = "peers"
    @Option(help: "How many enqueues, and how many executions, a peer has under way at one time.")
    var peerConcurrency = 64

    /// None without a Python to run them.
    var all: [Peer] {
        guard let python else { return [] }
        return Peer.names.map { Peer(name: $0, python: python, folder: peers, concurrency: peerConcurrency) }
    }
}
