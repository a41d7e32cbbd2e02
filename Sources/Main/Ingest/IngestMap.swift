internal import ArgumentParser
internal import Domain
internal import Ports
internal import SystemAdapter
internal import XMLAdapter

struct IngestMap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map", abstract: "Try a mapping on a document: the invoice, its gaps and what the rules say; needs no engine.",
        discussion: """
            The mapping is the JSON that a source's settings have as “mapping”; docs/ingestion-mapping.md tells how to write one. Nothing is \
            kept.

            With --json it is one line: {"complete":…,"invoice":{…},"problems":[{"kind":"gap|refused|differs|document","pointer":…,\
            "message":…,"sources":[…],"location":…}],"unused":[{"path":…,"count":…,"first":…}],"document":{…},"verdict":{…},"findings":[…]}.

            Exit codes: 0 an invoice can be drafted and the rules find nothing fatal, 1 not so, 64 wrong usage, a mapping that is wrong or a \
            file that cannot be read.

            Example: ledgerflow ingest map --mapping mapping.json --document invoice.xml
            """)

    @Option(help: ArgumentHelp("The mapping; - reads standard input.", valueName: "file")) var mapping: String
    @Option(help: ArgumentHelp("The document; - reads standard input.", valueName: "file")) var document: String
    @Option(help: "The language of the findings: en or ar.") var language = LanguageChoice.en
    @Flag(help: "Print JSON on one line, for programs.") var json = false
    @OptionGroup var tax: TaxOptions
    @OptionGroup var data: DataDirectoryOption

    private static let maxDocumentBytes = 64 << 20

    func validate() throws {
        if mapping == "-", document == "-" { throw ValidationError("Standard input (-) can be read once only.") }
    }

    func run() async throws {
        let mapping = try Self.mapping(in: mapping)
        let tree = try Self.tree(of: document)
        let (taxes, regime) = try tax.registry(dataDirectory: data.path)
        let desk = InvoiceDesk(taxes: taxes, regime: regime) { bytes throws(XMLError) in try XMLReader.read(bytes) }
        guard let today = SystemCalendar().date(of: SystemTimeSource().now(), in: "UTC") else {
            throw CommandFailure(.refused, "this machine has no calendar of UTC")
        }
        let run = mapping.dryRun(tree, desk: desk, today: today, language: language.messages)
        if json {
            var writer = JSONWriter(capacity: 4_096)
            run.write(to: &writer)
            try Output.line(writer.text)
        } else {
            try Output.line(IngestMapText.lines(run).joined(separator: "\n"))
        }
        guard run.isComplete, run.prepared?.content.verdict.isValid == true else { throw ExitCode.failure }
    }

    private static func mapping(in file: String) throws -> IngestionMapping {
        let bytes = try contents(of: file, limit: JSONLimits.standard.maxBytes)
        do throws(InvoiceJSONError) {
            return try IngestionMapping(json: bytes)
        } catch {
            switch error {
            case .syntax(let error): throw CommandFailure(.usage, "the mapping “\(file)” is not JSON: \(error.description)")
            case .fields(let problems):
                var lines = problems.listed.map { "\($0.pointer.isEmpty ? "the mapping" : $0.pointer) \($0.message)" }
                if problems.unlistedCount > 0 { lines.append("and \(problems.unlistedCount) more") }
                throw CommandFailure(.usage, "the mapping “\(file)” is wrong", advice: "Mend: " + lines.joined(separator: "; ") + ".")
            }
        }
    }

    private static func tree(of file: String) throws -> XMLTree {
        let bytes = try contents(of: file, limit: maxDocumentBytes)
        do throws(XMLError) {
            return try XMLReader.read(bytes)
        } catch {
            throw CommandFailure(.usage, "the document “\(file)” cannot be read as XML: \(error.description)")
        }
    }

    private static func contents(of file: String, limit: Int) throws -> [UInt8] {
        do throws(InputFailure) {
            return try InputFile.contents(of: InputPath(file), limit: limit)
        } catch {
            let name = InputPath(file).isStandardInput ? "standard input" : "the file “\(file)”"
            throw CommandFailure(.usage, "\(name) cannot be read: \(error.reason)", advice: "Check the path and its permissions.")
        }
    }
}

/// A dry run as people read it.
enum IngestMapText {
    /// How many values of the invoice are printed.
    private static let maxValues = 400

    static func lines(_ run: MappingDryRun) -> [String] {
        var lines = [verdict(run), "invoice"]
        var values: [String] = []
        add(run.invoice.json, "", to: &values)
        lines += values.prefix(maxValues)
        if values.count > maxValues { lines.append("  and \(values.count - maxValues) more; --json prints all") }
        if !run.problems.isEmpty { lines.append("problems") }
        for problem in run.problems.listed { lines += text(of: problem) }
        if run.problems.unlistedCount > 0 { lines.append("  and \(run.problems.unlistedCount) more") }
        let unused = run.invoice.unused
        if !unused.listed.isEmpty { lines.append("not used") }
        for part in unused.listed {
            let more = part.count > 1 ? "  (\(part.count), the first at \(Output.plain(part.first)))" : ""
            lines.append("  " + Output.plain(part.path) + more)
        }
        if unused.unlistedCount > 0 { lines.append("  and \(unused.unlistedCount) more") }
        if let prepared = run.prepared {
            if !prepared.findings.isEmpty { lines.append("findings") }
            lines += prepared.findings.map { FindingText.lines($0) }
        }
        return lines
    }

    private static func verdict(_ run: MappingDryRun) -> String {
        guard let prepared = run.prepared else {
            return "no invoice can be drafted: \(FindingText.count(problems(run), "problem") ?? "nothing is mapped")"
        }
        let payable = prepared.document.totals.map { ", payable \($0.payable) \(Output.plain(prepared.document.currency))" } ?? ""
        if let count = FindingText.count(problems(run), "problem") { return "no invoice can be drafted: \(count)\(payable)" }
        let fatal = FindingText.count(prepared.content.verdict.fatal, "fatal finding")
        return "an invoice can be drafted\(payable)" + (fatal.map { ", but not issued: \($0)" } ?? "")
    }

    private static func problems(_ run: MappingDryRun) -> Int { run.problems.listed.count + run.problems.unlistedCount }

    /// Every value with its pointer.
    private static func add(_ value: JSONValue, _ pointer: String, to lines: inout [String]) {
        switch value {
        case .object(let object): for member in object.members { add(member.value, pointer + "/" + member.name, to: &lines) }
        case .array(let elements): for (index, element) in elements.enumerated() { add(element, pointer + "/\(index)", to: &lines) }
        case .string(let text): lines.append("  " + Output.plain(Output.pad(pointer, 34)) + "  " + Output.plain(Output.short(text, 200)))
        default: break
        }
    }

    private static func text(of problem: MappingProblem) -> [String] {
        let place = problem.pointer.isEmpty ? "the document" : problem.pointer
        var lines = ["  " + Output.pad(problem.kind.rawValue, 8) + "  " + Output.plain(place + " " + problem.message)]
        if let location = problem.location {
            lines.append("            see " + Output.plain(location))
        } else if !problem.sources.isEmpty {
            lines.append("            looked at " + problem.sources.map(Output.plain).joined(separator: ", "))
        } else if problem.kind == .gap {
            lines.append("            no field of the mapping gives it a value")
        }
        return lines
    }
}
