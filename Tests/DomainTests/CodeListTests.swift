import PropertyKit
import Testing

@testable import Domain

@Suite struct CodeListTests {
    /// Every list with its number of codes in release 1.3.16 of the EN 16931 validation artefacts.
    private static let lists: [(list: CodeList, count: Int)] = [
        (.invoiceTypes, 50), (.creditNoteTypes, 13), (.documentTypesCII, 62),
        (.taxPointDates, 3), (.taxPointDatesCII, 3), (.noteSubjects, 383), (.noteSubjectsCII, 401), (.attachmentTypes, 6),
        (.objectIdentifierSchemes, 818), (.identifierSchemes, 243), (.endpointSchemes, 104),
        (.countries, 251), (.countriesCII, 251), (.vatPrefixes, 252), (.vatPrefixesCII, 252),
        (.currencies, 178), (.paymentMeans, 84), (.vatCategories, 10), (.allowanceReasons, 19), (.chargeReasons, 178),
        (.exemptionReasons, 88), (.itemClassificationSchemes, 185), (.units, 2_162),
    ]

    @Test func everyListHoldsItsCodesOnceEach() {
        for (list, count) in Self.lists {
            #expect(list.count == count, "\(list.name)")
            #expect(Set(list.codes).count == count, "\(list.name)")
            #expect(list.codes.allSatisfy { list.contains($0) }, "\(list.name)")
        }
        #expect(Set(Self.lists.map(\.list.name)).count == Self.lists.count)
    }

