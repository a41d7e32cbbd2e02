import Crypto
import Domain
import Foundation
import KafkaKit
import PropertyKit
import Testing

extension BlackBox {
    /// The engine is killed in the middle of runs, at moments that a seed decides, and each invoice of the batch has its one effect (IG-4).
    ///
    /// `INGESTION_KILLS=200` kills more often, `INGESTION_INVOICES=100000` with more invoices.
    @Suite struct IngestionKillTests {
        @Test func killedAtAnyPointOfARunEachInvoiceIsPublishedOnceInEffect() async throws {
            try await scenario { findings in
                let count = Repository.setting("INGESTION_INVOICES", default: 10_000)
                let kills = Repository.setting("INGESTION_KILLS", default: 12)
                // A run takes some seconds, so that kills fall into it.
                let service = try SOAPService(SOAPService.invoices(count), pieces: 60, pieceMilliseconds: 30)
                defer { service.stop() }
                let scene = try Scene()
                let engine = try survive(service, service.source(), kills: kills, scene, findings)
                let client = engine.client(scene.token)
                try prove(client, count, kills, findings)
                engine.expectUnharmed(findings, "the last run")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
            }
        }

        /// With a broker, what is read from the topic alone: the octets, once for each event.
        @Test func killedAtAnyPointEachDocumentIsOnTheTopicOnceInEffectByteForByte() async throws {
            // The broker keeps some megabytes of a topic.
            let count = min(2_000, Repository.setting("INGESTION_INVOICES", default: 2_000))
            let broker = try Broker()
            try await scenario { findings in
                let service = try SOAPService(SOAPService.invoices(count), pieces: 60, pieceMilliseconds: 30)
                defer { service.stop() }
                let scene = try Scene()
                let engine = try survive(
                    service, service.source(more: #","topic":"erp.invoices""#), kills: Repository.setting("INGESTION_KILLS", default: 6),
                    arguments: broker.arguments + ["--source-topic", "erp.invoices"], scene, findings)
                try eventually(within: 60, "everything is published") {
                    try engine.client(scene.token).get("/metrics").text.contains("\nledgerflow_events_unpublished 0\n")
                }
                engine.expectUnharmed(findings, "the last run")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
            }
            let messages = await RawReader.read(broker.process.bootstrapServers, "erp.invoices", atLeast: count)
            var first: [String: RawMessage] = [:]
            for message in messages {
                let id = try #require(message.header("ce_id"))
                // A repeat is the same message.
                if let known = first[id] { #expect(known.value == message.value && known.key == message.key, "event \(id) differs") }
                first[id] = first[id] ?? message
            }
            var numbers: Set<String> = []
            for message in first.values {
                let number = try #require(message.header("ce_documentnumber"))
                #expect(numbers.insert(number).inserted, "\(number) is in two events")
                #expect(message.header("ce_documentversion") == "1", "\(number)")
                let position = try #require(Int(number.dropFirst(2)))
                #expect(message.value == Array(SOAPService.invoice("N-\(position)", position).utf8), "\(number) has other octets")
            }
            #expect(numbers.count == count, "\(numbers.count) of \(count) documents are on the topic")
            print("kill -9 in ingestion with Kafka: \(count) documents, \(messages.count) messages")
        }

        /// Kills engines in runs of the source that `source` sets up, at moments that a seed decides, and waits until one is complete.
        ///
        /// - Returns: the engine that serves in the end.
        private func survive(
            _ service: SOAPService, _ source: String, kills: Int, arguments: [String] = [], _ scene: Scene, _ findings: Findings
        ) throws -> EngineProcess {
            let port = try Socket.listen().port
            func start() throws -> EngineProcess {
                try EngineProcess(data: scene.data.path, logs: scene.logs, port: port, arguments: arguments)
            }
            var engine = try start()
            let client = Client(port: port, token: scene.token)
            let made = try client.put("/v1/ingestion/sources/erp", source)
            guard made.status == 201 else { throw Broken("no source: \(made.text.prefix(500))") }
            var generator = SeededGenerator(seed: 20_261_121)
            for kill in 1...max(1, kills) {
                let asked = service.asked.count
                _ = try insist(client, "/v1/ingestion/sources/erp/run")
                try eventually(within: 60, "the source is asked before kill \(kill)") { service.asked.count > asked }
                pause(milliseconds: generator.number(0...2_000))
                engine.expectUnharmed(findings, "restart \(kill - 1)")
                engine.kill()
                engine = try start()
            }
            _ = try insist(client, "/v1/ingestion/sources/erp/run")
            try eventually(within: 120, "a run is complete, and none is under way") {
                let runs = try client.runs()
                return runs.contains { $0["status"].text == "succeeded" } && !runs.contains { $0["status"].text == "running" }
            }
            return engine
        }

        private func insist(_ client: Client, _ path: String) throws -> Message {
            for _ in 0..<400 {
                if let answer = try? client.send("POST", path), answer.status == 202 { return answer }
                pause(milliseconds: 25)
            }
            throw Broken("no answer to \(path)")
        }

        private func prove(_ client: Client, _ count: Int, _ kills: Int, _ findings: Findings) throws {
            var wanted: [String: String] = [:]
            for number in 1...count { wanted["N-\(number)"] = SOAPService.invoice("N-\(number)", number) }
            let received = try client.received()
            findings.check(received.count == count, "\(received.count) documents of \(count) are on record")
            for document in received {
                let number = document["number"].text
                let digest = SHA256.hash(data: Array((wanted[number] ?? "").utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                    .joined()
                findings.check(document["version"].int == 1, "\(number) has version \(document["version"].int)")
                findings.check(document["sha256"].text == digest, "\(number) has other octets than the source gave")
            }
            var seen: [String: Int] = [:]
            let events = try client.events().filter { $0["type"].text == "ledgerflow.ingestion.invoice-received.v1" }
            for event in events {
                let data = event["data"]
                seen[data["number"].text, default: 0] += 1
                let octets = Data(base64Encoded: data["document"].text) ?? Data()
                findings.check(
                    String(decoding: octets, as: UTF8.self) == wanted[data["number"].text],
                    "the event of \(data["number"].text) has other octets")
                findings.check(data["traceId"].text == event["correlationid"].text, "the event has another trace than its run")
            }
            findings.check(events.count == count && seen.count == count, "\(events.count) events for \(seen.count) of \(count) numbers")
            for (number, times) in seen where times != 1 { findings.add("\(number) was published \(times) times") }
            let runs = try client.runs()
            let abandoned = runs.filter { $0["status"].text == "abandoned" }
            findings.check(abandoned.count <= kills, "\(abandoned.count) abandoned runs after \(kills) kills")
            // Never two at one time: each began after the one before it had ended.
            let spans = runs.map { ($0["startedAt"].microseconds ?? 0, $0["endedAt"].microseconds ?? 0) }.sorted { $0.0 < $1.0 }
            for (before, after) in zip(spans, spans.dropFirst()) where after.0 < before.1 {
                findings.add("two runs overlap: \(before) \(after)")
            }
            print("kill -9 in ingestion: \(count) invoices, \(kills) kills, \(runs.count) runs, \(abandoned.count) abandoned")
        }
    }
}
