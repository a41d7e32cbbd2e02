/// What would become of one document: the invoice, the gaps, what is left over, and what the rules say. Nothing is kept.
public struct MappingDryRun: Sendable {
    public let invoice: MappedInvoice
    /// Those of the mapping, then of the tax, then of the checks.
    public let problems: MappingProblems
    /// The invoice as it would be kept, with the findings of the rules; nil when there are problems before that.
    public let prepared: InvoiceDesk.Prepared?

    /// Whether an invoice can be drafted of the document.
    public var isComplete: Bool { problems.isEmpty && prepared != nil }
}

extension IngestionMapping {
    /// Makes an invoice of a document, as far as it goes.
    ///
    /// - Parameters:
    ///   - today: stands for the issue date where none is stated, for the rules alone.
    ///   - language: of the findings.
    public func dryRun(
        _ tree: XMLTree, desk: InvoiceDesk, today: CalendarDate, language: MessageLanguage = .english
    ) -> MappingDryRun {
        let invoice = apply(to: tree)
        var problems = invoice.problems
        guard let document = invoice.document else { return MappingDryRun(invoice: invoice, problems: problems, prepared: nil) }
        do throws(TaxError) {
            let prepared = try desk.prepare(document, today: today, language: language)
            for difference in invoice.differences(from: prepared.document) { problems.report(difference) }
            return MappingDryRun(invoice: invoice, problems: problems, prepared: prepared)
        } catch {
            var trace = MappingTrace(self, tree, json: invoice.json, kept: invoice.kept)
            for problem in error.problems { problems.report(trace.problem(problem.field)) }
            problems.count(more: error.unlistedCount)
            return MappingDryRun(invoice: invoice, problems: problems, prepared: nil)
        }
    }
}

extension MappingDryRun: JSONWritable {
    /// `{"complete":…,"invoice":{…},"problems":[…],"unused":[…],"document":{…},"verdict":{…},"findings":[…]}`.
    public func write(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("complete", isComplete)
            json.field("invoice", invoice.json)
            json.field("problems", problems.listed)
            if problems.unlistedCount > 0 { json.field("moreProblems", problems.unlistedCount) }
            let unused = invoice.unused
            json.array("unused") { json in
                for part in unused.listed {
                    json.object { json in
                        json.field("path", part.path)
                        json.field("count", part.count)
                        json.field("first", part.first)
                    }
                }
            }
            if unused.unlistedCount > 0 { json.field("moreUnused", unused.unlistedCount) }
            guard let prepared else { return }
            json.field("document", raw: prepared.content.encoded)
            json.object("verdict") { json in
                json.field("ruleset", prepared.content.verdict.ruleset)
                json.field("fatal", prepared.content.verdict.fatal)
                json.field("warnings", prepared.content.verdict.warnings)
            }
            json.array("findings") { json in
                for finding in prepared.findings {
                    json.object { json in
                        json.field("rule", finding.rule)
                        json.field("severity", finding.severity.rawValue)
                        json.field("location", finding.location)
                        json.field("message", finding.message)
                    }
                }
            }
        }
    }
}
