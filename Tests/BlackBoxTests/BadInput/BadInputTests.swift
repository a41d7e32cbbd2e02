import Domain
import PropertyKit
import Testing

extension BlackBox {
    /// Whatever is sent, the answer is a clear problem, and the engine is unharmed.
    @Suite struct BadInputTests {
        @Test func everyBadRequestGetsAClearProblem() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let strangers = try token(tenant: "stranger", data: scene.data.path, logs: scene.logs)
                let theirs = try engine.client(strangers).submit(submission("http://127.0.0.1:1/", farAway)).json()["id"].text
                for request in BadRequests.all(token: scene.token, foreignId: theirs) { check(request, engine, scene.token, findings) }
                let shown = try engine.client(strangers).call(theirs)
                findings.check(shown["status"].text == "scheduled", "another tenant's call was touched: \(shown)")
                try expectAlive(engine, scene.token, findings, "the bad requests")
            }
        }

        private func check(_ bad: BadRequest, _ engine: EngineProcess, _ token: String, _ findings: Findings) {
            let bearer = bad.token.given(token)
            do {
                let client = Client(port: engine.port, token: bearer)
                let answer = try client.sendOnce(bad.method, bad.path, bad.body, headers: bad.headers)
                let text = "\(bad.name): \(answer.start) \(answer.text.prefix(300))"
                findings.check(answer.status == bad.status, "\(bad.status) expected for \(text)")
                guard bad.method != "HEAD" else { return }
                findings.check(answer.isProblem, "no problem+json for \(text)")
                let problem = try answer.json()
                findings.check(problem["status"].int == answer.status, "the problem has another status: \(text)")
                findings.check(!problem["detail"].text.isEmpty && !problem["title"].text.isEmpty, "the problem says nothing: \(text)")
                if let pointer = bad.pointer {
                    let pointers = problem["errors"].list.map { $0["pointer"].text + $0["parameter"].text + $0["header"].text }
                    findings.check(pointers.contains(pointer), "\(pointer) is not named: \(text)")
                }
                if bad.status == 401 {
                    findings.check(answer.header("www-authenticate")?.hasPrefix("Bearer") ?? false, "no challenge: \(text)")
                }
            } catch {
                findings.add("\(bad.name): no answer (\(error))")
            }
        }

        @Test func brokenFramingIsRefusedOrTheConnectionClosed() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                for (name, bytes) in BrokenFraming.all(scene.token) {
                    let connection = try RawHTTP(port: engine.port, timeout: 15)
                    // The engine may close before everything is sent.
                    try? connection.send(bytes)
                    let answer: Message?
                    do { answer = try connection.message() } catch Socket.Failure.timeout {
                        findings.add("\(name): neither an answer nor the end of the connection")
                        continue
                    } catch { continue }
                    guard let answer else { continue }
                    findings.check(
                        (400..<500).contains(answer.status) && answer.isProblem, "\(name): \(answer.start) \(answer.text.prefix(200))")
                    findings.check(connection.isClosed(), "\(name): the connection stays open after \(answer.start)")
                }
                try expectAlive(engine, scene.token, findings, "broken framing")
            }
        }

        @Test func slowAndSilentClientsAreCutOffAndHoldUpNobody() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let silent = try (0..<100).map { _ in try RawHTTP(port: engine.port, timeout: 45) }
                let dripping = try (0..<20).map { _ in try RawHTTP(port: engine.port, timeout: 45) }
                for connection in dripping { try connection.send("GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ") }
                let halfBody = try RawHTTP(port: engine.port, timeout: 60)
                try halfBody.send(
                    Client.request(
                        "POST", "/v1/service-calls", nil, token: scene.token,
                        headers: [("Content-Type", "application/json"), ("Content-Length", "100")])
                        + Array("{\"request\":".utf8))
                for second in 0..<14 {
                    for connection in dripping { try? connection.send("a") }
                    let answer = try engine.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway), key: "slow-\(second)")
                    findings.check(answer.status == 201, "beside slow clients: \(answer.start)")
                    pause(milliseconds: 1_000)
                }
                for connection in dripping { findings.check(connection.isClosed(), "a head that drips for ever is not cut off") }
                let answer = try halfBody.message()
                findings.check(answer?.status == 408 && answer?.isProblem ?? false, "half a body: \(answer?.start ?? "closed")")
                findings.check(halfBody.isClosed(), "half a body keeps its connection")
                for connection in silent { connection.socket.shutDown() }
                try expectAlive(engine, scene.token, findings, "slow clients")
            }
        }

        @Test func aThousandPipelinedRequestsAreAnsweredInOrder() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let connection = try RawHTTP(port: engine.port)
                let sender = Crew()
                let socket = connection.socket
                sender.start {
                    for number in 0..<1_000 {
                        let body = Array(submission("http://127.0.0.1:1/\(number)", farAway).utf8)
                        try socket.send(
                            Client.request(
                                "POST", "/v1/service-calls", body, token: scene.token,
                                headers: [("Content-Type", "application/json"), ("Idempotency-Key", "pipelined-\(number)")]))
                    }
                }
                for number in 0..<1_000 {
                    guard let answer = try connection.message() else { throw Broken("closed after \(number) answers") }
                    let url = try answer.json()["request"]["url"].text
                    findings.check(
                        answer.status == 201 && url == "http://127.0.0.1:1/\(number)", "answer \(number) is \(answer.start) for \(url)")
                }
                try sender.join(within: 10)
                findings.check(try engine.client(scene.token).calls().count == 1_000, "not every pipelined call is there")
                try expectAlive(engine, scene.token, findings, "pipelining")
            }
        }

        @Test func clientsThatLeaveInTheMiddleLeaveNothingBehind() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                var generator = SeededGenerator(seed: 5)
                for number in 0..<300 {
                    let body = Array(submission("http://127.0.0.1:1/", farAway).utf8)
                    let request = Client.request(
                        "POST", "/v1/service-calls", body, token: scene.token,
                        headers: [("Content-Type", "application/json"), ("Idempotency-Key", "left-\(number)")])
                    let connection = try RawHTTP(port: engine.port)
                    try? connection.send(Array(request.prefix(generator.number(1...request.count))))
                    if generator.chance(50) { connection.socket.abort() }
                }
                try expectAlive(engine, scene.token, findings, "clients that left")
                try eventually(within: 20, "connections and requests are let go") {
                    let metrics = try Client(port: engine.port).get("/metrics").text
                    let left = { (name: String) -> Int in
                        let line = metrics.split(separator: "\n").first { $0.hasPrefix("ledgerflow_http_\(name) ") }
                        return line.flatMap { Int($0.split(separator: " ")[1]) } ?? .max
                    }
                    // The request for the metrics itself is one.
                    return left("requests_in_flight") <= 1 && left("connections") <= 1 && left("body_bytes") == 0
                }
            }
        }

        /// `FUZZ=100000` tries more, `FUZZ_SEED=7` others.
        @Test func mutatedRequestsNeverHarmTheEngine() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let count = Repository.setting("FUZZ", default: 3_000)
                let seed = Repository.setting("FUZZ_SEED", default: 1)
                var fuzz = Fuzz(token: scene.token, seed: UInt64(seed))
                var statuses: [Int: Int] = [:]
                for number in 0..<count {
                    let request = fuzz.next()
                    let connection = try RawHTTP(port: engine.port, timeout: 20)
                    try? connection.send(request)
                    connection.socket.finishSending()
                    do {
                        let answer = try connection.message()
                        statuses[answer?.status ?? 0, default: 0] += 1
                        if let answer, answer.status >= 500 {
                            findings.add(
                                "request \(number) of seed \(seed) got \(answer.start) \(answer.text.prefix(200)): \(String(decoding: request, as: UTF8.self).debugDescription.prefix(600))"
                            )
                        }
                    } catch Socket.Failure.timeout {
                        findings.add(
                            "request \(number) of seed \(seed) has no end: \(String(decoding: request, as: UTF8.self).debugDescription.prefix(600))"
                        )
                    } catch { statuses[0, default: 0] += 1 }
                    guard engine.isRunning else {
                        throw Broken("request \(number) of seed \(seed) killed the engine: \(engine.errors.suffix(2_000))")
                    }
                }
                print(
                    "fuzz: \(count) requests, answers by status (0: closed): \(statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))"
                )
                findings.check(
                    statuses.filter { (200..<300).contains($0.key) }.values.reduce(0, +) > 0,
                    "no mutated request was good: the fuzz does not get far")
                try expectAlive(engine, scene.token, findings, "the fuzz")
            }
        }

        /// A good request works, in the same process as before.
        private func expectAlive(_ engine: EngineProcess, _ token: String, _ findings: Findings, _ after: String) throws {
            engine.expectUnharmed(findings, after)
            let target = try RecordingTarget()
            defer { target.stop() }
            let answer = try engine.client(token).submit(submission(target.url("/ok")))
            findings.check(answer.status == 201, "after \(after) a good request is answered \(answer.start)")
            let call = try engine.client(token).ended(answer.json()["id"].text)
            findings.check(call["status"].text == "succeeded", "after \(after) a good call ends as \(call["status"].text)")
        }
    }
}
