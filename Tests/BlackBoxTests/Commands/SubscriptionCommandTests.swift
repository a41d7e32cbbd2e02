import Domain
import Testing

extension BlackBox {
    /// `ledgerflow subscription` and `ledgerflow webhook-secret`, as an operator uses them.
    @Suite struct SubscriptionCommandTests {
        private typealias Desk = ScheduleCommandTests.Desk

        @Test func eventsAreDeliveredSignedTestedAndReplayed() async throws {
            try await scenario { findings in
                let desk = try Desk()
                let target = try RecordingTarget(keepsContent: true)
                defer { target.stop() }
                let secret = try desk.run(["webhook-secret", "create"])
                secret.expect(0, findings)
                findings.check(secret.output.hasPrefix("whsec_") && secret.lines.count == 1, "it prints more than a secret")
                let made = try desk.subscription(
                    [
                        "create", "--name", "series", "--type", "ledgerflow.series.*", "--url", target.url("/ok"), "--header",
                        "X-Key: canary",
                    ])
                made.expect(0, output: ["active"], findings)
                let id = String(made.output.prefix(36))
                let tested = try desk.subscription(["test", id, "--wait"])
                tested.expect(0, output: ["succeeded"], findings)
                findings.check(target.count == 1 && Self.type(of: target.all.first) == "ledgerflow.subscription.test.v1", "\(target.all)")
                try desk.run(["series", "create", "SHOP", "--format", "SHOP-{seq}", "--reset", "never"]).expect(0, findings)
                try eventually(within: 10, "the event is delivered") { target.count == 2 }
                let delivery = target.all.last
                findings.check(Self.type(of: delivery) == "ledgerflow.series.opened.v1", "\(String(describing: delivery))")
                findings.check(Self.field("webhook-signature", of: delivery)?.hasPrefix("v1,") ?? false, "it is not signed")
                findings.check(Self.field("x-key", of: delivery) == "canary", "its header is missing")
                let shown = try desk.subscription(["show", id])
                shown.expect(0, output: ["types        ledgerflow.series.*", "X-Key: [redacted]"], findings)
                try desk.subscription(["replay", id, "--from", "2020-01-01T00:00:00Z"]).expect(0, output: ["active"], findings)
                try eventually(within: 10, "the event is delivered again") { target.count == 3 }
                let (first, second) = (delivery, target.all.last)
                findings.check(
                    Self.field("webhook-id", of: first) == Self.field("webhook-id", of: second) && first?.id != second?.id,
                    "a repetition has another identifier, or is the same call")
            }
        }

