import Domain
import Ports
import Testing

@Suite struct InvoiceBatchTests {
    static let path = "/v1/invoices/batch"

    @Test func aThousandItemsEachHaveTheirOwnResult() async throws {
        try await withServer { server in
            let items = (0..<1_000).map { index in
                switch index % 10 {
                case 3: #"{"document":\#(InvoiceSample.invalid),"issue":true}"#
                case 5: #"{"document":{"currency":7}}"#
                case 7: #"{"document":\#(InvoiceSample.document(currency: "XYZ"))}"#
                default: #"{"document":\#(InvoiceSample.valid),"issue":true,"idempotencyKey":"k-\#(index)"}"#
                }
            }
            let answer = try await server.post(Self.path, #"{"items":[\#(items.joined(separator: ","))]}"#)
            #expect(answer.status == 200)
            guard case .array(let results)? = try answer.json("results") else {
                Issue.record("no results")
                return
            }
            #expect(results.count == 1_000)
            var sequence = 0
            for (index, result) in results.enumerated() {
                func text(_ path: String...) -> String? { if case .string(let text)? = result.at(path) { text } else { nil } }
                switch index % 10 {
                case 3:
                    #expect(result.at(["status"]) == (try JSONReader.read(Array("422".utf8))))
                    #expect(text("problem", "type") == "/problems/invoice-not-valid")
                    #expect(text("problem", "findings", "0", "rule") != nil)
                case 5: #expect(text("problem", "errors", "0", "pointer") == "/items/\(index)/document/currency")
                case 7: #expect(text("problem", "errors", "0", "pointer")?.hasPrefix("/items/\(index)/document/") == true)
                default:
                    sequence += 1
                    #expect(text("invoice", "status") == "issued")
                    let digits = String(sequence)
                    #expect(text("invoice", "number") == "INV-2026-" + String(repeating: "0", count: 6 - digits.count) + digits)
                    #expect(text("invoice", "source") == "batch")
                    #expect(result.at(["invoice", "document"]) == nil)
                }
            }
            #expect(sequence == 700)
        }
    }

    @Test func repeatedItemsAre200AndChangedOnes409() async throws {
        try await withServer { server in
            let body = #"{"items":[{"document":\#(InvoiceSample.valid),"idempotencyKey":"a"}]}"#
            #expect(try await server.post(Self.path, body).int("results", "0", "status") == 201)
            let twice = try await server.post(
                Self.path,
                #"{"items":[{"document":\#(InvoiceSample.valid),"idempotencyKey":"a"},{"document":\#(InvoiceSample.invalid),"idempotencyKey":"a"}]}"#
            )
            #expect(try twice.int("results", "0", "status") == 200)
            #expect(try twice.int("results", "1", "status") == 409)
            #expect(try twice.string("results", "1", "problem", "type") == "/problems/idempotency-conflict")
            // The key of one route is that of the other: it names the invoice.
            let alone = try await server.post("/v1/invoices", InvoiceSample.valid, headers: [("Idempotency-Key", "a")])
            #expect(alone.status == 200)
        }
    }

    @Test(arguments: [
        (#"{}"#, "/items"), (#"{"items":[]}"#, "/items"), (#"{"items":{},"x":1}"#, "/items"),
        (#"{"items":["# + Array(repeating: "{}", count: 1_001).joined(separator: ",") + "]}", "/items"),
    ])
    func aBodyWithoutAListOfItemsIsRefused(_ body: String, _ pointer: String) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == 400)
            #expect(try answer.string("errors", "0", "pointer") == pointer)
        }
    }

    @Test func aStoreThatRefusesIsToldForEachItem() async throws {
        try await withServer { server in
            server.books.fail(intents: .unavailable(""))
            let answer = try await server.post(Self.path, #"{"items":[{"document":\#(InvoiceSample.valid)},{"issue":3}]}"#)
            #expect(answer.status == 200)
            #expect(try answer.int("results", "0", "status") == 503)
            #expect(try answer.int("results", "1", "status") == 400)
        }
    }
}
