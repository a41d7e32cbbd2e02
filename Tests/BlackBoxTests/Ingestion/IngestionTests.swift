import Domain
import Foundation
import KafkaKit
import Testing

extension BlackBox {
    /// Ingestion, as its users see it.
    @Suite struct IngestionTests {
        /// New, unchanged, changed and back again, one that is broken, and what becomes of it.
        @Test func whatASourceSendsIsTakenOnceInEachOfItsVersions() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let first = SOAPService.invoices(5)
                let service = try SOAPService(first)
                defer { service.stop() }
                let engine = try scene.engine()
                let client = engine.client(scene.token)
                findings.check(try client.put("/v1/ingestion/sources/erp", service.source()).status == 201, "no source")
                try eventually(within: 30, "the first run is complete") { try client.runs("?status=succeeded").count == 1 }
                findings.check(try client.received().count == 5, "not five documents")
                func expect(_ invoices: [String], _ counts: [String: Int], _ status: String) throws -> JSONValue {
                    service.give(invoices)
                    let run = try client.runSource("erp")
                    findings.check(run["status"].text == status, "the run is \(run)")
                    for (name, count) in counts {
                        findings.check(run["counts"][name].int == count, "\(name) is \(run["counts"][name].int), not \(count)")
                    }
                    return run
                }
                _ = try expect(first, ["new": 0, "unchanged": 5, "changed": 0], "succeeded")
                let changed = [SOAPService.invoice("N-1", 999)] + first.dropFirst()
                _ = try expect(changed, ["changed": 1, "unchanged": 4], "succeeded")
                _ = try expect(first, ["changed": 1, "unchanged": 4], "succeeded")
                let broken = "<Invoice><InvoiceNumber>N-6</InvoiceNumber><Open></Invoice>"
                _ = try expect(first + [broken], ["new": 0, "unchanged": 5, "quarantined": 1], "partial")
                let document = try client.received("?number=N-1").first ?? .null
                findings.check(document["version"].int == 3, "A, B, A is version \(document["version"].int)")
                for (version, text) in [(1, first[0]), (2, changed[0]), (3, first[0])] {
                    let raw = try client.get("/v1/ingestion/invoices/\(document["id"].text)/raw?version=\(version)")
                    findings.check(raw.text == text, "version \(version) is \(raw.text.prefix(200))")
                }
                let events = try client.events().filter { $0["type"].text == "ledgerflow.ingestion.invoice-received.v1" }
                findings.check(events.count == 7, "\(events.count) events, not seven")
                try quarantine(client, broken, findings)
                try strangers(scene, engine, document["id"].text, findings)
                for text in [engine.errors, try client.get("/v1/ingestion/sources").text, try client.get("/v1/events?limit=1000").text]
                where text.contains(SOAPService.password) {
                    findings.add("the password is shown: \(text.prefix(300))")
                }
            }
        }

        private func quarantine(_ client: Client, _ broken: String, _ findings: Findings) throws {
            let slices = try client.pages("/v1/ingestion/quarantine?status=open", cursor: "cursor")
            findings.check(slices.count == 1 && slices.first?["reason"].text == "malformed", "in quarantine are \(slices)")
            let path = "/v1/ingestion/quarantine/\(slices.first?["id"].text ?? "")"
            findings.check(try client.get(path + "/raw").text.hasPrefix("<Invoice><InvoiceNumber>N-6"), "the octets are others")
            let again = try client.send("POST", path + "/retry").json()
            findings.check(again["outcome"].text == "refused", "what is broken was taken: \(again)")
        }

        private func strangers(_ scene: Scene, _ engine: EngineProcess, _ document: String, _ findings: Findings) throws {
            let other = engine.client(try token(tenant: "stranger", data: scene.data.path, logs: scene.logs))
            for path in ["sources/erp", "invoices/\(document)", "invoices/\(document)/raw"] {
                let answer = try other.get("/v1/ingestion/\(path)")
                findings.check(answer.status == 404 && answer.isProblem, "a stranger gets \(answer.start) for \(path)")
            }
            for path in ["sources", "runs", "invoices", "quarantine"] {
                findings.check(try other.get("/v1/ingestion/\(path)").json()["items"].list.isEmpty, "a stranger sees \(path)")
            }
            findings.check(try other.send("POST", "/v1/ingestion/sources/erp/run").status == 404, "a stranger runs the source")
        }

        /// IG-6: one trace in the request to the source, the log, the record, the events, the headers on the bus, and the spans.
        @Test func oneTraceTiesTogetherAllThatBelongsToARunAndTheBusHasTheDocumentItself() async throws {
            let broker = try Broker()
            let scene = try Scene()
            let collector = try TraceCollector()
            let invoices = SOAPService.invoices(20)
            let service = try SOAPService(invoices)
            defer { service.stop() }
            let engine = try scene.engine(broker.arguments + collector.arguments + ["--source-topic", "erp.invoices"])
            let client = engine.client(scene.token)
            let refused = try client.put("/v1/ingestion/sources/erp", service.source(more: #","topic":"any.other""#))
            #expect(refused.status == 400 && refused.text.contains("/topic"))
            let made = try client.put("/v1/ingestion/sources/erp", service.source(more: #","topic":"erp.invoices""#))
            #expect(made.status == 201, "\(made.text)")
            try eventually(within: 30, "the run is complete") { try client.runs("?status=succeeded").count == 1 }
            let trace = try #require(try client.runs().first)["traceId"].text
            #expect(trace.count == 32)
            #expect(service.asked.first?.header("traceparent")?.contains("-\(trace)-") == true)
            for event in ["ingestion.run-started", "ingestion.run-ended"] {
                #expect(engine.errors.split(separator: "\n").contains { $0.contains(event) && $0.contains(trace) }, "\(event)")
            }
            let messages = await RawReader.read(broker.process.bootstrapServers, "erp.invoices", atLeast: 20)
            #expect(Set(messages.map { String(decoding: $0.value ?? [], as: UTF8.self) }) == Set(invoices))
            for message in messages {
                #expect(message.header("trace_id") == trace)
                #expect(message.header("traceparent") == "00-\(trace)-\(trace.suffix(16))-01", "its span is the run's")
                #expect(message.header("ce_correlationid") == trace)
                #expect(message.header("ce_type") == "ledgerflow.ingestion.invoice-received.v1")
                #expect(message.header("content-type") == "application/xml; charset=utf-8")
                #expect(message.header("ce_sourcename") == "erp")
                let number = try #require(message.header("ce_documentnumber"))
                #expect(String(decoding: message.value ?? [], as: UTF8.self).contains(">\(number)<"))
            }
            let others = await RawReader.read(broker.process.bootstrapServers, "ledgerflow.ingestion", atLeast: 3)
            let ended = others.filter { $0.header("ce_type") == "ledgerflow.ingestion.run-ended.v1" }
            #expect(ended.count == 1 && ended.allSatisfy { $0.header("trace_id") == trace })
            #expect(try engine.stop() == .code(0))
            collector.stop()
            let spans = try collector.spans()
            #expect(spans.contains { $0["name"].text == "ingestion run" && $0["spanId"].text == String(trace.suffix(16)) })
            #expect(spans.contains { $0["name"].text == "publish" } && spans.allSatisfy { $0["traceId"].text == trace })
        }

        // MARK: Settings

        @Test func theSampleSourceIsPausedByAStartWithoutItAndTakenUpAgainByOneWithIt() async throws {
            try await scenario { findings in
                let scene = try Scene()
                func start(_ arguments: [String], _ status: String) throws {
                    let engine = try scene.engine(arguments)
                    let client = engine.client(scene.token)
                    try eventually(within: 30, "the sample source is \(status)") {
                        let source = try client.get("/v1/ingestion/sources/sample")
                        return try source.status == 200 && source.json()["status"].text == status
                    }
                    findings.check(try engine.stop() == .code(0), "it does not stop in order")
                }
                try start(["--sample-source"], "active")
                try start([], "paused")
                try start(["--sample-source"], "active")
            }
        }

        @Test func sourcesOfAFileAreTakenAtTheStartAndAgainOnSIGHUPAllOrNothing() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let service = try SOAPService(SOAPService.invoices(3))
                defer { service.stop() }
                let file = scene.logs.file("sources.json")
                try scene.logs.write("secret", Array((SOAPService.password + "\n").utf8))
                func write(_ entries: [String]) throws {
                    try scene.logs.write("sources.json", Array(#"{"sources":[\#(entries.joined(separator: ","))]}"#.utf8))
                }
                let withFile = service.source().replacing(
                    #""password":"\#(SOAPService.password)""#, with: #""passwordFile":"\#(scene.logs.file("secret"))""#)
                func entry(_ name: String, _ more: String = "") -> String {
                    #"{"tenant":"demo","name":"\#(name)"\#(more),"# + withFile.dropFirst()
                }
                try write([entry("erp")])
                var engine = try scene.engine(["--ingestion-sources", file])
                let client = engine.client(scene.token)
                try eventually(within: 30, "the source of the file brings its documents") { try client.received().count == 3 }
                try write([entry("erp", #","paused":true"#), entry("shop")])
                engine.child.signal(SIGHUP)
                try eventually(within: 20, "the file is read again") {
                    let sources = try client.pages("/v1/ingestion/sources", cursor: "cursor")
                    return sources.map { $0["name"].text + $0["status"].text } == ["erppaused", "shopactive"]
                }
                try write([entry("third"), entry("shop", #","intervalSecond":5"#)])
                engine.child.signal(SIGHUP)
                try eventually(within: 20, "the wrong file is told of") { engine.errors.contains("ingestion.sources-not-read") }
                findings.check(
                    engine.errors.contains("/sources/1/intervalSecond"), "what is wrong is not named: \(engine.errors.suffix(800))")
                findings.check(
                    try client.pages("/v1/ingestion/sources", cursor: "cursor").count == 2, "a part of a wrong file was taken")
                findings.check(!engine.errors.contains(SOAPService.password), "the log shows the password")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
                let wrong = try CommandRun(
                    ["serve", "--data-dir", scene.data.path, "--port", "0", "--ingestion-sources", file], in: scene.logs)
                wrong.expect(64, errors: ["the file of sources", "/sources/1/intervalSecond"], findings)
                try scene.logs.write("secret", Array("two\nlines".utf8))
                try write([entry("erp")])
                let unusable = try CommandRun(
                    ["serve", "--data-dir", scene.data.path, "--port", "0", "--ingestion-sources", file], in: scene.logs)
                unusable.expect(64, errors: ["/sources/0/passwordFile", "control character"], findings)
                try write([
                    entry("erp").replacing(
                        #""passwordFile":"\#(scene.logs.file("secret"))""#, with: #""passwordVariable":"LEDGERFLOW_NO_SUCH_PASSWORD""#)
                ])
                let unset = try CommandRun(
                    ["serve", "--data-dir", scene.data.path, "--port", "0", "--ingestion-sources", file], in: scene.logs)
                unset.expect(64, errors: ["/sources/0/passwordVariable", "names no variable"], findings)
                try write([entry("erp").replacing(scene.logs.file("secret"), with: "-")])
                let standard = try CommandRun(
                    ["serve", "--data-dir", scene.data.path, "--port", "0", "--ingestion-sources", file], in: scene.logs)
                standard.expect(64, errors: ["/sources/0/passwordFile", "must be a file"], findings)
                try scene.logs.write("secret", Array((SOAPService.password + "\n").utf8))
                let sample = try CommandRun(["serve", "--data-dir", scene.data.path, "--port", "0", "--sample-source"], in: scene.logs)
                sample.expect(64, errors: ["--allow-target 127.0.0.0/8"], findings)
                // The same file again changes nothing.
                try write([entry("erp"), entry("shop")])
                engine = try scene.engine(["--ingestion-sources", file])
                try eventually(within: 20, "the file is taken") { engine.errors.contains("ingestion.sources-applied") }
                let again = engine.client(scene.token)
                findings.check(
                    try again.get("/v1/ingestion/sources/shop").json()["version"].int == 1, "an unchanged source has changed")
                findings.check(try again.get("/v1/ingestion/sources/erp").json()["status"].text == "paused", "a pause was undone")
            }
        }
    }
}