        @Test func aSubscriptionIsChangedPausedAndDeleted() async throws {
            try await scenario { findings in
                let desk = try Desk()
                let target = try RecordingTarget()
                defer { target.stop() }
                let made = try desk.subscription([
                    "create", "--name", "all", "--type", "ledgerflow.invoice.*", "--url", target.url("/ok"), "--json",
                ])
                made.expect(0, findings)
                let id = try JSONReader.read(Array(made.output.utf8))["id"].text
                try desk.subscription(
                    ["change", id, "--type", "ledgerflow.series.opened.v1", "--filter", #"{"all":[{"path":"/id","equals":"A"}]}"#]
                ).expect(0, output: ["types        ledgerflow.series.opened.v1", #"{"all":[{"path":"/id","equals":"A"}]}"#], findings)
                try desk.subscription(["change", id, "--clear", "filter"]).expect(0, findings)
                try desk.subscription(["pause", id]).expect(0, output: ["paused"], findings)
                try desk.subscription(["list"]).expect(0, output: [id, "paused", "all"], findings)
                try desk.run(["series", "create", "A", "--format", "A-{seq}", "--reset", "never"]).expect(0, findings)
                try desk.subscription(["resume", id]).expect(0, output: ["active"], findings)
                try eventually(within: 10, "what came while it was paused is delivered") { target.count == 1 }
                try desk.subscription(["delete", id]).expect(0, output: ["deleted"], findings)
                try desk.subscription(["resume", id]).expect(1, errors: ["no subscription with that identifier"], findings)
                try desk.subscription(["list"]).expect(0, errors: ["No subscriptions."], findings)
                try desk.subscription(["create", "--name", "x", "--type", "invoice", "--url", "x"])
                    .expect(1, errors: ["Mend: ", "--url", "--type (number 1) matches no event type"], findings)
                for (arguments, words) in [
                    (["subscription", "create", "--name", "x", "--url", "https://x/"], ["Give at least one --type"]),
                    (
                        ["subscription", "create", "--name", "x", "--url", "https://x/", "--type", "*", "--filter", "{"],
                        ["--filter is not JSON"]
                    ),
                    (["subscription", "replay", "x"], ["Missing expected argument '--from"]),
                    (["subscription", "change", "x"], ["Say what is to be changed."]),
                ] as [([String], [String])] {
                    try CommandRun(arguments, in: desk.scene.logs).expectUsage(words, findings)
                }
            }
        }

        @Test func secretsAreListedWithoutWhatIsSecretAndDeleted() async throws {
            try await scenario { findings in
                let desk = try Desk()
                try desk.run(["webhook-secret", "list"]).expect(0, errors: ["No secrets: calls are not signed."], findings)
                let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
                try desk.scene.data.write("secret.txt", Array((own + "\n").utf8))
                let made = try desk.run(["webhook-secret", "create", "--secret-file", desk.scene.data.file("secret.txt"), "--json"])
                made.expect(0, output: [own], findings)
                let pair = try desk.run(["webhook-secret", "create", "--scheme", "ed25519", "--overlap", "7d"])
                pair.expect(0, output: ["whpk_"], findings)
                let list = try desk.run(["webhook-secret", "list"])
                list.expect(0, output: ["hmac-sha256", "ed25519", "whpk_"], findings)
                findings.check(!list.output.contains("whsec_") && !list.output.contains("whsk_"), "a secret is listed")
                try desk.scene.data.write("wrong.txt", Array("c4n4ry".utf8))
                let wrong = try desk.run(["webhook-secret", "create", "--secret-file", desk.scene.data.file("wrong.txt")])
                wrong.expect(1, errors: ["--secret-file must start with whsec_"], findings)
                findings.check(!wrong.errors.contains("c4n4ry"), "a secret is repeated in an error")
                let id = try JSONReader.read(Array(made.output.utf8))["id"].text
                try desk.run(["webhook-secret", "delete", id]).expect(0, output: ["deleted"], findings)
                try desk.run(["webhook-secret", "delete", id]).expect(1, errors: ["no webhook secret"], findings)
                try CommandRun(["webhook-secret", "create", "--overlap", "soon"], in: desk.scene.logs)
                    .expectUsage(["--overlap must be"], findings)
            }
        }

        private static func type(of arrival: RecordingTarget.Arrival?) -> String {
            arrival.flatMap { try? JSONReader.read($0.body)["type"].text } ?? ""
        }

        private static func field(_ name: String, of arrival: RecordingTarget.Arrival?) -> String? {
            arrival?.headers.first { $0.name.lowercased() == name }?.value
        }
    }

    /// `ledgerflow target` and `ledgerflow tenant`, as an operator uses them.
    @Suite struct TargetCommandTests {
        private typealias Desk = ScheduleCommandTests.Desk

        @Test func callsToAPausedHostOrOfAPausedTenantWaitAndDoNotFail() async throws {
            try await scenario { findings in
                let desk = try Desk(["--max-running-per-tenant", "32"])
                let target = try RecordingTarget()
                defer { target.stop() }
                try desk.run(["target", "pause", "127.0.0.1", "--reason", "Maintenance."])
                    .expect(0, output: ["127.0.0.1", "paused by ", ": Maintenance."], findings)
                let call = try desk.client.submit(submission(target.url("/ok"))).json()["id"].text
                pause(milliseconds: 500)
                findings.check(target.count == 0, "a call went to a paused host")
                findings.check(try desk.client.call(call)["status"].text == "scheduled", "the call does not wait")
                try desk.run(["target", "list"]).expect(0, output: ["HOST", "127.0.0.1", "paused"], findings)
                try desk.run(["target", "resume", "127.0.0.1"]).expect(0, output: ["127.0.0.1"], findings)
                findings.check(try desk.client.ended(call)["status"].text == "succeeded", "the call did not succeed")
                try desk.run(["tenant", "pause"]).expect(0, output: ["status       paused"], findings)
                let other = try desk.client.submit(submission(target.url("/ok"))).json()["id"].text
                pause(milliseconds: 500)
                findings.check(target.count == 1, "a call of a paused tenant went out")
                try desk.run(["tenant", "show"]).expect(0, output: ["tenant       demo", "limit        running 32"], findings)
                try desk.run(["tenant", "resume"]).expect(0, output: ["status       active"], findings)
                findings.check(try desk.client.ended(other)["status"].text == "succeeded", "the call did not succeed")
                try desk.run(["target", "pause", "a/b"]).expect(1, errors: ["no host that a call can be sent to"], findings)
                try CommandRun(["target", "pause", ""], in: desk.scene.logs).expectUsage(["The host is empty"], findings)
            }
        }
    }
}
