/// An invoice as read from the JSON form of Nigeria's Merchant-Buyer Solution (FIRS, now NRS).
public struct FIRSInvoice: Sendable {
    /// Its tax regime is `vat-ng`.
    public var document: InvoiceDocument
    public var businessId: String?
    public var irn: String
    public var invoiceKind: FIRSSettings.InvoiceKind?
    public var paymentStatus: String?
    /// `HH:MM:SS`.
    public var issueTime: String?

    /// Reads the form. Amounts may be numbers or strings, codes likewise, as published samples have both; members that are not known here
    /// are passed over, since the platform adds some now and then.
    ///
    /// The invoice number is the first part of the IRN, so without its punctuation.
    ///
    /// - Throws: `InvoiceJSONError` with everything that is missing or wrong.
    public init(
        json bytes: [UInt8], settings: FIRSSettings, limits: JSONLimits = InvoiceDocument.inputLimits
    ) throws(InvoiceJSONError) {
        self = try InvoiceJSONError.reading(bytes, limits: limits) { FIRSReader(settings: settings).invoice(&$0) }
    }

    init(document: InvoiceDocument, irn: String) {
        self.document = document
        self.irn = irn
    }
}

private struct FIRSReader {
    let settings: FIRSSettings
    /// The whole is bounded, its texts are not.
    private static let maxText = Int.max
    private static let maxCount = 10_000

    init(settings: FIRSSettings) { self.settings = settings }

    func invoice(_ fields: inout JSONFields) -> FIRSInvoice? {
        fields.ignoreUnknownFields()
        let irn = fields.text("irn", minBytes: 1, maxBytes: Self.maxText) ?? ""
        var document = InvoiceDocument(typeCode: typeCode(&fields), currency: text("document_currency_code", &fields) ?? "")
        if document.currency.isEmpty { fields.report("document_currency_code", "is required") }
        document.number = FIRSReference(irn)?.number ?? irn
        document.taxRegime = "vat-ng"
        header(&fields, into: &document)
        references(&fields, into: &document)
        document.seller = fields.optionalObject("accounting_supplier_party", party)
        document.buyer = fields.optionalObject("accounting_customer_party", party)
        document.payee = fields.optionalObject("payee_party", party)
        document.sellerTaxRepresentative = fields.optionalObject("tax_representative_party", party)
        if let date = fields.optionalDate("actual_delivery_date") {
            var delivery = InvoiceDocument.Delivery()
            delivery.date = date
            document.delivery = delivery
        }
        payment(&fields, into: &document)
        let taxes = fields.optionalObjects("tax_total", maxCount: Self.maxCount, taxTotal) ?? []
        document.taxBreakdown = taxes.flatMap(\.subtotals)
        allowanceCharges(&fields, into: &document)
        document.totals = fields.optionalObject("legal_monetary_total") { totals(&$0, taxes.compactMap(\.amount), document) }
        // Paid in advance, or rounded up: the form has the amount due alone.
        if let totals = document.totals, let paid = try? totals.taxInclusive - totals.payable, !paid.isZero {
            if paid.isNegative { document.roundingAmount = try? paid.negated() } else { document.prepaidAmount = paid }
        }
        var place = 0
        document.lines =
            fields.objects("invoice_line", count: 1...InvoiceDocument.maxLines) { fields in
                place += 1
                return line(&fields, place: place, tax: document.onlyTax)
            } ?? []
        var invoice = FIRSInvoice(document: document, irn: irn)
        invoice.businessId = text("business_id", &fields)
        invoice.invoiceKind = fields.optionalChoice("invoice_kind")
        invoice.paymentStatus = text("payment_status", &fields)
        invoice.issueTime = text("issue_time", &fields)
        return invoice
    }

    private func text(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        fields.optionalText(name, minBytes: 0, maxBytes: Self.maxText)
    }

    /// A code, which may also be written as a number.
    private func code(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        fields.optionalCode(name, maxBytes: Self.maxText)
    }

    private func typeCode(_ fields: inout JSONFields) -> String {
        guard let code = code("invoice_type_code", &fields) else {
            fields.report("invoice_type_code", "is required")
            return ""
        }
        if let type = settings.typeCode(firs: code) { return type }
        fields.report("invoice_type_code", "is not in the settings' table of type codes")
        return ""
    }

    private func header(_ fields: inout JSONFields, into document: inout InvoiceDocument) {
        document.issueDate = fields.optionalDate("issue_date")
        if document.issueDate == nil, !fields.has("issue_date") { fields.report("issue_date", "is required") }
        document.dueDate = fields.optionalDate("due_date")
        if let note = text("note", &fields) { document.notes = [InvoiceDocument.Note(note)] }
        document.taxPointDate = fields.optionalDate("tax_point_date")
        let taxCurrency = text("tax_currency_code", &fields)
        document.taxCurrency = taxCurrency == document.currency ? nil : taxCurrency
        document.buyerAccountingReference = code("accounting_cost", &fields)
        document.buyerReference = text("buyer_reference", &fields)
        document.period = fields.optionalObject("invoice_delivery_period") { fields in
            fields.ignoreUnknownFields()
            let start = fields.optionalDate("start_date")
            return InvoiceDocument.Period(start: start, end: fields.optionalDate("end_date"))
        }
        document.purchaseOrderReference = text("order_reference", &fields)
    }

