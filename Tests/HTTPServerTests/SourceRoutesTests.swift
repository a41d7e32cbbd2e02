import Domain
import Ports
import Synchronization
import Testing

@testable import HTTPServerAdapter

@Suite struct SourceRoutesTests {
    static let path = "/v1/ingestion/sources"
    static let one = path + "/trading-house"
    static let plain = #""url":"https://erp.example.com/soap?key=q-canary","invoiceElement":"Invoice","numberPath":"Header/@number""#
    static let full = #"""
        {"name":"trading-house",\#(plain),"username":"lf","password":"p-canary","intervalSeconds":60,"overlapSeconds":0,
        "lookbackSeconds":3600,"soapVersion":"1.2","soapAction":"urn:erp#list","operation":{"namespace":"urn:erp","name":"List"},
        "parameters":[{"name":"since","value":"{from}"},{"name":"apiKey","value":"a-canary"}],"limits":{"invoiceBytes":1000,"totalSeconds":60},
        "mapping":{"fields":{"currency":"Currency"}}}
        """#

    // MARK: Making

    @Test func aSourceIsMadeByTheFewSettingsOfTheIssueAndHasDefaults() async throws {
        try await withServer { server in
            let made = try await server.post(
                Self.path,
                #"{"name":"erp","url":"https://erp.example.com/","username":"u","password":"p","intervalSeconds":300,"invoiceElement":"Invoice","numberPath":"InvoiceNumber"}"#
            )
            #expect(made.status == 201, "\(made.text)")
            #expect(made.header("location") == Self.path + "/erp")
            #expect(made.header("etag") == "\"1\"")
            #expect(try made.string("status") == "active")
            #expect(try made.string("soapVersion") == "1.1")
            #expect(try made.string("operation", "name") == "GetInvoices")
            #expect(try made.int("overlapSeconds") == 300)
            #expect(try made.string("progress", "breaker") == "closed")
            #expect(try await server.get(Self.path + "/erp").body == made.body)
            #expect(try await server.get(Self.path).count("items") == 1)
        }
    }

    @Test func whatIsSaidIsShownButForWhatIsSecretAndKeptSealed() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, Self.full)
            #expect(made.status == 201, "\(made.text)")
            #expect(try made.string("password") == "[redacted]")
            #expect(try made.string("parameters", "0", "value") == "{from}")
            #expect(try made.string("parameters", "1", "value") == "[redacted]")
            #expect(try made.string("url") == "https://erp.example.com/soap?[redacted]")
            #expect(try made.int("limits", "invoiceBytes") == 1_000)
            #expect(try made.int("limits", "totalSeconds") == 60)
            #expect(try made.string("mapping", "fields", "currency") == "Currency")
            for answer in [made, try await server.get(Self.one), try await server.get(Self.path)] {
                #expect(!answer.text.contains("canary"), "\(answer.text)")
            }
            let source = try #require(server.source())
            #expect(!String(decoding: TenantItem.source(source).storedState, as: UTF8.self).contains("canary"))
            guard case .sealed(let sealed)? = source.plan.request.password else {
                Issue.record("no password is kept")
                return
            }
            let tenant = try #require(TenantId("demo"))
            #expect(try TestServer.sealer.open(sealed, .password(of: source.name, tenant: tenant)) == Array("p-canary".utf8))
        }
    }

    @Test func theSameAgainIsTheSameSourceAndAnotherOfItsNameIsRefused() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, Self.full)
            let again = try await server.post(Self.path, Self.full)
            #expect(again.status == 200)
            #expect(again.body == made.body)
            let other = try await server.post(Self.path, Self.full.replacing("p-canary", with: "another"))
            #expect(other.status == 409)
            #expect(try other.string("type") == "/problems/already-exists")
            #expect(!other.text.contains("another\""))
            #expect(try await server.get(Self.one).string("name") == "trading-house")
        }
    }

    @Test(arguments: [
        ("{}", ["/name", "/url", "/invoiceElement", "/numberPath"]),
        (#"{"name":"Ü",\#(plain),"password":"p-canary"}"#, ["/name", "/password"]),
        (#"{"name":"a",\#(plain),"username":"a:b","password":"p-canary"}"#, ["/username"]),
        (#"{"name":"a",\#(plain),"username":"a"}"#, ["/password"]),
        (
            #"{"name":"a","url":"http://erp.example.com/","invoiceElement":"I","numberPath":"N","username":"a","password":"p-canary"}"#,
            ["/url"]
        ),
        (#"{"name":"a",\#(plain),"username":"a","password":"[redacted]"}"#, ["/password"]),
        (#"{"name":"a",\#(plain),"topic":"any"}"#, ["/topic"]),
        (
            #"{"name":"a",\#(plain),"intervalSeconds":1,"overlapSeconds":-1,"soapVersion":"2"}"#,
            ["/intervalSeconds", "/overlapSeconds", "/soapVersion"]
        ),
        (
            #"{"name":"a",\#(plain),"operation":{"name":"a b","namespace":"x y"},"parameters":[{"name":"1","value":"x"},{"name":"a"}],"soapAction":"\""}"#,
            ["/operation/namespace", "/parameters/0/name", "/parameters/1/value", "/soapAction"]
        ),
        (
            #"{"name":"a",\#(plain),"limits":{"invoiceBytes":0,"depth":10000,"other":1}}"#,
            ["/limits/invoiceBytes", "/limits/depth", "/limits/other"]
        ),
        (#"{"name":"a","url":"ftp://x/","invoiceElement":"a:b","numberPath":"//x"}"#, ["/url", "/invoiceElement", "/numberPath"]),
        (#"{"name":"a",\#(plain),"mapping":{"fields":{"nonsense":"x"}}}"#, ["/mapping/fields/nonsense"]),
    ])
    func everyWrongFieldIsNamedAtOnceAndNoPasswordWithIt(_ body: String, _ pointers: [String]) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == 400, "\(answer.text)")
            for pointer in pointers { #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(pointer) \(answer.text)") }
            #expect(!answer.text.contains("canary"))
            #expect(try await server.get(Self.path).count("items") == 0)
        }
    }

    @Test func aSourceMayNameTheTopicsThatTheEngineWasGiven() async throws {
        let named = try #require(TopicName("erp.invoices"))
        try await withServer(settings { $0.sourceTopics = [named] }) { server in
            let made = try await server.post(Self.path, #"{"name":"a",\#(Self.plain),"topic":"erp.invoices"}"#)
            #expect(try made.string("topic") == "erp.invoices", "\(made.text)")
            #expect(try await server.post(Self.path, #"{"name":"b",\#(Self.plain),"topic":"ledgerflow.intents"}"#).status == 400)
        }
    }

    // MARK: Replacing

    @Test func putMakesAndReplacesAndChangesNothingWhenItSaysTheSame() async throws {
        try await withServer { server in
            let body = "{\(Self.plain)}"
            let made = try await server.put(Self.one, body)
            #expect(made.status == 201, "\(made.text)")
            #expect(made.header("location") == Self.one)
            let again = try await server.put(Self.one, body)
            #expect(again.status == 200)
            #expect(again.header("etag") == "\"1\"")
            let changed = try await server.put(Self.one, #"{"name":"trading-house","intervalSeconds":30,\#(Self.plain)}"#)
            #expect(changed.status == 200)
            #expect(try changed.int("intervalSeconds") == 30)
            #expect(changed.header("etag") == "\"2\"")
            #expect(try await server.put(Self.one, #"{"name":"other",\#(Self.plain)}"#).text.contains("\"pointer\":\"/name\""))
            #expect(try await server.put(Self.path + "/A%20B", body).status == 400)
            #expect(try await server.put(Self.one, body, headers: [("If-Match", "\"1\"")]).status == 412)
            #expect(try await server.put(Self.path + "/none", body, headers: [("If-Match", "\"1\"")]).status == 404)
            #expect(try await server.put(Self.one, body, headers: [("If-Match", "\"2\"")]).status == 200)
            #expect(try await server.put(Self.path + "/none", body, headers: [("If-Match", "*")]).status == 404)
            #expect(try await server.put(Self.one, body, headers: [("If-Match", "*")]).status == 200)
            #expect(try await server.get(Self.path).count("items") == 1)
        }
    }

    @Test func whatMustNotBeThereYetIsMadeAndNeverReplaced() async throws {
        try await withServer { server in
            let body = "{\(Self.plain)}"
            let new = [("If-None-Match", "*")]
            let made = try await server.put(Self.one, body, headers: new)
            #expect(made.status == 201, "\(made.text)")
            for other in [body, #"{"intervalSeconds":30,\#(Self.plain)}"#] {
                let refused = try await server.put(Self.one, other, headers: new)
                #expect(refused.status == 412, "\(refused.text)")
                #expect(try refused.string("type") == "/problems/version-conflict")
                #expect(refused.header("etag") == "\"1\"")
            }
            #expect(try await server.get(Self.one).body == made.body)
            #expect(try await server.put(Self.one, body, headers: new + [("If-Match", "\"1\"")]).status == 412)
            #expect(try await server.put(Self.path + "/none", body, headers: new + [("If-Match", "*")]).status == 404)
            // A name that is free again may be made again.
            #expect(try await server.send("DELETE", Self.one).status == 204)
            #expect(try await server.put(Self.one, body, headers: new).status == 201)
        }
    }

    @Test(arguments: ["\"1\"", "W/\"1\"", "", "*, \"1\"", "1"])
    func ofIfNoneMatchOnlyTheStarIsTaken(_ value: String) async throws {
        try await withServer { server in
            let answer = try await server.put(Self.one, "{\(Self.plain)}", headers: [("If-None-Match", value)])
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.text.contains("If-None-Match"))
            #expect(try await server.get(Self.path).count("items") == 0)
        }
    }

    @Test func aPasswordStaysWithItsServerAndUserOnly() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.full)
            let kept = try #require(server.source()?.plan.request.password)
            let without = Self.full.replacing(#""password":"p-canary","#, with: "")
            let changed = try await server.put(Self.one, without.replacing(#""intervalSeconds":60"#, with: #""intervalSeconds":90"#))
            #expect(changed.status == 200, "\(changed.text)")
            #expect(server.source()?.plan.request.password == kept)
            for stranger in [
                without.replacing("erp.example.com", with: "evil.example.com"),
                without.replacing("https://", with: "http://").replacing(
                    #""username""#, with: #""allowUnencryptedPassword":true,"username""#),
                without.replacing(#""username":"lf""#, with: #""username":"other""#),
            ] {
                let refused = try await server.put(Self.one, stranger)
                #expect(refused.status == 400, "\(refused.text)")
                #expect(refused.text.contains("\"pointer\":\"/password\""))
            }
            #expect(server.source()?.plan.request.password == kept)
        }
    }

    @Test func whatIsKeptIsWhatWasReadAlsoWhenAnotherChangeComesBetween() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.full)
            let before = try #require(server.source())
            let plan = before.plan
            let moved = SourceRequest(
                url: try TargetURL("https://elsewhere.example.com/"), user: "lf", password: .sealed(SealedBytes(bytes: [1])),
                operation: plan.request.operation)
            server.books.intrude(
                .item(
                    .source(
                        before.name,
                        .put(
                            IngestionSource.Plan(
                                request: moved, interval: .minutes(1), split: plan.split, fingerprint: Fingerprint(bytes: [9])),
                            ifVersion: nil))))
            let without = Self.full.replacing(#""password":"p-canary","#, with: "")
            let answer = try await server.put(Self.one, without)
            #expect(answer.status == 400, "\(answer.text)")
            #expect(server.source()?.plan.request.url.host == "elsewhere.example.com")
        }
    }

    // MARK: Commands

    @Test func aSourceIsPausedResumedRunAndDeleted() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.full)
            #expect(try await server.send("POST", Self.one + "/pause").string("status") == "paused")
            let run = try await server.send("POST", Self.one + "/run")
            #expect(run.status == 202)
            #expect(server.source()?.requests == 1)
            #expect(try await server.send("POST", Self.one + "/resume").string("status") == "active")
            #expect(try await server.post(Self.one + "/run", #"{"x":1}"#).status == 400)
            #expect(try await server.send("DELETE", Self.one).status == 204)
            #expect(try await server.send("DELETE", Self.one).status == 204)
            for (method, path) in [("GET", Self.one), ("POST", Self.one + "/run"), ("POST", Self.one + "/pause")] {
                #expect(try await server.send(method, path).status == 404, "\(method) \(path)")
            }
            #expect(try await server.get(Self.path).count("items") == 0)
            #expect(server.source()?.plan.request.password == .erased)
            #expect(try await server.post(Self.path, Self.full).status == 201)
        }
    }

    @Test func howASourceIsDoingIsShown() async throws {
        try await withServer { server in
            _ = try await server.post(Self.path, Self.full)
            try await server.ingested()
            let shown = try await server.get(Self.one)
            #expect(try shown.string("progress", "lastStatus") == "partial")
            #expect(try shown.string("progress", "lastRun") == UniqueId(high: 9, low: 9).description)
            #expect(try shown.json("progress", "runningRun") == nil)
            #expect(try shown.json("progress", "completeTo") != nil)
            #expect(try await server.get(Self.path).string("items", "0", "progress", "lastStatus") == "partial")
        }
    }

    // MARK: Lists and tenants

    @Test func theListIsPagedAndATenantSeesItsOwn() async throws {
        try await withServer { server in
            for name in ["a", "b", "c"] { _ = try await server.post(Self.path, #"{"name":"\#(name)",\#(Self.plain)}"#) }
            let first = try await server.get(Self.path + "?limit=2")
            #expect(try first.count("items") == 2)
            let cursor = try #require(try first.string("nextCursor"))
            let rest = try await server.get(Self.path + "?limit=2&cursor=\(cursor)")
            #expect(try rest.string("items", "0", "name") == "c")
            #expect(try await server.get(Self.path + "?cursor=\(cursor)", token: server.otherToken).status == 400)
            #expect(try await server.get(Self.path, token: server.otherToken).count("items") == 0)
            #expect(try await server.get(Self.path + "/a", token: server.otherToken).status == 404)
            #expect(try await server.send("POST", Self.path + "/a/run", token: server.otherToken).status == 404)
            #expect(try await server.send("DELETE", Self.path + "/a", token: server.otherToken).status == 404)
        }
    }
}

extension TestServer {
    /// The source `trading-house`, as it is kept.
    func source() -> IngestionSource? {
        guard let tenant = TenantId("demo"), let name = SourceName("trading-house"),
            case .item(.source(let source))? = books.state.withLock({ $0.records[.item(tenant, .source(name))] })
        else { return nil }
        return source
    }
}
