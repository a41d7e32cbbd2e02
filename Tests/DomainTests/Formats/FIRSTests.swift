import PropertyKit
import Testing

@testable import Domain

@Suite struct FIRSTests {
    struct Lost: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: Round trips

    @Test func whatTheFormHasAPlaceForComesBackEqual() throws {
        try forAll(cases: 1_500, generate: FIRSStep.list) { steps in
            let document = FIRSStep.document(steps)
            let form = try document.firsJSON(FIRSStep.settings)
            let read = try FIRSInvoice(json: form.bytes, settings: FIRSStep.settings)
            guard read.document == document, form.omissions.isEmpty else {
                throw Lost(description: "\(form.omissions.listed) in \(String(decoding: form.bytes, as: UTF8.self))")
            }
        }
    }

    @Test func whatTheEngineAssessedComesBackEqual() throws {
        try forAll(cases: 500, seed: 20_000, generate: FIRSStep.list) { steps in
            // With two taxes the form cannot tell that of an allowance.
            let hasTwoTaxes = steps.contains { $0.part == .exempt }
            let steps = steps.filter { !hasTwoTaxes || ($0.part != .allowance && $0.part != .charge) }
            let document = try TaxRegistry.standard.assess(FIRSStep.document(steps))
            let form = try document.firsJSON(FIRSStep.settings)
            guard form.omissions.isEmpty else {
                throw Lost(description: "\(form.omissions.listed) in \(String(decoding: document.canonicalJSON, as: UTF8.self))")
            }
        }
    }

    /// Any document is written, with what it lost named, or refused, with what it lacks named.
    @Test func whatDoesNotComeBackIsNamed() throws {
        try forAll(cases: 1_500, seed: 9_000, generate: DocumentStep.list) { steps in
            var document = DocumentStep.document(steps)
            let sound = FIRSStep.document([])
            document.number = sound.number
            document.typeCode = "380"
            document.issueDate = sound.issueDate
            document.seller = sound.seller
            document.buyer = sound.buyer
            document.lines += sound.lines
            document.totals = document.totals ?? sound.totals
            do {
                let form = try document.firsJSON(FIRSStep.settings)
                let read = try FIRSInvoice(json: form.bytes, settings: FIRSStep.settings)
                guard (read.document == document) == form.omissions.isEmpty else {
                    throw Lost(description: "\(form.omissions.listed) in \(String(decoding: form.bytes, as: UTF8.self))")
                }
            } catch InvoiceJSONError.fields(let problems) {
                guard !problems.isEmpty else { throw Lost(description: "refused without a reason") }
            }
        }
    }

