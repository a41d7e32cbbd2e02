import Domain
import Glibc
import Testing

extension BlackBox {
    /// `ledgerflow validate`, as a person and as a program use it; no engine runs.
    @Suite struct ValidateCommandTests {
        @Test func whatIsValidPassesAndWhatIsNotIsNamedWithItsPlace() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                try folder.write("good.xml", UBLText().bytes)
                try folder.write("bad.xml", UBLText(payable: "120.00").bytes)
                try validate(folder.file("good.xml"), in: folder).expect(0, output: [folder.file("good.xml") + ": valid"], findings)
                let both = try validate(folder.file("bad.xml"), folder.file("good.xml"), in: folder)
                both.expect(
                    1,
                    output: [
                        folder.file("bad.xml") + ": 1 fatal", "fatal    BR-CO-16", "/Invoice/cac:LegalMonetaryTotal",
                        "2 documents: 1 valid, 1 not.",
                    ], findings)
                findings.check(both.lines.first?.contains("bad.xml") == true, "the files are not in the order given: \(both.output)")
            }
        }

        @Test func jsonIsOneLineADocumentInTheOrderOfNamesWhateverIsInThem() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                try makeFolder(folder.file("b"))
                try makeFolder(folder.file("b/deeper"))
                try makeFolder(folder.file("empty.xml"))
                try folder.write("a.xml", UBLText(payable: "120.00").bytes)
                try folder.write("b/1.xml", Array("<Invoice>".utf8))
                try folder.write("b/2.XML", UBLText().bytes)
                try folder.write("b/deeper/x.xml", Array("<order xmlns=\"urn:x\">\(UBLText().element)</order>".utf8))
                try folder.write("b/notes.txt", Array("no invoice".utf8))
                try folder.write("c.xml", Array("<!DOCTYPE a [<!ENTITY b \"c\">]>\n\(UBLText().element)".utf8))
                let run = try validate("--json", folder.path, folder.file("gone.xml"), in: folder)
                run.expect(1, findings)
                let reports = try run.lines.map { try JSONReader.read(Array($0.utf8)) }
                findings.check(
                    reports.map { String($0["file"].text.dropFirst(folder.path.utf8.count + 1)) }
                        == ["a.xml", "b/1.xml", "b/2.XML", "b/deeper/x.xml", "c.xml", "gone.xml"], run.output)
                findings.check(
                    reports.map { $0["findings"].list.map { $0["rule"].text } }
                        == [["BR-CO-16"], ["document-syntax"], [], ["document-type"], ["document-syntax"], ["document-syntax"]], run.output)
                for finding in reports.flatMap({ $0["findings"].list }) {
                    findings.check(finding["severity"].text == "fatal" && !finding["message"].text.isEmpty, "a finding is \(finding)")
                }
                findings.check(reports.dropFirst(4).first?["findings"].list.first?["location"].text.hasPrefix("line 1") == true, run.output)
                findings.check(run.output.contains("no such file"), run.output)
            }
        }

        @Test func aThousandFilesAreReportedInOrder() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                let names = (1_000..<2_000).map { "\($0).xml" }
                // Large and small ones in turn, so that later ones are done first.
                for (index, name) in names.enumerated() { try folder.write(name, UBLText(lines: index.isMultiple(of: 50) ? 400 : 1).bytes) }
                let run = try validate("--json", folder.path, in: folder)
                run.expect(0, findings)
                findings.check(
                    run.lines == names.map { #"{"file":"\#(folder.file($0))","findings":[]}"# }, "\(run.lines.count) lines, or not in order"
                )
            }
        }

        @Test func aReportInArabicHasTheSameFindings() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                try folder.write("bad.xml", UBLText(payable: "120.00").bytes)
                let run = try validate("--language", "ar", folder.file("bad.xml"), in: folder)
                run.expect(1, output: ["BR-CO-16"], findings)
                findings.check(run.output.unicodeScalars.contains { (0x0600...0x06FF).contains($0.value) }, run.output)
            }
        }

        @Test func standardInputIsOneDocument() async throws {
            try await scenario { findings in
                // Tests have none, so it is empty.
                let run = try validate("--json", "-", in: try DataFolder())
                run.expect(1, output: [#"{"file":"-","findings":[{"rule":"document-syntax""#, "empty"], findings)
            }
        }

        @Test func aMeasurementIsOneLineAFile() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                let document = UBLText(lines: 9).bytes
                try folder.write("one.xml", document)
                try folder.write("other.xml", Array("<other/>".utf8))
                let run = try validate("--measure", "0.05", folder.file("one.xml"), in: folder)
                run.expect(0, findings)
                let line = try JSONReader.read(Array(run.output.utf8))
                findings.check(
                    line["file"].text == folder.file("one.xml") && line["bytes"].int == document.count && line["nanoseconds"].int > 0,
                    run.output)
                try validate("--measure", "1", folder.file("other.xml"), in: folder)
                    .expect(1, errors: ["cannot be measured: it is no UBL or CII invoice"], findings)
            }
        }

        @Test func wrongUsageEndsWithTwoAndSaysWhatIsWrong() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                for (arguments, words) in [
                    ([], ["Missing expected argument '<file>"]), (["--ruleset", "none", "x.xml"], ["--ruleset must be one of en16931"]),
                    (["--language", "tlh", "x.xml"], ["'tlh' is invalid for '--language"]),
                    (["--what", "x.xml"], ["Unknown option '--what'"]),
                    (["-", "-"], ["can be read once only"]), (["--measure", "-1", "x.xml"], ["--measure"]),
                    (["--measure", "1", "--json", "x.xml"], ["--measure or --json, not both"]), ([folder.path], ["no .xml file in"]),
                ] as [([String], [String])] {
                    let run = try CommandRun(["validate"] + arguments, in: folder)
                    run.expect(2, errors: words, findings)
                    findings.check(run.output.isEmpty, "`\(run.command)` prints although it was refused: \(run.output.prefix(300))")
                }
            }
        }

        private func validate(_ arguments: String..., in logs: DataFolder) throws -> CommandRun {
            try CommandRun(["validate"] + arguments, in: logs, within: 60)
        }

        private func makeFolder(_ path: String) throws {
            guard mkdir(path, 0o700) == 0 else { throw Broken("\(path) cannot be made") }
        }
    }
}

