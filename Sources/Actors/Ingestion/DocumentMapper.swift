internal import Domain
internal import Ports

/// Makes drafts of documents that are in the books, and puts on record what came of it (IG-7).
///
/// A draft has the identity of its document: a later version replaces what is in it, as long as it is a draft.
struct DocumentMapper: Sendable {
    let mapping: IngestionMapping
    let drafting: DraftMaking
    let courier: BookCourier
    let books: any BookQueries
    let ports: EnginePorts

    private enum Step {
        case draft(InvoiceContent)
        case none([String])
    }

    /// - Parameter documents: as committed, with the octets of their latest versions. Those that are mapped already are passed over.
    func map(_ documents: [(invoice: IngestedInvoice, octets: [UInt8])], by: String, trace: TraceId) async throws(IntakeStop) {
        let unmapped = documents.filter { $0.invoice.mapping?.revision != $0.invoice.latest.number }
        guard !unmapped.isEmpty else { return }
        func intent(_ invoice: IngestedInvoice, _ command: BookCommand) -> BookIntent {
            BookIntent(tenant: invoice.tenant, command: command, by: by, correlationId: trace.description)
        }
        var problems = unmapped.map { _ in [String]() }
        var drafts: [(index: Int, content: InvoiceContent)] = []
        for (index, document) in unmapped.enumerated() {
            // A document may take as long as a mapping is allowed to: others have their turn between two.
            await Task.yield()
            switch step(document.invoice, document.octets) {
            case .draft(let content): drafts.append((index, content))
            case .none(let found): problems[index] = found
            }
        }
        let drafted = try await courier.send(
            drafts.map { index, content in
                let invoice = unmapped[index].invoice
                // The identity says what it is a draft of; what is in it may change.
                let origin = Invoice.Origin(
                    source: .ingestion, fingerprint: Fingerprint(bytes: invoice.id.bytes), correlationId: trace.description)
                return intent(invoice, .draft(InvoiceDraft(id: invoice.draft, content: content, origin: origin)))
            })
        var known: [(index: Int, content: InvoiceContent)] = []
        for ((index, content), outcome) in zip(drafts, drafted) {
            switch outcome {
            case .success(let reply): if !reply.changed { known.append((index, content)) }
            case .failure(let error): problems[index] = [Self.words(error)]
            }
        }
        for (index, error) in try await replace(known.map { ($0.index, unmapped[$0.index].invoice, $0.content) }, intent) {
            problems[index] = [Self.words(error)]
        }
        _ = try await courier.send(
            unmapped.enumerated().map { index, document in
                let invoice = document.invoice
                let note = IngestedInvoice.Mapping(
                    revision: invoice.latest.number, invoice: problems[index].isEmpty ? invoice.draft : nil, problems: problems[index])
                return intent(invoice, .ingestion(.mapped(number: invoice.number, of: invoice.source, note)))
            })
    }

    private static let rounds = 8

    /// Gives drafts that are there what was made of their documents, unless a later version has come, which is mapped by itself.
    ///
    /// That may happen at this moment, and must not be taken back. So the draft is looked at before its document, and is replaced only as it
    /// was: what came of a later version before that look is told by the document, and what comes after it by the draft's version.
    ///
    /// - Returns: why the books refused some.
    private func replace(
        _ drafts: [(index: Int, document: IngestedInvoice, content: InvoiceContent)], _ intent: (IngestedInvoice, BookCommand) -> BookIntent
    ) async throws(IntakeStop) -> [(index: Int, error: BookError)] {
        var refused: [(index: Int, error: BookError)] = []
        var left = drafts
        for _ in 0..<Self.rounds {
            var replacing: [(draft: (index: Int, document: IngestedInvoice, content: InvoiceContent), version: Int64)] = []
            for draft in left {
                if let version = try await replaceableVersion(of: draft.document) { replacing.append((draft, version)) }
            }
            let replaced = try await courier.send(
                replacing.map { intent($0.draft.document, .replace($0.draft.document.draft, $0.draft.content, ifVersion: $0.version)) })
            left = []
            for ((draft, _), outcome) in zip(replacing, replaced) {
                switch outcome {
                case .success: break
                case .failure(.versionConflict): left.append(draft)
                case .failure(let error): refused.append((draft.index, error))
                }
            }
            if left.isEmpty { return refused }
        }
        throw .books("\(left.count) drafts were changed by others at each of \(Self.rounds) attempts")
    }

    /// The version of a document's draft; nil when a later version of the document has come.
    private func replaceableVersion(of document: IngestedInvoice) async throws(IntakeStop) -> Int64? {
        do throws(QueryError) {
            let draft = try await books.invoice(document.draft, tenant: document.tenant)
            let known = try await books.ingestionRecord(document.key, tenant: document.tenant)
            if case .invoice(let known)? = known, known.latest.number > document.latest.number { return nil }
            return draft?.version ?? 0
        } catch {
            throw .books("the drafts could not be read: \(error)")
        }
    }

    private func step(_ invoice: IngestedInvoice, _ octets: [UInt8]) -> Step {
        let tree: XMLTree
        do throws(XMLError) {
            tree = try drafting.parse(octets, invoice.latest.encoding, invoice.latest.namespaces)
        } catch {
            return .none(["The document cannot be read: \(error)"])
        }
        guard let today = ports.calendar.date(of: ports.time.now(), in: "UTC") else { return .none(["The calendar knows no UTC."]) }
        let run = mapping.dryRun(tree, desk: drafting.desk, today: today)
        guard run.problems.isEmpty, let prepared = run.prepared else {
            return .none(run.problems.listed.prefix(IngestedInvoice.Mapping.maxProblems).map { "\($0.field.pointer) \($0.field.message)" })
        }
        return .draft(prepared.content)
    }

    private static func words(_ error: BookError) -> String {
        switch error {
        case .illegalTransition(let status, _):
            "The invoice made of an earlier version is \(status.rawValue) and does not change any more; correct it by a credit note."
        default: "The books refused the draft: \(error)"
        }
    }
}

extension DocumentMapper {
    /// nil when no drafts are to be made, or none can be.
    init?(_ mapping: IngestionMapping?, _ ingestion: IngestionPorts, _ courier: BookCourier, _ ports: EnginePorts) {
        guard let mapping, let drafting = ingestion.drafting else { return nil }
        self.init(mapping: mapping, drafting: drafting, courier: courier, books: ingestion.books, ports: ports)
    }
}
