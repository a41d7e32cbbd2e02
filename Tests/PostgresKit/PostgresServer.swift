public import Foundation
internal import Synchronization

/// Why a server for tests is not there.
public struct PostgresKitError: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// A private PostgreSQL server in a temporary folder, reached over the loopback and over a socket.
///
/// A guard process stops it and removes the folder when this process ends, however that comes about.
public final class PostgresServer: Sendable {
    public let port: Int
    public let folder: URL
    private let guardian: Pipe

    /// Where Debian keeps the binaries, newest version first; nil when there are none.
    public static let binaries: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(root)/\($0)/bin" }
        return newest.first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }()

    public static var isAvailable: Bool { binaries != nil }

    /// - Parameters:
    ///   - settings: lines of `postgresql.conf`.
    ///   - folder: where to put it; a new temporary folder when nil.
    public init(settings: [String] = [], folder: URL? = nil) throws {
        guard let binaries = Self.binaries else { throw PostgresKitError("PostgreSQL's server is not installed (Debian: postgresql)") }
        let folder =
            folder ?? FileManager.default.temporaryDirectory.appendingPathComponent("lf-pg-" + UUID().uuidString.prefix(8).lowercased())
        self.folder = folder
        port = try Self.freePort()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try Self.run("/bin/chown", ["postgres:postgres", folder.path]) }
        guardian = try Self.startGuardian(folder, binaries)
        try Self.asPostgres(
            "\(binaries)/initdb",
            ["-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "--encoding=UTF8", "--data-checksums", "-N", "-D", folder.path + "/data"])
        let lines =
            [
                "listen_addresses = '127.0.0.1'", "port = \(port)", "unix_socket_directories = '\(folder.path)'", "max_connections = 300",
                "shared_buffers = 128MB", "max_wal_size = 4GB", "logging_collector = off",
            ] + settings
        let path = folder.path + "/data/postgresql.conf"
        let text = try String(contentsOfFile: path, encoding: .utf8) + "\n" + lines.joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try start()
    }

    /// A process of the server's user that waits for the end of this one, and then cleans up.
    private static func startGuardian(_ folder: URL, _ binaries: String) throws -> Pipe {
        let pipe = Pipe()
        let script = """
            trap '' INT TERM HUP; cat >/dev/null; "\(binaries)/pg_ctl" -D "\(folder.path)/data" -m immediate -w stop >/dev/null 2>&1; \
            rm -rf "\(folder.path)"
            """
        let (program, arguments) = command("/bin/sh", ["-c", script])
        _ = try Child.spawn(program, arguments, input: pipe.fileHandleForReading.fileDescriptor)
        return pipe
    }

    /// Starts it, and returns when it takes connections.
    public func start() throws {
        try pgCtl(["-w", "-t", "60", "-l", folder.path + "/log", "start"])
    }

    public enum StopMode: String, Sendable { case fast, immediate }

    public func stop(_ mode: StopMode = .fast) throws { try pgCtl(["-w", "-m", mode.rawValue, "stop"]) }

    public func restart(_ mode: StopMode = .fast) throws {
        try stop(mode)
        try start()
    }

    /// Stops it and removes its folder.
    public func remove() {
        try? stop(.immediate)
        try? guardian.fileHandleForWriting.close()
    }

    private func pgCtl(_ arguments: [String]) throws {
        guard let binaries = Self.binaries else { return }
        try Self.asPostgres("\(binaries)/pg_ctl", ["-D", folder.path + "/data"] + arguments)
    }

    /// - Parameter port: another port to go by, that of a proxy for instance.
    public func url(_ database: String, user: String = "postgres", port: Int? = nil) -> String {
        "postgres://\(user)@127.0.0.1:\(port ?? self.port)/\(database)"
    }

    public func createDatabase(_ name: String) throws { _ = try sql("CREATE DATABASE \"\(name)\"") }

    /// Runs statements through `psql`; gives the rows of the last, columns apart by `|`.
    @discardableResult
    public func sql(_ text: String, database: String = "postgres", user: String = "postgres") throws -> [String] {
        guard let binaries = Self.binaries else { return [] }
        let output = try Self.run(
            "\(binaries)/psql",
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "\(port)", "-U", user, "-d", database, "-c", text])
        return output.split(separator: "\n").map(String.init)
    }

    // MARK: - Processes

    private static func command(_ program: String, _ arguments: [String]) -> (String, [String]) {
        guard getuid() == 0 else { return (program, arguments) }
        return ("/usr/bin/setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", program] + arguments)
    }

    private static func asPostgres(_ program: String, _ arguments: [String]) throws {
        let (program, arguments) = command(program, arguments)
        try run(program, arguments)
    }

    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        // A file, not a pipe: a server that is started here keeps what it was given open.
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("lf-out-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: output) }
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let file = try FileHandle(forWritingTo: output)
        let code = Child.wait(try Child.spawn(program, arguments, output: file.fileDescriptor))
        let text = try String(contentsOf: output, encoding: .utf8)
        guard code == 0 else { throw PostgresKitError("\(program) \(arguments.joined(separator: " ")): \(text)") }
        return text
    }

    /// A port that is free now.
    static func freePort() throws -> Int {
        let socket = try Loopback.listen()
        defer { close(socket.descriptor) }
        return socket.port
    }
}
