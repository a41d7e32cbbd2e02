/// The decider of the books: `decide` says what happens, `Books.evolve` what is then true. Both are functions of their arguments alone.
extension Books {
    /// What must be looked up before `command` can be decided, as far as it is known yet: after looking these up, ask again until nothing
    /// new is asked for. At most three rounds.
    public func keys(for command: BookCommand) -> [BookKey] {
        switch command {
        case .openSeries(let plan): return [.series(tenant, plan.id)]
        case .allocate(let id, let document, _): return [.series(tenant, id), .number(tenant, id, document)]
        case .voidNumber(let id, let document, _): return [.series(tenant, id), .number(tenant, id, document)]
        case .adopt(let id, let adoptions), .release(let id, let adoptions):
            return [.series(tenant, id)] + adoptions.map { .number(tenant, id, $0.document) }
        case .draft(let draft):
            var keys: [BookKey] = [.invoice(tenant, draft.id)]
            if let original = draft.creditOf { keys.append(.invoice(tenant, original)) }
            if let issue = draft.issue {
                keys.append(.series(tenant, issue.series ?? Self.standardSeries(isCreditNote: draft.content.summary.isCreditNote)))
            }
            return keys
        case .replace(let id, _, _), .validate(let id), .transmission(let id, _): return [.invoice(tenant, id)]
        case .issue(let id, let order):
            var keys: [BookKey] = [.invoice(tenant, id)]
            if let series = order.series { keys.append(.series(tenant, series)) }
            if let invoice = invoice(id) {
                if order.series == nil {
                    keys.append(.series(tenant, Self.standardSeries(isCreditNote: invoice.content.summary.isCreditNote)))
                }
                if let original = invoice.creditOf { keys.append(.invoice(tenant, original)) }
            } else if order.series == nil {
                // It may be drafted just before, by a command that is decided together with this one.
                keys += [.series(tenant, .invoices), .series(tenant, .creditNotes)]
            }
            return keys
        case .cancel(let id, _), .void(let id, _):
            var keys: [BookKey] = [.invoice(tenant, id)]
            guard let invoice = invoice(id) else { return keys }
            if let original = invoice.creditOf { keys.append(.invoice(tenant, original)) }
            if let number = invoice.number {
                keys += [.series(tenant, number.series), .number(tenant, number.series, DocumentReference(id))]
            }
            return keys
        case .item(let command):
            var keys: [BookKey] = [.item(tenant, command.key)]
            if command.changesCounts { keys.append(.item(tenant, .counts)) }
            if case .source(let name, _) = command, command.changesCounts { keys.append(.item(tenant, .progress(name))) }
            return keys
        case .ingestion(let command): return keys(for: command)
        }
    }

    private static func standardSeries(isCreditNote: Bool) -> SeriesId { isCreditNote ? .creditNotes : .invoices }

    /// What follows from `command`.
    ///
    /// - Returns: the events, in order. None when the command has already taken effect: a repetition changes nothing.
    /// - Throws: `BookError` when the command is not legal; nothing has changed then either.
    public func decide(_ command: BookCommand, _ context: BookContext) throws(BookError) -> [BookEvent] {
        switch command {
        case .openSeries(let plan): return try decideOpen(plan, context)
        case .allocate(let id, let document, let date): return try decideAllocate(id, document, date, context)
        case .voidNumber(let id, let document, let reason): return try decideVoidNumber(id, document, reason)
        case .adopt(let id, let adoptions): return try decideAdopt(id, adoptions, context)
        case .release(let id, let adoptions): return try decideRelease(id, adoptions)
        case .draft(let draft): return try decideDraft(draft, context)
        case .replace(let id, let content, let version): return try decideReplace(id, content, version)
        case .validate(let id): return try decideValidate(id)
        case .issue(let id, let order):
            guard let invoice = invoice(id) else { throw .noSuchInvoice }
            return try decideIssue(invoice, order, context)
        case .cancel(let id, let reason): return try decideCancel(id, reason)
        case .void(let id, let reason): return try decideVoid(id, reason)
        case .transmission(let id, let step): return try decideTransmission(id, step)
        case .item(let command): return try decideItem(command, context)
        case .ingestion(let command): return try decideIngestion(command, context)
        }
    }

