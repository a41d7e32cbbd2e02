import PropertyKit
import Testing

@testable import Domain

/// A mapping is declared in JSON, and what is wrong with it is told when it is written.
@Suite struct MappingJSONTests {
    private struct Wrong: Error, CustomStringConvertible { let description: String }

    /// Of every kind of everything.
    static let whole = """
        {"root":"p:Invoice","namespaces":{"p":"urn:p"},
         "tables":{"units":{"values":{"EA":"C62","":"C62"}},"a":{"values":{"x":"y"},"keepOthers":true},"b":{"values":{"x":"y"},"otherwise":"z"}},
         "fields":{"currency":"p:Currency","type":{"constant":"380","when":"Type[.='I']"},
          "issueDate":{"path":"Date","date":["yyyyMMdd","d.M.yyyy*"],"required":true},
          "notes.0.text":{"join":[{"path":"a"},{"text":" / "},{"path":"b[2][@c='d']/@e"}],"separator":"","space":"collapse"},
          "buyer.name":{"paths":["Buyer","Customer"],"default":"Unknown","space":"keep"},
          "prepaidAmount":{"path":"Paid","decimal":{"point":",","group":".","minus":"after","scale":2,"negate":true}}},
         "lists":{"lines":{"each":"Lines/Line","fields":{"unit":{"path":"@u","table":"units"}},
          "lists":{"allowances":{"each":".","fields":{"amount":"Off"}}}}},
         "checks":{"totals.payable":"Total"}}
        """

    @Test func itIsWrittenAsItIsRead() throws {
        let mapping = try #require(try IngestionMapping.declared(Self.whole).mapping)
        var json = JSONWriter()
        mapping.write(to: &json)
        let again = try IngestionMapping.declared(json.text)
        #expect(again.problems.isEmpty)
        #expect(again.mapping == mapping)
        guard case .object(let object) = try JSONReader.read(json.bytes) else { throw Wrong(description: "no object") }
        #expect(IngestionMapping(stored: object) == mapping)
        var second = JSONWriter()
        again.mapping?.write(to: &second)
        #expect(second.bytes == json.bytes)
    }

    @Test func whatIsStoredOutlivesTheMembersThatItNames() throws {
        let text = #"{"fields":{"aMemberOfOldTimes":"Path","currency":"C"}}"#
        guard case .object(let object) = try JSONReader.read(Array(text.utf8)) else { throw Wrong(description: "no object") }
        let mapping = try #require(IngestionMapping(stored: object))
        let mapped = mapping.apply(to: try Elem.node("I", [.leaf("Path", "x"), .leaf("C", "EUR")]).tree())
        #expect(mapped.document == nil)
        #expect(mapped.problems.listed.map(\.pointer) == ["/aMemberOfOldTimes"])
    }

