internal import Domain
internal import Ports

extension InvoiceHandlers {
    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try detail(try await read(try request.invoiceId(), principal.tenant), status: 200)
    }

    /// - Throws: 404 when the tenant has no such invoice.
    func read(_ id: InvoiceId, _ tenant: TenantId) async throws(Problem) -> Invoice {
        let invoice: Invoice?
        do {
            invoice = try await queries.invoice(id, tenant: tenant)
        } catch {
            throw Problem(error)
        }
        guard let invoice else { throw .noSuchInvoice }
        return invoice
    }

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        var filter = InvoiceFilter()
        filter.status = query.choice("status", of: Invoice.Status.self)
        filter.typeCode = query.text("type", maxBytes: 16)
        filter.number = query.text("number", maxBytes: 128)
        filter.series = query.value("series", SeriesHandlers.nameRule, SeriesId.init(_:))
        filter.creditOf = query.value("creditOf", "must be the identifier of an invoice") { InvoiceId($0) }
        filter.issuedFrom = query.date("issuedFrom")
        filter.issuedTo = query.date("issuedTo")
        filter.createdFrom = query.instant("createdFrom")
        filter.createdTo = query.instant("createdTo")
        let limit = query.int("limit", in: 1...1_000) ?? 100
        let cursor = query.text("cursor", maxBytes: 16_384)
        try query.finish()
        var place: InvoicePlace?
        if let cursor { place = try cursors.invoicePlace(cursor, tenant: principal.tenant) }
        let page: InvoicePage
        do {
            page = try await queries.invoices(tenant: principal.tenant, filter: filter, after: place, limit: limit)
        } catch {
            throw Problem(error)
        }
        return Reply.json(capacity: 64 + page.invoices.count * 768) { json in
            json.object { json in
                json.array("items") { items in
                    for invoice in page.invoices { InvoiceWriter.item(invoice, to: &items) }
                }
                json.field("nextCursor", page.next.map { cursors.encode($0, tenant: principal.tenant) })
            }
        }
    }

    /// The document in one of the formats, or what that format does not carry of it.
    func document(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.invoiceId()
        var query = QueryReader(request.query, declared: request.route.query)
        let format = query.choice("format", of: InvoiceExport.Format.self) ?? .ubl
        let isReport = query.bool("report") ?? false
        var options = InvoiceExport.Options()
        options.businessId = query.text("businessId", maxBytes: 128)
        options.serviceId = query.text("serviceId", maxBytes: 128)
        options.invoiceTypeCode = query.text("invoiceTypeCode", maxBytes: 16)
        options.invoiceKind = query.choice("invoiceKind", of: FIRSSettings.InvoiceKind.self)
        options.language = query.choice("language", of: MessageLanguage.self) ?? .english
        try query.finish()
        let invoice = try await read(id, principal.tenant)
        let export = try InvoiceExport(try Self.stored(invoice), format, options)
        let headers = [Self.tag(invoice), ("Ledgerflow-Not-Carried", String(export.notCarriedCount))]
        guard isReport else {
            return Reply(status: 200, headers: headers, body: .bytes(contentType: format.contentType, export.bytes))
        }
        return Reply.json(headers: headers) { export.report(format, to: &$0) }
    }
}
