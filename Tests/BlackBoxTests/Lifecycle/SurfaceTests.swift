import Domain
import Testing

extension BlackBox {
    /// What operators and consumers see from outside.
    @Suite struct SurfaceTests {
        @Test func theDocumentListsEveryRouteAndTheRoutesAreThere() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let document = try Client(port: engine.port).get("/openapi.json").json()
                findings.check(document["openapi"].text.hasPrefix("3.1"), "openapi is \(document["openapi"])")
                let expected = [
                    "/v1/service-calls": ["post", "get"], "/v1/service-calls/batch": ["post"], "/v1/service-calls/{id}": ["get"],
                    "/v1/service-calls/{id}/cancel": ["post"], "/v1/service-calls/{id}/reschedule": ["post"],
                    "/v1/service-calls/{id}/retry": ["post"],
                    "/v1/schedules": ["post", "get"], "/v1/schedules/{id}": ["get", "patch", "delete"], "/v1/schedules/{id}/run": ["post"],
                    "/v1/subscriptions": ["post", "get"], "/v1/subscriptions/{id}": ["get", "patch", "delete"],
                    "/v1/subscriptions/{id}/test": ["post"], "/v1/subscriptions/{id}/replay": ["post"],
                    "/v1/webhook-secrets": ["post", "get"], "/v1/webhook-secrets/{id}": ["delete"], "/v1/targets": ["get"],
                    "/v1/targets/{host}/pause": ["post"], "/v1/tenant": ["get"], "/v1/tenant/pause": ["post"],
                    "/v1/ingestion/sources": ["post", "get"], "/v1/ingestion/sources/{name}": ["get", "put", "delete"],
                    "/v1/ingestion/sources/{name}/run": ["post"], "/v1/ingestion/sources/{name}/pause": ["post"],
                    "/v1/ingestion/sources/{name}/resume": ["post"], "/v1/ingestion/runs": ["get"], "/v1/ingestion/quarantine": ["get"],
                    "/v1/ingestion/quarantine/{id}/retry": ["post"], "/v1/ingestion/invoices": ["get"],
                    "/v1/ingestion/invoices/{id}/raw": ["get"], "/v1/ingestion/mappings/preview": ["post"],
                    "/v1/events": ["get"], "/livez": ["get"], "/readyz": ["get"], "/metrics": ["get"], "/openapi.json": ["get"],
                    "/asyncapi.json": ["get"],
                ]
                for (path, methods) in expected {
                    for method in methods where !document["paths"][path].names.contains(method) {
                        findings.add("\(method) \(path) is not in the document")
                    }
                }
                // Every path of the document is served: without a token it is refused, not unknown.
                for path in document["paths"].names {
                    for method in document["paths"][path].names where ["get", "post", "patch", "delete"].contains(method) {
                        let answer = try Client(port: engine.port).send(
                            method.uppercased(), path.replacing("{id}", with: "x"), ["post", "patch"].contains(method) ? [] : nil)
                        findings.check(
                            path == "/problems/{kind}" || ![404, 405].contains(answer.status),
                            "\(method) \(path) is not served: \(answer.start)")
                    }
                }
            }
        }

        @Test func metricsAreWellFormed() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let target = try RecordingTarget()
                defer { target.stop() }
                let engine = try scene.engine()
                for _ in 0..<20 { _ = try engine.client(scene.token).submit(submission(target.url("/ok"))) }
                try eventually(within: 10, "the calls are made") { target.count == 20 }
                let answer = try Client(port: engine.port).get("/metrics")
                findings.check(answer.header("content-type")?.hasPrefix("application/openmetrics-text") ?? false, "\(answer.headers)")
                findings.check(answer.text.hasSuffix("\n# EOF\n"), "the metrics end with \(answer.text.suffix(30).debugDescription)")
                let sample = try Regex(
                    #"^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="[^"]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"]*")*\})? -?[0-9]+(\.[0-9]+)?$"#
                )
                let comment = try Regex(#"^# ((TYPE|HELP|UNIT) [a-zA-Z_:][a-zA-Z0-9_:]* .+|EOF)$"#)
                var types: Set<Substring> = []
                for line in answer.text.split(separator: "\n") {
                    if line.hasPrefix("# TYPE ") {
                        findings.check(types.insert(line.split(separator: " ")[2]).inserted, "declared twice: \(line)")
                    }
                    findings.check(line.wholeMatch(of: line.hasPrefix("#") ? comment : sample) != nil, "not well-formed: \(line)")
                }
                for name in ["mailbox_depth", "execution_queue_depth", "timer_depth", "events_unpublished", "attempts_running"] {
                    findings.check(types.contains("ledgerflow_\(name)"), "there is no metric ledgerflow_\(name)")
                }
            }
        }

        @Test func aStreamBringsEventsAsTheyComeAndGoesOnWhereItBroke() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let target = try RecordingTarget()
                defer { target.stop() }
                var engine = try scene.engine()
                var stream = try EventStream(port: engine.port, token: scene.token, path: "/v1/events?after=end")
                let first = try engine.client(scene.token).submit(submission(target.url("/ok"))).json()["id"].text
                let lived = try (0..<4).map { _ in try stream.next() }
                findings.check(
                    lived.map(\.kind) == ["submitted", "execution-started", "execution-succeeded", "succeeded"],
                    "the stream brings \(lived.map(\.kind))")
                findings.check(
                    lived.allSatisfy { $0.data["subject"].text == first && $0.data["specversion"].text == "1.0" },
                    "the events are \(lived.map(\.data))")
                stream.close()
                let second = try engine.client(scene.token).submit(submission(target.url("/fail/1"), #""retry":{"initialDelayMs":5}"#))
                    .json()["id"].text
                _ = try engine.client(scene.token).ended(second)
                // From the middle, over a kill: what was seen does not come again, what was missed comes.
                engine.kill()
                engine = try scene.engine()
                stream = try EventStream(port: engine.port, token: scene.token, path: "/v1/events", lastEventId: lived[1].id)
                let rest = try (0..<9).map { _ in try stream.next() }
                findings.check(
                    rest.prefix(2).allSatisfy { $0.data["subject"].text == first }
                        && rest.prefix(2).map { $0.data["version"].int } == [3, 4]
                        || Set(rest.map { $0.data["subject"].text }) == [first, second],
                    "after a break the stream brings \(rest.map(\.kind))")
                let ofFirst = rest.filter { $0.data["subject"].text == first }.map { $0.data["version"].int }
                let ofSecond = rest.filter { $0.data["subject"].text == second }.map { $0.data["version"].int }
                findings.check(ofFirst == [3, 4] && ofSecond == [1, 2, 3, 4, 5, 6, 7], "after a break: \(ofFirst) and \(ofSecond)")
                stream.close()
                engine.expectUnharmed(findings, "streams")
            }
        }

        @Test func noSecretIsShownAnywhere() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let target = try RecordingTarget(keepsContent: true)
                defer { target.stop() }
                let engine = try scene.engine()
                let client = engine.client(scene.token)
                let (header, secret, query) = ("canary-in-a-header", "canary-in-a-body", "canary-in-a-query")
                let body = "password=\(secret)"
                var ids: [String] = []
                for path in ["/ok", "/gone", "/fail/1", "/drop/1"] {
                    let text =
                        #"{"request":{"url":"\#(target.url(path))?q=\#(query)","headers":{"Authorization":"Bearer \#(header)","X-Api-Key":"\#(header)"},"body":"\#(body)"},"retry":{"initialDelayMs":5,"maxAttempts":4}}"#
                    ids.append(try client.submit(text).json()["id"].text)
                }
                ids.append(
                    try client.submit(
                        #"{"request":{"url":"http://127.0.0.1:1/?q=\#(query)","headers":{"Authorization":"\#(header)"},"body":"\#(body)"},"retry":{"maxAttempts":1}}"#
                    ).json()["id"].text)
                for id in ids { _ = try client.ended(id) }
                let got = target.all
                findings.check(
                    got.contains { arrival in arrival.headers.contains { $0.value.contains(header) } }, "the target does not get the header"
                )
                findings.check(
                    got.contains { String(decoding: $0.body, as: UTF8.self) == body && $0.path.contains(query) },
                    "the target does not get body and query")
                // A wrong request must not be quoted either.
                let wrong = try client.submit(
                    #"{"request":{"url":"ftp://x/?q=\#(query)","headers":{"Host":"\#(header)"},"body":"\#(body)","bodyBase64":"x"}}"#)
                let places = [
                    ("the events", try client.get("/v1/events?limit=1000").text), ("the list", try client.get("/v1/service-calls").text),
                    ("a detail", try ids.map { try client.get("/v1/service-calls/\($0)").text }.joined()),
                    ("the metrics", try client.get("/metrics").text),
                    ("a problem", wrong.text), ("standard error", engine.errors), ("standard output", engine.child.output),
                ]
                for (place, text) in places {
                    findings.check(!text.contains(header), "\(place) shows a secret header")
                    findings.check(!text.contains(secret), "\(place) shows a secret of a body")
                    findings.check(!text.contains(scene.token), "\(place) shows a token")
                    findings.check(!text.contains(query), "\(place) shows a query")
                    // Its own tenant's detail shows how a body begins, without its secrets; nobody else gets to see it.
                    if place != "a detail" { findings.check(!text.contains("password="), "\(place) shows a body") }
                }
            }
        }
    }
}

