import PropertyKit
import Testing
import XMLAdapter

@testable import Domain

/// Paths lead where they say, and no document or mapping makes the search long.
@Suite struct MappingSearchTests {
    private struct Wrong: Error, CustomStringConvertible { let description: String }

    private static func found(_ path: String, in document: String, namespaces: [String: String] = [:]) throws -> [String] {
        let tree = try XMLReader.read(Array(document.utf8))
        var search = MappingSearch(tree)
        return search.places(try MappingPath(path, namespaces: namespaces), from: tree.root).map(tree.location)
    }

    @Test(arguments: [
        (".", ["/r"]), ("a", ["/r/a[1]", "/r/a[2]"]), ("a/b", ["/r/a[1]/b[1]", "/r/a[1]/b[2]", "/r/a[2]/b"]), ("./a[2]/b", ["/r/a[2]/b"]),
        ("a/b[1]", ["/r/a[1]/b[1]", "/r/a[2]/b"]), ("a/b[2]", ["/r/a[1]/b[2]"]), ("a[b='2']", ["/r/a[1]"]), ("a[@k='y']/b", ["/r/a[2]/b"]),
        ("a/b[.='3']", ["/r/a[2]/b"]), ("a[@k]", ["/r/a[1]", "/r/a[2]"]), ("a[@k][2]", ["/r/a[2]"]), ("a[2][@k='x']", []),
        ("a/@k", ["/r/a[1]/@k", "/r/a[2]/@k"]),
        ("@k", []), ("/r/a/c", ["/r/a[2]/c"]), ("/x/a", []), ("/r[a]/d", ["/r/d"]), ("a[c]/@k", ["/r/a[2]/@k"]),
        ("a[ b = \"1\" ]", ["/r/a[1]"]), ("b", []),
    ])
    func aPathLeadsWhereItSays(_ path: String, _ places: [String]) throws {
        #expect(try Self.found(path, in: "<r><a k='x'><b>1</b><b> 2 </b></a><a k='y'><b>3</b><c/></a><d/></r>") == places)
    }

    @Test func namesMeanTheirNamespaceWhereTheMappingDeclaresIt() throws {
        let document = "<r xmlns:p='urn:p' xmlns:q='urn:q'><p:a/><q:a q:k='1' k='2'/><a/></r>"
        #expect(try Self.found("a", in: document).count == 3)
        #expect(try Self.found("any:a", in: document).count == 3)
        #expect(try Self.found("x:a", in: document, namespaces: ["x": "urn:q"]) == ["/r/Q{urn:q}a"])
        #expect(try Self.found("a", in: document, namespaces: ["x": "urn:q"]).count == 3)
        #expect(try Self.found("x:a/@x:k", in: document, namespaces: ["x": "urn:q"]) == ["/r/Q{urn:q}a/@Q{urn:q}k"])
        #expect(throws: MappingPath.Problem.self) { try MappingPath("y:a", namespaces: ["x": "urn:q"]) }
        // Names of the vocabulary, which the tree keeps as numbers.
        let basic = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
        let aggregate = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
        let known = "<r xmlns:b='\(basic)'><b:ID schemeID='1'/></r>"
        #expect(try Self.found("x:ID", in: known, namespaces: ["x": basic]) == ["/r/cbc:ID"])
        #expect(try Self.found("x:ID", in: known, namespaces: ["x": aggregate]).isEmpty)
        #expect(try Self.found("x:ID/@schemeID", in: known, namespaces: ["x": basic]) == ["/r/cbc:ID/@schemeID"])
        #expect(try Self.found("x:ID/@x:schemeID", in: known, namespaces: ["x": basic]).isEmpty)
    }

    // MARK: - Beside a naive search

    private static let names = ["a", "b", "c"]

    private static func document(_ random: inout SeededGenerator, _ depth: Int) -> String {
        let name = names.randomElement(using: &random) ?? "a"
        let attribute = random.chance(40) ? " k='\(random.chance(50) ? "1" : "2")'" : ""
        guard depth > 0, random.chance(80) else { return "<\(name)\(attribute)>\(random.chance(50) ? "1" : "2")</\(name)>" }
        let children = (0..<Int.random(in: 0...4, using: &random)).map { _ in document(&random, depth - 1) }
        return "<\(name)\(attribute)>\(children.joined())</\(name)>"
    }

    private static func step(_ random: inout SeededGenerator) -> String {
        var step = names.randomElement(using: &random) ?? "a"
        while random.chance(35) {
            step += ["[1]", "[2]", "[@k]", "[@k='1']", "[b]", "[b='1']", "[.='2']"].randomElement(using: &random) ?? ""
        }
        return step
    }

