internal import Domain
internal import Ports

extension InvoiceHandlers {
    static let maxBatchItems = 1_000

    /// Drafts many invoices at once, and issues those that say so; each item has its own result, in the order given, and a wrong one does
    /// not stop the others.
    func createBatch(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let limits = JSONLimits(maxBytes: settings.maxBatchBytes, maxDepth: 20, maxValues: 2_000_000)
        let value = try request.json(limits: limits)
        var problems = JSONProblems()
        let items = problems.object(value) { $0.values("items", count: 1...Self.maxBatchItems) }
        guard let items else { throw Problem(problems) }
        var results: [InvoiceResult] = []
        results.reserveCapacity(items.count)
        var intents: [BookIntent] = []
        var issuesAny = false
        for (index, item) in items.enumerated() {
            do throws(Problem) {
                let (draft, findings) = try readItem(item, at: index, request, principal)
                issuesAny = issuesAny || draft.issue != nil
                intents.append(intent(.draft(draft), request, principal))
                results.append(.sent(draft.id, findings))
            } catch {
                results.append(.refused(error, nil))
            }
        }
        // Of the batch as a whole, before anything of it is done.
        if issuesAny { try principal.require(.issue) }
        if !intents.isEmpty { Self.resolve(&results, with: await books.send(intents)) }
        return Reply.json(capacity: 64 + results.count * 768) { json in
            json.object { json in
                json.array("results") { list in
                    for result in results { result.write(to: &list) }
                }
            }
        }
    }

    private func readItem(
        _ item: JSONValue, at index: Int, _ request: IncomingRequest, _ principal: Principal
    ) throws(Problem) -> (InvoiceDraft, [Finding]) {
        let prefix = "/items/\(index)"
        var problems = JSONProblems()
        let read = problems.object(item) { fields -> (InvoiceDocument, IdempotencyKey?, IssueOrder?)? in
            let key = fields.idempotencyKey()
            let isIssued = fields.optionalBool("issue") ?? false
            let series = fields.optionalSeriesId("series")
            if series != nil, !isIssued { fields.report("series", "has a meaning only together with \"issue\": true") }
            let document = fields.object("document") { InvoiceDocument.read(&$0, as: .draft) }
            return document.map { ($0, key, isIssued ? IssueOrder(series: series) : nil) }
        }
        guard let (document, key, order) = read else { throw Problem(problems, prefix: prefix) }
        let prepared = try prepare(document, .english, prefix: prefix + "/document")
        let draft = draft(
            prepared, id: newId(key, principal), order: order, source: .batch,
            fingerprint: fingerprint(of: document.canonicalJSON, order, principal), correlationId: request.id)
        return (draft, prepared.findings)
    }

    /// Puts the replies, which are in the order of what was sent, in the places of the items.
    private static func resolve(_ results: inout [InvoiceResult], with replies: [Result<BookReply, IntentError>]) {
        var next = replies.makeIterator()
        for index in results.indices {
            guard case .sent(let id, let findings) = results[index] else { continue }
            switch next.next() {
            case .success(let reply):
                if case .invoice(let invoice) = reply.record { results[index] = .done(invoice, isNew: reply.changed) }
            case .failure(let error): results[index] = .refused(problem(error) { findings }, id)
            case nil: results[index] = .refused(Problem(IntentError.unknownOutcome("")), id)
            }
        }
    }
}

/// What became of one item of a batch.
private enum InvoiceResult {
    case sent(InvoiceId, [Finding])
    case done(Invoice, isNew: Bool)
    case refused(Problem, InvoiceId?)

    func write(to list: inout JSONWriter) {
        list.object { json in
            switch self {
            case .sent(let id, _):
                json.field("status", ProblemKind.unknownOutcome.status)
                json.field("id", id.description)
            case .done(let invoice, let isNew):
                json.field("status", isNew ? 201 : 200)
                json.name("invoice")
                InvoiceWriter.item(invoice, to: &json)
            case .refused(let problem, let id):
                json.field("status", problem.kind.status)
                json.field("id", ifPresent: id?.description)
                json.name("problem")
                problem.write(to: &json, instance: nil)
            }
        }
    }
}