    @Test func everythingThatIsWrongIsToldAtOnceWithItsPlace() throws {
        let (mapping, problems) = try IngestionMapping.declared(
            """
            {"root":"a/b","fields":{"curency":"C","number":"N","totals.payable":"T","seller":"S","issueDate":{"constant":"today"},
             "dueDate":{"path":"D","date":"YYYYMMDD"},"buyerReference":{"path":"../x"},"type":{"path":"T","paths":["U"]},
             "seller.name":{"path":"N","decimal":{}},"buyer.name":{"path":"p","table":"none"},"notes.x":7,"1.x":"p",
             "buyer.vatId":{"path":"p","date":"yyyyMMdd","table":"none"},"taxCurrency":{"constant":"EUR","default":"USD"}},
             "lists":{"seller":{"each":"S","fields":{}},"lines":{"each":"L/@a","fields":{"quantity":{"path":"q","default":"two"},"x":"y"},
             "lists":{"charges":{"each":"c","lists":{"x":{"each":"y"}}}}}},"checks":{"totals.nothing":"x"},"more":1}
            """)
        #expect(mapping == nil)
        #expect(
            problems == [
                "/root must be the name of the document's root alone",
                "/fields/curency is not a value of the invoice that can be given here: unknown field; did you mean \"currency\"?",
                "/fields/number is not a value of the invoice that can be given here: is given when the invoice is issued; leave it out",
                "/fields/totals.payable is not a value of the invoice that can be given here: is worked out; leave it out",
                "/fields/seller is not a value of the invoice that can be given here: must be an object, but is a string",
                "/fields/issueDate is given a constant that it does not take: it must be a day such as \"2026-11-20\"",
                "/fields/dueDate/date must be made of yyyy, yy, MM, M, MMM, dd and d, with other letters in apostrophes",
                "/fields/buyerReference/path cannot go up; begin with / to start at the document's root (byte 1)",
                "/fields/type needs exactly one of path, paths, join and constant",
                "/fields/buyer.name/table must be the name of one of the tables of this mapping",
                "/fields/notes.x is not a value of the invoice that can be given here: must be an array, but is an object",
                "/fields/1.x must be named by a member of the invoice, such as seller.address.city or notes.0.text",
                "/fields/buyer.vatId takes one of table, date and decimal, not several",
                "/fields/buyer.vatId/table must be the name of one of the tables of this mapping",
                "/fields/taxCurrency/default cannot be given together with constant",
                "/lists/seller is no list of the invoice that a mapping can fill: must be an object, but is an array",
                "/lists/lines/each must lead to elements, not to an attribute",
                "/lists/lines/fields/quantity is given a default that it does not take: it must be a decimal number such as 1234.50",
                "/lists/lines/fields/x is not a value of the invoice that can be given here: unknown field",
                "/lists/lines/lists/charges/lists cannot stand here; lists go at most 2 deep",
                "/checks/totals.nothing is not a value of the invoice that can be given here: unknown field",
                "/more unknown field",
            ])
    }

    @Test(arguments: [
        (#"{"fields":{"notes.0.text":"a"},"lists":{"notes":{"each":"b","fields":{"text":"."}}}}"#, "/lists/notes"),
        (#"{"fields":{"notes.0.text":"a","notes.00.text":"b"}}"#, "/fields/notes.00.text"),
        (#"{}"#, ""), (#"{"fields":{}}"#, nil),
    ])
    func targetsMustStandBesideOneAnother(_ json: String, _ pointer: String?) throws {
        let (mapping, problems) = try IngestionMapping.declared(json)
        #expect((mapping == nil) == (pointer != nil))
        #expect(pointer.map { problems.count == 1 && problems[0].hasPrefix($0 + " ") } ?? problems.isEmpty, "\(problems)")
    }

    @Test(arguments: [
        "", "/", "//a", "a//b", "a/", "..", "a/..", "a/.", "./", "*", "a/*", "@", "@a/b", "a@b", "a[", "a[]", "a[0]", "a[1", "a[1000001]",
        "a[b=c]",
        "a[b='c]", "a[.]", "a[text()]", "text()", "a[1][1][1][1][1]", "1a", "a b", "a:", ":a", "a[b!='c']", "/@a", "a|b", "a\u{0}",
        String(repeating: "a/", count: 16) + "a", String(repeating: "a", count: 513),
    ])
    func whatIsNoPathIsRefused(_ path: String) {
        #expect(throws: MappingPath.Problem.self) { try MappingPath(path) }
    }

    @Test func hostilePathsAreRefusedOrReadInTime() throws {
        let pieces = ["a", "/", "[", "]", "'", "\"", "=", "@", ".", "..", ":", "1", " ", "é", "*", "()", "\n"]
        try forAll(
            cases: 3_000,
            generate: { random in (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" } },
            property: { parts in
                let text = parts.joined()
                guard let path = try? MappingPath(text) else { return }
                guard path.text == text, path.steps.count <= MappingPath.maxSteps, try MappingPath(text) == path else {
                    throw Wrong(description: text)
                }
            })
    }

    // MARK: - Targets

    /// Every leaf of a document, as a target with its text.
    static func leaves(_ value: JSONValue, _ name: String = "") -> [(target: String, text: String)] {
        switch value {
        case .object(let object): object.members.flatMap { leaves($0.value, name.isEmpty ? $0.name : "\(name).\($0.name)") }
        case .array(let elements): elements.enumerated().flatMap { leaves($1, "\(name).\($0)") }
        case .string(let text): [(name, text)]
        default: []
        }
    }

    @Test func membersOfListsWithinListsAreThoseOfTheInvoice() throws {
        let json =
            #"{"lists":{"lines":{"each":"l","lists":{"allowances":{"each":"a","fields":{"amount":"x","amont":"x","tax.rate":"r"}}}}}}"#
        #expect(
            try IngestionMapping.declared(json).problems == [
                "/lists/lines/lists/allowances/fields/amont is not a value of the invoice that can be given here: unknown field; did you mean \"amount\"?",
                "/lists/lines/lists/allowances/fields/tax.rate is not a value of the invoice that can be given here: unknown field",
            ])
    }

    @Test func everyMemberOfAnInvoiceIsATarget() throws {
        var random = SeededGenerator(seed: 11)
        var accepted: Set<String> = []
        var refused: Set<String> = []
        for _ in 0..<60 {
            let json = try JSONReader.read(
                DocumentStep.document(DocumentStep.list(&random)).canonicalJSON, limits: InvoiceDocument.storedLimits)
            for (text, _) in Self.leaves(json) {
                let target = try #require(MappingTarget(text))
                let name = text.split(separator: ".").map { Int($0) == nil ? String($0) : "#" }.joined(separator: ".")
                #expect(MappingTargetCheck(content: .complete).problem(with: target) == nil, "\(text)")
                if MappingTargetCheck(content: .draft).problem(with: target) == nil { accepted.insert(name) } else { refused.insert(name) }
            }
        }
        #expect(accepted.count > 150, "\(accepted.count)")
        #expect(
            refused.sorted() == [
                "lines.#.netAmount", "number", "taxBreakdown.#.components.#.amount", "taxBreakdown.#.components.#.name",
                "taxBreakdown.#.components.#.rate", "taxBreakdown.#.taxAmount", "taxBreakdown.#.taxableAmount", "totals.allowances",
                "totals.charges", "totals.lineNet", "totals.payable", "totals.tax", "totals.taxExclusive", "totals.taxInclusive",
            ])
    }

    /// An invoice that is told leaf by leaf in XML comes out as it was.
    @Test func everyInvoiceComesThroughAMapping() throws {
        var compared = 0
        try forAll(cases: 200, generate: { Array(DocumentStep.list(&$0).prefix(12)) }) { steps in
            let bytes = DocumentStep.document(steps).canonicalJSON
            let json = try JSONReader.read(bytes, limits: InvoiceDocument.storedLimits)
            // What is empty is no value.
            let leaves = Self.leaves(json).map { (target: $0.target, text: $0.text.isEmpty ? "–" : $0.text) }
            // An element without members cannot be told leaf by leaf.
            guard leaves.count <= IngestionMapping.maxFields, !String(decoding: bytes, as: UTF8.self).contains("{}") else { return }
            compared += 1
            let document = Elem.node("Flat", leaves.enumerated().map { .leaf("V\($0)", $1.text) })
            var declaration = JSONWriter()
            declaration.object { json in
                json.object("fields") { json in
                    for (index, leaf) in leaves.enumerated() {
                        json.name(dynamic: leaf.target)
                        json.object {
                            $0.field("path", "V\(index)")
                            $0.field("space", "keep")
                        }
                    }
                }
            }
            guard case .object(let object) = try JSONReader.read(declaration.bytes), let mapping = IngestionMapping(stored: object) else {
                throw Wrong(description: "not read: \(declaration.text)")
            }
            let mapped = mapping.apply(to: try document.tree())
            let found = Self.leaves(mapped.json).map { "\($0)=\($1)" }.sorted()
            guard found == leaves.map({ "\($0)=\($1)" }).sorted() else {
                throw Wrong(description: "\(found) is not \(leaves)")
            }
            guard mapped.unused.listed.isEmpty || leaves.isEmpty else { throw Wrong(description: "unused: \(mapped.unused.listed)") }
        }
        #expect(compared > 100, "\(compared)")
    }

    // MARK: - Limits

    @Test func sizesAreBounded() throws {
        func fields(_ count: Int) -> String {
            #"{"lists":{"notes":{"each":"n","fields":{"text":"t"}}},"fields":{"#
                + (0..<count).map { "\"lines.\($0 % 100).attributes.\($0 / 100).name\":\"p\"" }.joined(separator: ",") + "}}"
        }
        #expect(try IngestionMapping.declared(fields(499)).mapping != nil)
        #expect(
            try IngestionMapping.declared(fields(500)).problems == [
                "/lists/notes/fields/text is one too many: a mapping has at most 500 fields"
            ])
        #expect(try IngestionMapping.declared(fields(600)).problems == ["/fields must have at most 500 members, but has 600"])
        let paths = Array(repeating: "\"p\"", count: 9).joined(separator: ",")
        #expect(try IngestionMapping.declared(#"{"fields":{"currency":{"paths":[\#(paths)]}}}"#).mapping == nil)
        let values = (0..<1_001).map { "\"k\($0)\":\"v\"" }.joined(separator: ",")
        #expect(try IngestionMapping.declared(#"{"fields":{},"tables":{"t":{"values":{\#(values)}}}}"#).mapping == nil)
    }
}
