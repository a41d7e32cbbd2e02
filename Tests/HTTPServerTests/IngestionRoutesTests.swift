import Domain
import Ports
import Testing

@testable import HTTPServerAdapter

@Suite struct IngestionRoutesTests {
    private static let root = "/v1/ingestion"

    /// A server whose source `trading-house` was run once.
    private func withRun(_ body: @Sendable (TestServer) async throws -> Void) async throws {
        try await withServer { server in
            _ = try await server.post(SourceRoutesTests.path, Schemas.sourceExample)
            try await body(try await server.ingested())
        }
    }

    @Test func aRunIsListedAndShownWithWhatItBrought() async throws {
        try await withRun { server in
            let list = try await server.get(Self.root + "/runs?source=trading-house&status=partial")
            #expect(try list.count("items") == 1)
            let id = try #require(try list.string("items", "0", "id"))
            let run = try await server.get(Self.root + "/runs/\(id)")
            #expect(try run.string("traceId") == TestServer.trace.description)
            #expect(try run.int("counts", "received") == 3)
            #expect(try run.int("counts", "quarantined") == 1)
            #expect(try await server.get(Self.root + "/runs?status=failed").count("items") == 0)
            #expect(try await server.get(Self.root + "/runs?source=other").count("items") == 0)
        }
    }

    @Test func aDocumentIsShownAndEachOfItsVersionsGivenByteForByte() async throws {
        try await withRun { server in
            let list = try await server.get(Self.root + "/invoices?number=A%2F1")
            let id = try #require(try list.string("items", "0", "id"))
            let one = try await server.get(Self.root + "/invoices/\(id)")
            #expect(try one.int("version") == 2)
            #expect(try one.string("encoding") == "ISO-8859-1")
            #expect(try one.string("namespaces", "0", "prefix") == "x")
            #expect(try one.string("status") == "received")
            let latest = try await server.get(try one.string("rawUrl") ?? "")
            let text = "<x:Invoice><InvoiceNumber>A/1</InvoiceNumber></x:Invoice>"
            #expect(latest.text == text)
            #expect(latest.header("content-type") == "application/xml; charset=iso-8859-1")
            #expect(latest.header("etag") == "\"\(try one.string("sha256") ?? "")\"")
            #expect(latest.header("content-disposition")?.hasPrefix("attachment") == true)
            #expect(latest.header("x-content-type-options") == "nosniff")
            let first = try await server.get(Self.root + "/invoices/\(id)/raw?version=1")
            #expect(first.text == "<Invoice><InvoiceNumber>A/1</InvoiceNumber></Invoice>")
            #expect(first.header("content-type") == "application/xml; charset=utf-8")
            #expect(try await server.get(Self.root + "/invoices/\(id)/raw?version=3").status == 404)
            #expect(try await server.get(Self.root + "/invoices/\(id)/raw?version=0").status == 400)
        }
    }

    @Test func whatWasRefusedIsShownAndTakenWhenTheSourceIsSetRight() async throws {
        try await withRun { server in
            let list = try await server.get(Self.root + "/quarantine?status=open")
            let id = try #require(try list.string("items", "0", "id"))
            let path = Self.root + "/quarantine/\(id)"
            #expect(try await server.get(path).string("reason") == "no-number")
            let raw = try await server.get(path + "/raw")
            #expect(raw.text == "<Invoice><Number>A/2</Number></Invoice>")
            #expect(raw.header("content-type") == "application/octet-stream")
            #expect(try await server.send("POST", path + "/retry").string("outcome") == "refused")
            let mended = Schemas.sourceReplacementExample.replacing("InvoiceNumber", with: "Number")
            #expect(try await server.put(SourceRoutesTests.one, mended).status == 200)
            let taken = try await server.send("POST", path + "/retry")
            #expect(try taken.string("outcome") == "ingested", "\(taken.text)")
            #expect(try taken.string("invoice", "number") == "A/2")
            #expect(try await server.get(path).string("status") == "resolved")
            #expect(try await server.get(path).string("resolvedAs") == (try taken.string("invoice", "id")))
            let again = try await server.send("POST", path + "/retry")
            #expect(again.status == 409)
            #expect(try again.string("type") == "/problems/illegal-transition")
        }
    }

    @Test func whatWasErasedIsToldFromWhatNeverWas() async throws {
        try await withRun { server in
            func id(_ list: String) async throws -> String {
                try #require(try await server.get(Self.root + "/\(list)").string("items", "0", "id"))
            }
            let (document, slice) = (try await id("invoices"), try await id("quarantine"))
            server.books.eraseContents()
            for path in ["/invoices/\(document)/raw", "/invoices/\(document)/raw?version=1", "/quarantine/\(slice)/raw"] {
                let answer = try await server.get(Self.root + path)
                #expect(answer.status == 410, "\(path): \(answer.text)")
                #expect(try answer.string("type") == "/problems/content-erased")
            }
            #expect(try await server.get(Self.root + "/invoices/\(document)/raw?version=3").status == 404)
            #expect(try await server.get(Self.root + "/invoices/\(document)").status == 200)
            let retry = try await server.send("POST", Self.root + "/quarantine/\(slice)/retry")
            #expect(try retry.string("type") == "/problems/content-erased")
        }
    }