/// A small UBL invoice, valid unless its parts are changed.
struct UBLText {
    var lines = 1
    /// BT-115; what is right unless given.
    var payable: String?

    var bytes: [UInt8] { Array(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element).utf8) }

    var element: String {
        let (net, tax) = (lines * 100, lines * 19)
        func amount(_ name: String, _ value: String) -> String { "<cbc:\(name) currencyID=\"EUR\">\(value)</cbc:\(name)>" }
        return """
            <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" \
            xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" \
            xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
            <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>A-1</cbc:ID>
            <cbc:IssueDate>2026-11-20</cbc:IssueDate><cbc:DueDate>2026-12-20</cbc:DueDate>
            <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
            \(Self.party("AccountingSupplierParty", "Seller GmbH", "DE", vat: "DE123456789"))
            \(Self.party("AccountingCustomerParty", "Buyer SA", "FR"))
            <cac:TaxTotal>\(amount("TaxAmount", "\(tax).00"))<cac:TaxSubtotal>\(amount("TaxableAmount", "\(net).00"))\
            \(amount("TaxAmount", "\(tax).00"))<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>\(Self.scheme)\
            </cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
            <cac:LegalMonetaryTotal>\(amount("LineExtensionAmount", "\(net).00"))\(amount("TaxExclusiveAmount", "\(net).00"))\
            \(amount("TaxInclusiveAmount", "\(net + tax).00"))\(amount("PayableAmount", payable ?? "\(net + tax).00"))\
            </cac:LegalMonetaryTotal>
            \((1...max(1, lines)).map { Self.line($0, amount) }.joined(separator: "\n"))
            </Invoice>
            """
    }

    private static let scheme = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"

    private static func party(_ role: String, _ name: String, _ country: String, vat: String? = nil) -> String {
        let tax = vat.map { "<cac:PartyTaxScheme><cbc:CompanyID>\($0)</cbc:CompanyID>\(scheme)</cac:PartyTaxScheme>" } ?? ""
        return """
            <cac:\(role)><cac:Party><cac:PostalAddress><cac:Country><cbc:IdentificationCode>\(country)</cbc:IdentificationCode>\
            </cac:Country></cac:PostalAddress>\
            \(tax)<cac:PartyLegalEntity><cbc:RegistrationName>\(name)</cbc:RegistrationName></cac:PartyLegalEntity>\
            </cac:Party></cac:\(role)>
            """
    }

    private static func line(_ number: Int, _ amount: (String, String) -> String) -> String {
        """
        <cac:InvoiceLine><cbc:ID>\(number)</cbc:ID><cbc:InvoicedQuantity unitCode="C62">4</cbc:InvoicedQuantity>\
        \(amount("LineExtensionAmount", "100.00"))<cac:Item><cbc:Name>Chair</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>\
        <cbc:Percent>19</cbc:Percent>\(scheme)</cac:ClassifiedTaxCategory></cac:Item>\
        <cac:Price>\(amount("PriceAmount", "25.00"))</cac:Price></cac:InvoiceLine>
        """
    }
}
