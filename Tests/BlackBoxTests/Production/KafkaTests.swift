import Domain
import Foundation
import KafkaKit
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
