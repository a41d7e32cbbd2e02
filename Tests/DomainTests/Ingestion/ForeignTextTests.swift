import Testing

@testable import Domain

@Suite("What strangers wrote is shown on one line, short and without their secrets")
struct ForeignTextTests {
    @Test func itIsOneLineWithoutWhatTurnsOrHidesIt() {
        #expect(ForeignText.shown(" a\r\n\tb\u{85}\u{2028}c\u{0}d ", atMost: 100) == "a b c d")
        #expect(ForeignText.shown("a\u{202E}b\u{200B}\u{FEFF}c", atMost: 100) == "abc")
        #expect(ForeignText.shown(" \n ", atMost: 100) == "")
    }

    @Test func itIsCutAtAWholeCharacterHoweverManyBytesOneLetterHas() {
        #expect(ForeignText.shown("aéé", atMost: 4) == "aé")
        #expect(ForeignText.shown("ab cd", atMost: 3) == "ab")
        let accents = "a" + String(repeating: "\u{301}", count: 10_000)
        #expect(ForeignText.shown(accents, atMost: 100).utf8.count == 99)
        let problem = IngestedInvoice.Mapping(revision: 1, invoice: nil, problems: Array(repeating: accents, count: 30)).problems
        #expect(problem.count == 20 && problem.allSatisfy { $0.utf8.count <= IngestedInvoice.Mapping.maxProblemBytes })
        let failure = IngestionRun.Failure(code: "fault", text: String(repeating: "é", count: 1_000) + "x")
        #expect(failure.text == String(repeating: "é", count: 512))
    }

    @Test func aPasswordIsNotRepeatedHoweverTheLineIsMade() throws {
        for password in ["can ary", "can  ary", " canary\u{A0}", "can\u{2003}ary", "can\u{200D}ary", "can\u{AD}ary"] {
            let credentials = try BasicCredentials(user: "u", password: password)
            let said = SOAPFault(version: .v11, code: .server, reason: "wrong password [\(password)] for u")
            let fault = said.without(credentials)
            #expect(!fault.reason.contains("can") && fault.reason.contains("for u"), "\(password): \(fault)")
            #expect(BatchError.fault(said).without(credentials) == .fault(fault))
        }
        #expect(BatchError.truncated.without(try BasicCredentials(user: "u", password: "p")) == .truncated)
    }
}

@Suite("What ingestion keeps counts with all that it holds")
struct IngestionSizeTests {
    private let namespaces = [InheritedNamespace(prefix: "p", uri: String(repeating: "u", count: 8_000))]

    @Test func aDocumentsNamespacesCount() throws {
        let source = try #require(SourceName("s"))
        let trace = TraceId(random: (1, 2))
        func document(_ namespaces: [InheritedNamespace]) -> IngestionCommand {
            .ingest(
                IngestedDocument(
                    source: source, number: "1", octets: [0x3C], encoding: "UTF-8", namespaces: namespaces, run: nil, trace: trace,
                    topic: nil))
        }
        #expect(document(namespaces).approximateBytes - document([]).approximateBytes > 8_000)
        func slice(_ namespaces: [InheritedNamespace]) -> IngestionCommand {
            .quarantine(
                RefusedSlice(
                    source: source, octets: [0x3C],
                    finding: QuarantineFinding(
                        code: "malformed", text: "", index: 0, encoding: nil, namespaces: namespaces, run: nil, trace: trace)))
        }
        #expect(slice(namespaces).approximateBytes - slice([]).approximateBytes > 8_000)
    }

    @Test func aMappingsTablesCount() throws {
        let values = (0..<500).map { "\"k\($0)\":\"\(String(repeating: "v", count: 200))\"" }.joined(separator: ",")
        let json = "{\"tables\":{\"t\":{\"values\":{\(values)}}},\"fields\":{\"currency\":\"c\"}}"
        let mapping = try IngestionMapping(json: Array(json.utf8))
        #expect(mapping.approximateBytes > 100_000)
    }
}
