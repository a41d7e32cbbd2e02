internal import Domain
internal import XMLAdapter

/// Validates documents, one at a time; may be used by many threads.
struct DocumentCheck: Sendable {
    let ruleset: Ruleset
    let language: MessageLanguage

    private static let pieceBytes = 65_536

    func report(on step: DocumentWalk.Step) -> DocumentReport {
        DocumentReport(file: step.path.text, findings: findings(in: step))
    }

    private func findings(in step: DocumentWalk.Step) -> [Domain.Finding] {
        switch step {
        case .unreadable(_, let failure): return [Self.unreadable("directory", failure)]
        case .document(let path):
            do {
                return ruleset.validate(try Self.tree(of: path), language: language)
            } catch let failure as InputFailure {
                return [Self.unreadable("file", failure)]
            } catch {
                return [Self.finding(error as? XMLError ?? XMLError(.empty))]
            }
        }
    }

    /// Reads piece by piece, so that no more is held than the tree.
    private static func tree(of path: InputPath) throws -> XMLTree {
        let file = try InputFile(path)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        var reader = try XMLReader(expectedBytes: file.expectedBytes)
        while true {
            let count = try file.read(into: piece)
            guard count > 0 else { break }
            try reader.feed(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
        return try reader.finish()
    }

    private static func unreadable(_ what: String, _ failure: InputFailure) -> Domain.Finding {
        syntaxFinding(at: "", "The \(what) cannot be read: \(failure.reason).")
    }

    private static func finding(_ error: XMLError) -> Domain.Finding {
        let place = error.line > 0 ? "line \(error.line), column \(error.column)" : ""
        let advice = XMLError(error.kind).description
        return syntaxFinding(at: place, advice.prefix(1).uppercased() + advice.dropFirst() + ".")
    }

    private static func syntaxFinding(at place: String, _ message: String) -> Domain.Finding {
        Domain.Finding(rule: "document-syntax", severity: .fatal, location: place, message: message)
    }
}

/// What was found in one file.
struct DocumentReport: Sendable {
    let file: String
    let findings: [Domain.Finding]

    var fatal: Int { findings.count { $0.severity == .fatal } }

    /// As JSON on one line.
    var line: String {
        var writer = JSONWriter(capacity: 64 + file.utf8.count + findings.count * 256)
        writer.object { json in
            json.field("file", file)
            json.array("findings") { list in
                for finding in findings {
                    list.object { json in
                        json.field("rule", finding.rule)
                        json.field("severity", finding.severity.rawValue)
                        json.field("location", finding.location)
                        json.field("message", finding.message)
                    }
                }
            }
        }
        return writer.text
    }

    /// For people: the verdict, and then each finding on two lines.
    var text: String {
        let fatal = fatal
        let warnings = FindingText.count(findings.count - fatal, "warning")
        let verdict: String =
            if fatal > 0 {
                "\(fatal) fatal" + (warnings.map { ", \($0)" } ?? "")
            } else {
                "valid" + (warnings.map { ", \($0)" } ?? "")
            }
        return ([Output.plain(file) + ": " + verdict] + findings.map { FindingText.lines($0) }).joined(separator: "\n")
    }
}

/// Findings as people read them.
enum FindingText {
    /// Two lines, indented.
    static func lines(_ finding: Domain.Finding) -> String {
        lines(rule: finding.rule, severity: finding.severity.rawValue, location: finding.location, message: finding.message)
    }

    static func lines(rule: String, severity: String, location: String, message: String) -> String {
        let head = [Output.pad(severity, 7), Output.pad(rule, 15), location].map(Output.plain).joined(separator: "  ")
        var line = "  " + head
        while line.hasSuffix(" ") { line.removeLast() }
        return line + "\n           " + Output.plain(message)
    }

    /// As "2 warnings"; nil when there are none.
    static func count(_ count: Int, _ noun: String) -> String? { count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
