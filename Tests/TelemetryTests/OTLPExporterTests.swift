import Domain
import NIOHTTP1
import Ports
import Synchronization
import SystemAdapter
import Testing

@testable import TelemetryAdapter

/// Spans reach their receiver in the end, and never hold up who makes them.
@Suite struct OTLPExporterTests {
    /// A receiver that answers as it is told: one answer a message, the last again and again.
    private final class Script: Sendable {
        private struct State {
            var answers: [OTLPAnswer]
            var messages: [[UInt8]] = []
        }

        private let state: Mutex<State>
        init(_ answers: [OTLPAnswer]) { state = Mutex(State(answers: answers)) }
        var messages: [[UInt8]] { state.withLock { $0.messages } }

        func send(_ message: [UInt8]) -> OTLPAnswer {
            state.withLock { state in
                state.messages.append(message)
                if state.answers.count > 1 { return state.answers.removeFirst() }
                return state.answers.first ?? .taken(rejected: 0)
            }
        }
    }

    private struct Scene {
        let queue: SpanQueue
        let time = LeapingTime()
        let told = Told()
        let script: Script
        let exporter: OTLPExporter

        init(_ answers: OTLPAnswer..., capacity: Int = 1_000, batch: Int = 100) throws {
            var settings = try #require(
                try OTLPSettings.read(endpoint: "http://127.0.0.1:1", environment: [:], version: "1"))
            settings.batch = batch
            let (queue, script) = (SpanQueue(capacity: capacity), Script(answers))
            self.queue = queue
            self.script = script
            exporter = OTLPExporter(
                settings, queue: queue, time: time, entropy: FixedEntropy(), diagnostics: told, send: { message, _ in script.send(message) }
            )
        }

        func counted(_ name: String, _ reason: String? = nil) -> Int64 {
            for family in exporter.metricFamilies where family.name == name {
                guard reason == nil || family.labels.contains(where: { $0.value == reason }) else { continue }
                switch family.source {
                case .counter(let counter): return counter.value
                case .gauge(let read): return read()
                case .histogram: break
                }
            }
            return -1
        }