    @Test func mutatedFormsAreReadOrRefused() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let bytes = try FIRSStep.document(FIRSStep.list(&random)).firsJSON(FIRSStep.settings).bytes
            for _ in 0..<10 {
                var mutant = bytes
                mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
                _ = try? FIRSInvoice(json: mutant, settings: FIRSStep.settings)
            }
        }
    }

    // MARK: The form

    @Test func theFormHasTheNamesAndNumbersThatThePlatformAsksFor() throws {
        var document = FIRSStep.document([])
        document.seller?.contact?.telephone = nil
        document.seller?.legalInformation = nil
        document.seller?.address?.subdivision = "NG-LA-EKY"
        document.seller?.address?.postalCode = "101241"
        document.buyer = document.seller
        document.lines[0].quantity = ExactDecimal(15)
        document.lines[0].unitPrice = try #require(ExactDecimal("1150.50"))
        document.lines[0].netAmount = ExactDecimal("17257.50")
        document.lines[0].item = .init(name: "Rice")
        document.lines[0].item.classifications = [.init(code: "1006.30", scheme: "HS")]
        document.taxBreakdown[0].taxableAmount = try #require(ExactDecimal("17257.50"))
        document.taxBreakdown[0].taxAmount = try #require(ExactDecimal("1294.31"))
        document.totals = .init(
            lineNet: try #require(ExactDecimal("17257.50")), taxExclusive: try #require(ExactDecimal("17257.50")),
            taxInclusive: try #require(ExactDecimal("18551.81")), payable: try #require(ExactDecimal("18551.81")))
        document.totals?.tax = ExactDecimal("1294.31")
        let form = try document.firsJSON(FIRSStep.settings)
        let party =
            #"{"party_name":"Eko Mills","tin":"\#(document.seller?.vatId ?? "")","email":"office@example.ng","postal_address":"#
            + #"{"street_name":"\#(document.seller?.address?.street ?? "")","city_name":"Lagos","postal_zone":"101241","lga":"NG-LA-EKY","#
            + #""state":"NG-LA","country":"NG"}}"#
        #expect(
            String(decoding: form.bytes, as: UTF8.self)
                == #"{"business_id":"6f1c3a52-8d0e-4b57-9c1a-2e7d4f6b8a90","irn":"INV0042-7K2M9QXA-20261120","issue_date":"2026-11-20","#
                + #""issue_time":"10:00:00","invoice_type_code":"396","invoice_kind":"B2B","payment_status":"PENDING","#
                + #""document_currency_code":"NGN","tax_currency_code":"NGN","accounting_supplier_party":"# + party
                + #","accounting_customer_party":"# + party
                + #","tax_total":[{"tax_amount":1294.31,"tax_subtotal":[{"taxable_amount":17257.50,"tax_amount":1294.31,"#
                + #""tax_category":{"id":"STANDARD_VAT","percent":7.5}}]}],"#
                + #""legal_monetary_total":{"line_extension_amount":17257.50,"tax_exclusive_amount":17257.50,"#
                + #""tax_inclusive_amount":18551.81,"payable_amount":18551.81},"#
                + #""invoice_line":[{"hsn_code":"1006.30","product_category":"Cereals","invoiced_quantity":15,"#
                + #""line_extension_amount":17257.50,"item":{"name":"Rice"},"#
                + #""price":{"price_amount":1150.50,"base_quantity":1,"price_unit":"NGN per 1"},"#
                + #""tax_category":[{"id":"STANDARD_VAT","percent":7.5}]}]}"#)
    }

    @Test func theReferenceNumberHasNoPunctuation() throws {
        let date = try #require(CalendarDate("2024-06-11"))
        let reference = try #require(FIRSReference(number: "INV-2024/0001", serviceId: "94ND90NR", issueDate: date))
        #expect(reference.description == "INV20240001-94ND90NR-20240611")
        #expect(FIRSReference(reference.description) == reference)
        #expect(FIRSReference(number: "--", serviceId: "94ND90NR", issueDate: date) == nil)
        #expect(FIRSReference(number: "1", serviceId: "94ND90N", issueDate: date) == nil)
        #expect(FIRSReference("INV-94ND90NR-20240631") == nil)
    }

    @Test func aPunctuatedNumberIsNamedAsChanged() throws {
        var document = FIRSStep.document([])
        document.number = "INV-0042"
        let form = try document.firsJSON(FIRSStep.settings)
        #expect(form.omissions.listed.map(\.pointer) == ["/number"])
    }

    // MARK: Problems

    @Test func everythingThatTheFormDemandsIsReportedAtOnce() {
        var document = InvoiceDocument(typeCode: "389", currency: "NGN")
        document.seller = .init(name: "Eko Mills")
        document.lines = [
            .init(
                id: "1", quantity: .one, unit: "C62", unitPrice: .one, tax: .init(category: "AE"), item: .init(name: "Rice"))
        ]
        do {
            _ = try document.firsJSON(FIRSStep.settings)
            Issue.record("was written")
        } catch .fields(let problems) {
            #expect(
                problems.listed.map(\.pointer) == [
                    "/issueDate", "/number", "/type", "/seller/vatId", "/seller/contact/email", "/seller/address/street",
                    "/seller/address/city", "/buyer", "/totals", "/lines/0/classifications", "/lines/0/netAmount", "/lines/0/tax/category",
                ])
        } catch {
            Issue.record(error)
        }
    }

    @Test func numbersAndStringsAreReadAlike() throws {
        let json = """
            {"irn":"A1-7K2M9QXA-20261120","issue_date":"2026-11-20","invoice_type_code":396,"document_currency_code":"NGN","unheard_of":{},
             "dispatch_document_reference":[{"irn":"D1-7K2M9QXA-20261119","issue_date":"2026-11-19"}],
             "payment_means":[{"payment_means_code":10,"payment_due_date":"2026-12-01"}],
             "tax_total":[{"tax_amount":"0","tax_subtotal":[
                {"taxable_amount":"10.00","tax_amount":"0","tax_category":{"id":"ZERO_VAT","percent":0}}]}],
             "invoice_line":[{"hsn_code":"","isic_code":"6311","service_category":"Hosting","invoiced_quantity":"2","item":{"name":"Host"},
                "price":{"price_amount":5.0,"base_quantity":1,"price_unit":"57589"}}]}
            """
        let read = try FIRSInvoice(json: Array(json.utf8), settings: FIRSStep.settings)
        #expect(read.document.typeCode == "380")
        #expect(read.document.number == "A1")
        #expect(read.document.payment?.meansCode == "10")
        #expect(read.document.dueDate == CalendarDate("2026-12-01"))
        #expect(read.document.despatchAdviceReference == "D1-7K2M9QXA-20261119")
        #expect(read.document.lines.first?.tax == .init(category: "Z", rate: .zero))
        #expect(read.document.lines.first?.item.classifications == [.init(code: "6311", scheme: "ISIC")])
        #expect(read.document.lines.first?.unit == "C62")
    }

    @Test func allThatIsWrongInAFormIsReported() {
        let json =
            #"{"invoice_type_code":"1","issue_date":5,"tax_total":[{"tax_subtotal":[{"tax_category":{"id":"TOLL"}}]}],"invoice_line":[]}"#
        do {
            _ = try FIRSInvoice(json: Array(json.utf8), settings: FIRSStep.settings)
            Issue.record("was read")
        } catch .fields(let problems) {
            #expect(
                Set(problems.listed.map(\.pointer)) == [
                    "/irn", "/invoice_type_code", "/document_currency_code", "/issue_date", "/tax_total/0/tax_subtotal/0/taxable_amount",
                    "/tax_total/0/tax_subtotal/0/tax_amount", "/tax_total/0/tax_subtotal/0/tax_category/id", "/invoice_line",
                ])
        } catch {
            Issue.record(error)
        }
    }
}