    // MARK: References

    private func references(_ fields: inout JSONFields, into document: inout InvoiceDocument) {
        let preceding = fields.optionalObjects("billing_reference", maxCount: Self.maxCount, reference) ?? []
        document.precedingInvoices = preceding.map { preceding in
            guard let reference = FIRSReference(preceding.number), reference.serviceId == settings.serviceId,
                reference.issueDate == preceding.issueDate
            else { return preceding }
            return .init(number: reference.number, issueDate: preceding.issueDate)
        }
        document.despatchAdviceReference = first("dispatch_document_reference", &fields)
        document.receivingAdviceReference = first("receipt_document_reference", &fields)
        document.tenderOrLotReference = first("originator_document_reference", &fields)
        document.contractReference = first("contract_document_reference", &fields)
    }

    private func reference(_ fields: inout JSONFields) -> InvoiceDocument.PrecedingInvoice? {
        fields.ignoreUnknownFields()
        let irn = fields.text("irn", minBytes: 1, maxBytes: Self.maxText)
        let date = fields.optionalDate("issue_date")
        return irn.map { InvoiceDocument.PrecedingInvoice(number: $0, issueDate: date) }
    }

    /// The IRN of one reference, which some samples put into an array.
    private func first(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        guard case .array? = fields.optionalValue(name) else { return fields.optionalObject(name, reference)?.number }
        return fields.optionalObjects(name, maxCount: Self.maxCount, reference)?.first?.number
    }

    // MARK: Parties, payment

    private func party(_ fields: inout JSONFields) -> InvoiceDocument.Party? {
        fields.ignoreUnknownFields()
        var party = InvoiceDocument.Party(name: text("party_name", &fields) ?? "")
        party.vatId = text("tin", &fields)
        let email = text("email", &fields)
        let telephone = text("telephone", &fields)
        if email != nil || telephone != nil { party.contact = .init(telephone: telephone, email: email) }
        party.legalInformation = text("business_description", &fields)
        party.address = fields.optionalObject("postal_address") { fields in
            fields.ignoreUnknownFields()
            var address = InvoiceDocument.Address(country: "")
            address.street = text("street_name", &fields)
            address.city = text("city_name", &fields)
            address.postalCode = text("postal_zone", &fields)
            let area = text("lga", &fields)
            let state = text("state", &fields)
            if let area, let state, area.hasPrefix(state + "-") { address.subdivision = area } else { address.subdivision = state ?? area }
            address.country = text("country", &fields) ?? ""
            return address
        }
        return party
    }

    private func payment(_ fields: inout JSONFields, into document: inout InvoiceDocument) {
        var due: CalendarDate?
        let means = fields.optionalObjects("payment_means", maxCount: Self.maxCount) { fields -> String? in
            fields.ignoreUnknownFields()
            due = due ?? fields.optionalDate("payment_due_date")
            return code("payment_means_code", &fields)
        }
        if let first = means?.first { document.payment = .init(meansCode: first) }
        document.dueDate = document.dueDate ?? due
        document.paymentTerms = text("payment_terms_note", &fields)
    }

    // MARK: Amounts

    private func taxTotal(_ fields: inout JSONFields) -> (amount: ExactDecimal?, subtotals: [InvoiceDocument.TaxSubtotal])? {
        fields.ignoreUnknownFields()
        let amount = fields.optionalDecimal("tax_amount")
        let subtotals = fields.optionalObjects("tax_subtotal", maxCount: Self.maxCount) { fields -> InvoiceDocument.TaxSubtotal? in
            fields.ignoreUnknownFields()
            let taxable = fields.decimal("taxable_amount")
            let tax = fields.decimal("tax_amount")
            let category = fields.object("tax_category", tax(in:))
            guard let taxable, let tax, let category else { return nil }
            return .init(taxableAmount: taxable, taxAmount: tax, category: category.category, rate: category.rate)
        }
        return (amount, subtotals ?? [])
    }

    private func tax(in fields: inout JSONFields) -> InvoiceDocument.Tax? {
        fields.ignoreUnknownFields()
        let rate = fields.optionalDecimal("percent")
        guard let id = fields.text("id", minBytes: 1, maxBytes: Self.maxText) else { return nil }
        guard let category = settings.taxCategory(firs: id) else {
            fields.report("id", "is not in the settings' table of tax categories")
            return nil
        }
        return .init(category: category, rate: rate)
    }

    private func allowanceCharges(_ fields: inout JSONFields, into document: inout InvoiceDocument) {
        let tax = document.onlyTax
        let read = fields.optionalObjects("allowance_charge", maxCount: Self.maxCount) {
            fields -> (Bool, InvoiceDocument.AllowanceCharge)? in
            fields.ignoreUnknownFields()
            let isCharge = fields.bool("charge_indicator")
            let amount = fields.decimal("amount")
            guard let isCharge, let amount else { return nil }
            return (isCharge, .init(amount: amount, tax: tax))
        }
        document.allowances = (read ?? []).filter { !$0.0 }.map(\.1)
        document.charges = (read ?? []).filter(\.0).map(\.1)
    }

