import Domain
import Ports
import Synchronization
import Testing

@Suite struct InvoiceRoutesTests {
    static let path = "/v1/invoices"
    static let reason = #"{"reason":"Sent to the wrong buyer."}"#

    // MARK: Drafts

    @Test func aDraftIsAssessedAndAnsweredWith201ItsLocationAndItsDetail() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, InvoiceSample.valid, headers: [("X-Request-Id", "r-1")])
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(try made.string("id"))
            #expect(made.header("location") == "/v1/invoices/\(id)")
            #expect(made.header("etag") == "\"1\"")
            #expect(try made.string("status") == "draft")
            #expect(try made.json("number") == nil)
            #expect(try made.string("credited") == "0")
            #expect(try made.string("source") == "api")
            #expect(try made.string("correlationId") == "r-1")
            #expect(try made.int("verdict", "fatal") == 0, "\(made.text)")
            #expect(try made.count("findings") == 0)
            #expect(try made.string("document", "totals", "taxInclusive") == "71.36")
            #expect(try made.string("document", "lines", "0", "netAmount") == "59.97")
            let shown = try await server.get("/v1/invoices/\(id)")
            #expect(shown.status == 200)
            #expect(shown.header("etag") == "\"1\"")
            #expect(try shown.json("document") == made.json("document"))
            #expect(try shown.json("findings") == nil)
            let intent = try #require(server.books.state.withLock { $0.intents.first })
            #expect(intent.by == "tester")
            #expect(intent.correlationId == "r-1")
        }
    }

    @Test func issuedAtOnceItHasItsNumberAndTheRepeatGivesTheSame() async throws {
        try await withServer { server in
            let key = [("Idempotency-Key", "order-1")]
            let made = try await server.post(Self.path + "?issue=true", InvoiceSample.valid, headers: key)
            #expect(made.status == 201)
            #expect(try made.string("status") == "issued")
            #expect(try made.string("number") == "INV-2026-000001")
            #expect(try made.string("series") == "INV")
            #expect(try made.string("issueDate") == "2026-11-20")
            #expect(try made.string("document", "number") == "INV-2026-000001")
            #expect(try made.json("issuedAt") != nil)
            let again = try await server.post(
                Self.path + "?issue=true", InvoiceSample.valid.replacing("\"19.99\"", with: "19.99"), headers: key)
            #expect(again.status == 200)
            #expect(try again.string("id") == made.string("id"))
            #expect(try again.json("document") == made.json("document"))
            for (target, document) in [
                (Self.path + "?issue=true", InvoiceSample.document(quantity: "4")), (Self.path, InvoiceSample.valid),
                (Self.path + "?issue=true&series=CN", InvoiceSample.valid),
            ] {
                let other = try await server.post(target, document, headers: key)
                #expect(other.status == 409)
                #expect(try other.string("type") == "/problems/idempotency-conflict")
            }
            let elsewhere = try await server.post(
                Self.path, InvoiceSample.valid, headers: key, token: .some(server.otherToken))
            #expect(elsewhere.status == 201)
            #expect(try elsewhere.string("id") != made.string("id"))
        }
    }

    @Test func withoutAnIssueDateItIsTheDayOfIssue() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path + "?issue=true", InvoiceSample.document(issueDate: nil))
            let today = String(server.time.now().rfc3339.prefix(10))
            #expect(try made.string("issueDate") == today)
            #expect(try made.string("document", "issueDate") == today)
            #expect(try made.string("number")?.hasPrefix("INV-\(today.prefix(4))-") == true)
        }
    }

    static let wrongDocuments: [(String, [String])] = [
        ("{}", ["/currency"]),
        (#"{"currency":"EUR","number":"7","lines":[{"quantity":"x"}],"what":1}"#, ["/number", "/lines/0/quantity", "/what"]),
        (#"{"currency":"EUR","issueDate":"20.11.2026"}"#, ["/issueDate"]),
        (#"{"currency":"EUR","totals":{"payable":"1"}}"#, ["/totals/payable"]),
        (#"[]"#, [""]),
    ]

    @Test func everyWrongFieldIsNamedByItsPointerAndNothingIsDone() async throws {
        try await withServer { server in
            for (body, pointers) in Self.wrongDocuments {
                for answer in [
                    try await server.post(Self.path, body),
                    try await server.put(Self.path + "/" + UniqueId(high: 0, low: 0).description, body),
                ] {
                    #expect(answer.status == 400)
                    #expect(try answer.string("type") == "/problems/invalid-request")
                    for pointer in pointers { #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(pointer) \(answer.text)") }
                }
            }
            let malformed = try await server.post(Self.path, "{\"currency\":")
            #expect(try malformed.string("type") == "/problems/malformed-json")
            let untyped = try await server.send("POST", Self.path, body: Array("{}".utf8))
            #expect(untyped.status == 415)
            #expect(server.books.state.withLock { $0.intents.isEmpty })
        }
    }

    @Test func whatCannotBeTaxedIsNamedByItsPointer() async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path, InvoiceSample.document(currency: "XYZ", more: #""taxRegime":"moon","#))
            #expect(answer.status == 422)
            #expect(try answer.string("type") == "/problems/unprocessable-document")
            #expect(answer.text.contains("\"pointer\":\"/"))
        }
    }

    @Test(arguments: [
        "?issue=maybe", "?issue=true&series=", "?issue=true&series=a%20b", "?series=INV", "?language=fr", "?what=1",
        "?issue=true&issue=true",
    ])
    func aWrongParameterIsRefused(_ query: String) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path + query, InvoiceSample.valid)
            #expect(answer.status == 400)
            #expect(try answer.string("type") == "/problems/invalid-query")
        }
    }

    @Test func anInvoiceThatIsNotValidIsKeptAsADraftButNotIssued() async throws {
        try await withServer { server in
            let draft = try await server.post(Self.path, InvoiceSample.invalid)
            #expect(draft.status == 201)
            #expect(try draft.int("verdict", "fatal") ?? 0 > 0)
            #expect(try draft.string("findings", "0", "severity") != nil)
            let id = try #require(try draft.string("id"))
            for answer in [
                try await server.post(Self.path + "?issue=true", InvoiceSample.invalid),
                try await server.send("POST", Self.path + "/\(id)/issue"),
            ] {
                #expect(answer.status == 422)
                #expect(try answer.string("type") == "/problems/invoice-not-valid")
                #expect(try answer.string("findings", "0", "rule") != nil)
                #expect(try answer.string("findings", "0", "location")?.hasPrefix("/Invoice") == true)
                #expect(try answer.string("findings", "0", "message") != nil)
            }
            let checked = try await server.send("POST", Self.path + "/\(id)/validate")
            #expect(checked.status == 200)
            #expect(try checked.json("valid") == .bool(false))
            #expect(try checked.count("findings") ?? 0 > 0)
            #expect(try checked.string("invoice", "status") == "draft")
        }
    }

    @Test func aValidDraftMovesOnAndAReplacementMakesItADraftAgain() async throws {
        try await withServer { server in
            let id = try await server.draft()
            let checked = try await server.send("POST", Self.path + "/\(id)/validate")
            #expect(try checked.json("valid") == .bool(true))
            #expect(try checked.string("invoice", "status") == "validated")
            #expect(try checked.string("invoice", "document", "totals", "payable") == "71.36")
            let changed = try await server.put(
                Self.path + "/\(id)", InvoiceSample.document(quantity: "4"), headers: [("If-Match", "\"2\"")])
            #expect(changed.status == 200, "\(changed.text)")
            #expect(try changed.string("status") == "draft")
            #expect(changed.header("etag") == "\"3\"")
            #expect(try changed.string("document", "totals", "taxExclusive") == "79.96")
            let stale = try await server.put(Self.path + "/\(id)", InvoiceSample.valid, headers: [("If-Match", "\"2\"")])
            #expect(stale.status == 412)
            #expect(try stale.string("type") == "/problems/version-conflict")
            #expect(stale.header("etag") == "\"3\"")
            for wrong in ["3", "\"x\"", "W/\"3\"", "\"\""] {
                let answer = try await server.put(Self.path + "/\(id)", InvoiceSample.valid, headers: [("If-Match", wrong)])
                #expect(answer.status == 400)
                #expect(try answer.string("errors", "0", "header") == "If-Match")
            }
            for any in [[], [("If-Match", "*")]] {
                #expect(try await server.put(Self.path + "/\(id)", InvoiceSample.valid, headers: any).status == 200)
            }
        }
    }

    @Test func whatIsIssuedDoesNotChange() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let before = try await server.get(Self.path + "/\(id)")
            for answer in [
                try await server.put(Self.path + "/\(id)", InvoiceSample.document(quantity: "9")),
                try await server.send("POST", Self.path + "/\(id)/validate"),
            ] {
                #expect(answer.status == 409)
                #expect(try answer.string("type") == "/problems/illegal-transition")
            }
            let again = try await server.post(Self.path + "/\(id)/issue", #"{"series":"CN"}"#)
            #expect(again.status == 200)
            #expect(try await server.get(Self.path + "/\(id)").body == before.body)
        }
    }

    // MARK: Issuing and taking back

    @Test func numbersRunOnAndASeriesOfOnesOwnCanBeAskedFor() async throws {
        try await withServer { server in
            _ = try await server.post("/v1/series", #"{"id":"SHOP","format":"S{yy}-{seq:3}","reset":"year","start":7}"#)
            for number in 1...3 {
                let answer = try await server.send("POST", Self.path + "/\(try await server.draft())/issue")
                #expect(try answer.string("number") == "INV-2026-00000\(number)")
            }
            let own = try await server.post(Self.path + "/\(try await server.draft())/issue", #"{"series":"SHOP"}"#)
            #expect(try own.string("number") == "S26-007")
            let unknown = try await server.post(Self.path + "/\(try await server.draft())/issue", #"{"series":"NONE"}"#)
            #expect(unknown.status == 404)
            for body in [#"{"series":"a b"}"#, #"{"serie":"SHOP"}"#, "[]"] {
                let wrong = try await server.post(Self.path + "/\(try await server.draft())/issue", body)
                #expect(wrong.status == 400)
            }
        }
    }

    @Test func aNumberThatStandsElsewhereAlreadyIsACollision() async throws {
        try await withServer { server in
            _ = try await server.post("/v1/series", #"{"id":"A","format":"{yyyy}/{seq:3}","reset":"year"}"#)
            _ = try await server.post("/v1/series", #"{"id":"B","format":"{yyyy}-{seq:3}","reset":"year"}"#)
            _ = try await server.post(Self.path + "?issue=true&series=A", InvoiceSample.valid)
            let second = try await server.post(Self.path + "?issue=true&series=B", InvoiceSample.valid)
            #expect(second.status == 409)
            #expect(try second.string("type") == "/problems/invoice-number-collision")
        }
    }

    @Test func aDraftIsCancelledAndAnIssuedInvoiceIsCancelledOrVoided() async throws {
        try await withServer { server in
            let draft = try await server.draft()
            let cancelled = try await server.post(Self.path + "/\(draft)/cancel", Self.reason)
            #expect(cancelled.status == 200)
            #expect(try cancelled.string("status") == "cancelled")
            #expect(try cancelled.string("reason") == "Sent to the wrong buyer.")
            #expect(try await server.post(Self.path + "/\(draft)/cancel", Self.reason).status == 200)
            let refused = try await server.post(Self.path + "/\(draft)/void", Self.reason)
            #expect(refused.status == 409)
            let issued = try await server.draft(issue: true)
            let voided = try await server.post(Self.path + "/\(issued)/void", Self.reason)
            #expect(try voided.string("status") == "void")
            #expect(try voided.string("number") == "INV-2026-000001")
            let numbers = try await server.get("/v1/series/INV/numbers")
            #expect(try numbers.string("items", "0", "status") == "void")
            #expect(try await server.send("POST", Self.path + "/\(issued)/issue").status == 409)
            for body in ["{}", #"{"reason":""}"#, #"{"reason":7}"#, #"{"reason":"a\u0000"}"#] {
                for command in ["cancel", "void"] {
                    let answer = try await server.post(Self.path + "/\(issued)/\(command)", body)
                    #expect(answer.status == 400)
                    #expect(try answer.string("errors", "0", "pointer") == "/reason")
                }
            }
        }
    }

    // MARK: Reads

    @Test func whatIsAnotherTenantsIsNotFound() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let token: String?? = .some(server.otherToken)
            let base = Self.path + "/\(id)"
            for answer in [
                try await server.get(base, token: token), try await server.get(base + "/document", token: token),
                try await server.put(base, InvoiceSample.valid, token: token),
                try await server.send("POST", base + "/validate", token: token),
                try await server.send("POST", base + "/issue", token: token),
                try await server.send("POST", base + "/credit-notes", token: token),
                try await server.post(base + "/cancel", Self.reason, token: token),
                try await server.post(base + "/void", Self.reason, token: token), try await server.get(Self.path + "/seven"),
            ] {
                #expect(answer.status == 404)
                #expect(try answer.string("type") == "/problems/not-found")
            }
            #expect(try await server.get(Self.path, token: token).count("items") == 0)
        }
    }

    @Test func listsAreNarrowedAndGoOnByCursor() async throws {
        try await withServer { server in
            let first = try await server.draft(issue: true)
            let second = try await server.draft(InvoiceSample.document(issueDate: "2026-12-01"))
            let note = try await server.send("POST", Self.path + "/\(first)/credit-notes")
            let noteId = try #require(try note.string("id"), "\(note.text)")
            for (query, expected) in [
                ("", [noteId, second, first]), ("?status=draft", [second]), ("?type=381", [noteId]),
                ("?number=INV-2026-000001", [first]), ("?series=CN", [noteId]), ("?creditOf=\(first)", [noteId]),
                ("?issuedFrom=2026-12-01&issuedTo=2026-12-01", [second]), ("?issuedTo=2026-11-20&type=380", [first]),
                ("?createdFrom=2099-01-01T00:00:00Z", []), ("?createdTo=2099-01-01T00:00:00Z&status=credited", [first]),
            ] {
                let page = try await server.get(Self.path + query)
                #expect(page.status == 200, "\(query)")
                let count = try #require(try page.count("items"))
                let ids = try (0..<count).compactMap { try page.string("items", String($0), "id") }
                #expect(ids == expected, "\(query)")
            }
            let item = try await server.get(Self.path + "?number=INV-2026-000001")
            #expect(try item.string("items", "0", "summary", "taxInclusive") == "71.36")
            #expect(try item.string("items", "0", "summary", "seller") == "Example GmbH")
            #expect(try item.string("items", "0", "credited") == "71.36")
            #expect(try item.json("items", "0", "document") == nil)
            var target = Self.path + "?limit=1"
            var seen: [String] = []
            while seen.count < 4 {
                let page = try await server.get(target)
                seen.append(try #require(try page.string("items", "0", "id")))
                guard let cursor = try page.string("nextCursor") else { break }
                target = Self.path + "?limit=1&cursor=" + cursor
            }
            #expect(seen == [noteId, second, first])
            let stolen = try await server.get(target, token: .some(server.otherToken))
            #expect(try stolen.string("type") == "/problems/invalid-cursor")
            #expect(try await server.get("/v1/service-calls?cursor=" + (target.split(separator: "=").last ?? "")).status == 400)
        }
    }

    @Test(arguments: [
        "status=open", "series=-", "creditOf=7", "issuedFrom=2026-13-01", "createdFrom=now", "limit=0", "limit=1001", "cursor=x",
        "color=red",
    ])
    func aWrongFilterIsNamed(_ query: String) async throws {
        try await withServer { server in
            let answer = try await server.get(Self.path + "?" + query)
            #expect(answer.status == 400)
        }
    }

    @Test func aStoreThatDoesNotAnswerIsNotTheClientsFault() async throws {
        try await withServer { server in
            let id = try await server.draft()
            server.books.fail(queries: QueryError("SELECT secret"))
            for target in [
                "", "/\(id)", "/\(id)/document",
            ] {
                #expect(try await server.get(Self.path + target).status == 503)
            }
            for target in ["/v1/series", "/v1/series/INV", "/v1/series/INV/numbers", "/v1/series/INV/gap-report", "/v1/audit"] {
                #expect(try await server.get(target).status == 503)
            }
            server.books.fail(intents: .busy(retryAfter: .seconds(2)))
            let busy = try await server.post(Self.path, InvoiceSample.valid)
            #expect(busy.status == 503)
            #expect(busy.header("retry-after") == "2")
            server.books.fail(intents: .unknownOutcome(""))
            #expect(try await server.send("POST", Self.path + "/\(id)/issue").string("type") == "/problems/unknown-outcome")
        }
    }
}
