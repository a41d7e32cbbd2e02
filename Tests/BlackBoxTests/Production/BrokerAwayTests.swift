import Domain
import Glibc
import KafkaKit
import PostgresKit
import Synchronization
import Testing

extension BlackBox {
    /// The binary with PostgreSQL and a broker, under load, when the broker is away and the engine dies meanwhile.
    @Suite struct BrokerAwayTests {
        @Test func killedWhileTheBrokerIsAwayEveryEventReachesTheTopicInTheOrderOfItsCall() async throws {
            let (broker, database) = (try Broker(), try Database())
            let logged = Mutex<[JSONValue]>([])
            try await scenario { findings in
                let scene = try Scene()
                let arguments = database.arguments + broker.arguments
                let port = try Socket.listen().port
                var engine = try EngineProcess(data: scene.data.path, logs: scene.logs, port: port, arguments: arguments)
                let load = try SteadyLoad(port: port, token: scene.token, engineMayEnd: true, findings)
                defer { load.abandon() }
                load.start(seed: 33)
                try awaitPublished(atLeast: 200, port)
                try broker.process.tell("down -1")
                try load.awaitAcknowledged(more: 150, within: 30, "calls are accepted without a broker")
                try eventually(within: 10, "events wait for the broker") { try number("ledgerflow_events_unpublished", port) > 100 }
                engine.expectUnharmed(findings, "the broker's leave")
                engine.kill()
                // It starts without its broker, serves, and dies once more.
                engine = try EngineProcess(data: scene.data.path, logs: scene.logs, port: port, arguments: arguments)
                try load.awaitAcknowledged(more: 150, within: 30, "calls are accepted after a start without a broker")
                engine.kill()
                try broker.process.tell("up -1")
                engine = try EngineProcess(data: scene.data.path, logs: scene.logs, port: port, arguments: arguments)
                try load.awaitAcknowledged(more: 50, within: 30, "calls are accepted when all is well again")
                let events = try load.prove()
                let start = monotonicMilliseconds()
                try eventually(within: 60, "everything is published; it wrote: \(engine.errors.suffix(800))") {
                    try number("ledgerflow_events_unpublished", port) == 0
                }
                print("killed while the broker was away: \(load.summary); all published \(monotonicMilliseconds() - start) ms later")
                engine.expectUnharmed(findings, "the broker's return")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order afterwards")
                logged.withLock { $0 = events }
            }
            let events = logged.withLock { $0 }
            let messages = await RawReader.read(broker.process.bootstrapServers, "ledgerflow.service-call", atLeast: events.count)
            expectTopic(messages, holds: events)
            print("killed while the broker was away: \(events.count) events, \(messages.count) messages")
        }

        private func awaitPublished(atLeast count: Int, _ port: Int) throws {
            try eventually(within: 30, "the first events are published") {
                try number("ledgerflow_events_published_total", port) >= count
            }
        }

        /// The value of a metric without labels; -1 when there is none.
        private func number(_ metric: String, _ port: Int) throws -> Int {
            let text = try Client(port: port).get("/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix(metric + " ") }
            return line.flatMap { Int($0.dropFirst(metric.utf8.count + 1)) } ?? -1
        }

        /// Every event is in the topic, and those of one call came there in their order; repeats may follow.
        private func expectTopic(_ messages: [RawMessage], holds events: [JSONValue]) {
            var highest: [String: Int] = [:]
            var ids: Set<String> = []
            var places: [String: Int32] = [:]
            for message in messages {
                let (subject, id) = (message.header("ce_subject") ?? "", message.header("ce_id") ?? "")
                let version = message.header("ce_version").flatMap { Int($0) } ?? 0
                let before = highest[subject, default: 0]
                if version > before + 1 { Issue.record("\(subject): version \(version) came after \(before)") }
                if ids.insert(id).inserted, version != before + 1 {
                    Issue.record("\(subject): version \(version) came first after \(before)")
                }
                if places.updateValue(message.partition, forKey: subject).map({ $0 != message.partition }) ?? false {
                    Issue.record("\(subject) is in two partitions")
                }
                highest[subject] = max(before, version)
            }
            let missing = events.filter { !ids.contains($0["id"].text) }
            #expect(missing.isEmpty, "\(missing.count) of \(events.count) events are not in the topic")
            #expect(ids.count == events.count, "the topic holds \(ids.count) events, the log \(events.count)")
        }
    }
}
