internal import Actors
internal import ArgumentParser
internal import Domain
internal import Foundation
internal import HTTPClientAdapter
internal import Ports
internal import SystemAdapter

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch an engine at work: calls that succeed, fail, retry and wait, and invoices from a source. Takes some seconds.",
        discussion: """
            Starts an engine on a temporary directory, a small target and a SOAP service with invoices, all on free ports of the loopback \
            address; submits calls of every kind through the API, has the engine ask the service, checks that each call ends as told and \
            each invoice is there as it was given, and removes everything. Exit code 1 when one is not.
            """)

    @Option(help: "How many calls the batch has, 1 to 2000.") var calls = 200

    func validate() throws {
        if !(1...2_000).contains(calls) { throw ValidationError("--calls must be from 1 to 2000.") }
    }

    /// What ended.
    private enum End: Sendable {
        case engine, target, sample, story
    }

    func run() async throws {
        let name = "ledgerflow-demo-\(getpid())-\(UUID().uuidString.prefix(8))"
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let time = SystemTimeSource()
        let target = DemoTarget(now: { time.now() })
        let sample = SampleSource(pace: .milliseconds(500), remembers: true)
        let product = try await Product(
            directory: DataDirectory(path: directory), host: "127.0.0.1", port: 0, allowedTargets: [try CIDR("127.0.0.0/8")], partitions: 8,
            maxRunning: 512, leastDiagnostic: .warning)
        let token = try await product.token(for: try Setting.tenant("demo"))
        let (enginePort, engineListens) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let (targetPort, targetListens) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let (samplePort, sampleListens) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let count = calls
        try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask {
                try await product.run { engineListens.yield($0) }
                return .engine
            }
            group.addTask {
                try await target.run { targetListens.yield($0) }
                return .target
            }
            group.addTask {
                try await sample.run { sampleListens.yield($0) }
                return .sample
            }
            group.addTask {
                guard let engine = await enginePort.first(where: { _ in true }), let port = await targetPort.first(where: { _ in true }),
                    let source = await samplePort.first(where: { _ in true })
                else { throw CancellationError() }
                let story = DemoStory(
                    engine: "http://127.0.0.1:\(engine)", target: "http://127.0.0.1:\(port)", arrivals: target,
                    ingestion: DemoIngestion(sample: sample, port: source, time: time), time: time, directory: directory)
                try await story.tell(token: token, batch: count)
                return .story
            }
            defer { group.cancelAll() }
            guard try await group.next() == .story else { throw CommandFailure(.refused, "the demo was stopped before its end") }
            // In order, as on SIGTERM.
            product.engine.drain()
            while let end = try await group.next(), end != .engine {}
        }
    }
}
