import Foundation
import LoadGenerator

/// Hummingbird with one empty route, in an executable and a process of its own; nil when that is not built.
final class PingPeer: Sendable {
    private let port: Int
    private let child: ChildProcess

    static func start(in directory: String) async throws -> PingPeer? {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: own).deletingLastPathComponent().path + "/ledgerflow-bench-hummingbird"
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        let child = try ChildProcess([program], output: "\(directory)/hummingbird.log", holdsInput: true)
        for _ in 0..<500 {
            let words = child.output.split(whereSeparator: \.isWhitespace)
            if words.count == 2, words[0] == "port", let port = Int(words[1]) { return PingPeer(port: port, child: child) }
            if child.status != nil { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ChildProcess.Failure(description: "hummingbird did not start\n\(child.output)")
    }

    private init(port: Int, child: ChildProcess) {
        self.port = port
        self.child = child
    }

    /// The same plan against this server.
    func plan(like other: LoadPlan) -> LoadPlan {
        var plan = other
        plan.port = port
        plan.template = RequestTemplate(method: "POST", path: "/ping", host: "127.0.0.1:\(port)")
        return plan
    }

    func cpuSeconds() -> Double { child.cpuSeconds() }

    func stop() async throws { try await child.terminate(within: 5) }
}
