import Domain
import Foundation
import KafkaKit
import PortContract
import Ports
import Testing

@testable import KafkaAdapter

/// What clients that share no code with this product read, while it is being written: the mock keeps about 5 MB of a partition.
@Suite("Other clients read what the bus writes", .serialized)
struct ReadbackTests {
    static let count = 100_000
    static let isOffline = ProcessInfo.processInfo.environment["LEDGERFLOW_OFFLINE"] == "1"

    @Test("confluent-kafka, from PyPI", .enabled(if: !isOffline))
    func confluent() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-readback-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try #require(try await Command("/usr/bin/python3", ["-m", "venv", folder.path]).run().code == 0, "no virtual environment")
        let pip = try await Command(folder.path + "/bin/pip", ["install", "--quiet", "confluent-kafka"]).run()
        try #require(pip.code == 0, "pip failed; LEDGERFLOW_OFFLINE=1 leaves this test out: \(pip.output)")
        try await withBroker { harness in
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("KafkaKit/readback.py").path
            let reading = try Command(
                folder.path + "/bin/python", [script, harness.broker.bootstrapServers, KafkaHarness.topic, String(Self.count)])
            try reading.start()
            // A group's first sharing takes the mock three seconds.
            try await publish(harness, after: .seconds(5))
            let result = await reading.finished()
            #expect(result.code == 0)
            #expect(result.output.contains("ok \(Self.count) \(Self.count)"), "\(result.output)")
        }
    }

    @Test("kcat", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/kcat")))
    func kcat() async throws {
        try await withBroker { harness in
            let reading = try Command(
                "/usr/bin/kcat",
                [
                    "-C", "-q", "-b", harness.broker.bootstrapServers, "-t", KafkaHarness.topic, "-o", "beginning", "-c",
                    String(Self.count),
                    "-f", "%p %k %h %s\n",
                ])
            try reading.start()
            try await publish(harness, after: .seconds(1))
            let result = await reading.finished()
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == Self.count)
            var latest: [Substring: Int] = [:]
            for line in lines {
                let words = line.split(separator: " ", maxSplits: 3)
                try require(words.count == 4, "line \(line)")
                let version = try requireSome(
                    words[2].split(separator: ",").first { $0.hasPrefix("ce_version=") }.flatMap { Int($0.dropFirst(11)) }, "version")
                try requireEqual(version, latest[words[1], default: 0] + 1, "version of \(words[1])")
                try requireEqual(String(words[3]), #"{"version":\#(version)}"#, "body")
                latest[words[1]] = version
            }
        }
    }

    private func withBroker(_ body: (KafkaHarness) async throws -> Void) async throws {
        try await withKafka(.ownProcess) { harness in
            try await harness.bus.publish([])
            try harness.broker.tell("topic \(KafkaHarness.topic) 4")
            try await body(harness)
        }
    }

    /// Four lanes, slowly enough that a reader on the same two cores keeps up.
    private func publish(_ harness: KafkaHarness, after pause: Duration) async throws {
        try await Task.sleep(for: pause)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask { try await Self.publishLane(lane, harness.bus) }
            }
            try await group.waitForAll()
        }
    }

    private static func publishLane(_ lane: Int, _ bus: any EventBus) async throws {
        let (each, batch, aggregates) = (count / 4, 250, 50)
        for start in stride(from: 0, to: each, by: batch) {
            let events = (start..<start + batch).map { number in
                let version = number / aggregates + 1
                return event(
                    partition: lane, position: number + 1, subject: UInt64(lane * aggregates + number % aggregates),
                    version: Int64(version), data: Array(#"{"version":\#(version)}"#.utf8))
            }
            try await bus.publish(events)
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

/// A program that is run and whose output is kept.
final class Command: Sendable {
    private let process: Shared<Process>
    private let path: String

    init(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        path = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-output-\(UUID().uuidString)").path
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let output = FileHandle(forWritingAtPath: path)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        self.process = Shared(process)
    }

    func start() throws { try process.value.run() }

    func finished() async -> (code: Int32, output: String) {
        while process.value.isRunning { try? await Task.sleep(for: .milliseconds(20)) }
        let output = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        try? FileManager.default.removeItem(atPath: path)
        return (process.value.terminationStatus, output)
    }

    func run() async throws -> (code: Int32, output: String) {
        try start()
        return await finished()
    }
}
