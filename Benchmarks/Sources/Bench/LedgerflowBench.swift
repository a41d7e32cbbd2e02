import ArgumentParser
import Foundation
import LoadGenerator
import NIOPosix

@main
struct LedgerflowBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledgerflow-bench",
        abstract: "Measures the built ledgerflow binary from outside, beside the limits of the machine.",
        subcommands: [
            Run.self, PostgresCommand.self, IngestCommand.self, SinkCommand.self, BrokerCommand.self, ReaderCommand.self, LoadCommand.self,
            ProbeCommand.self,
        ],
        defaultSubcommand: Run.self
    )
}

/// The whole benchmark.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run every measurement and print the table.")

    @OptionGroup var options: BenchOptions

    func validate() throws {
        guard options.seconds > 0, options.rounds > 0, options.threads > 0 else {
            throw ValidationError("--seconds, --rounds and --threads must be above zero")
        }
    }

    func run() async throws {
        ChildProcess.cleanUpOnExit()
        var bench = try await BenchRun(options: options)
        do {
            try await bench.measureAll()
        } catch {
            // What was measured before the failure is still worth reading.
            print(bench.report.table)
            bench.explainFailure()
            throw error
        }
        print(bench.report.table)
        if let json = options.json { try bench.report.write(to: json) }
    }
}

/// The target of P3 and P4, a process of its own so that its work is not the generator's.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Answer 200 to every request on a free port, printed as `port N`, until standard input ends."
    )

    func run() async throws {
        let sink = try await Sink.start()
        FileHandle.standardOutput.write(Data("port \(sink.port)\n".utf8))
        // The parent holds the other end of the pipe; however it ends, this process ends after it.
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            Foundation.exit(0)
        }
        try await sink.wait()
    }
}

/// One load run by hand, for profiling and for trying the generator.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Send one kind of request to one address and print rate and latencies.")

    @Option(help: "Address as host:port.") var target: String
    @Option var method = "POST"
    @Option(help: "Path of the route.") var path = "/ping"
    @Option(help: "Header as `Name: value`; may hold {seq}, {due}, {due_us}.") var header: [String] = []
    @Option(help: "Body; may hold {seq}, {due}, {due_us}.") var body = ""
    @Option var connections = 64
    @Option var seconds = 5.0
    @Option(help: "Requests a second, open loop (Poisson); closed loop without it.") var rate: Double?
    @Option var threads = 1
    @Option(help: "{due} lies this many seconds ahead at least.") var dueFrom: Int64 = 0
    @Option(help: "{due} lies fewer seconds ahead than this; spread evenly.") var dueTo: Int64 = 0

    func run() async throws {
        let parts = target.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else { throw ValidationError("--target is host:port") }
        let headers = header.map { line in
            let halves = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return (halves.first ?? "", halves.last ?? "")
        }
        let load = LoadRun(threads: threads)
        let tally = try await load.run(
            LoadPlan(
                host: String(parts[0]), port: port,
                template: RequestTemplate(method: method, path: path, host: target, headers: headers, body: body),
                connections: connections, pace: rate.map { .openLoop(perSecond: $0, poisson: true) } ?? .closedLoop,
                warmUpSeconds: 0.5, seconds: seconds,
                due: dueTo > dueFrom ? .spread(from: dueFrom * 1_000_000, to: dueTo * 1_000_000) : .now))
        let latency = Percentiles(nanoseconds: tally.latency)
        print(String(format: "%.0f requests/s", tally.perSecond), latency.text, tally.complaint ?? "")
        if rate != nil { print("send delay:", Percentiles(nanoseconds: tally.sendDelay).text) }
        try await load.shutDown()
    }
}

/// The disk's own figure.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Time 8 kB writes with fdatasync in a directory.")

    @Argument(help: "Directory on the file system to be measured.") var directory = "."

    func run() throws {
        print(try FdatasyncProbe(directory: directory).text)
    }
}