    @Test func codesThatTheRulesNameAreInAndNeighboursAreOut() {
        let cases: [(CodeList, valid: [String], invalid: [String])] = [
            (.invoiceTypes, ["380", "384", "326", "877", "71"], ["381", "999", "38", "3800", "0380", ""]),
            (.creditNoteTypes, ["381", "261", "81", "532"], ["380", "384"]),
            (.documentTypesCII, ["380", "381", "81", "503"], ["999"]),
            (.taxPointDates, ["3", "35", "432"], ["5", "31", "43"]),
            (.taxPointDatesCII, ["5", "29", "72"], ["3", "35", "432"]),
            (.objectIdentifierSchemes, ["ABF", "AC", "ZZZ"], ["XXA", "abf"]),
            (.noteSubjects, ["AAI", "SUR", "ZZZ"], ["BAT", "AAH", "AA"]),
            (.noteSubjectsCII, ["AAI", "BAT", "CCO"], ["AAH"]),
            (.identifierSchemes, ["0002", "0088", "0007", "0196"], ["9901", "SEPA", "0001", "0092", "88", "088"]),
            (.endpointSchemes, ["0088", "9930", "EM", "0246"], ["0001", "9999", "em"]),
            (.countries, ["DE", "GR", "IN", "NG", "XI", "1A", "SS"], ["EL", "UK", "XY", "AN", "ÅÅ", "de", "DEU"]),
            (.countriesCII, ["DE", "XI", "1A", "AN"], ["SS", "EL"]),
            (.vatPrefixes, ["EL", "GR", "XI"], ["UK"]),
            (.currencies, ["EUR", "INR", "NGN", "XCG", "SLE"], ["AAA", "DEM", "eur"]),
            (.paymentMeans, ["1", "30", "58", "97", "98", "ZZZ"], ["0", "71", "99", "01"]),
            (.vatCategories, ["S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"], ["A", "s", "AEE", "IC"]),
            (.allowanceReasons, ["41", "95", "105"], ["17", "143", "AAA"]),
            (.chargeReasons, ["AA", "FC", "ZZZ", "L1"], ["71", "95", "XBB"]),
            (.itemClassificationSchemes, ["STI", "STS", "TST", "ZZZ"], ["XXX", "HSN"]),
            (.units, ["C62", "H87", "MON", "KGM", "10", "XBX", "XPX"], ["2D", "c62", "BX", "PCE"]),
            (.attachmentTypes, ["application/pdf", "text/csv"], ["application/xml", "application/PDF", "text"]),
        ]
        for (list, valid, invalid) in cases {
            for code in valid { #expect(list.contains(code), "\(list.name): \(code)") }
            for code in invalid { #expect(!list.contains(code), "\(list.name): \(code)") }
        }
    }

    @Test func exemptionReasonsAreComparedInUpperCase() {
        // U+0131 is the letter i without a dot; its upper case is I.
        for code in [
            "VATEX-EU-O", "vatex-eu-ic", "Vatex-Eu-132-1b", "VATEX-FR-FRANCHISE", "vatex-fr-franch\u{131}se",
        ] {
            #expect(CodeList.exemptionReasons.contains(code), "\(code)")
        }
        for code in ["", "VATEX", "VATEX-EU", "VATEX-EU-132-1R", "VATEX-EU-O ", "VATEX-DE-O"] {
            #expect(!CodeList.exemptionReasons.contains(code), "\(code)")
        }
        #expect(!CodeList.exemptionReasons.contains(utf8: [0xFF, 0xFE]))
    }

    @Test func whiteSpaceAroundACodeIsDroppedOnlyOnRequest() {
        for text in ["380", " 380", "380\n", "\t\r\n 380 \t"] {
            #expect(CodeList.invoiceTypes.contains(trimming: text.utf8), "\(text)")
        }
        for text in ["", " ", "\n\t", "3 80", "380 380", "\u{A0}380"] {
            #expect(!CodeList.invoiceTypes.contains(trimming: text.utf8), "\(text)")
        }
        #expect(!CodeList.invoiceTypes.contains(" 380"))
    }

    @Test func aPartOfTheTextIsFoundWhereOfficialRulesSearchTheText() {
        for part in ["", "D", "DE", "E ", " D", "XI", "EL"] { #expect(CodeList.vatPrefixes.textContains(utf8: part.utf8), "\(part)") }
        for part in ["UK", "de", "DEU", "  ", "£"] { #expect(!CodeList.vatPrefixes.textContains(utf8: part.utf8), "\(part)") }
        // The end of AAA with the beginning of AAB.
        #expect(CodeList.noteSubjects.textContains(utf8: "A A".utf8))
        #expect(!CodeList.noteSubjects.textContains(utf8: "AAH".utf8))
        #expect(!CodeList.taxPointDates.textContains(utf8: String(repeating: "3", count: 100).utf8))
    }

    @Test func aListIsFormedFromAnother() {
        let list = CodeList("made", like: CodeList("base", "a bb ccc long-enough-code"), adding: "bb d other-long-code", without: "a x")
        #expect(list.codes == ["bb", "ccc", "long-enough-code", "bb", "d", "other-long-code"])
        #expect(list.count == 5)
        #expect(!list.contains("a"))
        let none = CodeList("none", "")
        #expect(none.count == 0 && !none.contains("") && !none.contains("a") && none.textContains(utf8: "".utf8))
    }

    /// Codes near the list's own: cut, lengthened, changed in one byte, or any bytes, zeros among them.
    @Test func membershipAgreesWithAPlainSetForAnyBytes() throws {
        for (list, _) in Self.lists where list.name != CodeList.exemptionReasons.name {
            let codes = list.codes.map { Array($0.utf8) }
            let known = Set(codes)
            try forAll(
                cases: 100,
                generate: { random in (0..<20).map { _ in Self.near(codes, &random) } },
                property: { tried in
                    for code in tried where list.contains(utf8: code) != known.contains(code) {
                        throw Disagreement(list: list.name, code: code)
                    }
                })
        }
    }

    private static func near(_ codes: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        var code = codes.randomElement(using: &random) ?? []
        switch Int.random(in: 0..<5, using: &random) {
        case 0: code = Array(code.dropLast())
        case 1: code.append(random.chance(50) ? 0 : UInt8.random(in: 0x30...0x5A, using: &random))
        case 2:
            if let index = code.indices.randomElement(using: &random) { code[index] = UInt8.random(in: 0...255, using: &random) }
        case 3: code = (0..<Int.random(in: 0...12, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        default: break
        }
        return code
    }

    private struct Disagreement: Error {
        let list: String
        let code: [UInt8]
    }
}
