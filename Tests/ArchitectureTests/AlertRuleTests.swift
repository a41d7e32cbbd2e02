import Foundation
import Testing

private let promtool = "/usr/bin/promtool"

/// The alert rules ask for what the engine exports, and tell the operator what to do (PF-15).
@Suite struct AlertRuleTests {
    private static let folder = Repository.root.appendingPathComponent("deploy/prometheus")
    private static let runbooks = Repository.root.appendingPathComponent("docs/runbooks")

    private static func rules() throws -> [AlertRule] {
        AlertRule.all(in: try String(contentsOf: folder.appendingPathComponent("ledgerflow.rules.yml"), encoding: .utf8))
    }

    @Test func everyAlertAsksForMetricsThatTheEngineExports() throws {
        let declared = try DeclaredMetric.bySampleName()
        #expect(declared.count > 120)
        let rules = try Self.rules()
        #expect(rules.count >= 40)
        #expect(Set(rules.map(\.name)).count == rules.count, "two alerts have one name")
        for rule in rules {
            #expect(!rule.selectors.isEmpty || rule.expression.contains("up{job=\"ledgerflow\"}"), "\(rule.name) asks for nothing")
            for selector in rule.selectors {
                if let complaint = DeclaredMetric.complaint(about: selector, declared: declared) {
                    Issue.record("\(rule.name): \(complaint)")
                }
            }
        }
    }

    @Test func everyPanelShowsMetricsThatTheEngineExports() throws {
        let file = Repository.root.appendingPathComponent("deploy/grafana/ledgerflow.json")
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: file))
        let declared = try DeclaredMetric.bySampleName()
        let panels = dashboard.panels.filter { $0.type != "row" }
        #expect(panels.count > 15)
        for panel in panels {
            let targets = panel.targets ?? []
            #expect(!targets.isEmpty, "\(panel.title) shows nothing")
            for target in targets {
                let selectors = AlertRule.selectors(in: target.expr)
                #expect(!selectors.isEmpty || target.expr.hasPrefix("ALERTS{"), "\(panel.title) shows nothing")
                for selector in selectors {
                    if let complaint = DeclaredMetric.complaint(about: selector, declared: declared) {
                        Issue.record("\(panel.title): \(complaint)")
                    }
                }
            }
        }
    }

    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            let type: String
            let title: String
            let targets: [Target]?
        }

        struct Target: Decodable { let expr: String }

        let panels: [Panel]
    }

    @Test(arguments: [
        ("rate(ledgerflow_commits[5m])", "the engine exports no ledgerflow_commits"),
        ("ledgerflow_commit_duration_seconds > 1", "the engine exports no ledgerflow_commit_duration_seconds"),
        ("ledgerflow_attempts_running_total", "the engine exports no ledgerflow_attempts_running_total"),
        ("ledgerflow_store_trouble{cause=\"full\"} == 1", "ledgerflow_store_trouble has no label cause"),
        ("ledgerflow_store_trouble{reason=~\"full|fuller\"} == 1", "ledgerflow_store_trouble is never reason=\"fuller\""),
        (
            "ledgerflow_ingestion_documents_total{outcome=\"quarantine\"}",
            "ledgerflow_ingestion_documents_total is never outcome=\"quarantine\""
        ),
        ("ledgerflow_store_trouble{job=\"x\",reason=\"full\"} == 1", nil),
    ])
    func whatTheEngineDoesNotExportIsSeen(expression: String, complaint: String?) throws {
        let declared = try DeclaredMetric.bySampleName()
        #expect(AlertRule.selectors(in: expression).map { DeclaredMetric.complaint(about: $0, declared: declared) } == [complaint])
    }

    @Test func everyAlertHasASeverityASummaryAndARunbookThatIsThere() throws {
        for rule in try Self.rules() {
            #expect(["critical", "warning", "info"].contains(rule.severity), "\(rule.name) has no severity")
            #expect((rule.summary ?? "").count > 10, "\(rule.name) has no summary")
            let page = try #require(rule.runbook, "\(rule.name) has no runbook_url")
            let path = Self.runbooks.appendingPathComponent(page).standardizedFileURL.path
            #expect(
                page.hasSuffix(".md") && FileManager.default.fileExists(atPath: path), "\(rule.name): docs/runbooks/\(page) is not there")
        }
    }

    @Test func everyAlertHasALineForTheOperatorAndEveryLineAnAlert() throws {
        let page = try String(contentsOf: Self.runbooks.appendingPathComponent("metrics.md"), encoding: .utf8)
        let section = try #require(page.split(separator: "## Alert on").last?.split(separator: "## All of them").first)
        var rows: [String: [Substring]] = [:]
        for line in section.split(separator: "\n") {
            guard let name = line.firstMatch(of: /^\| `(Ledgerflow[A-Za-z]+)` \|/) else { continue }
            rows[String(name.output.1)] = line.split(separator: " | ")
        }
        let rules = try Self.rules()
        #expect(rules.map(\.name).filter { rows[$0] == nil } == [], "docs/runbooks/metrics.md lacks them")
        #expect(rows.keys.sorted().filter { name in !rules.contains { $0.name == name } } == [], "there are no such alerts")
        for rule in rules {
            guard let cells = rows[rule.name], cells.count == 4 else { continue }
            #expect(String(cells[1]) == rule.severity, "\(rule.name) has another severity in docs/runbooks/metrics.md")
            #expect(cells[3].contains("](\(rule.runbook ?? "?"))"), "\(rule.name) leads to another page in docs/runbooks/metrics.md")
        }
    }

    @Test func everyAlertIsShownToBeSilentAndToFire() throws {
        let text = try String(contentsOf: Self.folder.appendingPathComponent("ledgerflow.rules.test.yml"), encoding: .utf8)
        let tests = text.components(separatedBy: "  - name: ").dropFirst()
        for rule in try Self.rules() {
            let own = tests.filter { $0.hasPrefix(rule.name + "\n") }.flatMap { $0.split(separator: "\n") }
            #expect(own.contains { $0.contains("exp_samples: []") }, "\(rule.name) is never shown to be silent")
            #expect(own.contains { $0.contains("alertname=\"\(rule.name)\"") }, "\(rule.name) is never shown to fire")
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: promtool), "promtool is not there (Debian: prometheus): the rules were not run"
        ),
        arguments: [["check", "config", "prometheus.yml"], ["test", "rules", "ledgerflow.rules.test.yml"]])
    func promtoolTakesTheRulesAndTheirTests(arguments: [String]) async throws {
        let result = try await Self.run(arguments)
        #expect(result.code == 0, "\(result.output)")
    }

    /// Runs promtool for five minutes at most.
    private static func run(_ arguments: [String]) async throws -> (code: Int32, output: String) {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-promtool-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let file = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["300", promtool] + arguments
        process.currentDirectoryURL = folder
        process.standardOutput = file
        process.standardError = file
        let code = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        try file.close()
        return (code, try String(contentsOf: output, encoding: .utf8))
    }
}
