import Foundation

/// One of the other engines, driven by its script.
struct Peer {
    /// What a script says of one measurement.
    struct Result: Decodable {
        var jobs: Int
        var seconds: Double
        var rate: Double
        var missing: Int?
    }

    private struct Installed: Decodable {
        var version: String
    }

    enum Work: String {
        case enqueue, execute, drain
    }

    static let names = ["procrastinate", "pgqueuer", "dbos"]

    let name: String
    let python: String
    let folder: String
    let concurrency: Int

    /// Runs one measurement in a new database, which is dropped afterwards.
    func measure(
        _ work: Work, on server: PostgresProcess, sinkPort: Int, seconds: Double, warmUp: Double, in directory: String
    ) async throws -> (result: Result, version: String) {
        let database = "peer_\(name)"
        try server.dropDatabase(database)
        try server.createDatabase(database)
        let common = [
            python, "\(folder)/\(name)_peer.py", "--url", server.url(database), "--sink",
            "http://127.0.0.1:\(sinkPort)\(EngineInterface.outgoingPath)", "--concurrency", String(concurrency), "--seconds",
            String(seconds), "--warm-up", String(warmUp), "--jobs", String(Int(1_000 * seconds)),
        ]
        let installed = try JSONDecoder().decode(Installed.self, from: try await run(common + ["install"], in: directory))
        let result = try JSONDecoder().decode(Result.self, from: try await run(common + [work.rawValue], in: directory))
        try server.dropDatabase(database)
        return (result, installed.version)
    }

    /// The last line that the script printed.
    private func run(_ arguments: [String], in directory: String) async throws -> Data {
        let text = try await ChildProcess.output(of: arguments, in: directory, within: 240)
        return Data((text.split(separator: "\n").last ?? "").utf8)
    }
}