/// A stream of server-sent events.
private final class EventStream {
    struct Event {
        let id: String
        let data: JSONValue
        var kind: String { data["type"].text.split(separator: ".").dropFirst(2).first.map(String.init) ?? "" }
    }

    private let connection: RawHTTP
    private var text = ""

    init(port: Int, token: String, path: String, lastEventId: String? = nil) throws {
        connection = try RawHTTP(port: port, timeout: 20)
        let headers = [("Accept", "text/event-stream")] + (lastEventId.map { [("Last-Event-ID", $0)] } ?? [])
        try connection.send(Client.request("GET", path, nil, token: token, headers: headers))
        let head = try connection.head()
        guard head?.status == 200, head?.header("content-type") == "text/event-stream" else {
            throw Broken("no stream: \(head?.start ?? "closed")")
        }
    }

    /// The next event; what carries no data is skipped.
    func next() throws -> Event {
        while true {
            while let end = text.firstRange(of: "\n\n") {
                let lines = text[..<end.lowerBound].split(separator: "\n")
                text = String(text[end.upperBound...])
                let field = { (name: String) in lines.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) } }
                guard let data = field("data"), let id = field("id") else { continue }
                return Event(id: id, data: try JSONReader.read(Array(data.utf8)))
            }
            guard let chunk = try connection.chunk() else { throw Broken("the stream ended") }
            text += String(decoding: chunk, as: UTF8.self)
        }
    }

    func close() { connection.socket.shutDown() }
}