        /// Runs it until `isDone`.
        func run(until isDone: @escaping @Sendable () -> Bool) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [exporter] in await exporter.run() }
                while !isDone() { await Task.yield() }
                group.cancelAll()
            }
        }
    }

    @Test func spansAreSentTogetherAndInOrder() async throws {
        let scene = try Scene(.taken(rejected: 0), batch: 4)
        for number in 1...10 { scene.queue.record(span(UInt64(number))) }
        await scene.run { scene.counted("ledgerflow_spans_exported") == 10 }
        let sent = try scene.script.messages.map { try spans(in: $0).map { $0["spanId"].text.suffix(2) } }
        #expect(sent.map(\.count) == [4, 4, 2] && sent.joined().map(String.init) == (1...10).map { "0" + String($0, radix: 16) })
        #expect(scene.told.all.isEmpty && scene.counted("ledgerflow_spans_waiting") == 0)
    }

    @Test func aQueueThatIsFullDropsAndCountsAndNeverWaits() throws {
        let scene = try Scene(capacity: 3)
        for number in 1...10 { scene.queue.record(span(UInt64(number))) }
        #expect(scene.counted("ledgerflow_spans_waiting") == 3)
        #expect(scene.counted("ledgerflow_spans_dropped", "queue-full") == 7)
        #expect(scene.queue.take(2).map(\.id.value) == [1, 2])
        scene.queue.giveBack([span(1), span(2)])
        #expect(scene.queue.take(9).map(\.id.value) == [1, 2, 3])
    }

    @Test func aReceiverThatIsAwayIsTriedAgainWithGrowingWaitsAndToldOfOnce() async throws {
        let away = OTLPAnswer.again(reason: "status 503", after: nil)
        let scene = try Scene(away, away, away, .taken(rejected: 0))
        scene.queue.record(span(1))
        await scene.run { scene.counted("ledgerflow_spans_exported") == 1 }
        #expect(Set(scene.script.messages).count == 1 && scene.script.messages.count == 4)
        // After the second in which spans gather: half of 1, 2 and 4 seconds, chance giving nothing.
        #expect(Array(scene.time.slept.prefix(4)) == [.seconds(1), .milliseconds(500), .seconds(1), .seconds(2)])
        #expect(scene.told.all.map(\.event) == ["tracing.export-failed", "tracing.export-recovered"])
        #expect(scene.counted("ledgerflow_span_export_failures") == 3 && scene.counted("ledgerflow_spans_dropped", "undelivered") == 0)
    }

    @Test func theReceiversOwnWaitIsKeptUpToALimit() async throws {
        let scene = try Scene(
            .again(reason: "status 429", after: .seconds(7)), .again(reason: "status 429", after: .hours(9)), .taken(rejected: 0))
        scene.queue.record(span(1))
        await scene.run { scene.counted("ledgerflow_spans_exported") == 1 }
        #expect(Array(scene.time.slept.prefix(3)) == [.seconds(1), .seconds(7), .seconds(30)])
    }

    @Test func whatIsTriedOftenEnoughIsDroppedAndCounted() async throws {
        let scene = try Scene(.again(reason: "cannot connect", after: nil), batch: 2)
        for number in 1...4 { scene.queue.record(span(UInt64(number))) }
        await scene.run { scene.counted("ledgerflow_spans_dropped", "undelivered") == 4 }
        #expect(scene.script.messages.count == 10 && scene.told.all.count == 1)
    }

    @Test func whatIsRefusedIsNotSentAgain() async throws {
        let scene = try Scene(.refused(reason: "status 400"), .taken(rejected: 1), batch: 2)
        for number in 1...4 { scene.queue.record(span(UInt64(number))) }
        await scene.run { scene.counted("ledgerflow_spans_waiting") == 0 && scene.script.messages.count == 2 }
        #expect(scene.counted("ledgerflow_spans_exported") == 1 && scene.counted("ledgerflow_spans_dropped", "rejected") == 3)
    }

    @Test func whatWaitsAtTheEndIsSentOnce() async throws {
        let scene = try Scene(.taken(rejected: 0), batch: 2)
        for number in 1...5 { scene.queue.record(span(UInt64(number))) }
        await scene.exporter.finish(within: .seconds(3))
        #expect(scene.counted("ledgerflow_spans_exported") == 5 && scene.script.messages.count == 3)
        let gone = try Scene(.again(reason: "cannot connect", after: nil), batch: 2)
        for number in 1...5 { gone.queue.record(span(UInt64(number))) }
        await gone.exporter.finish(within: .seconds(3))
        #expect(gone.script.messages.count == 1 && gone.counted("ledgerflow_spans_dropped", "undelivered") == 5)
    }

    // MARK: - Over HTTP

    private func exporter(_ environment: [String: String], _ queue: SpanQueue) throws -> OTLPExporter {
        let settings = try #require(try OTLPSettings.read(endpoint: nil, environment: environment, version: "1.2"))
        return OTLPExporter(settings, queue: queue, time: SystemTimeSource(), entropy: SystemEntropy(), diagnostics: Told())
    }

    @Test func aCollectorGetsAPostWithTheHeadersOfTheSettings() async throws {
        let collector = try await Collector { _ in (.ok, [:], "{}") }
        let queue = SpanQueue()
        let exporter = try exporter(
            ["OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20eDp5"], queue)
        queue.record(span(1))
        queue.record(span(2))
        await exporter.finish(within: .seconds(30))
        await collector.stop()
        let request = try #require(collector.requests.first)
        #expect(collector.requests.count == 1 && request.head.method == .POST && request.head.uri == "/v1/traces")
        #expect(request.head.headers["content-type"] == ["application/json"])
        #expect(request.head.headers["authorization"] == ["Basic eDp5"])
        #expect(try spans(in: request.body).map { $0["spanId"].text } == ["0000000000000001", "0000000000000002"])
        let resource = try JSONReader.read(request.body)["resourceSpans"].list.first?["resource"]["attributes"]
        #expect(resource?.attribute("service.name")["stringValue"].text == "ledgerflow")
    }

    @Test func statusesMeanWhatTheSpecificationSays() throws {
        for status in [429, 502, 503, 504] {
            guard case .again(_, .seconds(3)?) = OTLPReceiver.answer(status: status, [], after: .seconds(3)) else {
                Issue.record("\(status) is not tried again")
                continue
            }
        }
        for status in [301, 400, 401, 404, 413, 500, 501] {
            guard case .refused = OTLPReceiver.answer(status: status, [], after: nil) else {
                Issue.record("\(status) is tried again")
                continue
            }
        }
    }

    @Test func whoDoesNotAnswerOrIsNotThereIsGivenUpInTime() async throws {
        let silent = try await Collector { _ in nil }
        let settings = try #require(
            try OTLPSettings.read(
                endpoint: silent.url, environment: ["OTEL_EXPORTER_OTLP_TIMEOUT": "200"], version: "1"))
        let receiver = OTLPReceiver(settings)
        guard case .again = await receiver.send([]) else { throw Unexpected() }
        await receiver.shutdown()
        let port = silent.port
        await silent.stop()
        let absent = OTLPReceiver(
            try #require(try OTLPSettings.read(endpoint: "http://127.0.0.1:\(port)", environment: [:], version: "1")))
        guard case .again(let reason, _) = await absent.send([]) else { throw Unexpected() }
        #expect(!reason.isEmpty)
        await absent.shutdown()
    }

    /// It would hold up the batches behind it for an hour, and the engine's end.
    @Test(.timeLimit(.minutes(1))) func anAnswerThatNeverEndsIsNotWaitedFor() async throws {
        let collector = try await Collector(drips: true) { _ in (.ok, [:], "{}") }
        let receiver = OTLPReceiver(
            try #require(
                try OTLPSettings.read(endpoint: collector.url, environment: ["OTEL_EXPORTER_OTLP_TIMEOUT": "300"], version: "1")))
        guard case .taken(rejected: 0) = await receiver.send([]) else { throw Unexpected() }
        await receiver.shutdown()
        await collector.stop()
    }

    private struct Unexpected: Error {}
}