    /// As XPath says it: step by step over whole sets, from the paths' texts.
    private static func naive(_ steps: [String], _ tree: XMLTree) -> [XMLTree.Element] {
        var current = [tree.root]
        for step in steps {
            let parts = step.split(separator: "[").map { $0.replacing("]", with: "") }
            var next: [XMLTree.Element] = []
            for parent in current {
                var set = tree.children(of: parent).filter { tree.qualifiedName(of: $0) == parts[0] }
                for predicate in parts.dropFirst() {
                    func attribute(_ element: XMLTree.Element) -> String? {
                        tree.attributes(of: element).first { $0.qualifiedName == "k" }?.value
                    }
                    switch predicate {
                    case "1", "2": set = set.count >= Int(predicate) ?? 9 ? [set[(Int(predicate) ?? 9) - 1]] : []
                    case "@k": set = set.filter { attribute($0) != nil }
                    case "@k='1'": set = set.filter { attribute($0) == "1" }
                    case "b": set = set.filter { tree.children(of: $0).contains { tree.qualifiedName(of: $0) == "b" } }
                    case "b='1'":
                        set = set.filter {
                            tree.children(of: $0).contains { tree.qualifiedName(of: $0) == "b" && tree.trimmedText(of: $0) == "1" }
                        }
                    default: set = set.filter { tree.trimmedText(of: $0) == "2" }
                    }
                }
                next += set
            }
            current = next
        }
        return current
    }

