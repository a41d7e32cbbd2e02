import Foundation

/// The binary under test, running on a data directory of its own.
final class EngineProcess: Sendable {
    let port: Int
    let token: String
    let dataDirectory: String
    private let child: ChildProcess

    /// Starts `ledgerflow serve` on a free port and waits until it says that it is ready.
    ///
    /// - Parameter name: names the data directory and the log within `directory`.
    static func start(
        binary: String, name: String, in directory: String, further: [String], control: ControlClient
    ) async throws -> EngineProcess {
        let dataDirectory = "\(directory)/\(name)"
        try FileManager.default.createDirectory(atPath: dataDirectory, withIntermediateDirectories: true)
        let token = try await ChildProcess.output(
            of: [binary, "token", "--tenant", "bench", "--data-dir", dataDirectory], in: directory
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        let port = try freePort()
        let child = try ChildProcess(
            [binary, "serve", "--data-dir", dataDirectory, "--port", String(port), "--allow-target", "127.0.0.0/8"]
                + further,
            output: "\(directory)/\(name).log")
        let engine = EngineProcess(port: port, token: token, dataDirectory: dataDirectory, child: child)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if try await control.status("http://127.0.0.1:\(port)/readyz") == 200 { return engine }
            if let status = child.status {
                throw ChildProcess.Failure(description: "the engine ended with status \(status)\n\(engine.lastLines)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ChildProcess.Failure(description: "the engine was not ready within 60 s\n\(engine.lastLines)")
    }

    private init(port: Int, token: String, dataDirectory: String, child: ChildProcess) {
        self.port = port
        self.token = token
        self.dataDirectory = dataDirectory
        self.child = child
    }

    /// A token of another tenant.
    func token(of tenant: String, binary: String, in directory: String) async throws -> String {
        try await ChildProcess.output(of: [binary, "token", "--tenant", tenant, "--data-dir", dataDirectory], in: directory)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var host: String { "127.0.0.1:\(port)" }
    var url: String { "http://\(host)" }

    /// The end of the engine's log.
    var lastLines: String { child.output.split(separator: "\n").suffix(20).joined(separator: "\n") }

    /// Ends the engine as an operator would.
    func stop() async throws {
        try await child.terminate(within: 30)
    }

    /// Resident memory now and at its highest, in MiB.
    func memory() -> (resident: Double, highest: Double) {
        let lines = (try? String(contentsOfFile: "/proc/\(child.pid)/status", encoding: .utf8))?.split(separator: "\n") ?? []
        func mebibytes(_ key: String) -> Double {
            let line = lines.first { $0.hasPrefix(key) }
            let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
            return (kibibytes ?? 0) / 1_024
        }
        return (mebibytes("VmRSS:"), mebibytes("VmHWM:"))
    }

    /// From now on the highest counts anew (proc(5), `clear_refs`).
    func forgetHighest() {
        try? FileHandle(forWritingTo: URL(fileURLWithPath: "/proc/\(child.pid)/clear_refs")).write(contentsOf: Data("5".utf8))
    }

    /// Processor time that the engine has used so far.
    func cpuSeconds() -> Double { child.cpuSeconds() }

    /// The database files of the data directory, recognised by SQLite's header.
    func databases() throws -> [String] {
        let names = FileManager.default.enumerator(atPath: dataDirectory)?.compactMap { $0 as? String } ?? []
        return names.sorted().map { "\(dataDirectory)/\($0)" }.filter { path in
            guard let file = FileHandle(forReadingAtPath: path) else { return false }
            return (try? file.read(upToCount: 15)) == Data("SQLite format 3".utf8)
        }
    }

    /// A port of 127.0.0.1 that nobody listens on at the moment.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard code else { throw ChildProcess.Failure(description: "no free port: errno \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
