import Domain
import Testing

/// What a document is in other formats, and documents that are looked at only.
@Suite struct InvoiceDocumentRoutesTests {
    static let path = "/v1/invoices"
    static let check = "/v1/invoices/validate"

    private func check(
        _ server: TestServer, _ body: String, _ type: String = "application/xml", query: String = ""
    ) async throws -> Answer {
        try await server.send("POST", Self.check + query, headers: [("Content-Type", type)], body: Array(body.utf8))
    }

    @Test func theDocumentIsGivenInXMLAndIsValidThere() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            for (format, root) in [("", "<Invoice"), ("?format=ubl", "<Invoice"), ("?format=cii", "CrossIndustryInvoice")] {
                let answer = try await server.get(Self.path + "/\(id)/document" + format)
                #expect(answer.status == 200)
                #expect(answer.header("content-type") == "application/xml")
                #expect(answer.header("ledgerflow-not-carried") == "0")
                #expect(answer.text.contains(root))
                #expect(answer.text.contains("INV-2026-000001"))
                for type in ["application/xml", "text/xml; charset=utf-8"] {
                    let checked = try await check(server, answer.text, type)
                    #expect(checked.status == 200, "\(checked.text)")
                    #expect(try checked.json("valid") == .bool(true), "\(checked.text)")
                    #expect(try checked.string("ruleset") == "en16931")
                }
            }
            let json = try await server.get(Self.path + "/\(id)/document?format=json")
            #expect(json.header("content-type") == "application/json")
            #expect(try json.json() == (try await server.get(Self.path + "/\(id)").json("document")))
            let complete = try await check(server, json.text, "application/json")
            #expect(try complete.json("valid") == .bool(true), "\(complete.text)")
        }
    }

    @Test func whatAFormatDoesNotCarryIsCountedAndReported() async throws {
        try await withServer { server in
            let id = try await server.draft(InvoiceSample.document(more: #""taxRegime":"vat","#), issue: true)
            let document = try await server.get(Self.path + "/\(id)/document")
            #expect(document.header("ledgerflow-not-carried") == "1")
            let report = try await server.get(Self.path + "/\(id)/document?report=true")
            #expect(report.header("content-type") == "application/json")
            #expect(try report.string("format") == "ubl")
            #expect(try report.int("count") == 1)
            #expect(try report.string("notCarried", "0", "pointer") == "/taxRegime")
            #expect(try report.string("notCarried", "0", "detail") == "has no place in this syntax")
            let arabic = try await server.get(Self.path + "/\(id)/document?report=true&language=ar")
            #expect(try arabic.string("notCarried", "0", "detail") == "لا مكان له في هذه الصيغة")
        }
    }

    @Test func aNationalFormNamesWhatItNeeds() async throws {
        try await withServer { server in
            let id = try await server.draft(issue: true)
            let bare = try await server.get(Self.path + "/\(id)/document?format=firs")
            #expect(bare.status == 422)
            #expect(try bare.string("type") == "/problems/unprocessable-document")
            for (index, name) in ["businessId", "serviceId", "invoiceTypeCode"].enumerated() {
                #expect(try bare.string("errors", String(index), "parameter") == name)
            }
            let settings = "&businessId=6ba7b810-9dad-11d1-80b4-00c04fd430c8&serviceId=94ND90NR&invoiceTypeCode=381"
            let lacking = try await server.get(Self.path + "/\(id)/document?format=firs" + settings)
            #expect(lacking.status == 422)
            #expect(try lacking.string("errors", "0", "pointer")?.hasPrefix("/") == true)
            let indian = try await server.get(Self.path + "/\(id)/document?format=inv01")
            #expect(indian.status == 422)
            #expect(try indian.string("errors", "0", "pointer") != nil)
            for query in ["?format=pdf", "?report=1", "?businessId="] {
                #expect(try await server.get(Self.path + "/\(id)/document" + query).status == 400)
            }
        }
    }

    @Test func theFormsOfIndiaAndNigeriaAreWritten() async throws {
        try await withServer { server in
            let indian = try await server.draft(InvoiceSample.indian, issue: true)
            let inv01 = try await server.get(Self.path + "/\(indian)/document?format=inv01")
            #expect(inv01.status == 200, "\(inv01.text)")
            #expect(inv01.header("content-type") == "application/json")
            #expect(inv01.text.contains("\"Gstin\":\"29ABCDE1234F1Z5\""))
            let detail = try await server.get(Self.path + "/\(indian)")
            #expect(try detail.string("verdict", "ruleset") == "assessment")
            let nigerian = try await server.draft(InvoiceSample.nigerian, issue: true)
            let settings = "&businessId=6f1c3a52-8d0e-4b57-9c1a-2e7d4f6b8a90&serviceId=7K2M9QXA&invoiceTypeCode=396&invoiceKind=B2B"
            let firs = try await server.get(Self.path + "/\(nigerian)/document?format=firs" + settings)
            #expect(firs.status == 200, "\(firs.text)")
            #expect(try firs.string("irn") == "INV2026000002-7K2M9QXA-20261120")
            #expect(try firs.string("invoice_type_code") == "396")
            let report = try await server.get(Self.path + "/\(nigerian)/document?report=true&format=firs" + settings)
            #expect(try report.int("count").map(String.init) == firs.header("ledgerflow-not-carried"))
        }
    }

    // MARK: Documents that are not kept

    @Test func findingsNameRuleSeverityPlaceAndMessage() async throws {
        try await withServer { server in
            let xml = try await server.get(Self.path + "/\(try await server.draft(issue: true))/document").text
            let broken = xml.replacing(">71.36<", with: ">71.37<")
            #expect(broken != xml)
            for language in ["en", "ar"] {
                let answer = try await check(server, broken, query: "?ruleset=en16931&language=\(language)")
                #expect(answer.status == 200)
                #expect(try answer.json("valid") == .bool(false))
                #expect(answer.text.contains("\"BR-CO-15\""), "\(answer.text)")
                #expect(try answer.string("findings", "0", "severity") == "fatal")
                #expect(try answer.string("findings", "0", "location")?.hasPrefix("/Invoice") == true)
                #expect(try answer.string("findings", "0", "message")?.isEmpty == false)
            }
            #expect(try await server.get(Self.path).count("items") == 1)
        }
    }

    @Test func aDraftInJSONIsAssessedFirst() async throws {
        try await withServer { server in
            #expect(try await check(server, InvoiceSample.valid, "application/json").json("valid") == .bool(true))
            #expect(try await check(server, InvoiceSample.invalid, "application/json").json("valid") == .bool(false))
            let untaxable = try await check(server, InvoiceSample.document(currency: "XYZ"), "application/json")
            #expect(untaxable.status == 422)
            let wrong = try await check(server, #"{"currency":7}"#, "application/json")
            #expect(wrong.status == 400)
            #expect(try wrong.string("errors", "0", "pointer") == "/currency")
            #expect(try await server.get(Self.path).count("items") == 0)
        }
    }

    @Test(arguments: [
        ("<Invoice", 422), ("", 422), ("<a><b></a>", 422), (#"<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"#, 422),
        ("<html/>", 200),
    ])
    func xmlThatIsNoDocumentIsSaidToBeNone(_ body: String, _ status: Int) async throws {
        try await withServer { server in
            let answer = try await check(server, body)
            #expect(answer.status == status, "\(answer.text)")
            if status == 200 {
                #expect(try answer.string("findings", "0", "rule") == "document-type")
            } else {
                #expect(try answer.string("type") == "/problems/unprocessable-document")
                #expect(!answer.text.contains("ENTITY b"))
            }
        }
    }

    @Test func theTypeTheRulesetAndTheSizeAreChecked() async throws {
        try await withServer { server in
            #expect(try await check(server, "<a/>", "text/plain").status == 415)
            #expect(try await check(server, "<a/>", query: "?ruleset=peppol").status == 400)
            let head = "POST \(Self.check) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.token)\r\n"
            let connection = try server.connect()
            await connection.send(head + "Content-Type: application/xml\r\nContent-Length: \((16 << 20) + 1)\r\n\r\n")
            let bytes = await connection.receive { $0.count > 12 }
            #expect(String(decoding: bytes.prefix(12), as: UTF8.self) == "HTTP/1.1 413")
        }
    }
}
