import Domain
import Foundation
import Testing
import XMLAdapter

/// The worked example of docs/ingestion-mapping.md says what is true.
@Suite struct MappingExampleTests {
    private static func blocks(_ language: String) throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/ingestion-mapping.md"), encoding: .utf8)
        return page.components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
    }

    private static let desk = InvoiceDesk { bytes throws(XMLError) in try XMLReader.read(bytes) }

    private static func dryRun(_ change: (String) -> String = { $0 }) throws -> MappingDryRun {
        let mapping = try IngestionMapping(json: Array(blocks("json")[0].utf8))
        let document = try #require(blocks("xml").first)
        let today = try #require(CalendarDate("2026-11-21"))
        return mapping.dryRun(try XMLReader.read(Array(change(document).utf8)), desk: desk, today: today)
    }

    @Test func theDocumentOfThePageBecomesItsInvoice() throws {
        let run = try Self.dryRun()
        #expect(run.problems.listed.isEmpty)
        #expect(run.isComplete)
        #expect(run.invoice.json == (try JSONReader.read(Array(Self.blocks("json")[1].utf8))))
        let unused = run.invoice.unused.listed.map { "\($0.path) \($0.count)" }
        #expect(unused == (try #require(Self.blocks("text").first)).split(separator: "\n").map(String.init))
        let prepared = try #require(run.prepared)
        #expect(prepared.findings.isEmpty, "\(prepared.findings)")
        #expect(prepared.document.totals?.payable.description == "18098.72")
    }

    @Test func whatThePageSaysOfProblemsIsSo() throws {
        let differs = try Self.dryRun { $0.replacingOccurrences(of: "18.098,72", with: "18.098,73") }
        #expect(!differs.isComplete)
        let problem = try #require(differs.problems.listed.first)
        #expect(problem.kind == .differs)
        #expect("\(problem.pointer) \(problem.message)" == "/totals/payable is 18098.73 in the document, but comes to 18098.72")
        #expect(problem.location == "/Invoice/Summary/GrandTotal")

        let gap = try Self.dryRun { $0.replacingOccurrences(of: "<Qty uom=\"MT\">85,5</Qty>", with: "<Qty uom=\"MT\"/>") }
        let missing = try #require(gap.problems.listed.first)
        #expect(missing.kind == .gap && gap.problems.listed.count == 1)
        #expect("\(missing.pointer) \(missing.message)" == "/lines/1/quantity is required, but missing")
        #expect(missing.sources == ["/Invoice/Items/Item[2]/Qty"] && missing.location == nil)
    }

    @Test func theSmallExampleOfThePageCanBeDeclared() throws {
        let fields = try Self.blocks("json")[2]
        _ = try IngestionMapping(json: Array("{\"fields\":\(fields)}".utf8))
    }

    @Test func aDryRunIsWrittenAsJSON() throws {
        var json = JSONWriter()
        json.value(try JSONReader.read(Array("{}".utf8)))
        json.removeAll()
        try Self.dryRun().write(to: &json)
        guard case .object(let object) = try JSONReader.read(json.bytes) else {
            Issue.record("no object")
            return
        }
        #expect(object.members.map(\.name) == ["complete", "invoice", "problems", "unused", "document", "verdict", "findings"])
    }
}
