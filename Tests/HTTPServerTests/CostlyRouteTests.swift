import Domain
import Testing

@testable import HTTPServerAdapter

@Suite("What takes long to compute holds up no other connection")
struct CostlyRouteTests {
    private static let path = "/v1/invoices"

    @Test("A document is assessed and held against the rules beside the event loop, however small the request is")
    func assessedBesideTheLoop() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, InvoiceSample.valid)
            let id = try #require(try made.string("id"))
            let draft = Self.path + "/" + id
            #expect(try await server.put(draft, InvoiceSample.valid).status == 200)
            #expect(try await server.send("POST", draft + "/validate").status == 200)
            #expect(try await server.post(Self.path + "/validate", InvoiceSample.valid).status == 200)
            let xml = Array("<Invoice/>".utf8)
            _ = try await server.send("POST", Self.path + "/validate", headers: [("Content-Type", "application/xml")], body: xml)
            #expect(try await server.post(Self.path + "/batch", #"{"items":[{"document":\#(InvoiceSample.valid)}]}"#).status == 200)
            let parses = server.witness.wasOnLoop("parse")
            #expect(parses.count >= 5 && !parses.contains(true), "\(parses)")
        }
    }

    @Test("A message of a webhook is judged and split beside the event loop")
    func judgedBesideTheLoop() async throws {
        try await withServer { server in
            _ = try await server.put(ReceiverRoutesTests.one, Schemas.receiverExample)
            #expect(try await server.deliver(#"{"id":"m-1"}"#).status == 200)
            #expect(server.witness.wasOnLoop("door") == [false])
        }
    }

    @Test("What is cheap stays on the event loop, so that its request changes no thread")
    func cheapOnTheLoop() async throws {
        try await withServer { server in
            _ = try await server.get("/readyz", token: .some(nil))
            #expect(server.witness.wasOnLoop("readiness").last == true)
        }
    }
}
