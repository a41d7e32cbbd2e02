import Glibc

/// A running engine.
final class EngineProcess: Sendable {
    let child: ChildProcess
    let port: Int

    /// Starts an engine on `data` and waits until it is ready.
    ///
    /// - Parameters:
    ///   - logs: where its output is kept.
    ///   - awaitsReadiness: false to wait until it listens only.
    init(data: String, logs: DataFolder, port: Int = 0, arguments: [String] = [], awaitsReadiness: Bool = true) throws {
        let child = try ChildProcess(
            ["serve", "--data-dir", data, "--port", String(port), "--allow-target", "127.0.0.0/8"] + arguments, in: logs)
        var listening: Int?
        try eventually(within: 20, "the engine listens; it wrote: \(child.errors.suffix(500))") {
            if let ending = child.poll() { throw Broken("the engine ended (\(ending)): \(child.errors.suffix(1_000))") }
            listening = Self.port(in: child.output)
            return listening != nil
        }
        self.child = child
        self.port = listening ?? 0
        if awaitsReadiness { try awaitReadiness() }
    }

    func awaitReadiness() throws {
        try eventually(within: 20, "the engine is ready; it wrote: \(child.errors.suffix(500))") {
            if let ending = child.poll() { throw Broken("the engine ended (\(ending)): \(child.errors.suffix(1_000))") }
            return (try? Client(port: self.port).get("/readyz").status) == 200
        }
    }

    private static func port(in output: String) -> Int? {
        guard
            let line = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first(where: {
                $0.contains(" listens on http")
            })
        else { return nil }
        return line.split(separator: ":").last.flatMap { Int($0) }
    }

    var errors: String { child.errors }
    var isRunning: Bool { child.poll() == nil }

    func kill() { child.kill() }

    /// Asks it to stop, and waits for the end.
    func stop(within seconds: Int = 45) throws -> Ending {
        child.signal(SIGTERM)
        return try child.wait(within: seconds)
    }

    func client(_ token: String) -> Client { Client(port: port, token: token) }

    /// Nothing in what the engine wrote tells of a crash.
    func expectUnharmed(_ findings: Findings, _ after: String) {
        findings.check(isRunning, "the engine died after \(after): \(child.poll().map { "\($0)" } ?? ""): \(errors.suffix(1_500))")
        for word in ["Fatal error", "Crash", "Backtrace", "http.internal-error", "leaked its continuation", "SWIFT TASK CONTINUATION"]
        where errors.contains(word) {
            findings.add("after \(after) the engine wrote “\(word)”: \(errors.suffix(1_500))")
        }
    }
}

/// A token, as an operator gets it.
func token(tenant: String = "demo", data: String, logs: DataFolder, arguments: [String] = []) throws -> String {
    let result = try run(["token", "--tenant", tenant, "--data-dir", data] + arguments, in: logs)
    guard result.ending == .code(0) else { throw Broken("token: \(result.ending): \(result.errors)") }
    return String(result.output.prefix { $0 != "\n" })
}

/// A token of the tenant that most tests use.
func demoToken(_ folder: DataFolder, _ logs: DataFolder) throws -> String { try token(data: folder.path, logs: logs) }

/// An engine on a new directory, with a token and a place for its output: what most tests begin with.
struct Scene {
    let data: DataFolder
    let logs: DataFolder
    let token: String

    init() throws {
        data = try DataFolder()
        logs = try DataFolder()
        token = try demoToken(data, logs)
    }

    func engine(_ arguments: [String] = []) throws -> EngineProcess {
        try EngineProcess(data: data.path, logs: logs, arguments: arguments)
    }
}

/// A submission to `url`, with further members of the JSON object.
func submission(_ url: String, _ more: String = "") -> String {
    #"{"request":{"method":"POST","url":"\#(url)","body":"hello"}\#(more.isEmpty ? "" : "," + more)}"#
}

/// Far enough in the future that nothing happens during a test.
let farAway = #""dueAt":"2035-01-01T00:00:00Z""#