    // MARK: - Series

    private func decideOpen(_ plan: Series.Plan, _ context: BookContext) throws(BookError) -> [BookEvent] {
        guard context.today(plan.timeZone) != nil else { throw .unknownTimeZone(plan.timeZone) }
        if let existing = series(plan.id)?.plan ?? Series.standard(plan.id) {
            guard existing == plan else { throw .seriesDiffers }
            if series(plan.id) != nil { return [] }
        }
        return [.series(.opened(plan), plan.id)]
    }

    /// The series, or the standard one that it will be, with the event that opens it.
    private func opened(_ id: SeriesId, _ context: BookContext) throws(BookError) -> (Series, [BookEvent]) {
        if let series = series(id) { return (series, []) }
        guard let plan = Series.standard(id) else { throw .noSuchSeries(id) }
        let series = Series(tenant: tenant, plan: plan, createdAt: context.now, version: 1, last: [:])
        return (series, [.series(.opened(plan), id)])
    }

    private func decideAllocate(
        _ id: SeriesId, _ document: DocumentReference, _ date: CalendarDate?, _ context: BookContext
    ) throws(BookError) -> [BookEvent] {
        if let existing = number(id, document) {
            guard !existing.isVoid else { throw .numberVoid }
            return []
        }
        let (series, opening) = try opened(id, context)
        guard let date = date ?? context.today(series.plan.timeZone) else { throw .unknownTimeZone(series.plan.timeZone) }
        guard let next = series.next(on: date) else { throw .seriesExhausted }
        return opening + [.series(.numberAllocated(next, document), id)]
    }

    private func decideVoidNumber(_ id: SeriesId, _ document: DocumentReference, _ reason: String) throws(BookError) -> [BookEvent] {
        guard series(id) != nil, let record = number(id, document) else { throw .noSuchNumber }
        // The number of an invoice is voided through the invoice, so that both say the same.
        if InvoiceId(document.value) != nil { throw .illegalTransition(from: .issued, command: "void-number") }
        return record.isVoid ? [] : [.series(.numberVoided(record.number, document, reason: reason), id)]
    }

    public static let maxAdoptions = 10_000

    private func decideAdopt(
        _ id: SeriesId, _ adoptions: [BookCommand.Adoption], _ context: BookContext
    ) throws(BookError) -> [BookEvent] {
        guard adoptions.count <= Self.maxAdoptions else { throw .adoptionTooLarge(limit: Self.maxAdoptions) }
        let (series, opening) = try opened(id, context)
        var last = series.last
        var documents: Set<DocumentReference> = []
        for adoption in adoptions {
            guard number(id, adoption.document) == nil, documents.insert(adoption.document).inserted else {
                throw .adoptionOfNumbered(adoption.document)
            }
            let period = adoption.number.period
            let expected = last[period].map { $0 + 1 } ?? series.plan.start
            guard adoption.number.sequence == expected else { throw .adoptionNotContiguous(period: period, expected: expected) }
            last[period] = expected
        }
        guard last.count <= Series.maxPeriods else { throw .seriesExhausted }
        return adoptions.isEmpty ? [] : opening + [.series(.numbersAdopted(adoptions), id)]
    }

    private func decideRelease(_ id: SeriesId, _ adoptions: [BookCommand.Adoption]) throws(BookError) -> [BookEvent] {
        guard let series = series(id) else { throw .noSuchSeries(id) }
        guard adoptions.count <= Self.maxAdoptions else { throw .adoptionTooLarge(limit: Self.maxAdoptions) }
        let periods = Dictionary(grouping: adoptions, by: \.number.period)
        for period in periods.keys.sorted() {
            let sequences = (periods[period] ?? []).map(\.number.sequence).sorted()
            guard let first = sequences.first, let last = sequences.last, last == series.last[period], first >= series.plan.start,
                first > series.allocated[period] ?? .min, last - first == Int64(sequences.count) - 1,
                zip(sequences, sequences.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw .notReleasable(period: period) }
        }
        for adoption in adoptions {
            guard let record = number(id, adoption.document), record.number == adoption.number else {
                throw .notReleasable(period: adoption.number.period)
            }
        }
        return adoptions.isEmpty ? [] : [.series(.numbersReleased(adoptions), id)]
    }

