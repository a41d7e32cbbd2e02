import Domain
import Ports
import Testing

@Suite struct AuditRoutesTests {
    @Test func everyChangeIsListedInOrderWithItsDigests() async throws {
        try await withServer { server in
            let id = try await server.draft()
            _ = try await server.send("POST", "/v1/invoices/\(id)/validate")
            _ = try await server.post("/v1/invoices/\(id)/cancel", InvoiceRoutesTests.reason)
            let page = try await server.get("/v1/audit")
            #expect(page.status == 200)
            #expect(try page.int("partition") == 0)
            #expect(try page.int("partitions") == 1)
            #expect(try page.json("intact") == .bool(true))
            #expect(try page.json("next") == nil)
            #expect(try page.count("entries") == 3)
            for (index, command) in ["invoice.draft", "invoice.validate", "invoice.cancel"].enumerated() {
                #expect(try page.int("entries", String(index), "sequence") == Int64(index + 1))
                #expect(try page.string("entries", String(index), "command") == command)
                #expect(try page.string("entries", String(index), "by") == "tester")
                #expect(try page.string("entries", String(index), "subject") == "invoice/\(id)")
                #expect(try page.string("entries", String(index), "after")?.utf8.count == 64)
                #expect(try page.string("entries", String(index), "hash")?.utf8.count == 64)
            }
            #expect(try page.string("entries", "0", "before") == "")
            #expect(try page.string("entries", "1", "before") == page.string("entries", "0", "after"))
            #expect(try await server.get("/v1/audit", token: .some(server.otherToken)).count("entries") == 0)
        }
    }

    @Test func pagesGoOnBehindTheLastEntry() async throws {
        try await withServer { server in
            _ = try await server.draft(issue: true)
            _ = try await server.draft()
            let all = try await server.get("/v1/audit")
            let count = try #require(try all.count("entries"))
            #expect(count == 5)
            var after: Int64 = 0
            var seen: [JSONValue?] = []
            while true {
                let page = try await server.get("/v1/audit?partition=0&limit=2&after=\(after)")
                #expect(try page.json("intact") == .bool(true))
                seen += try (0..<(try page.count("entries") ?? 0)).map { try page.json("entries", String($0)) }
                guard let next = try page.int("next") else { break }
                after = next
            }
            let expected = try (0..<count).map { try all.json("entries", String($0)) }
            #expect(seen == expected)
        }
    }

    @Test func whatWasAlteredIsReported() async throws {
        try await withServer { server in
            for _ in 1...3 { _ = try await server.draft() }
            server.books.tamper(segment: 1)
            let page = try await server.get("/v1/audit")
            #expect(page.status == 200)
            #expect(try page.json("intact") == .bool(false))
            #expect(try page.int("broken", "0", "from") == 2)
            #expect(try page.int("broken", "0", "to") == 2)
            #expect(try page.count("entries") == 2)
            #expect(try page.int("entries", "1", "sequence") == 3)
        }
    }

    @Test func whatIsMissingIsReportedAlsoWhereAPageBegins() async throws {
        try await withServer { server in
            for _ in 1...4 { _ = try await server.draft() }
            server.books.lose(segment: 1)
            for after in [0, 1] {
                let page = try await server.get("/v1/audit?after=\(after)")
                #expect(try page.json("intact") == .bool(false), "after \(after)")
                #expect(try page.int("broken", "0", "from") == 2, "after \(after)")
                #expect(try page.int("broken", "0", "to") == 3, "after \(after)")
                #expect(try page.count("entries") == 2 - after, "after \(after)")
            }
            #expect(try await server.get("/v1/audit?after=3").json("intact") == .bool(true))
        }
    }

    @Test func aChainOfManyCommitsIsReadToItsEnd() async throws {
        try await withServer { server in
            for _ in 1...150 { _ = try await server.draft() }
            for limit in [40, 64, 128, 149, 150, 1_000] {
                var (after, seen) = (Int64(0), 0)
                while true {
                    let page = try await server.get("/v1/audit?limit=\(limit)&after=\(after)")
                    #expect(try page.json("intact") == .bool(true), "pages of \(limit)")
                    seen += try page.count("entries") ?? 0
                    guard let next = try page.int("next") else { break }
                    after = next
                }
                #expect(seen == 150, "pages of \(limit)")
            }
        }
    }

    @Test func anchorsAreGivenWholeAndInPages() async throws {
        try await withServer { server in
            for _ in 1...3 { _ = try await server.draft() }
            let page = try await server.get("/v1/audit/anchors?limit=2")
            #expect(page.status == 200)
            #expect(try page.count("anchors") == 2)
            #expect(try page.int("next") == 2)
            let key = try #require(FakeBooks.anchorKey)
            #expect(try page.string("publicKey") == Hexadecimal.text(key.publicKey))
            #expect(try page.string("tenant") == "demo")
            let rest = try await server.get("/v1/audit/anchors?after=2")
            #expect(try rest.count("anchors") == 1)
            #expect(try rest.json("next") == nil)
            // What is shown is enough to check it elsewhere.
            let store = try #require(UniqueId(try rest.string("anchors", "0", "store") ?? ""))
            let tenant = try #require(TenantId(try rest.string("anchors", "0", "tenant") ?? ""))
            let anchor = AuditAnchor(
                store: store, tenant: tenant, partition: Int(try rest.int("anchors", "0", "partition") ?? -1),
                head: AuditHead(
                    count: try rest.int("anchors", "0", "entries") ?? 0,
                    hash: Hexadecimal.bytes(try rest.string("anchors", "0", "head") ?? "") ?? []),
                at: try Instant(rfc3339: try rest.string("anchors", "0", "at") ?? ""),
                publicKey: Hexadecimal.bytes(try rest.string("anchors", "0", "publicKey") ?? "") ?? [],
                signature: Hexadecimal.bytes(try rest.string("anchors", "0", "signature") ?? "") ?? [])
            #expect(anchor.isSigned)
            #expect(try rest.string("anchors", "0", "statement") == anchor.statement)
            #expect(try await server.get("/v1/audit/anchors", token: .some(server.otherToken)).count("anchors") == 0)
        }
    }

    @Test(arguments: ["partition=1", "partition=-1", "after=x", "limit=0", "what=1"])
    func aWrongParameterIsRefused(_ query: String) async throws {
        try await withServer { server in
            let answer = try await server.get("/v1/audit?" + query)
            #expect(answer.status == 400)
        }
    }
}