    @Test func everyPathLeadsWhereANaiveSearchGoes() throws {
        var hits = 0
        for seed in 0..<3_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let tree = try XMLReader.read(Array(Self.document(&random, 4).utf8))
            try forAll(
                cases: 1, seed: seed, generate: { random in (0..<Int.random(in: 1...3, using: &random)).map { _ in Self.step(&random) } }
            ) { steps in
                guard !steps.isEmpty, let path = try? MappingPath(steps.joined(separator: "/")) else { return }
                var search = MappingSearch(tree)
                let found = search.elements(path, from: tree.root)
                if !found.isEmpty { hits += 1 }
                guard found == Self.naive(steps, tree) else { throw Wrong(description: "\(path.text) leads to \(found.map(tree.path))") }
            }
        }
        #expect(hits > 300, "\(hits)")
    }

    // MARK: - Limits

    @Test func aSearchWithoutEndIsEnded() throws {
        let document = "<r><c>EUR</c>" + String(repeating: "<l><x>1</x></l>", count: 2_000) + "</r>"
        let tree = try XMLReader.read(Array(document.utf8))
        // Every line looks through all lines.
        let json = #"{"fields":{"currency":"c"},"lists":{"lines":{"each":"l","fields":{"name":"/r/l[x='2']/y","id":"/r/l[x='3'][y]/z"}}}}"#
        let mapping = try IngestionMapping(json: Array(json.utf8))
        let whole = mapping.apply(to: tree)
        #expect(whole.json.member(at: "/lines/1999") != nil, "a path from the root is searched once")
        let stopped = mapping.apply(to: tree, work: 1_000)
        #expect(stopped.document == nil)
        #expect(stopped.problems.listed.map(\.kind) == [.document])
    }

    @Test func textThatIsTakenAgainAndAgainIsLimited() throws {
        let document = "<r><c>EUR</c><t>\(String(repeating: "x", count: 100_000))</t>" + String(repeating: "<l/>", count: 5_000) + "</r>"
        let tree = try XMLReader.read(Array(document.utf8))
        let json = #"{"fields":{"currency":"c"},"lists":{"lines":{"each":"l","fields":{"note":"/r/t"}}}}"#
        let mapped = try IngestionMapping(json: Array(json.utf8)).apply(to: tree)
        #expect(mapped.document == nil)
        #expect(mapped.problems.listed.map(\.kind) == [.document])
    }

    @Test func lookingAtMuchTextIsWorkAlsoWhenNothingComesOfIt() throws {
        let document = "<r><c>EUR</c><t>\(String(repeating: " ", count: 10_000))</t>" + String(repeating: "<l/>", count: 1_000) + "</r>"
        let tree = try XMLReader.read(Array(document.utf8))
        let json = #"{"fields":{"currency":"c"},"lists":{"lines":{"each":"l","fields":{"note":"/r/t"}}}}"#
        let mapped = try IngestionMapping(json: Array(json.utf8)).apply(to: tree, work: 50_000)
        #expect(mapped.problems.listed.map(\.kind) == [.document])
    }

    @Test func lookingAtTextInAConditionIsWork() throws {
        let document = "<r><c>EUR</c><t>\(String(repeating: " ", count: 100_000))</t></r>"
        let tree = try XMLReader.read(Array(document.utf8))
        let fields = (0..<50).map { "\"notes.\($0).text\":\"/r[t='\($0)']/x\"" }.joined(separator: ",")
        let mapping = try IngestionMapping(json: Array("{\"fields\":{\"currency\":\"c\",\(fields)}}".utf8))
        #expect(mapping.apply(to: tree, work: 20_000).problems.listed.map(\.kind) == [.document])
        #expect(mapping.apply(to: tree, work: 200_000).json.member(at: "/currency") == .string("EUR"))
    }

    @Test func aNamespaceMayHoldABrace() throws {
        let document = "<r xmlns='{a}b'><x>1</x></r>"
        #expect(try Self.found("n:x", in: document, namespaces: ["n": "{a}b"]).count == 1)
        #expect(try Self.found("x", in: document).count == 1)
    }

    @Test func moreLinesThanAnInvoiceMayHaveAreRefused() throws {
        let document = "<r><c>EUR</c>" + String(repeating: "<l/>", count: 10_002) + "</r>"
        let json = #"{"fields":{"currency":"c"},"lists":{"lines":{"each":"l","fields":{"name":"n"}}}}"#
        let mapped = try IngestionMapping(json: Array(json.utf8)).apply(to: try XMLReader.read(Array(document.utf8)))
        let problem = try #require(mapped.problems.listed.first)
        #expect(mapped.problems.listed.count == 1)
        #expect("\(problem.pointer) \(problem.message)" == "/lines must have at most 10000 elements, but has 10001")
        #expect(problem.sources == ["/r/l"])
    }

    @Test func problemsAreListedToALimitAndTheRestIsCounted() throws {
        let document = "<r><c>EUR</c>" + String(repeating: "<l><p>x</p></l>", count: 500) + "</r>"
        let json = #"{"fields":{"currency":"c"},"lists":{"lines":{"each":"l","fields":{"unitPrice":{"path":"p","decimal":{}}}}}}"#
        let mapped = try IngestionMapping(json: Array(json.utf8)).apply(to: try XMLReader.read(Array(document.utf8)))
        #expect(mapped.problems.listed.count == 100)
        #expect(mapped.problems.unlistedCount >= 400)
    }

    /// A mapping that was written wrongly is refused, or does something with any document.
    @Test func brokenMappingsAreRefusedOrApplied() throws {
        let mappings = [MappingDocuments.ublMapping, MappingDocuments.flatMapping].map { Array($0.utf8) }
        let pieces = [
            "{", "}", "[", "]", "\"", ",", ":", "/", "@", ".", "1", "-1", "999999999999", "null", "\"path\":\"a\"", "\"lists\":{}", "é",
            "\\u0000",
        ]
        let trees = try [MappingDocuments.ubl, MappingDocuments.flat, "<a/>"].map { try XMLReader.read(Array($0.utf8)) }
        var random = SeededGenerator(seed: 5)
        var applied = 0
        for _ in 0..<4_000 {
            var bytes = mappings.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0...6, using: &random))
                bytes.replaceSubrange(start..<end, with: Array((pieces.randomElement(using: &random) ?? "").utf8))
            }
            guard let mapping = try? IngestionMapping(json: bytes) else { continue }
            applied += 1
            for tree in trees {
                let mapped = mapping.apply(to: tree)
                #expect((mapped.document == nil) == !mapped.problems.isEmpty)
            }
            var json = JSONWriter()
            mapping.write(to: &json)
            #expect(try IngestionMapping(json: json.bytes) == mapping)
        }
        #expect(applied > 100, "\(applied)")
    }

    @Test func anInvoiceOfTenThousandLinesIsMappedWithRoomToSpare() throws {
        let line = "<l><n>A</n><q>1</q><u>C62</u><p>2.50</p><t>S</t><r>19</r></l>"
        let tree = try XMLReader.read(Array(("<r><c>EUR</c>" + String(repeating: line, count: 10_000) + "</r>").utf8))
        let absent = [
            "description", "sellerItemId", "buyerItemId", "note", "orderLineReference", "accountingReference", "priceBaseUnit",
            "originCountry",
        ]
        let json =
            #"{"fields":{"currency":"c"},"lists":{"lines":{"each":"l","fields":{"name":"n","quantity":"q","unit":"u","unitPrice":"p","tax.category":"t","#
            + absent.map { "\"\($0)\":\"x/\($0)\"" }.joined(separator: ",") + #","tax.rate":"r"}}}}"#
        let mapped = try IngestionMapping(json: Array(json.utf8)).apply(to: tree)
        #expect(mapped.document?.lines.count == 10_000)
        #expect(mapped.problems.isEmpty && mapped.unused.listed.isEmpty)
    }

    @Test func theSameDocumentGivesTheSameAnswer() throws {
        let tree = try XMLReader.read(Array(MappingDocuments.flat.utf8))
        let mapping = try IngestionMapping(json: Array(MappingDocuments.flatMapping.utf8))
        let first = mapping.apply(to: tree)
        for _ in 0..<20 {
            let again = mapping.apply(to: tree)
            #expect(again.json == first.json && again.unused == first.unused && again.problems == first.problems)
        }
    }
}
