extension Books {
    /// What `event` changes: the keys of the records that it makes or alters; the first is the aggregate whose event it is.
    public static func affected(by event: BookEvent, tenant: TenantId) -> [BookKey] {
        switch event {
        case .series(.opened, let id): [.series(tenant, id)]
        case .series(.numberAllocated(let number, let document), let id), .series(.numberVoided(let number, let document, _), let id):
            [.series(tenant, id), .number(tenant, number.series, document)]
        case .series(.numbersAdopted(let adoptions), let id), .series(.numbersReleased(let adoptions), let id):
            [.series(tenant, id)] + adoptions.map { .number(tenant, id, $0.document) }
        case .invoice(_, let id): [.invoice(tenant, id)]
        case .item(_, let key): [.item(tenant, key)]
        case .ingestion(_, let key): [.ingestion(tenant, key)]
        }
    }

    /// The aggregate after `event`, which happened at `now`.
    ///
    /// - Parameter current: the aggregate before: a series or an invoice; nil: there was none.
    /// - Returns: nil when the event does not fit.
    public static func evolve(_ current: BookRecord?, _ event: BookEvent, tenant: TenantId, at now: Instant) -> BookRecord? {
        switch event {
        case .series(let event, _): evolve(series: current, event, tenant: tenant, at: now).map(BookRecord.series)
        case .invoice(let event, let id): evolve(invoice: current, event, id, tenant: tenant, at: now).map(BookRecord.invoice)
        case .item(let event, let key): evolve(item: current, event, key, tenant: tenant, at: now).map(BookRecord.item)
        case .ingestion(let event, let key):
            evolve(ingestion: current, event, key, tenant: tenant, at: now).map(BookRecord.ingestion)
        }
    }

    /// The records of numbers after `event`.
    public static func numbers(after event: BookEvent, tenant: TenantId, at now: Instant, find: (BookKey) -> BookRecord?) -> [NumberRecord]
    {
        guard case .series(let event, let id) = event else { return [] }
        switch event {
        case .opened: return []
        case .numberAllocated(let number, let document):
            return [NumberRecord(tenant: tenant, number: number, document: document, allocatedAt: now)]
        case .numberVoided(_, let document, let reason):
            guard case .number(var record)? = find(.number(tenant, id, document)) else { return [] }
            record.status = .void(reason: reason, at: now)
            return [record]
        case .numbersAdopted(let adoptions):
            return adoptions.map { adoption in
                NumberRecord(
                    tenant: tenant, number: adoption.number, document: adoption.document, allocatedAt: now,
                    status: adoption.voidReason.map { .void(reason: $0, at: now) } ?? .allocated)
            }
        case .numbersReleased(let adoptions):
            return adoptions.compactMap { adoption in
                guard case .number(var record)? = find(.number(tenant, id, adoption.document)) else { return nil }
                record.status = .released
                return record
            }
        }
    }

    private static func evolve(series current: BookRecord?, _ event: SeriesEvent, tenant: TenantId, at now: Instant) -> Series? {
        if case .opened(let plan) = event {
            return Series(tenant: tenant, plan: plan, createdAt: now, version: 1, last: [:])
        }
        guard case .series(var series)? = current else { return nil }
        series.version += 1
        switch event {
        case .opened, .numberVoided: break
        case .numberAllocated(let number, _):
            series.last[number.period] = number.sequence
            series.allocated[number.period] = number.sequence
        case .numbersAdopted(let adoptions):
            for adoption in adoptions { series.last[adoption.number.period] = adoption.number.sequence }
        case .numbersReleased(let adoptions):
            for (period, released) in Dictionary(grouping: adoptions, by: \.number.period) {
                guard let first = released.map(\.number.sequence).min() else { continue }
                series.last[period] = first > series.plan.start ? first - 1 : nil
            }
        }
        return series
    }

    private static func evolve(
        invoice current: BookRecord?, _ event: InvoiceEvent, _ id: InvoiceId, tenant: TenantId, at now: Instant
    ) -> Invoice? {
        if case .drafted(let content, let creditOf, let origin) = event {
            return Invoice(
                tenant: tenant, id: id, version: 1, status: .draft, content: content, number: nil, issueDate: content.summary.issueDate,
                creditOf: creditOf, credited: .zero, reason: nil, retryCount: 0, lastError: nil, origin: origin, createdAt: now,
                updatedAt: now, issuedAt: nil)
        }
        guard case .invoice(var invoice)? = current else { return nil }
        invoice.version += 1
        invoice.updatedAt = max(now, invoice.updatedAt)
        switch event {
        case .drafted: break
        case .replaced(let content):
            invoice.content = content
            invoice.issueDate = content.summary.issueDate
            invoice.status = .draft
        case .validated: invoice.status = .validated
        case .issued(let number, let issueDate):
            invoice.number = number
            invoice.issueDate = issueDate
            invoice.issuedAt = now
            invoice.status = .issued
        case .credited(_, _, let total, let isWhole):
            invoice.credited = total
            if isWhole {
                invoice.statusBeforeCredit = invoice.status
                invoice.status = .credited
            }
        case .creditReversed(_, _, let total):
            invoice.credited = total
            if invoice.status == .credited { invoice.status = invoice.statusBeforeCredit ?? .issued }
            invoice.statusBeforeCredit = nil
        case .signed: invoice.status = .signed
        case .transmissionStarted:
            if invoice.lastError != nil { invoice.retryCount += 1 }
            invoice.lastError = nil
            invoice.status = .transmitting
        case .transmissionFailed(let error): invoice.lastError = error
        case .accepted:
            invoice.status = .accepted
            invoice.lastError = nil
            invoice.reason = nil
        case .rejected(let reason):
            invoice.status = .rejected
            invoice.reason = reason
            invoice.lastError = reason
        case .cancelled(let reason):
            invoice.status = .cancelled
            invoice.reason = reason
        case .voided(let reason):
            invoice.status = .void
            invoice.reason = reason
        }
        return invoice
    }
}
