import Foundation
import Testing

/// What docs/requirements.md names is there.
@Suite struct RequirementTests {
    /// The last cells of the rows of requirements, each with the requirement's identifier.
    private static func tests() throws -> [(id: Substring, cell: Substring)] {
        let page = try String(contentsOf: Repository.root.appendingPathComponent("docs/requirements.md"), encoding: .utf8)
        return page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: " | ")
            guard line.hasPrefix("| "), cells.count >= 4, let id = cells.first?.dropFirst(2), let last = cells.last else { return nil }
            return id.wholeMatch(of: /[A-Z]{2}-[0-9]+/) == nil ? nil : (id, last)
        }
    }

    private static func testSources() -> String {
        let folder = Repository.root.appendingPathComponent("Tests")
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap {
            try? String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
        }.joined(separator: "\n")
    }

    @Test func everyTestThatARequirementNamesIsThere() throws {
        let sources = Self.testSources()
        let functions = Set(sources.matches(of: /func ([A-Za-z0-9]+)/).map(\.output.1))
        let rows = try Self.tests()
        #expect(rows.count > 40)
        for (id, cell) in rows {
            for match in cell.matches(of: /`([a-z][A-Za-z0-9]{11,})`/) where !functions.contains(match.output.1) {
                Issue.record("\(id) names a test \(match.output.1), which is not there")
            }
            for match in cell.matches(of: /"([^"]{12,})"/) where !sources.contains(match.output.1) {
                Issue.record("\(id) names a case “\(match.output.1)”, which is not there")
            }
        }
    }
}
