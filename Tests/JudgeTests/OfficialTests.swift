internal import Domain
internal import Foundation
internal import Testing

/// The unit tests and examples that CEN/TC 434 publishes with the validation artefacts of EN 16931. They are no part of this repository: the
/// folder is named by LEDGERFLOW_JUDGES, and what is not there is not tested.
struct OfficialTests {
    static let judges = Judges()

    @Test("All expectations of the official unit tests hold", .enabled(if: judges.exists, judges.missing))
    func unitTests() throws {
        let ruleset = try #require(Ruleset.named("en16931"))
        var files = 0
        var tests = 0
        var expectations: [String: Int] = [:]
        var failures: [String] = []
        for file in try Self.judges.files(under: "en16931/test") {
            let tree = try Self.judges.read(file)
            files += 1
            for test in try TestSet(tree).tests {
                tests += 1
                let findings = ruleset.validate(test.document)
                for expectation in test.expectations {
                    expectations[expectation.kind, default: 0] += 1
                    let raised = findings.filter { $0.rule == expectation.rule }
                    if !expectation.isMet(by: raised) {
                        failures.append("\(file.lastPathComponent) test \(test.number): \(expectation); raised \(raised.map(\.location))")
                    }
                }
            }
        }
        for failure in failures { Issue.record("\(failure)") }
        let count = expectations.values.reduce(0, +)
        let kinds = expectations.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print("EN 16931 unit tests: \(files) files, \(tests) tests, \(count - failures.count) of \(count) expectations hold (\(kinds))")
        #expect(count >= 1_133)
    }

    @Test("No official example raises a fatal finding", .enabled(if: judges.exists, judges.missing))
    func examples() throws {
        let ruleset = try #require(Ruleset.named("en16931"))
        let files = try Self.judges.files(under: "en16931/ubl/examples")
        var warnings = 0
        for file in files {
            let findings = ruleset.validate(try Self.judges.read(file))
            warnings += findings.count { $0.severity == .warning }
            for finding in findings where finding.severity == .fatal {
                Issue.record("\(file.lastPathComponent): \(finding.rule) at \(finding.location)")
            }
        }
        print("EN 16931 examples: \(files.count) files, \(warnings) warnings")
        #expect(!files.isEmpty)
    }
}
