import Crypto
import Domain
import Foundation
import KafkaKit
import PropertyKit
import Testing

extension BlackBox {
    /// What a receiver acknowledged is on record and on the topic once, whatever becomes of the engine (SI-3).
    @Suite struct WebhookKillTests {
        /// The engine is killed under load, at moments that a seed decides. `WEBHOOK_KILLS=100` kills more often.
        @Test func killedUnderLoadEachAcknowledgedMessageIsThereOnceAndPublishedOnceInEffect() async throws {
            let broker = try Broker()
            let (expected, events) = try await killed(arguments: broker.arguments)
            let messages = await RawReader.read(broker.process.bootstrapServers, "ledgerflow.ingestion", atLeast: events)
            var first: [String: RawMessage] = [:]
            for message in messages where message.header("ce_type") == "ledgerflow.ingestion.message-received.v1" {
                let id = try #require(message.header("ce_id"))
                // A repeat is the same message.
                if let known = first[id] { #expect(known.value == message.value && known.key == message.key, "event \(id) differs") }
                first[id] = first[id] ?? message
            }
            var seen: Set<String> = []
            for message in first.values {
                let id = try #require(message.header("ce_messageid"))
                #expect(seen.insert(id).inserted, "\(id) is in two events")
                #expect(message.header("content-type") == "application/json")
                #expect(message.header("trace_id") == message.header("ce_correlationid"))
                if let body = expected[id] { #expect(message.value == Array(body.utf8), "\(id) has other octets") }
            }
            #expect(Set(expected.keys).subtracting(seen).isEmpty, "acknowledged, and not on the topic")
        }

        /// - Returns: the bodies of what was acknowledged, and how many messages were published.
        private func killed(arguments: [String]) async throws -> ([String: String], Int) {
            let result = Box()
            try await scenario { findings in
                let kills = Repository.setting("WEBHOOK_KILLS", default: 8)
                let scene = try Scene()
                let port = try Socket.listen().port
                func start() throws -> EngineProcess {
                    try EngineProcess(data: scene.data.path, logs: scene.logs, port: port, arguments: arguments)
                }
                var engine = try start()
                let client = Client(port: port, token: scene.token)
                let made = try client.put("/v1/ingestion/receivers/bank", WebhookSender.receiver)
                guard made.status == 201 else { throw Broken("no receiver: \(made.text.prefix(500))") }
                let sender = WebhookSender(port: port, address: try made.json()["address"].text)
                let crew = Crew()
                for number in 1...6 { crew.start { try sender.work(number, seed: UInt64(number)) } }
                var generator = SeededGenerator(seed: 20_261_121)
                for kill in 1...max(1, kills) {
                    pause(milliseconds: generator.number(50...900))
                    engine.expectUnharmed(findings, "restart \(kill - 1)")
                    engine.kill()
                    engine = try start()
                }
                pause(milliseconds: 300)
                sender.stop()
                try crew.join(within: 120)
                try Self.prove(client, sender, kills, findings)
                try eventually(within: 60, "everything is published") {
                    try engine.client(scene.token).get("/metrics").text.contains("\nledgerflow_events_unpublished 0\n")
                }
                for text in [engine.errors, try client.get("/v1/ingestion/receivers").text] where text.contains(WebhookSender.secret) {
                    findings.add("the secret is shown: \(text.prefix(300))")
                }
                engine.expectUnharmed(findings, "the last start")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
                result.set(sender.acknowledged.mapValues(\.body))
            }
            return (result.bodies, result.bodies.count)
        }

        private static func prove(_ client: Client, _ sender: WebhookSender, _ kills: Int, _ findings: Findings) throws {
            let acknowledged = sender.acknowledged
            findings.check(acknowledged.count > 50, "only \(acknowledged.count) messages were acknowledged")
            var stored: [String: JSONValue] = [:]
            for message in try client.pages("/v1/ingestion/messages", cursor: "cursor") {
                let id = message["messageId"].text
                findings.check(stored[id] == nil, "\(id) is on record twice")
                stored[id] = message
            }
            for (id, known) in acknowledged {
                let digest = SHA256.hash(data: Array(known.body.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                findings.check(stored[id]?["sha256"].text == digest, "\(id) was acknowledged, and is not on record as it came")
                findings.check(stored[id]?["id"].text == known.record, "\(id) has another record than was acknowledged")
            }
            // Every message was sent until it was acknowledged, so nothing else can be there.
            findings.check(stored.count == acknowledged.count, "\(stored.count) on record, \(acknowledged.count) acknowledged")
            var events: [String: Int] = [:]
            for event in try client.events() where event["type"].text == "ledgerflow.ingestion.message-received.v1" {
                let id = event["data"]["messageId"].text
                events[id, default: 0] += 1
                let octets = Data(base64Encoded: event["data"]["body"].text) ?? Data()
                findings.check(
                    String(decoding: octets, as: UTF8.self) == acknowledged[id]?.body, "the event of \(id) has other octets")
            }
            findings.check(events.count == acknowledged.count, "\(events.count) messages have events")
            for (id, times) in events where times != 1 { findings.add("\(id) has \(times) events") }
            let one = stored.values.first?["id"].text ?? ""
            let body = acknowledged[stored.values.first?["messageId"].text ?? ""]?.body
            findings.check(try client.get("/v1/ingestion/messages/\(one)/raw").text == body, "the octets are others")
            let counts = sender.counts
            print(
                "kill -9 of webhooks: \(acknowledged.count) messages, \(counts.requests) requests, \(counts.repeats) repeats, \(kills) kills"
            )
        }

        /// Many senders give the same messages again and again, all at once.
        @Test func whatIsRepeatedIsAcknowledgedAndStoredOnce() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let client = engine.client(scene.token)
                let made = try client.put("/v1/ingestion/receivers/bank", WebhookSender.receiver)
                let sender = WebhookSender(port: engine.port, address: try made.json()["address"].text)
                let crew = Crew()
                // The same numbers and seeds: each has the same messages as the others.
                for _ in 1...6 { crew.start { try sender.work(1, seed: 7) } }
                pause(milliseconds: 1_500)
                sender.stop()
                try crew.join(within: 60)
                let messages = try client.pages("/v1/ingestion/messages", cursor: "cursor")
                findings.check(
                    messages.count == sender.acknowledged.count, "\(messages.count) of \(sender.acknowledged.count) are on record")
                findings.check(sender.counts.repeats > messages.count, "only \(sender.counts.repeats) repeats")
                let events = try client.events().filter { $0["type"].text == "ledgerflow.ingestion.message-received.v1" }
                findings.check(events.count == messages.count, "\(events.count) events of \(messages.count) messages")
                try Self.strangers(scene, engine, try made.json()["address"].text, findings)
            }
        }

        private static func strangers(_ scene: Scene, _ engine: EngineProcess, _ address: String, _ findings: Findings) throws {
            let before = try engine.client(scene.token).pages("/v1/ingestion/messages", cursor: "cursor").count
            let stranger = Client(port: engine.port)
            let body = #"{"id":"forged"}"#
            let (now, old) = (String(wallMicroseconds() / 1_000_000), String(wallMicroseconds() / 1_000_000 - 400))
            func status(_ path: String, _ time: String, _ signature: String) throws -> Int {
                try stranger.send("POST", path, Array(body.utf8), headers: [("X-Time", time), ("X-Signature", "sha256=" + signature)])
                    .status
            }
            let elsewhere = address.dropLast(6) + "AAAAAA"
            findings.check(try status(address, now, WebhookSender.sign(now + "." + body, secret: "another")) == 401, "another secret")
            findings.check(try status(String(elsewhere), now, WebhookSender.sign(now + "." + body)) == 401, "another address")
            findings.check(try status(address, now, WebhookSender.sign(old + "." + body)) == 401, "another time")
            findings.check(try status(address, old, WebhookSender.sign(old + "." + body)) == 400, "an old message")
            let after = try engine.client(scene.token).pages("/v1/ingestion/messages", cursor: "cursor").count
            findings.check(after == before, "a stranger's message is on record")
        }
    }
}

/// What a scenario brings back.
private final class Box: @unchecked Sendable {
    private let lock = NSLock()
    private var found: [String: String] = [:]
    var bodies: [String: String] { lock.withLock { found } }
    func set(_ bodies: [String: String]) { lock.withLock { found = bodies } }
}
