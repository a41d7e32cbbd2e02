internal import ArgumentParser
internal import Domain
internal import Ports
internal import XMLAdapter

/// Splits a saved answer of a source, to try settings by.
struct IngestSplit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Show the invoices in a saved SOAP answer, as ingestion would take them; needs no engine.",
        discussion: """
            Each invoice is one line, and each part that would go to the quarantine, with its reason. With --json each part is \
            {"index":…,"number":…,"bytes":…,"encoding":…} or {"index":…,"reason":…,"text":…,"bytes":…,"encoding":…}.

            Exit codes: 0 the answer is whole and all its invoices are good, 1 something is not.

            --measure is a measurement on one thread: the file is read and split again and again for that many seconds, and then again with \
            the SHA-256 of each invoice. It prints {"file":…,"bytes":…,"invoices":…,"refused":…,"nanoseconds":…,"hashedNanoseconds":…,\
            "idleKibibytes":…,"highestKibibytes":…}: median times, and the memory before and at most.

            Example:
              ledgerflow ingest split --invoice-element Invoice --number-path Header/InvoiceNumber answer.xml
            """)

    @Option(help: "The element that holds one invoice: Invoice, or {urn:example}Invoice.") var invoiceElement = "Invoice"
    @Option(help: "Where its number is, below it: Header/Number, @id.") var numberPath = "InvoiceNumber"
    @Option(help: "The charset that the answer's Content-Type named, if it did.") var charset: String?
    @Option(help: "The largest invoice that is taken, in bytes.") var maxInvoiceBytes = SplitLimits.standard.invoiceBytes
    @Option(help: ArgumentHelp("Measure instead; see above.", valueName: "seconds")) var measure: Double?
    @OptionGroup var format: FormatOption
    @Argument(help: "The answer's body; - reads standard input.") var file: String

    func validate() throws {
        if SplitName(invoiceElement) == nil { throw ValidationError("--invoice-element \(SplitName.rule).") }
        if SplitPath(numberPath) == nil { throw ValidationError("--number-path \(SplitPath.rule).") }
        guard SubmittedSource.invoiceBytes.contains(maxInvoiceBytes) else {
            throw ValidationError("--max-invoice-bytes must be from 1 to \(SubmittedSource.invoiceBytes.upperBound).")
        }
        guard let measure else { return }
        guard measure > 0, measure <= 3_600 else {
            throw ValidationError("--measure must be a number of seconds above 0, at most 3600.")
        }
        if InputPath(file).isStandardInput { throw ValidationError("--measure needs a file: standard input (-) can be read once only.") }
    }

    func run() throws {
        guard let element = SplitName(invoiceElement), let path = SplitPath(numberPath) else { return }
        let plan = SplitPlan(
            invoiceElement: element, numberPath: path, limits: SplitLimits(invoiceBytes: maxInvoiceBytes), charset: charset)
        do {
            if let measure { return try Output.line(SplitMeasurement(InputPath(file), plan, seconds: measure).line) }
            try show(plan)
        } catch let failure as InputFailure {
            throw CommandFailure(.refused, "\(file) cannot be read: \(failure.reason)")
        }
    }

    private func show(_ plan: SplitPlan) throws {
        var (good, bad) = (0, 0)
        let error = try SavedAnswer.split(InputPath(file), by: plan) { part in
            switch part {
            case .invoice: good += 1
            case .refused: bad += 1
            }
            try Output.line(format.json ? Self.json(part) : Self.text(part))
        }
        Output.note("\(good) \(good == 1 ? "invoice" : "invoices"), \(bad) refused.")
        if let error { throw CommandFailure(.refused, error.description) }
        if bad > 0 { throw ExitCode(1) }
    }

    private static func text(_ part: BatchPart) -> String {
        switch part {
        case .invoice(let invoice):
            "\(Output.pad(String(invoice.index), 6)) \(Output.plain(invoice.number))  \(invoice.octets.count) bytes, \(invoice.encoding)"
        case .refused(let refusal):
            "\(Output.pad(String(refusal.index), 6)) refused: \(Output.plain(refusal.reason.description))"
        }
    }

    private static func json(_ part: BatchPart) -> String {
        var writer = JSONWriter(capacity: 256)
        writer.object { json in
            switch part {
            case .invoice(let invoice):
                json.field("index", invoice.index)
                json.field("number", invoice.number)
                json.field("bytes", invoice.octets.count)
                json.field("encoding", invoice.encoding)
            case .refused(let refusal):
                json.field("index", refusal.index)
                json.field("reason", refusal.reason.code)
                json.field("text", refusal.reason.description)
                json.field("bytes", refusal.octets.count)
                json.field("encoding", refusal.encoding)
            }
        }
        return writer.text
    }
}

/// A source's answer in a file.
enum SavedAnswer {
    private static let pieceBytes = 65_536

    /// - Returns: what ended the batch, if it was not whole.
    static func split(_ path: InputPath, by plan: SplitPlan, _ take: (BatchPart) throws -> Void) throws -> BatchError? {
        let file = try InputFile(path)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        var splitter = XMLBatchSplitting().splitter(for: plan)
        while true {
            let count = try file.read(into: piece)
            guard count > 0 else { break }
            let parts: [BatchPart]
            do throws(BatchError) {
                parts = try splitter.push(Array(piece[..<count])[...])
            } catch {
                return error
            }
            for part in parts { try take(part) }
        }
        let end = splitter.finish()
        for part in end.parts { try take(part) }
        return end.error
    }
}
