import Domain
import KafkaKit
import Testing

extension BlackBox {
    /// `ledgerflow events topic` and `ledgerflow events replay`, as an operator uses them.
    @Suite struct EventsCommandTests {
        @Test func topicPrintsWhatATopicHoldsAndWhereToBegin() async throws {
            let (broker, scene) = (try Broker(), try Scene())
            let target = try RecordingTarget()
            defer { target.stop() }
            let engine = try scene.engine(broker.arguments)
            var ids: [String] = []
            for number in 0..<5 {
                let answer = try engine.client(scene.token).submit(submission(target.url("/ok")), key: "t\(number)")
                ids.append(try answer.json()["id"].text)
            }
            _ = await RawReader.read(broker.process.bootstrapServers, topic, atLeast: 20)
            let submitted = ids
            try await scenario { findings in
                let all = try events("topic", [], broker, scene)
                all.expect(0, findings)
                findings.check(all.lines.count == 20, "it prints \(all.lines.count) messages, not 20: \(all.output)")
                for id in submitted {
                    let own = all.lines.filter { $0.contains("  demo.\(id)  ") }
                    findings.check(own.count == 4, "\(id) has \(own.count) messages: \(own)")
                    findings.check(own.first?.contains("  ledgerflow.service-call.submitted.v1  {") ?? false, "\(own.first ?? "")")
                    findings.check(own.last?.contains("  ledgerflow.service-call.succeeded.v1  {") ?? false, "\(own.last ?? "")")
                }
                findings.check(all.lines.allSatisfy { $0.hasPrefix("\(topic)/") }, "a place does not begin with the topic: \(all.output)")
                try expectStarts(broker, scene, findings)
                // Reading moves nothing: the same comes again.
                let again = try events("topic", [], broker, scene)
                findings.check(Set(again.lines) == Set(all.lines), "read again, the topic holds something else: \(again.output)")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
            }
        }

        private let topic = "ledgerflow.service-call"

        private func expectStarts(_ broker: Broker, _ scene: Scene, _ findings: Findings) throws {
            // The mock cluster looks nothing up by time: it takes every time to be later than all messages.
            for (options, count) in [
                (["--limit", "3"], 3), (["--offset", "0", "--limit", "1"], 1), (["--offset", "1000000"], 0),
                (["--since", "2099-01-01T00:00:00Z"], 0),
            ] {
                let some = try events("topic", options, broker, scene)
                some.expect(0, findings)
                findings.check(some.lines.count == count, "`\(some.command)` prints \(some.lines.count) messages, not \(count)")
            }
            // The environment says it as well.
            let child = try ChildProcess(
                ["events", "topic", topic], in: scene.logs, environment: ["LEDGERFLOW_KAFKA_BROKERS": broker.process.bootstrapServers])
            findings.check(try child.wait(within: 30) == .code(0), "with the brokers in the environment: \(child.errors)")
            findings.check(child.output.split(separator: "\n").count == 20, "with the brokers in the environment: \(child.output)")
        }

        @Test func replaySendsDeadLettersOnceMoreAndGoesOnFromThere() async throws {
            let (broker, scene) = (try Broker(), try Scene())
            let engine = try scene.engine(broker.arguments)
            let intents = "ledgerflow.intents"
            let headers = ["authorization": "Bearer \(scene.token)", "ce_type": "ledgerflow.intent.submit-service-call.v1"]
            // They lack the request, and stay bad however often they come.
            try await RawWriter.write(
                broker.process.bootstrapServers, intents,
                ["a", "b", "c"].map { ("{}", headers.merging(["idempotency-key": $0]) { $1 }) })
            _ = await RawReader.read(broker.process.bootstrapServers, "\(intents).dead-letter", atLeast: 3)
            try await scenario { findings in
                let shown = try CommandRun(["events", "topic", "\(intents).dead-letter"] + broker.arguments, in: scene.logs, within: 60)
                shown.expect(0, findings)
                findings.check(shown.lines.count == 3, "the dead letters are shown as: \(shown.output)")
                try replay(["--limit", "2", "--token", scene.token], broker, scene)
                    .expect(0, output: ["2 sent to \(intents) again."], findings)
            }
            // The engine refuses them again, so that three and two lie there.
            let aside = await RawReader.read(broker.process.bootstrapServers, "\(intents).dead-letter", atLeast: 5)
            #expect(aside.count == 5)
            #expect(aside.allSatisfy { $0.header("authorization") == nil })
            // With the token they were read as before: what is wrong is their body.
            #expect(aside.allSatisfy { $0.header("dead_letter_reason")?.contains("token") == false })
            let back = await RawReader.read(broker.process.bootstrapServers, intents, atLeast: 5)
            #expect(back.count == 5)
            #expect(back.filter { $0.header("replayed_from") != nil }.count == 2)
            #expect(Set(back.compactMap { $0.header("idempotency-key") }) == ["a", "b", "c"])
            try await scenario { findings in
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                // Now nobody puts anything aside: the one that was left, and the two that came back.
                try replay([], broker, scene).expect(0, output: ["3 sent to \(intents) again."], findings)
                try replay([], broker, scene).expect(0, output: ["0 sent to \(intents) again."], findings)
            }
        }

