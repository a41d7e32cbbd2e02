internal import Domain
internal import Ports

/// What a client says of a credit note to be made.
private struct CreditOrder {
    let request: CreditRequest
    let isIssued: Bool
    let series: SeriesId?

    static let standard = CreditOrder(request: CreditRequest(), isIssued: true, series: nil)

    static func read(_ fields: inout JSONFields) -> CreditOrder? {
        let lines = fields.optionalObjects("lines", maxCount: InvoiceDocument.maxLines) { fields -> CreditRequest.Line? in
            let id = fields.string("id", minBytes: 1, maxBytes: 1_000)
            let quantity = fields.optionalExactDecimal("quantity")
            return id.map { CreditRequest.Line(id: $0, quantity: quantity) }
        }
        if let lines {
            if lines.isEmpty { fields.report("lines", "must have at least 1 element; leave it out to credit the whole invoice") }
            var seen: Set<String> = []
            for (index, line) in lines.enumerated() where !seen.insert(line.id).inserted {
                fields.report("lines", element: index, "names a line that was named before")
            }
        }
        let reason = fields.optionalReason("reason")
        let issueDate = fields.optionalDay("issueDate")
        let isIssued = fields.optionalBool("issue") ?? true
        let series = fields.optionalSeriesId("series")
        if series != nil, !isIssued { fields.report("series", "has a meaning only when the credit note is issued") }
        return CreditOrder(
            request: CreditRequest(lines: lines, reason: reason, issueDate: issueDate), isIssued: isIssued, series: series)
    }

    /// What was asked for, in one form whatever its writing.
    func canonicalBytes(of original: InvoiceId) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.field("creditOf", original.description)
            if let lines = request.lines {
                json.array("lines") { list in
                    for line in lines {
                        list.object { json in
                            json.field("id", line.id)
                            json.field("quantity", line.quantity?.normalized.description)
                        }
                    }
                }
            }
            json.field("reason", request.reason)
            json.field("issueDate", request.issueDate?.description)
        }
        return writer.bytes
    }
}

extension InvoiceHandlers {
    /// Makes a credit note of an issued invoice, whole or in part, and issues it in the same commit unless told otherwise.
    func credit(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.invoiceId()
        let key = try request.idempotencyKey()
        let language = try Self.language(request)
        let asked = try Self.creditOrder(request)
        let original = try await read(id, principal.tenant)
        let document = try Self.stored(original)
        let prepared = try prepare(try Self.creditNote(of: document, asked.request), crediting: document, language)
        let order = asked.isIssued ? IssueOrder(series: asked.series) : nil
        let draft = draft(
            prepared, id: newId(key, principal), creditOf: id, order: order, source: .creditNote,
            fingerprint: fingerprint(of: asked.canonicalBytes(of: id), order, principal), correlationId: request.id)
        let reply = try await send(.draft(draft), request, principal) { prepared.findings }
        let note = try Self.invoice(reply)
        return try detail(
            note, status: reply.changed ? 201 : 200, prepared: prepared, findings: findings(on: note, prepared, language),
            headers: [Self.location(note.id)])
    }

    private static func creditOrder(_ request: IncomingRequest) throws(Problem) -> CreditOrder {
        guard let body = try request.optionalJSON(limits: InvoiceDocument.inputLimits) else { return .standard }
        var problems = JSONProblems()
        guard let order = problems.object(body, CreditOrder.read) else { throw Problem(problems) }
        return order
    }

    private static func creditNote(of original: InvoiceDocument, _ request: CreditRequest) throws(Problem) -> InvoiceDocument {
        do throws(CreditProblem) {
            return try original.creditNote(request)
        } catch {
            let wanted: String =
                switch error {
                case .noSuchLine(let id), .quantity(let id): id
                }
            throw Problem(error, at: request.lines?.firstIndex { $0.id == wanted })
        }
    }
}
