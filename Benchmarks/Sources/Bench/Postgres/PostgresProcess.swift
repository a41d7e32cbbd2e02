import Foundation
import LoadGenerator
import PostgresRows

/// A private PostgreSQL server with its default configuration, on a free port of 127.0.0.1.
final class PostgresProcess {
    let port: Int
    let directory: String
    let binaries: String
    private var child: ChildProcess

    /// Debian's folder with the newest server; nil without one.
    static var binaries: String? {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }.map { "\(root)/\($0)/bin" }
            .first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }

    /// Makes a server whose data lies in `directory`, and waits until it takes connections.
    static func start(in directory: String) async throws -> PostgresProcess {
        guard let binaries else {
            throw ChildProcess.Failure(description: "PostgreSQL's server is not installed (Debian: postgresql)")
        }
        let home = "\(directory)/postgres"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        if getuid() == 0 {
            // The server refuses root; its user must get through to its data.
            chmod(directory, 0o755)
            _ = try await ChildProcess.output(of: ["chown", "postgres:", home], in: directory)
        }
        _ = try await ChildProcess.output(
            of: asServer([
                "\(binaries)/initdb", "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "--data-checksums", "-D",
                home + "/data",
            ]), in: directory, within: 60)
        let port = try EngineProcess.freePort()
        let server = PostgresProcess(
            port: port, directory: directory, binaries: binaries, child: try launch(binaries, directory, port))
        try await server.whenAccepting()
        return server
    }

    private init(port: Int, directory: String, binaries: String, child: ChildProcess) {
        (self.port, self.directory, self.binaries, self.child) = (port, directory, binaries, child)
    }

    /// All that differs from the default configuration.
    static let settings = ["max_connections": "300", "listen_addresses": "127.0.0.1"]

    private static func launch(_ binaries: String, _ directory: String, _ port: Int) throws -> ChildProcess {
        let home = "\(directory)/postgres"
        var arguments = ["\(binaries)/postgres", "-D", home + "/data", "-p", String(port), "-k", home]
        for (name, value) in settings { arguments += ["-c", "\(name)=\(value)"] }
        return try ChildProcess(asServer(arguments), output: "\(directory)/postgres.log")
    }

    private static func asServer(_ arguments: [String]) -> [String] {
        guard getuid() == 0 else { return arguments }
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] + arguments
    }

    func url(_ database: String, scheme: String = "postgresql") -> String {
        "\(scheme)://postgres@127.0.0.1:\(port)/\(database)"
    }

    func createDatabase(_ name: String) throws {
        try PostgresConnection(url: url("postgres")).execute("CREATE DATABASE \"\(name)\"")
    }

    func dropDatabase(_ name: String) throws {
        try PostgresConnection(url: url("postgres")).execute("DROP DATABASE IF EXISTS \"\(name)\" WITH (FORCE)")
    }

    /// A database with the schema of another, and no rows.
    func createDatabase(_ name: String, likeSchemaOf other: String) async throws {
        try createDatabase(name)
        let dump = "\(directory)/\(name).sql"
        _ = try await ChildProcess.output(
            of: ["\(binaries)/pg_dump", "-s", "-n", PostgresRowSample.schema, "-f", dump, url(other)], in: directory)
        _ = try await ChildProcess.output(
            of: ["\(binaries)/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, url(name)], in: directory)
    }

    /// Does now what the server would do later of its own accord (vacuum, statistics, checkpoint), so that nobody pays for what
    /// another side wrote.
    func settle() async throws {
        let connection = try PostgresConnection(url: url("postgres"))
        for name in try connection.texts("SELECT datname::text FROM pg_database WHERE datallowconn AND NOT datistemplate") {
            try PostgresConnection(url: url(name)).execute("VACUUM (ANALYZE)")
        }
        try connection.execute("CHECKPOINT")
    }

    enum Stop: String {
        case fast, immediate

        fileprivate var signal: Int32 { self == .fast ? SIGINT : SIGQUIT }
    }

    /// Stops and starts the server; returns the monotonic instant, in nanoseconds, at which it took connections again.
    func restart(_ mode: Stop) async throws -> (stoppedAt: Int64, acceptingAt: Int64) {
        kill(child.pid, mode.signal)
        guard try await child.end(within: 60) != nil else {
            throw ChildProcess.Failure(description: "PostgreSQL did not stop within 60 s")
        }
        let stoppedAt = MachineClock.monotonicNanoseconds()
        child = try Self.launch(binaries, directory, port)
        try await whenAccepting()
        return (stoppedAt, MachineClock.monotonicNanoseconds())
    }

    /// Polls every two milliseconds on a thread of its own.
    private func whenAccepting() async throws {
        let url = url("postgres")
        let accepted = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                for _ in 0..<30_000 {
                    if PostgresConnection.accepts(url: url) { return continuation.resume(returning: true) }
                    usleep(2_000)
                }
                continuation.resume(returning: false)
            }
        }
        guard accepted else { throw ChildProcess.Failure(description: "PostgreSQL did not start\n\(child.output.suffix(2_000))") }
    }

    /// What `pg_test_fsync` says of fdatasync on the disk of the data, operations a second.
    func fdatasyncPerSecond() async throws -> Double? {
        let text = try await ChildProcess.output(
            of: ["\(binaries)/pg_test_fsync", "-s", "1", "-f", "\(directory)/pg_test_fsync.tmp"], in: directory, within: 60)
        let line = text.split(separator: "\n").first { $0.split(whereSeparator: \.isWhitespace).first == "fdatasync" }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
    }

    func stop() async throws {
        kill(child.pid, SIGINT)
        _ = try await child.end(within: 30)
    }
}
