import Foundation

/// The sink in a process of its own.
final class SinkProcess: Sendable {
    /// What the sink received; lateness in microseconds.
    struct Stats: Decodable, Sendable {
        var received: Int
        var early: Int
        var lastReceivedAt: Int64
        var timed: UInt64
        var p50: Double
        var p99: Double
        var p999: Double
        var max: Double
    }

    let port: Int
    private let child: ChildProcess
    private let control: ControlClient

    static func start(in directory: String, control: ControlClient, name: String = "sink") async throws -> SinkProcess {
        let child = try ChildProcess(["/proc/self/exe", "sink"], output: "\(directory)/\(name).log", holdsInput: true)
        for _ in 0..<500 {
            let words = child.output.split(whereSeparator: \.isWhitespace)
            if words.count == 2, words[0] == "port", let port = Int(words[1]) {
                return SinkProcess(port: port, child: child, control: control)
            }
            if child.status != nil { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ChildProcess.Failure(description: "the sink did not start\n\(child.output)")
    }

    private init(port: Int, child: ChildProcess, control: ControlClient) {
        self.port = port
        self.child = child
        self.control = control
    }

    func reset() async throws {
        _ = try await control.text("http://127.0.0.1:\(port)/_reset", method: "POST")
    }

    func stats() async throws -> Stats {
        let text = try await control.text("http://127.0.0.1:\(port)/_stats")
        return try JSONDecoder().decode(Stats.self, from: Data(text.utf8))
    }

    func stop() async throws {
        try await child.terminate(within: 5)
    }
}
