import Foundation

/// An alert of `deploy/prometheus/ledgerflow.rules.yml`. Reads that file as it is written, not YAML at large: what is not understood is missing.
struct AlertRule {
    let name: String
    let expression: String
    let severity: String?
    let summary: String?
    let runbook: String?

    /// A selector of one of the product's metrics: `ledgerflow_name{label="value"}`.
    struct Selector {
        let name: String
        let matchers: [(label: String, values: [String])]
    }

    static func all(in text: String) -> [AlertRule] {
        text.split(separator: "- alert: ").dropFirst().map { part in
            let lines = part.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.hasPrefix("#") }
            func value(_ key: String) -> String? {
                lines.first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
            }
            var expression = value("expr") ?? ""
            if expression == "|", let first = lines.firstIndex(of: "expr: |") {
                let rest = lines[(first + 1)...].prefix { !$0.hasPrefix("for: ") && !$0.hasPrefix("labels: ") }
                expression = rest.joined(separator: "\n")
            }
            return AlertRule(
                name: lines.first ?? "", expression: expression,
                severity: value("labels").flatMap { $0.firstMatch(of: /^\{severity: ([a-z]+)\}$/) }.map { String($0.output.1) },
                summary: value("summary"), runbook: value("runbook_url"))
        }
    }

    var selectors: [Selector] { Self.selectors(in: expression) }

    /// The selectors of the product's metrics in an expression of PromQL.
    static func selectors(in expression: String) -> [Selector] {
        expression.matches(of: /(ledgerflow_[a-zA-Z0-9_:]+)(?:\{([^}]*)\})?/).map { match in
            let matchers = (match.output.2 ?? "").matches(of: /([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/).map { matcher in
                (label: String(matcher.output.1), values: matcher.output.2.split(separator: "|").map(String.init))
            }
            return Selector(name: String(match.output.1), matchers: matchers)
        }
    }
}

/// A metric as the sources declare it.
struct DeclaredMetric {
    enum Kind: String { case counter, gauge, histogram }

    let kind: Kind
    /// Between its name and its kind: its help and its labels.
    let declaration: Substring
    /// The sources of the folder that declares it, and its line in docs/runbooks/metrics.md: they hold the values of its labels.
    let folder: String
    let line: String

    /// By the names under which samples of theirs are exported: `…_total` of a counter, `…_bucket`, `…_sum` and `…_count` of a histogram.
    static func bySampleName() throws -> [String: DeclaredMetric] {
        let page = Repository.root.appendingPathComponent("docs/runbooks/metrics.md")
        let rows = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n").filter { $0.hasPrefix("| `") }
        var declared: [String: DeclaredMetric] = [:]
        for file in Repository.sources where file.source.contains("MetricFamily(") {
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/") + "/"
            let sources = Repository.sources.filter { $0.path.hasPrefix(folder) }.map(\.source).joined(separator: "\n")
            for match in file.source.matches(of: /MetricFamily\(\s*"(ledgerflow_[a-z0-9_]+)"/) {
                let rest = file.source[match.range.upperBound...]
                guard let source = rest.firstMatch(of: /\.(counter|gauge|histogram)\b/), let kind = Kind(rawValue: String(source.output.1))
                else { continue }
                let name = match.output.1
                let cell = try Regex("`" + name.dropFirst(11) + "(_total)?[`{]")
                let line = rows.first { ($0.components(separatedBy: " | ").first ?? "").contains(cell) } ?? ""
                let metric = DeclaredMetric(
                    kind: kind, declaration: rest[..<source.range.lowerBound], folder: sources, line: line)
                for sample in samples(of: String(name), kind) { declared[sample] = metric }
            }
        }
        return declared
    }

    private static func samples(of name: String, _ kind: Kind) -> [String] {
        switch kind {
        case .counter: [name.hasSuffix("_total") ? name : name + "_total"]
        case .gauge: [name]
        case .histogram: ["_bucket", "_sum", "_count"].map { name + $0 }
        }
    }

    /// What is wrong with a selector; nil when nothing is.
    static func complaint(about selector: AlertRule.Selector, declared: [String: DeclaredMetric]) -> String? {
        guard let metric = declared[selector.name] else { return "the engine exports no \(selector.name)" }
        for matcher in selector.matchers where matcher.label != "job" && matcher.label != "instance" {
            guard metric.declaration.contains("(\"\(matcher.label)\", ") else { return "\(selector.name) has no label \(matcher.label)" }
            for value in matcher.values {
                guard metric.folder.contains("\"\(value)\"") || metric.line.contains("`\(value)`") else {
                    return "\(selector.name) is never \(matcher.label)=\"\(value)\""
                }
            }
        }
        return nil
    }
}
