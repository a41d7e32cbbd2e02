import Domain
import Testing

@testable import HTTPServerAdapter

@Suite("A precondition is kept or refused, and never passed over where it would guard something (RFC 9110 §13.1)")
struct PreconditionTests {
    private static let mustBeNew = [("If-None-Match", "*")]

    @Test("A receiver that must be new is made once and never replaced")
    func newReceiver() async throws {
        try await withServer { server in
            let path = ReceiverRoutesTests.one
            let made = try await server.put(path, Schemas.receiverExample, headers: Self.mustBeNew)
            #expect(made.status == 201, "\(made.text)")
            for body in [Schemas.receiverExample, #"{"scheme":"hmac","signature":{"header":"x-s"}}"#] {
                let refused = try await server.put(path, body, headers: Self.mustBeNew)
                #expect(refused.status == 412 && refused.header("etag") == "\"1\"", "\(refused.text)")
                #expect(refused.text.contains("There is a receiver of that name"))
            }
            #expect(try await server.put(path, Schemas.receiverExample, headers: [("If-None-Match", "\"1\"")]).status == 400)
            #expect(try await server.put(path, Schemas.receiverExample, headers: [("If-Match", "\"2\"")]).status == 412)
            #expect(try await server.put(path + "2", Schemas.receiverExample, headers: [("If-Match", "*")]).status == 404)
            #expect(server.receiver()?.version == 1)
        }
    }

    @Test("What is there is not changed by a request that says that it must not be there")
    func changes() async throws {
        try await withServer { server in
            let invoice = "/v1/invoices/" + (try await server.draft())
            let before = try await server.get(invoice)
            let replaced = try await server.put(invoice, InvoiceSample.valid, headers: Self.mustBeNew)
            #expect(replaced.status == 412, "\(replaced.text)")
            #expect(try await server.get(invoice).body == before.body)
            let made = try await server.post("/v1/schedules", Schemas.scheduleExample)
            let schedule = "/v1/schedules/" + (try #require(try made.string("id")))
            let changed = try await server.send(
                "PATCH", schedule, headers: [("Content-Type", MergePatch.contentType)] + Self.mustBeNew, body: Array(#"{"name":"x"}"#.utf8))
            #expect(changed.status == 412, "\(changed.text)")
            #expect(try await server.get(schedule).header("etag") == "\"1\"")
        }
    }

    @Test("A POST to a collection makes one more, so If-None-Match has no meaning there")
    func collections() async throws {
        try await withServer { server in
            for _ in 0..<2 {
                let made = try await server.post("/v1/invoices", InvoiceSample.valid, headers: Self.mustBeNew)
                #expect(made.status == 201, "\(made.text)")
            }
        }
    }

    @Test("If-Match is judged, or the request is refused: nothing is done that relied on it")
    func unjudged() async throws {
        try await withServer { server in
            for (path, method, value) in OpenAPITests.operations(try await OpenAPITests.document(server)) {
                guard method != "get", value.at(["security", "0", "token"]) != nil else { continue }
                var writer = JSONWriter()
                if let parameters = value.at(["parameters"]) { writer.value(parameters) }
                if String(decoding: writer.bytes, as: UTF8.self).contains("If-Match") { continue }
                let target = path.replacing("{id}", with: UniqueId(high: 0, low: 0).description)
                    .replacing("{series}", with: "INV").replacing("{document}", with: "x").replacing("{host}", with: "example.com")
                    .replacing("{name}", with: "none")
                let answer = try await server.send(method.uppercased(), target, headers: [("If-Match", "\"1\"")])
                #expect(answer.status == 400 && answer.text.contains("\"header\":\"If-Match\""), "\(method) \(path) \(answer.text)")
                #expect(value.at(["responses", "400"]) != nil, "\(method) \(path)")
            }
        }
    }
}