    private func totals(
        _ fields: inout JSONFields, _ taxes: [ExactDecimal], _ document: InvoiceDocument
    ) -> InvoiceDocument.Totals? {
        fields.ignoreUnknownFields()
        let lineNet = fields.decimal("line_extension_amount")
        let taxExclusive = fields.decimal("tax_exclusive_amount")
        let taxInclusive = fields.decimal("tax_inclusive_amount")
        let payable = fields.decimal("payable_amount")
        guard let lineNet, let taxExclusive, let taxInclusive, let payable else { return nil }
        var totals = InvoiceDocument.Totals(
            lineNet: lineNet, taxExclusive: taxExclusive, taxInclusive: taxInclusive, payable: payable)
        do {
            totals.tax = try Self.sum(taxes)
            totals.allowances = try Self.sum(document.allowances.compactMap(\.amount))
            totals.charges = try Self.sum(document.charges.compactMap(\.amount))
        } catch {
            fields.report(error.description)
        }
        return totals
    }

    private static func sum(_ amounts: [ExactDecimal]) throws(DecimalError) -> ExactDecimal? {
        guard var sum = amounts.first else { return nil }
        for amount in amounts.dropFirst() { sum = try sum + amount }
        return sum
    }

    // MARK: Lines

    /// - Parameter tax: the invoice's only tax, for a line that says none of its own.
    private func line(_ fields: inout JSONFields, place: Int, tax: InvoiceDocument.Tax?) -> InvoiceDocument.Line? {
        fields.ignoreUnknownFields()
        var item = fields.object("item", item)
        classification(&fields, into: &item)
        let quantity = fields.decimal("invoiced_quantity")
        let price = fields.object("price") { fields -> (ExactDecimal, ExactDecimal?, String)? in
            fields.ignoreUnknownFields()
            let amount = fields.decimal("price_amount")
            let base = fields.optionalDecimal("base_quantity")
            let unit = FIRSPriceUnit.unit(text("price_unit", &fields))
            return amount.map { ($0, base == .one ? nil : base, unit) }
        }
        let own = fields.optionalObjects("tax_category", maxCount: Self.maxCount, tax(in:))
        let allowances = rateAndAmount(("discount_rate", "discount_amount"), &fields)
        let charges = rateAndAmount(("fee_rate", "fee_amount"), &fields)
        let netAmount = fields.optionalDecimal("line_extension_amount")
        guard let tax = own?.first ?? tax else {
            if own != nil || !fields.has("tax_category") {
                fields.report("tax_category", "is needed where tax_total does not have exactly one subtotal")
            }
            return nil
        }
        guard let item, let quantity, let (amount, base, unit) = price else { return nil }
        var line = InvoiceDocument.Line(
            id: String(place), quantity: quantity, unit: unit, unitPrice: amount, tax: tax, item: item)
        line.priceBaseQuantity = base
        line.allowances = allowances
        line.charges = charges
        line.netAmount = netAmount
        return line
    }

    private func item(_ fields: inout JSONFields) -> InvoiceDocument.Item? {
        fields.ignoreUnknownFields()
        var item = InvoiceDocument.Item(name: fields.text("name", minBytes: 0, maxBytes: Self.maxText) ?? "")
        item.description = text("description", &fields)
        item.sellerIdentifier = text("sellers_item_identification", &fields)
        return item
    }

    private func classification(_ fields: inout JSONFields, into item: inout InvoiceDocument.Item?) {
        let goods = text("hsn_code", &fields)
        let service = text("isic_code", &fields)
        let goodsCategory = text("product_category", &fields)
        let serviceCategory = text("service_category", &fields)
        // The one of the two that does not apply may be there and empty.
        let isService = goods?.isEmpty ?? true
        guard let code = isService ? service : goods, !code.isEmpty else { return }
        item?.classifications = [.init(code: code, scheme: isService ? FIRSSettings.serviceScheme : FIRSSettings.goodsScheme)]
        if let category = isService ? serviceCategory : goodsCategory, category != settings.productCategory(of: code) {
            item?.attributes = [.init(name: FIRSSettings.categoryAttribute, value: category)]
        }
    }

    private func rateAndAmount(
        _ names: (rate: StaticString, amount: StaticString), _ fields: inout JSONFields
    ) -> [InvoiceDocument.AllowanceCharge] {
        let rate = fields.optionalDecimal(names.rate)
        guard let amount = fields.optionalDecimal(names.amount), !amount.isZero else { return [] }
        return [.init(amount: amount, percentage: rate)]
    }
}

extension InvoiceDocument {
    /// The tax of everything in a document with one tax subtotal.
    fileprivate var onlyTax: Tax? {
        guard taxBreakdown.count == 1, let only = taxBreakdown.first else { return nil }
        return Tax(category: only.category, rate: only.rate)
    }
}
