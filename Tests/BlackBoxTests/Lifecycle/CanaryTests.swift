import Foundation
import Testing

extension BlackBox {
    /// Secrets are planted wherever a client can put them, and looked for wherever anybody could read (SC-9, PF-6).
    @Suite struct CanaryTests {
        /// What is planted; each is a word that occurs nowhere else.
        private struct Canaries {
            let header = "c4naryInAHeader"
            let cookie = "c4naryInACookie"
            let query = "c4naryInAQuery"
            let body = "c4naryInABody"
            let plain = "c4naryInAPlainBody"
            let answer = "c4naryInAnAnswer"
            let key = "c4naryAsAnIdempotencyKey"
            let wrong = "c4naryInAWrongRequest"
            let card = "4012888888881881"

            var all: [String] { [header, cookie, query, body, plain, answer, key, wrong, card] }
            /// What no view shows, its own tenant's neither: the rest has neither the name nor the shape of a secret.
            var hidden: [String] { all.filter { $0 != plain } }
        }

        @Test func noSecretIsFoundInAnyOutputNorInTheFilesOfTheDataDirectory() async throws {
            try await scenario { findings in
                let (scene, canaries) = (try Scene(), Canaries())
                let target = try RecordingTarget(
                    keepsContent: true, says: #"{"access_token":"\#(canaries.answer)","card":"\#(canaries.card)","ok":true}"#)
                defer { target.stop() }
                let engine = try scene.engine()
                let client = engine.client(scene.token)
                let ids = try plant(canaries, target, client)
                findings.check(
                    target.all.contains {
                        let text = String(decoding: $0.body, as: UTF8.self)
                        return text.contains(canaries.body) && $0.path.contains(canaries.query)
                            && $0.headers.contains { $0.value.contains(canaries.header) }
                    }, "the target does not get what was submitted")
                let details = try ids.map { try client.get("/v1/service-calls/\($0)").text }.joined()
                findings.check(
                    details.contains("[redacted]") && details.contains(#"\"ok\":true"#), "no redacted detail: \(details.prefix(2_000))")
                var places = [
                    ("the events", try client.get("/v1/events?limit=1000").text),
                    ("the list", try client.get("/v1/service-calls?limit=1000").text), ("a detail", details),
                    ("the metrics", try client.get("/metrics").text), ("the audit", try client.get("/v1/audit?limit=1000").text),
                ]
                places += try refusals(canaries, client)
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                places += [("standard error", engine.errors), ("standard output", engine.child.output)]
                for (place, text) in places {
                    let sought = place == "a detail" ? canaries.hidden : canaries.all
                    for canary in sought + [scene.token] where text.contains(canary) {
                        findings.add("\(place) shows \(canary): \(around(canary, in: text))")
                    }
                }
                try expectNowhere(canaries.all + [scene.token], in: scene.data, findings)
            }
        }

        /// Also while the engine runs, and in what a killed one left: the write-ahead log is no other place.
        @Test func noSecretIsFoundInTheFilesOfAnEngineThatWasKilled() async throws {
            try await scenario { findings in
                let (scene, canaries) = (try Scene(), Canaries())
                let target = try RecordingTarget()
                defer { target.stop() }
                let engine = try scene.engine()
                let client = engine.client(scene.token)
                for number in 0..<50 {
                    let later = number.isMultiple(of: 2) ? "" : "," + farAway
                    let text = #"{"request":{"url":"\#(target.url("/ok"))?q=\#(canaries.query)","body":"\#(canaries.plain)"}\#(later)}"#
                    findings.check(try client.submit(text, key: canaries.key + "\(number)").status == 201, "a submission failed")
                }
                try expectNowhere(canaries.all, in: scene.data, findings)
                engine.kill()
                try expectNowhere(canaries.all, in: scene.data, findings)
                // Sealed is not lost: the next start opens what the one before sealed.
                let again = try scene.engine()
                let list = try again.client(scene.token).get("/v1/service-calls?limit=1").json()["items"].list
                let detail = try again.client(scene.token).get("/v1/service-calls/\(list.first?["id"].text ?? "")")
                findings.check(detail.text.contains(canaries.plain), "the detail does not open after a start: \(detail.text)")
            }
        }

        /// What a source is given to ask with goes to the source, and nowhere else.
        @Test func noSecretOfASourceIsFoundInAnyOutputNorInTheFilesOfTheDataDirectory() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let service = try SOAPService(SOAPService.invoices(2))
                defer { service.stop() }
                let header = "\(SOAPService.user):\(SOAPService.password)"
                let (query, parameter) = ("c4naryInASourcesQuery", "c4naryInAParameter")
                let secrets = [
                    SOAPService.password, Data(header.utf8).base64EncodedString(), query, parameter,
                    // As a seal that was none would hold them.
                    Data(query.utf8).base64EncodedString(), Data(SOAPService.password.utf8).base64EncodedString(),
                ]
                let source = service.source().replacing("/soap\"", with: "/soap?key=\(query)\"")
                    .replacing(#"[{"name":"from""#, with: #"[{"name":"companyId","value":"\#(parameter)"},{"name":"from""#)
                let engine = try scene.engine()
                let client = engine.client(scene.token)
                let made = try client.put("/v1/ingestion/sources/erp", source)
                findings.check(made.status == 201 && made.text.contains("?[redacted]"), "the source is \(made.text.prefix(500))")
                try eventually(within: 30, "the first run is complete") { try client.runs("?status=succeeded").count == 1 }
                let asked = service.asked.first
                findings.check(asked?.target.contains("?key=\(query)") == true, "the source was asked for \(asked?.target ?? "nothing")")
                findings.check(asked?.body.contains(">\(parameter)<") == true, "the source was asked with \(asked?.body ?? "nothing")")
                // A refusal quotes nothing, and a failure neither.
                let refused = try client.put("/v1/ingestion/sources/erp", source.replacing("Invoice\"", with: "<\""))
                service.stop()
                let failed = try client.runSource("erp", within: 120)
                findings.check(failed["status"].text == "failed", "the run of a source that is away is \(failed)")
                var places = [("the source", made.text), ("a problem", refused.text), ("the failed run", "\(failed)")]
                for path in ["ingestion/sources", "ingestion/sources/erp", "ingestion/runs", "events?limit=1000", "audit?limit=1000"] {
                    places.append((path, try client.get("/v1/\(path)").text))
                }
                places.append(("the metrics", try client.get("/metrics").text))
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                places += [("standard error", engine.errors), ("standard output", engine.child.output)]
                for (place, text) in places {
                    for canary in secrets where text.contains(canary) {
                        findings.add("\(place) shows \(canary): \(around(canary, in: text))")
                    }
                }
                try expectNowhere(secrets, in: scene.data, findings)
            }
        }

        private func plant(_ canaries: Canaries, _ target: RecordingTarget, _ client: Client) throws -> [String] {
            var ids: [String] = []
            let headers =
                #""Authorization":"Bearer \#(canaries.header)","Cookie":"s=\#(canaries.cookie)","X-Note":"Bearer \#(canaries.header)""#
            let body = #"{\"password\":\"\#(canaries.body)\",\"card\":\"\#(canaries.card)\",\"n\":1}"#
            for (number, path) in ["/says/0", "/says/1", "/gone", "/drop/1", "/ok"].enumerated() {
                let text =
                    #"{"request":{"url":"\#(target.url(path))?q=\#(canaries.query)&r","headers":{\#(headers)},"body":"\#(body)"},"retry":{"initialDelayMs":5,"maxAttempts":3}}"#
                let answer = try client.submit(text, key: "\(canaries.key)\(number)")
                guard answer.status == 201 else { throw Broken("submitting gave \(answer.status): \(answer.text)") }
                ids.append(try answer.json()["id"].text)
            }
            let plain = try client.submit(
                #"{"request":{"url":"http://127.0.0.1:1/?q=\#(canaries.query)","body":"\#(canaries.plain)"},"retry":{"maxAttempts":1}}"#,
                key: canaries.key)
            ids.append(try plain.json()["id"].text)
            for id in ids { _ = try client.ended(id) }
            return ids
        }

        /// Requests that are refused are not quoted.
        private func refusals(_ canaries: Canaries, _ client: Client) throws -> [(String, String)] {
            let wrong = canaries.wrong
            let texts = [
                #"{"request":{"url":"ftp://x/?q=\#(wrong)","headers":{"Host":"\#(wrong)"},"body":"\#(wrong)","bodyBase64":"x"}}"#,
                #"{"request":{"url":"https://e.com/","body":"\#(wrong)"#, #"{"request":"\#(wrong)"}"#,
            ]
            return try texts.map { ("a problem", try client.submit($0, key: canaries.key + "-wrong").text) }
        }

        private func expectNowhere(_ canaries: [String], in data: DataFolder, _ findings: Findings) throws {
            let files = try FileManager.default.contentsOfDirectory(atPath: data.path)
            findings.check(files.contains("ledgerflow.sqlite"), "there is no database")
            for file in files {
                let bytes = Data(data.contents(file))
                for canary in canaries where bytes.range(of: Data(canary.utf8)) != nil { findings.add("\(file) holds \(canary)") }
            }
        }

        private func around(_ canary: String, in text: String) -> String {
            guard let range = text.range(of: canary) else { return "" }
            let start = text.index(range.lowerBound, offsetBy: -120, limitedBy: text.startIndex) ?? text.startIndex
            let end = text.index(range.upperBound, offsetBy: 60, limitedBy: text.endIndex) ?? text.endIndex
            return String(text[start..<end])
        }
    }
}
