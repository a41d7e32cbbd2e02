import Domain
import Testing
import XMLAdapter

/// Documents of several kinds become invoices, and what is missing is told with where it was looked for.
@Suite struct MappingDocumentTests {
    private static func map(_ document: String, _ mapping: String) throws -> MappedInvoice {
        try IngestionMapping(json: Array(mapping.utf8)).apply(to: try XMLReader.read(Array(document.utf8)))
    }

    private static func told(_ mapped: MappedInvoice) -> [String] {
        mapped.problems.listed.map { problem in
            let place = problem.location.map { " at \($0)" } ?? ""
            return "\(problem.kind.rawValue) \(problem.pointer) \(problem.message) [\(problem.sources.joined(separator: ", "))]\(place)"
        }
    }

    private static func unused(_ mapped: MappedInvoice) -> [String] { mapped.unused.listed.map { "\($0.path) \($0.count) \($0.first)" } }

    @Test func anInvoiceInUBLIsMappedByItsNamespaces() throws {
        let mapped = try Self.map(MappingDocuments.ubl, MappingDocuments.ublMapping)
        #expect(Self.told(mapped).isEmpty)
        #expect(mapped.json == (try JSONReader.read(Array(MappingDocuments.ublInvoice.utf8))))
        #expect(
            Self.unused(mapped) == [
                "/Invoice/cbc:ID 1 /Invoice/cbc:ID", "/Invoice/Q{urn:example:extra}Note 1 /Invoice/Q{urn:example:extra}Note",
                "/Invoice/cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme 1 /Invoice/cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme[1]",
                "/Invoice/cac:InvoiceLine/cbc:LineExtensionAmount 1 /Invoice/cac:InvoiceLine/cbc:LineExtensionAmount",
                "/Invoice/cac:InvoiceLine/cac:Price/cbc:PriceAmount/@currencyID 1 /Invoice/cac:InvoiceLine/cac:Price/cbc:PriceAmount/@currencyID",
            ])
    }

    @Test func aFlatExportIsMapped() throws {
        let mapped = try Self.map(MappingDocuments.flat, MappingDocuments.flatMapping)
        #expect(Self.told(mapped).isEmpty)
        #expect(mapped.document != nil)
        #expect(mapped.json == (try JSONReader.read(Array(MappingDocuments.flatInvoice.utf8))))
        // The head that is repeated in the second row was not asked for.
        #expect(Self.unused(mapped).first == "/EXPORT/@sys 1 /EXPORT/@sys")
        #expect(mapped.unused.listed.contains { $0.path == "/EXPORT/ROW/@KUNNR" && $0.count == 1 && $0.first == "/EXPORT/ROW[2]/@KUNNR" })
    }

    @Test func everyGapIsToldWithWhatWasLookedAt() throws {
        let mapped = try Self.map(
            """
            <I><Cur/><Date>20 November</Date><S><C>Germany</C></S>
            <L><N>A</N><Q>1</Q><U>EA</U><P>1,5</P></L><L><N>B</N><Q>two</Q><U>EA</U></L></I>
            """,
            """
            {"tables":{"c":{"values":{"France":"FR"}}},"fields":{"currency":{"paths":["Cur","Currency"]},"issueDate":{"path":"Date","date":"yyyyMMdd"},
             "buyerReference":{"path":"/I/Ref/@no","required":true},"seller.address.country":{"path":"S/C","table":"c"}},
             "lists":{"lines":{"each":"L","fields":{"name":"N","quantity":"Q","unit":"U","unitPrice":{"path":"P","decimal":{}}}}}}
            """)
        #expect(mapped.document == nil)
        #expect(
            Self.told(mapped) == [
                "refused /issueDate has a value that is no day of the format yyyyMMdd [/I/Date] at /I/Date",
                "gap /buyerReference is required by the mapping, but the document has no value [/I/Ref/@no]",
                "refused /seller/address/country has a value that is not in the table “c” [/I/S/C] at /I/S/C",
                "refused /lines/0/unitPrice has a value that is no number of the format given [/I/L[1]/P] at /I/L[1]/P",
                "gap /currency is required, but missing [/I/Cur, /I/Currency]",
                "refused /lines/1/quantity must be a decimal number such as 1234.50 [/I/L[2]/Q] at /I/L[2]/Q",
                "gap /lines/1/unitPrice is required, but missing [/I/L[2]/P]",
            ])
    }

    @Test func whatNoFieldGivesIsAGapWithoutAPlace() throws {
        let mapped = try Self.map(
            "<I><L/></I>", #"{"root":"I","fields":{"currency":"C"},"lists":{"lines":{"each":"L","fields":{"name":"N"}}}}"#)
        #expect(
            Self.told(mapped) == [
                "gap /currency is required, but missing [/I/C]", "gap /lines/0/name is required, but missing [/I/L/N]",
                "gap /lines/0/quantity is required, but missing []", "gap /lines/0/unit is required, but missing []",
                "gap /lines/0/unitPrice is required, but missing []",
            ])
    }

    @Test func anotherRootIsNotMapped() throws {
        let mapped = try Self.map("<CreditNote><C>EUR</C></CreditNote>", #"{"root":"Invoice","fields":{"currency":"C"}}"#)
        #expect(mapped.document == nil)
        #expect(Self.told(mapped) == ["document  is not made: the root of the document must be Invoice [] at /CreditNote"])
    }

    @Test func elementsOfAnArrayWithoutValuesAreLeftOutAndStillFound() throws {
        let long = String(repeating: "x", count: 20_001)
        let mapped = try Self.map(
            "<I><C>EUR</C><N2>\(long)</N2></I>", #"{"fields":{"currency":"C","notes.0.text":"N1","notes.5.text":"N2","notes.3.text":"N3"}}"#
        )
        #expect(Self.told(mapped) == ["refused /notes/0/text must have at most 20000 bytes, but has 20001 [/I/N2] at /I/N2"])
    }

    @Test func oneOfSeveralPlacesIsTakenAndTheRestIsTold() throws {
        let mapped = try Self.map(
            "<I><C> </C><C>\n EUR </C><C>USD</C></I>", #"{"fields":{"currency":"C"}}"#)
        #expect(mapped.document?.currency == "EUR")
        #expect(Self.unused(mapped) == ["/I/C 1 /I/C[3]"])
    }

    @Test func theTaxOfAMappedInvoiceIsTracedToItsSource() throws {
        let mapping = try IngestionMapping(
            json: Array(
                #"{"fields":{"currency":"C"},"lists":{"lines":{"each":"L","fields":{"name":"N","quantity":"Q","unit":"U","unitPrice":"P","tax.category":"T"}}}}"#
                    .utf8))
        let tree = try XMLReader.read(Array("<I><C>EUR</C><L><N>A</N><Q>1</Q><U>C62</U><P>1</P><T>STD</T></L></I>".utf8))
        let desk = InvoiceDesk { bytes throws(XMLError) in try XMLReader.read(bytes) }
        let run = mapping.dryRun(tree, desk: desk, today: try #require(CalendarDate("2026-11-20")))
        #expect(!run.isComplete && run.invoice.document != nil && run.prepared == nil)
        let problem = try #require(run.problems.listed.first)
        #expect(problem.kind == .refused && problem.pointer == "/lines/0/tax/category" && problem.location == "/I/L/T")
    }
}