    // MARK: - Drafts

    private func decideDraft(_ draft: InvoiceDraft, _ context: BookContext) throws(BookError) -> [BookEvent] {
        if let existing = invoice(draft.id) {
            guard existing.origin.fingerprint == draft.origin.fingerprint else { throw .idempotencyConflict }
            return []
        }
        if let id = draft.creditOf {
            guard let original = invoice(id) else { throw .noSuchInvoice }
            try checkCredit(of: original, draft.content)
        }
        let drafted = InvoiceEvent.drafted(draft.content, creditOf: draft.creditOf, draft.origin)
        guard let order = draft.issue else { return [.invoice(drafted, draft.id)] }
        guard case .invoice(let fresh)? = Self.evolve(nil, .invoice(drafted, draft.id), tenant: tenant, at: context.now) else {
            throw .noSuchInvoice
        }
        return [.invoice(drafted, draft.id)] + (try decideIssue(fresh, order, context))
    }

    private func decideReplace(_ id: InvoiceId, _ content: InvoiceContent, _ version: Int64?) throws(BookError) -> [BookEvent] {
        guard let invoice = invoice(id) else { throw .noSuchInvoice }
        guard !invoice.status.isIssued else { throw .illegalTransition(from: invoice.status, command: "replace") }
        if let version, version != invoice.version { throw .versionConflict(actual: invoice.version) }
        guard content.summary.isCreditNote == invoice.content.summary.isCreditNote || invoice.creditOf == nil else { throw .notACreditNote }
        return content == invoice.content ? [] : [.invoice(.replaced(content), id)]
    }

    private func decideValidate(_ id: InvoiceId) throws(BookError) -> [BookEvent] {
        guard let invoice = invoice(id) else { throw .noSuchInvoice }
        switch invoice.status {
        case .draft:
            guard invoice.content.verdict.isValid else { throw .notValid(fatal: invoice.content.verdict.fatal) }
            return [.invoice(.validated, id)]
        case .validated: return []
        default: throw .illegalTransition(from: invoice.status, command: "validate")
        }
    }

    // MARK: - Issuing

    /// The number and the issue are decided together; so are a credit note and what it does to its original.
    private func decideIssue(_ invoice: Invoice, _ order: IssueOrder, _ context: BookContext) throws(BookError) -> [BookEvent] {
        guard !invoice.status.isIssued else {
            if invoice.status == .cancelled || invoice.status == .void {
                throw .illegalTransition(from: invoice.status, command: "issue")
            }
            return []
        }
        let content = invoice.content
        guard content.verdict.isValid else { throw .notValid(fatal: content.verdict.fatal) }
        let seriesId = order.series ?? Self.standardSeries(isCreditNote: content.summary.isCreditNote)
        let (series, opening) = try opened(seriesId, context)
        guard let today = context.today(series.plan.timeZone) else { throw .unknownTimeZone(series.plan.timeZone) }
        let date = content.summary.issueDate ?? today
        guard let number = series.next(on: date) else { throw .seriesExhausted }
        var events = opening
        events.append(.series(.numberAllocated(number, DocumentReference(invoice.id)), seriesId))
        events.append(.invoice(.issued(number, issueDate: date), invoice.id))
        if let id = invoice.creditOf {
            guard let original = self.invoice(id) else { throw .noSuchInvoice }
            try checkCredit(of: original, content)
            let total = try Self.sum(original.credited, content.summary.taxInclusive)
            let isWhole = total == original.content.summary.taxInclusive
            events.append(.invoice(.credited(by: invoice.id, amount: content.summary.taxInclusive, total: total, isWhole: isWhole), id))
        }
        return events
    }

