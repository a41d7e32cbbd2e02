import Foundation
import KafkaProbe

/// `ledgerflow-bench broker` in a process of its own.
final class BrokerProcess: Sendable {
    let servers: String
    private let child: ChildProcess

    static func start(in directory: String, topic: String, partitions: Int32) async throws -> BrokerProcess {
        let child = try ChildProcess(
            ["/proc/self/exe", "broker", "--topic", topic, "--partitions", String(partitions)], output: "\(directory)/broker.log",
            errors: "\(directory)/broker.errors", holdsInput: true)
        for _ in 0..<500 {
            let words = child.output.split(whereSeparator: \.isWhitespace)
            if words.count == 2, words[0] == "brokers", child.output.hasSuffix("\n") {
                return BrokerProcess(servers: String(words[1]), child: child)
            }
            if child.status != nil { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ChildProcess.Failure(description: "the broker did not start\n\(child.output)")
    }

    private init(servers: String, child: ChildProcess) {
        (self.servers, self.child) = (servers, child)
    }

    func stop() async throws { try await child.terminate(within: 5) }

    /// In the broker's own process: makes the cluster, which lives as long as the process.
    static func serve(topics: [String], partitions: Int32) throws -> String {
        try MockBroker(topics: topics, partitions: partitions).bootstrapServers
    }
}