    @Test func nothingIsRetriedOfASourceThatIsNoMore() async throws {
        try await withRun { server in
            let id = try await server.get(Self.root + "/quarantine").string("items", "0", "id") ?? ""
            #expect(try await server.send("DELETE", SourceRoutesTests.one).status == 204)
            let answer = try await server.send("POST", Self.root + "/quarantine/\(id)/retry")
            #expect(answer.status == 409)
            #expect(answer.text.contains("trading-house"))
        }
    }

    @Test func listsArePagedByCursorsOfTheirOwn() async throws {
        try await withServer { server in
            _ = try await server.post(SourceRoutesTests.path, Schemas.sourceExample)
            try await server.ingested(further: 4)
            var (numbers, cursors): ([String], [String]) = ([], [])
            repeat {
                let page = try await server.get(Self.root + "/invoices?limit=2" + (cursors.last.map { "&cursor=\($0)" } ?? ""))
                #expect(page.status == 200)
                for index in 0..<(try page.count("items") ?? 0) { numbers.append(try page.string("items", "\(index)", "number") ?? "") }
                guard let next = try page.string("nextCursor") else { break }
                cursors.append(next)
            } while cursors.count < 5
            #expect(numbers.sorted() == ["A/1", "B/0", "B/1", "B/2", "B/3"])
            #expect(cursors.count == 2)
            let cursor = try #require(cursors.first)
            for (list, token) in [("runs", server.token), ("quarantine", server.token), ("invoices", server.otherToken)] {
                let answer = try await server.get("\(Self.root)/\(list)?cursor=\(cursor)", token: .some(token))
                #expect(try answer.string("type") == "/problems/invalid-cursor", "\(list)")
            }
        }
    }

    @Test func whatAListIsAskedForWronglyIsRefused() async throws {
        try await withRun { server in
            for list in ["runs", "quarantine", "invoices"] {
                for query in ["status=none", "source=%C3%9C", "limit=0", "cursor=x", "unknown=1"] {
                    let answer = try await server.get("\(Self.root)/\(list)?\(query)")
                    #expect(answer.status == 400, "\(list) \(query)")
                }
            }
            #expect(try await server.get(Self.root + "/runs?number=1").status == 400)
            #expect(try await server.get(Self.root + "/invoices?number=%00").status == 400)
        }
    }

    @Test func anotherTenantFindsNothing() async throws {
        try await withRun { server in
            for list in ["runs", "quarantine", "invoices"] {
                let id = try await server.get("\(Self.root)/\(list)").string("items", "0", "id") ?? ""
                #expect(!id.isEmpty)
                #expect(try await server.get("\(Self.root)/\(list)", token: server.otherToken).count("items") == 0)
                for path in ["\(list)/\(id)", "\(list)/\(id)/raw"] where path != "runs/\(id)/raw" {
                    #expect(try await server.get("\(Self.root)/\(path)", token: server.otherToken).status == 404, "\(path)")
                    #expect(try await server.get("\(Self.root)/\(path)").status == 200, "\(path)")
                }
                #expect(try await server.get("\(Self.root)/\(list)/nonsense").status == 404)
            }
            let id = try await server.get(Self.root + "/quarantine").string("items", "0", "id") ?? ""
            #expect(try await server.send("POST", "\(Self.root)/quarantine/\(id)/retry", token: server.otherToken).status == 404)
        }
    }

    // MARK: Mappings

    @Test func aMappingIsTriedOnADocumentThatIsGivenOrWasReceived() async throws {
        try await withRun { server in
            let path = Self.root + "/mappings/preview"
            let given = try await server.post(path, Schemas.mappingPreviewExample)
            #expect(given.status == 200, "\(given.text)")
            #expect(try given.string("invoice", "seller", "name") == "Seller GmbH")
            #expect(try given.json("complete") == .bool(true))
            let id = try await server.get(Self.root + "/invoices").string("items", "0", "id") ?? ""
            let mapping = #"{"fields":{"currency":"InvoiceNumber"}}"#
            let received = try await server.post(path, #"{"mapping":\#(mapping),"received":"\#(id)"}"#)
            #expect(received.status == 200, "\(received.text)")
            #expect(
                try await server.post(path, #"{"mapping":\#(mapping),"received":"\#(id)"}"#, token: server.otherToken).status == 404)
        }
    }

    @Test(arguments: [
        (#"{}"#, 400, "/mapping"), (#"{"mapping":{"fields":{"currency":"Currency"}}}"#, 400, ""),
        (#"{"mapping":{"fields":{"currency":"Currency"}},"document":"<a/>","documentBase64":"PGEvPg=="}"#, 400, ""),
        (#"{"mapping":{"fields":{"currency":"Currency"}},"documentBase64":"*"}"#, 400, "/documentBase64"),
        (#"{"mapping":{"fields":{"currency":"Currency"}},"received":"x"}"#, 400, "/received"),
        (#"{"mapping":{"fields":{"currency":"a[b"}},"document":"<a/>"}"#, 400, "/mapping/fields/currency"),
    ])
    func aWrongPreviewIsRefusedByItsFields(_ body: String, _ status: Int, _ pointer: String) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.root + "/mappings/preview", body)
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(answer.text)")
        }
    }

    @Test func aDocumentThatIsNoXMLIsRefusedAsThat() async throws {
        try await withServer { server in
            let answer = try await server.post(
                Self.root + "/mappings/preview", #"{"mapping":{"fields":{"currency":"Currency"}},"document":"not <xml"}"#)
            #expect(answer.status == 422)
        }
    }
}