    private func checkCredit(of original: Invoice, _ content: InvoiceContent) throws(BookError) {
        guard content.summary.isCreditNote else { throw .notACreditNote }
        guard !original.content.summary.isCreditNote else { throw .originalIsCreditNote }
        switch original.status {
        case .issued, .signed, .transmitting, .accepted: break
        case .credited: throw .creditExceeds(remaining: .zero)
        case .draft, .validated, .rejected, .cancelled, .void: throw .originalNotIssued
        }
        guard content.summary.currency == original.content.summary.currency else { throw .currencyDiffers }
        let amount = content.summary.taxInclusive
        guard amount > .zero else { throw .nothingToCredit }
        let invoiced = original.content.summary.taxInclusive
        guard try Self.sum(original.credited, amount) <= invoiced else {
            throw .creditExceeds(remaining: try Self.sum(invoiced, try Self.negated(original.credited)))
        }
    }

    private static func sum(_ a: ExactDecimal, _ b: ExactDecimal) throws(BookError) -> ExactDecimal {
        do throws(DecimalError) { return try a + b } catch { throw .amountOverflow }
    }

    private static func negated(_ a: ExactDecimal) throws(BookError) -> ExactDecimal {
        do throws(DecimalError) { return try a.negated() } catch { throw .amountOverflow }
    }

    // MARK: - Taking back

    private func decideCancel(_ id: InvoiceId, _ reason: String) throws(BookError) -> [BookEvent] {
        guard let invoice = invoice(id) else { throw .noSuchInvoice }
        switch invoice.status {
        case .cancelled: return []
        case .draft, .validated: return [.invoice(.cancelled(reason: reason), id)]
        case .issued, .signed, .rejected: return [.invoice(.cancelled(reason: reason), id)] + (try release(invoice))
        case .transmitting, .accepted, .credited, .void: throw .illegalTransition(from: invoice.status, command: "cancel")
        }
    }

    private func decideVoid(_ id: InvoiceId, _ reason: String) throws(BookError) -> [BookEvent] {
        guard let invoice = invoice(id) else { throw .noSuchInvoice }
        switch invoice.status {
        case .void: return []
        case .issued, .signed, .rejected:
            guard let number = invoice.number else { throw .noSuchNumber }
            let voided = SeriesEvent.numberVoided(number, DocumentReference(id), reason: reason)
            return [.series(voided, number.series), .invoice(.voided(reason: reason), id)] + (try release(invoice))
        case .draft, .validated, .transmitting, .accepted, .credited, .cancelled:
            throw .illegalTransition(from: invoice.status, command: "void")
        }
    }

    /// What a credit note that is taken back gives back to its original.
    private func release(_ invoice: Invoice) throws(BookError) -> [BookEvent] {
        guard invoice.credited.isZero else { throw .hasCredits }
        guard let id = invoice.creditOf, let original = self.invoice(id) else { return [] }
        let amount = invoice.content.summary.taxInclusive
        let total = try Self.sum(original.credited, try Self.negated(amount))
        return [.invoice(.creditReversed(by: invoice.id, amount: amount, total: total), id)]
    }

    // MARK: - Transmission

    private func decideTransmission(_ id: InvoiceId, _ step: TransmissionStep) throws(BookError) -> [BookEvent] {
        guard let invoice = invoice(id) else { throw .noSuchInvoice }
        let refusal = BookError.illegalTransition(from: invoice.status, command: step.name)
        switch (step, invoice.status) {
        case (.signed, .issued): return [.invoice(.signed, id)]
        case (.signed, .signed): return []
        case (.started, .issued), (.started, .signed), (.started, .rejected): return [.invoice(.transmissionStarted, id)]
        // A transmission that failed on its way is begun again.
        case (.started, .transmitting): return invoice.lastError == nil ? [] : [.invoice(.transmissionStarted, id)]
        case (.accepted, .transmitting): return [.invoice(.accepted, id)]
        case (.accepted, .accepted): return []
        case (.rejected(let reason), .transmitting): return [.invoice(.rejected(reason: reason), id)]
        case (.rejected, .rejected): return []
        case (.failed(let error), .transmitting): return [.invoice(.transmissionFailed(error: error), id)]
        default: throw refusal
        }
    }
}
