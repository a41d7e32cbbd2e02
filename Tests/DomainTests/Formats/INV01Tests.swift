import PropertyKit
import Testing

@testable import Domain

@Suite struct INV01Tests {
    struct Lost: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: Round trips

    @Test func whatTheFormHasAPlaceForComesBackEqual() throws {
        try forAll(cases: 1_500, generate: INV01Step.list) { steps in
            let document = try INV01Step.document(steps)
            let form = try document.inv01JSON()
            let read = try INV01Invoice(json: form.bytes)
            guard read.document == document, form.omissions.isEmpty else {
                throw Lost(description: "\(form.omissions.listed) in \(String(decoding: form.bytes, as: UTF8.self))")
            }
        }
    }

    @Test func whatTheEngineAssessedComesBackEqual() throws {
        try forAll(cases: 500, seed: 20_000, generate: INV01Step.list) { steps in
            let document = try TaxRegistry.standard.assess(INV01Step.document(steps))
            let form = try document.inv01JSON()
            guard form.omissions.isEmpty else {
                throw Lost(description: "\(form.omissions.listed) in \(String(decoding: document.canonicalJSON, as: UTF8.self))")
            }
        }
    }

    /// Any document is written, with what it lost named, or refused, with what it lacks named.
    @Test func whatDoesNotComeBackIsNamed() throws {
        try forAll(cases: 1_500, seed: 9_000, generate: DocumentStep.list) { steps in
            var document = DocumentStep.document(steps)
            let sound = try INV01Step.document([])
            document.number = sound.number
            document.currency = "INR"
            document.issueDate = sound.issueDate
            document.seller = sound.seller
            document.buyer = sound.buyer
            document.placeOfSupply = "29"
            document.lines = sound.lines
            document.allowances = []
            document.totals = sound.totals
            do {
                let form = try document.inv01JSON()
                let read = try INV01Invoice(json: form.bytes)
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
            let bytes = try INV01Step.document(INV01Step.list(&random)).inv01JSON().bytes
            for _ in 0..<10 {
                var mutant = bytes
                mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
                _ = try? INV01Invoice(json: mutant)
            }
        }
    }

    @Test func theSettingsComeBackToo() throws {
        var settings = INV01Settings()
        settings.supplyType = .exportWithPayment
        settings.isReverseCharge = false
        settings.ecommerceGSTIN = "29ABCDE1234F1Z5"
        settings.dispatchFrom = INV01Step.party("Kaveri Depot", state: "33")
        settings.dispatchFrom?.vatId = nil
        var export = INV01Settings.Export()
        export.shippingBillNumber = "SB1"
        export.shippingBillDate = CalendarDate("2026-11-19")
        export.portCode = "INBLR4"
        export.claimsRefund = true
        export.foreignCurrency = "EUR"
        export.duty = ExactDecimal("12.50")
        settings.export = export
        var bill = INV01Settings.EwayBill(distance: 120)
        bill.mode = .road
        bill.vehicleNumber = "KA01AB1234"
        bill.isOverDimensional = false
        settings.ewayBill = bill
        var document = try INV01Step.document([INV01Step(part: .export, seed: 1)])
        document.taxBreakdown = []
        #expect(try INV01Invoice(json: document.inv01JSON(settings).bytes).settings == settings)
    }

    // MARK: The form

    @Test func theFormHasTheNamesAndNumbersOfTheSchema() throws {
        var document = try INV01Step.document([])
        document.lines[0].quantity = try #require(ExactDecimal("10.5"))
        document.lines[0].tax.rate = ExactDecimal(18)
        document.dueDate = CalendarDate("2026-12-20")
        try INV01Step.total(&document)
        let address = #""Addr1":"14 MG Road","Loc":"Bengaluru","Pin":560001,"Stcd":"29"}"#
        #expect(
            String(decoding: try document.inv01JSON().bytes, as: UTF8.self)
                == #"{"Version":"1.1","TranDtls":{"TaxSch":"GST","SupTyp":"B2B","RegRev":"N","IgstOnIntra":"N"},"#
                + #""DocDtls":{"Typ":"INV","No":"INV/26-27/00042","Dt":"20/11/2026"},"#
                + #""SellerDtls":{"Gstin":"29ABCDE1234F1Z5","LglNm":"Kaveri Textiles","# + address
                + #","BuyerDtls":{"Gstin":"29ABCDE1234F1Z5","LglNm":"Deccan Stores","Pos":"29","# + address
                + #","ItemList":[{"SlNo":"1","PrdDesc":"Cotton cloth","IsServc":"N","HsnCd":"5208","Qty":10.5,"Unit":"MTR","#
                + #""UnitPrice":99.99,"TotAmt":1049.90,"AssAmt":1049.90,"GstRt":18,"IgstAmt":0,"CgstAmt":94.49,"SgstAmt":94.49,"#
                + #""TotItemVal":1238.88}],"ValDtls":{"AssVal":1049.90,"CgstVal":94.49,"SgstVal":94.49,"IgstVal":0,"TotInvVal":1238.88},"#
                + #""PayDtls":{"CrDay":30}}"#)
    }

    /// Taxable value, rate, cess rate, within a state: CGST, SGST, IGST, cess.
    @Test(arguments: [
        ("100.00", "18", "0", true, ["9.00", "9.00", "0", "0.00"]), ("100.10", "5", "0", true, ["2.50", "2.50", "0", "0.00"]),
        ("100.20", "5", "0", true, ["2.51", "2.51", "0", "0.00"]), ("100.10", "5", "0", false, ["0", "0", "5.01", "0.00"]),
        ("0.10", "5", "0", true, ["0.00", "0.00", "0", "0.00"]), ("0.20", "5", "0", true, ["0.01", "0.01", "0", "0.00"]),
        ("999.99", "28", "12", false, ["0", "0", "280.00", "120.00"]), ("1.00", "0.25", "0", false, ["0", "0", "0.00", "0.00"]),
    ])
    func centralAndStateTaxAreEqualHalves(taxable: String, rate: String, cess: String, isInside: Bool, expected: [String]) throws {
        let tax = InvoiceDocument.Tax(category: "S", rate: ExactDecimal(rate), cessRate: ExactDecimal(cess))
        let amounts = try INV01ItemTax(on: try #require(ExactDecimal(taxable)), tax: tax, isIntegrated: !isInside)
        #expect([amounts.cgst, amounts.sgst, amounts.igst, amounts.cess].map(\.description) == expected)
    }

    @Test func integratedTaxWithinAStateIsSaid() throws {
        var document = try INV01Step.document([])
        document.taxRegime = "gst-in-igst"
        document.taxBreakdown[0].components = [.init(name: "IGST", rate: ExactDecimal(5), amount: try #require(ExactDecimal("5.00")))]
        document.taxBreakdown[0].taxAmount = try #require(ExactDecimal("5.00"))
        document.totals?.tax = ExactDecimal("5.00")
        let form = try document.inv01JSON()
        #expect(String(decoding: form.bytes, as: UTF8.self).contains(#""IgstOnIntra":"Y""#))
        #expect(try INV01Invoice(json: form.bytes).document.taxRegime == "gst-in-igst")
        #expect(form.omissions.isEmpty)
    }

    @Test func statesAreKnownByCodeAndByLetters() {
        #expect(INV01State.code("29") == "29")
        #expect(INV01State.code("KA") == "29")
        #expect(INV01State.code("IN-MH") == "27")
        #expect(INV01State.code("39") == nil)
        #expect(INV01State.code("Karnataka") == nil)
    }

    @Test func daysAreWrittenAndCountedInTheIndianForm() throws {
        let date = try #require(CalendarDate("2028-02-29"))
        #expect(date.indianForm == "29/02/2028")
        #expect(CalendarDate(indianForm: "29/02/2028") == date)
        #expect(CalendarDate(indianForm: "29/02/2027") == nil)
        #expect(CalendarDate(indianForm: "2028-02-29") == nil)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let start = try #require(CalendarDate(year: Int.random(in: 1...9000, using: &random), month: 12, day: 31))
            let days = Int.random(in: 0...9_999, using: &random)
            #expect(try #require(start.adding(days: days)).days(since: start) == days)
        }
    }

    // MARK: Problems

    @Test func everythingThatTheFormDemandsIsReportedAtOnce() throws {
        var document = try INV01Step.document([])
        document.currency = "EUR"
        document.number = "inv 1"
        document.seller?.vatId = "X"
        document.seller?.address?.postalCode = "0123"
        document.buyer?.name = "AB"
        document.buyer?.address = nil
        document.placeOfSupply = "Goa"
        document.lines[0].item.classifications = []
        document.lines[0].quantity = ExactDecimal(-1)
        document.lines[0].allowances = [.init(amount: ExactDecimal(-2))]
        document.roundingAmount = ExactDecimal(-100)
        document.allowances = [.init(amount: .one, tax: .init(category: "S", rate: .one))]
        do {
            _ = try document.inv01JSON()
            Issue.record("was written")
        } catch .fields(let problems) {
            #expect(
                problems.listed.map(\.pointer) == [
                    "/currency", "/number", "/seller/vatId", "/seller/address/postalCode", "/buyer/name", "/placeOfSupply",
                    "/buyer/address",
                    "/lines/0/allowances/0/amount", "/lines/0/classifications", "/lines/0/quantity", "/allowances/0/tax/rate",
                    "/roundingAmount",
                ])
        } catch {
            Issue.record(error)
        }
    }

    @Test func whatDoesNotFitIsLeftOutAndNamed() throws {
        var document = try INV01Step.document([])
        document.paymentTerms = String(repeating: "x", count: 101)
        document.lines[0].item.description = "Fine"
        document.notes = [.init("Say \"hello\"")]
        #expect(try document.inv01JSON().omissions.listed.map(\.pointer) == ["/notes", "/paymentTerms", "/lines/0/description"])
    }

    @Test func allThatIsWrongInAFormIsReported() {
        let json = """
            {"Version":"1.0","TranDtls":{"TaxSch":"GST","SupTyp":"C2C"},"DocDtls":{"Typ":"INV","No":"1","Dt":"2026-11-20"},
             "SellerDtls":{"Gstin":"29ABCDE1234F1Z5","Stcd":"77"},"ItemList":[{"SlNo":"1","GstRt":"x"}],"ValDtls":{"AssVal":1}}
            """
        do {
            _ = try INV01Invoice(json: Array(json.utf8))
            Issue.record("was read")
        } catch .fields(let problems) {
            #expect(
                Set(problems.listed.map(\.pointer)) == [
                    "/Version", "/TranDtls/SupTyp", "/DocDtls/Dt", "/SellerDtls/LglNm", "/SellerDtls/Stcd", "/BuyerDtls",
                    "/ItemList/0/HsnCd",
                    "/ItemList/0/UnitPrice", "/ItemList/0/TotAmt", "/ItemList/0/AssAmt", "/ItemList/0/GstRt", "/ValDtls/TotInvVal",
                ])
        } catch {
            Issue.record(error)
        }
    }
}
