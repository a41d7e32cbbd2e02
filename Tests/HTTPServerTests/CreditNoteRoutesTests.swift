import Domain
import Ports
import Testing

@Suite struct CreditNoteRoutesTests {
    static let path = "/v1/invoices"

    @Test func aCreditNoteOfTheWholeIsIssuedAndTheOriginalIsCredited() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let key = [("Idempotency-Key", "c-1")]
            let note = try await server.post(Self.path + "/\(id)/credit-notes", #"{"reason":"Returned."}"#, headers: key)
            #expect(note.status == 201, "\(note.text)")
            #expect(try note.string("number") == "CN-\(String(server.time.now().rfc3339.prefix(4)))-000001")
            #expect(try note.string("creditOf") == id)
            #expect(try note.string("source") == "credit-note")
            #expect(try note.string("document", "type") == "381")
            #expect(try note.string("document", "totals", "taxInclusive") == "71.36")
            #expect(try note.string("document", "precedingInvoices", "0", "number") == "INV-2026-000001")
            #expect(try note.string("document", "notes", "0", "text") == "Returned.")
            #expect(note.header("location") == "/v1/invoices/\(try note.string("id") ?? "")")
            let original = try await server.get(Self.path + "/\(id)")
            #expect(try original.string("status") == "credited")
            #expect(try original.string("credited") == "71.36")
            let again = try await server.post(Self.path + "/\(id)/credit-notes", #"{ "reason" : "Returned." }"#, headers: key)
            #expect(again.status == 200)
            #expect(try again.string("id") == note.string("id"))
            let other = try await server.post(Self.path + "/\(id)/credit-notes", #"{"reason":"Broken."}"#, headers: key)
            #expect(try other.string("type") == "/problems/idempotency-conflict")
        }
    }

    @Test func partsAreCreditedUntilNothingIsLeft() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let target = Self.path + "/\(id)/credit-notes"
            let first = try await server.post(target, #"{"lines":[{"id":"1","quantity":1}]}"#)
            #expect(try first.string("document", "totals", "taxInclusive") == "23.79", "\(first.text)")
            let tooMuch = try await server.post(target, "{}")
            #expect(tooMuch.status == 409)
            #expect(try tooMuch.string("type") == "/problems/credit-refused")
            #expect(try tooMuch.string("detail")?.contains("47.57") == true)
            let held = try await server.post(Self.path + "/\(id)/void", InvoiceRoutesTests.reason)
            #expect(try held.string("type") == "/problems/credit-refused")
            let second = try await server.post(target, #"{"lines":[{"id":"1","quantity":"1.99"}]}"#)
            #expect(second.status == 201, "\(second.text)")
            let taken = try await server.post(Self.path + "/\(try first.string("id") ?? "")/cancel", InvoiceRoutesTests.reason)
            #expect(try taken.string("status") == "cancelled")
            #expect(try await server.get(Self.path + "/\(id)").string("credited") == second.string("document", "totals", "taxInclusive"))
        }
    }

    @Test func aCreditNoteCanWaitAsADraft() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let note = try await server.post(
                Self.path + "/\(id)/credit-notes", #"{"issue":false,"issueDate":"2026-11-30","lines":[{"id":"1"}]}"#)
            #expect(note.status == 201)
            #expect(try note.string("status") == "draft")
            #expect(try await server.get(Self.path + "/\(id)").string("credited") == "0")
            let issued = try await server.send("POST", Self.path + "/\(try note.string("id") ?? "")/issue")
            #expect(try issued.string("number") == "CN-2026-000001")
            #expect(try await server.get(Self.path + "/\(id)").string("status") == "credited")
        }
    }

    @Test func theReasonOfAnExemptionGoesWithTheCreditNote() async throws {
        try await withServer { server in
            let reason = #""taxBreakdown":[{"category":"E","exemptionReason":"Education"}],"#
            let id = try await server.draft(InvoiceSample.document(category: "E", more: reason), issue: true)
            let note = try await server.send("POST", Self.path + "/\(id)/credit-notes")
            #expect(note.status == 201, "\(note.text)")
        }
    }

    @Test func aRefusalSaysWhy() async throws {
        try await withServer { server in
            let draft = try await server.draft()
            let undone = try await server.send("POST", Self.path + "/\(draft)/credit-notes")
            #expect(undone.status == 409)
            #expect(try undone.string("detail")?.contains("not issued") == true)
            let id = try await server.draft(issue: true)
            let note = try await server.send("POST", Self.path + "/\(id)/credit-notes")
            let ofNote = try await server.send("POST", Self.path + "/\(try note.string("id") ?? "")/credit-notes")
            #expect(ofNote.status == 409)
            #expect(try ofNote.string("detail")?.contains("credit note itself") == true)
            let spent = try await server.send("POST", Self.path + "/\(id)/credit-notes")
            #expect(try spent.string("detail")?.contains("Nothing of the original") == true)
        }
    }

    @Test func aDraftedCreditNoteThatWasChangedIsHeldAgainstItsOriginalWhenItIsIssued() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let made = try await server.post(Self.path + "/\(id)/credit-notes", #"{"issue":false}"#)
            let note = Self.path + "/" + (try made.string("id") ?? "")
            let invoice = try await server.put(note, InvoiceSample.valid)
            #expect(try invoice.string("type") == "/problems/credit-refused")
            #expect(try invoice.string("detail")?.contains("must be a credit note") == true)
            for (document, reason) in [
                (InvoiceSample.document(type: "381", currency: "CHF"), "original's currency"),
                (InvoiceSample.document(type: "381", quantity: "4"), "71.36 with tax is left"),
                (InvoiceSample.document(type: "381", quantity: "0"), "greater than 0"),
            ] {
                let changed = try await server.put(note, document)
                #expect(changed.status == 200, "\(changed.text)")
                let refused = try await server.send("POST", note + "/issue")
                #expect(refused.status == 409, "\(refused.text)")
                #expect(try refused.string("type") == "/problems/credit-refused")
                #expect(try refused.string("detail")?.contains(reason) == true, "\(refused.text)")
            }
            #expect(try await server.get(Self.path + "/\(id)").string("credited") == "0")
        }
    }

    @Test(arguments: [
        (#"{"lines":[{"id":"9"}]}"#, 422, "/lines/0/id"), (#"{"lines":[{"id":"1","quantity":"4"}]}"#, 422, "/lines/0/quantity"),
        (#"{"lines":[{"id":"1","quantity":"-1"}]}"#, 422, "/lines/0/quantity"), (#"{"lines":[]}"#, 400, "/lines"),
        (#"{"lines":[{"id":"1","quantity":"x"}]}"#, 400, "/lines/0/quantity"), (#"{"lines":[{}]}"#, 400, "/lines/0/id"),
        (#"{"lines":[{"id":"1"},{"id":"1"}]}"#, 400, "/lines/1"), (#"{"issueDate":"soon"}"#, 400, "/issueDate"),
        (#"{"issue":false,"series":"CN"}"#, 400, "/series"), (#"{"amount":"1"}"#, 400, "/amount"),
    ])
    func aWrongFieldIsNamedByItsPointer(_ body: String, _ status: Int, _ pointer: String) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path + "/\(try await server.draft(issue: true))/credit-notes", body)
            #expect(answer.status == status, "\(answer.text)")
            #expect(try answer.string("errors", "0", "pointer") == pointer)
        }
    }
}