        @Test func wrongArgumentsAreRefusedWithWhatIsWrong() async throws {
            try await scenario { findings in
                let logs = try DataFolder()
                let brokers = ["--kafka-brokers", "127.0.0.1:1"]
                for name in ["topic", "replay"] {
                    for (arguments, words) in [
                        (brokers, ["Missing expected argument '<topic>'"]), (["x"], ["--kafka-brokers", "LEDGERFLOW_KAFKA_BROKERS"]),
                        (["x", "--limit", "0"] + brokers, ["--limit must be at least 1"]),
                        (["x", "--offset=-1"] + brokers, ["--offset must not be negative"]),
                        (["x", "--offset", "first"] + brokers, ["'first' is invalid for '--offset"]),
                        (["x", "--since", "yesterday"] + brokers, ["--since must be a time such as"]),
                        (["x", "--since", "2026-01-01T00:00:00Z", "--offset", "1"] + brokers, ["--since or --offset, not both"]),
                        (["x", "--kafka-setting", "nothing"] + brokers, ["--kafka-setting must be name=value"]),
                        (["x", "y"] + brokers, ["Unexpected argument 'y'"]), (["x", "--what"] + brokers, ["Unknown option '--what'"]),
                    ] {
                        try CommandRun(["events", name] + arguments, in: logs).expectUsage(words, findings)
                    }
                    try CommandRun(["events", name, "x", "--kafka-setting", "no.such=1"] + brokers, in: logs)
                        .expect(1, errors: ["no Kafka setting named no.such"], findings)
                    try CommandRun(["events", name, "x", "--kafka-setting", "acks=0"] + brokers, in: logs)
                        .expect(1, errors: ["acks cannot be changed"], findings)
                    try CommandRun(["events", name, "x", "--kafka-setting", "socket.timeout.ms=secret"] + brokers, in: logs)
                        .expect(1, errors: ["socket.timeout.ms is not usable"], findings)
                }
            }
        }

        /// It is tried for half a minute, by both at once.
        @Test func brokersThatCannotBeReachedAreToldOfInBoundedTime() async throws {
            try await scenario { findings in
                let logs = try DataFolder()
                let commands = try ["topic", "replay"].map {
                    try ChildProcess(["events", $0, "x", "--kafka-brokers", "127.0.0.1:1"], in: logs)
                }
                for child in commands {
                    findings.check(try child.wait(within: 60) == .code(1), "it ended with \(child.poll().map { "\($0)" } ?? "nothing")")
                    // One line that says that it waits, one that it was in vain; each with the reason, and nothing of the library's own.
                    let lines = child.errors.split(separator: "\n")
                    findings.check(
                        lines.count == 2 && lines[0].hasPrefix("The brokers at 127.0.0.1:1 do not answer yet (")
                            && lines[1].hasPrefix("Error: Kafka: the brokers do not answer: ")
                            && lines.allSatisfy { $0.contains("Connection refused") },
                        "it says: \(child.errors)")
                    findings.check(child.output.isEmpty, "it prints: \(child.output)")
                }
            }
        }

        private func events(_ name: String, _ options: [String], _ broker: Broker, _ scene: Scene) throws -> CommandRun {
            try CommandRun(["events", name, topic] + options + broker.arguments, in: scene.logs, within: 60)
        }

        private func replay(_ options: [String], _ broker: Broker, _ scene: Scene) throws -> CommandRun {
            try CommandRun(["events", "replay", "ledgerflow.intents"] + options + broker.arguments, in: scene.logs, within: 60)
        }
    }
}
