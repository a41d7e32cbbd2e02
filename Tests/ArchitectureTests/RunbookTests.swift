import Foundation
import Testing

/// The operators' pages name what the engine tells, and nothing that it does not.
@Suite struct RunbookTests {
    /// The sources that hold one of the words.
    private static func code(with words: [String]) -> String {
        Repository.sources.map(\.source).filter { source in words.contains { source.contains($0) } }.joined(separator: "\n")
    }

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: Repository.root.appendingPathComponent("docs/runbooks/" + name), encoding: .utf8)
    }

    /// The first cells of the rows of a page's tables.
    private static func firstCells(_ page: String) -> [Substring] {
        page.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { $0.dropFirst(2).split(separator: " | ").first }
    }

    @Test func everyMetricHasALineAndEveryLineAMetric() throws {
        // The exposition adds `_total` to counters; some have it in their names.
        func bare(_ name: Substring) -> Substring { name.hasSuffix("_total") ? name.dropLast(6) : name }
        let made = Set(
            Self.code(with: ["MetricFamily("]).matches(of: /MetricFamily\(\s*"ledgerflow_([a-z0-9_]+)"/).map { bare($0.output.1) })
        let cells = Self.firstCells(try Self.page("metrics.md")).joined(separator: " ")
        let told = Set(cells.matches(of: /`([a-z0-9_]+)[`{]/).map { bare($0.output.1) })
        #expect(made.count > 80)
        #expect(made.subtracting(told).sorted() == [], "docs/runbooks/metrics.md lacks them")
        #expect(told.subtracting(made).sorted() == [], "docs/runbooks/metrics.md tells of what is not there")
    }

    @Test func everyDiagnosticHasALineAndEveryLineADiagnostic() throws {
        let reports = /(?:Diagnostic|report|reportAgain|log|tell)\(\s*(?:[^"()]{0,80},\s*)?"([a-z]+\.[a-z]+(?:-[a-z]+)*)"/
        let code = Self.code(with: ["Diagnostic(", "report(", "reportAgain(", "diagnostics"])
        let made = Set(code.matches(of: reports).map(\.output.1))
        let told = Set(Self.firstCells(try Self.page("README.md")).joined(separator: " ").matches(of: /`([a-z.-]+)`/).map(\.output.1))
        #expect(made.count > 50)
        #expect(made.subtracting(told).sorted() == [], "docs/runbooks/README.md lacks them")
        #expect(told.filter { !code.contains("\"\($0)\"") }.sorted() == [], "docs/runbooks/README.md tells of what is not there")
    }
}
