import Domain
import Foundation
import KafkaKit
import Synchronization
import Testing

extension BlackBox {
    /// The binary with a broker.
    @Suite struct KafkaTests {
        @Test func eventsReachTheTopicWithTheirKeysAndHeadersInOrder() async throws {
            let broker = try Broker()
            let (scene, target) = (try Scene(), try RecordingTarget())
            defer { target.stop() }
            let engine = try scene.engine(broker.arguments)
            var ids: [String] = []
            for number in 0..<20 {
                let answer = try engine.client(scene.token).submit(
                    submission("http://127.0.0.1:\(target.port)/k\(number)"), key: "k\(number)")
                ids.append(try answer.json()["id"].text)
            }
            // Submitted, started, succeeded, ended: four each.
            let messages = await RawReader.read(broker.process.bootstrapServers, "ledgerflow.service-call", atLeast: 80)
            for id in ids {
                let own = messages.filter { $0.key.map { String(decoding: $0, as: UTF8.self) } == "demo.\(id)" }
                #expect(own.map { $0.header("ce_version") } == ["1", "2", "3", "4"])
                #expect(own.first?.header("ce_type") == "ledgerflow.service-call.submitted.v1")
                #expect(own.last?.header("ce_type") == "ledgerflow.service-call.succeeded.v1")
                #expect(own.allSatisfy { $0.header("ce_tenantid") == "demo" && $0.header("traceparent") != nil })
            }
            #expect(try engine.stop() == .code(0))
        }

        @Test func killedAgainAndAgainEveryEventReachesTheTopicInTheOrderOfItsCall() async throws {
            let (broker, database) = (try Broker(), try Database())
            let logged = Mutex<[(subject: String, version: Int)]>([])
            try await scenario { findings in
                let run = try KillRun(kills: 3, seed: 11, arguments: database.arguments + broker.arguments, findings)
                try run.perform { client in
                    let events = try client.events()
                    logged.withLock { $0 = events.map { ($0["subject"].text, $0["version"].int) } }
                    try eventually(within: 60, "everything is published") {
                        try Client(port: client.port).get("/metrics").text.contains("\nledgerflow_events_unpublished 0\n")
                    }
                }
            }
            let expected = logged.withLock { $0 }
            let messages = await RawReader.read(broker.process.bootstrapServers, "ledgerflow.service-call", atLeast: expected.count)
            var highest: [String: Int] = [:]
            for message in messages {
                let subject = try #require(message.header("ce_subject"))
                let version = try #require(message.header("ce_version").flatMap { Int($0) })
                let before = highest[subject, default: 0]
                // Repeats may come; what comes for the first time must be the next.
                if version > before + 1 { Issue.record("\(subject): version \(version) came before \(before + 1)") }
                highest[subject] = max(before, version)
            }
            let missing = expected.filter { highest[$0.subject, default: 0] < $0.version }
            #expect(expected.count > 1_000 && missing.isEmpty, "\(missing.count) of \(expected.count) events are not in the topic")
            print("kill -9 with Kafka: \(expected.count) events, \(messages.count) messages")
        }

        @Test func intentsOfATopicAreTakenInOnceAndBadOnesArePutAside() async throws {
            let broker = try Broker()
            let scene = try Scene()
            let engine = try scene.engine(broker.arguments)
            let token = ["authorization": "Bearer \(scene.token)", "ce_type": "ledgerflow.intent.submit-service-call.v1"]
            let good = submission("http://127.0.0.1:1/", farAway)
            try await RawWriter.write(
                broker.process.bootstrapServers, "ledgerflow.intents",
                [
                    (good, token.merging(["idempotency-key": "a"]) { $1 }), (good, token.merging(["idempotency-key": "a"]) { $1 }),
                    ("{}", token.merging(["idempotency-key": "b"]) { $1 }), (good, ["idempotency-key": "c"]),
                    (good, token.merging(["ce_id": "d"]) { $1 }),
                ])
            let aside = await RawReader.read(broker.process.bootstrapServers, "ledgerflow.intents.dead-letter", atLeast: 2)
            #expect(aside.count == 2)
            var calls = 0
            for _ in 0..<100 where calls < 2 {
                calls = try engine.client(scene.token).get("/v1/service-calls?limit=10").json()["items"].list.count
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(calls == 2)
            #expect(try engine.stop() == .code(0))
        }
    }
}
