extension InvoiceJSONFields {
    /// - Parameter place: the line's place from 1, its id unless another is given.
    func line(_ fields: inout JSONFields, place: Int) -> InvoiceDocument.Line? {
        let id = text("id", &fields)
        let item = item(&fields)
        let quantity = fields.decimal("quantity")
        let unit = requiredText("unit", &fields)
        let unitPrice = fields.decimal("unitPrice")
        let priceDiscount = fields.optionalDecimal("priceDiscount")
        let grossPrice = fields.optionalDecimal("grossPrice")
        let priceBaseQuantity = fields.optionalDecimal("priceBaseQuantity")
        let priceBaseUnit = text("priceBaseUnit", &fields)
        // In a draft the regime may leave no choice of tax; it asks for one where there is.
        let tax = isDraft && !fields.has("tax") ? InvoiceDocument.Tax(category: "") : fields.object("tax", tax)
        let allowances = objects("allowances", &fields, lineAllowanceCharge)
        let charges = objects("charges", &fields, lineAllowanceCharge)
        let netAmount = computed("netAmount", &fields) { $0.optionalDecimal("netAmount") }
        let note = prose("note", &fields)
        let invoicedObject = fields.optionalObject("invoicedObject", identifier)
        let orderLineReference = text("orderLineReference", &fields)
        let accountingReference = text("accountingReference", &fields)
        let period = fields.optionalObject("period", period)
        guard let quantity, let unit, let unitPrice, let tax else { return nil }
        var line = InvoiceDocument.Line(
            id: id ?? String(place), quantity: quantity, unit: unit, unitPrice: unitPrice, tax: tax, item: item)
        line.priceDiscount = priceDiscount
        line.grossPrice = grossPrice
        line.priceBaseQuantity = priceBaseQuantity
        line.priceBaseUnit = priceBaseUnit
        line.allowances = allowances
        line.charges = charges
        line.netAmount = netAmount
        line.note = note
        line.invoicedObject = invoicedObject
        line.orderLineReference = orderLineReference
        line.accountingReference = accountingReference
        line.period = period
        return line
    }

    /// The item's members stand among those of its line.
    private func item(_ fields: inout JSONFields) -> InvoiceDocument.Item {
        var item = InvoiceDocument.Item(name: requiredText("name", &fields) ?? "")
        item.description = prose("description", &fields)
        item.sellerIdentifier = text("sellerItemId", &fields)
        item.buyerIdentifier = text("buyerItemId", &fields)
        item.standardIdentifier = fields.optionalObject("standardItemId", identifier)
        item.classifications = objects("classifications", &fields) { fields in
            let code = requiredText("code", &fields)
            let scheme = requiredText("scheme", &fields)
            let version = text("schemeVersion", &fields)
            guard let code, let scheme else { return nil }
            return InvoiceDocument.Classification(code: code, scheme: scheme, schemeVersion: version)
        }
        item.originCountry = text("originCountry", &fields)
        item.attributes = objects("attributes", &fields) { fields in
            let name = requiredText("name", &fields)
            let value = requiredText("value", &fields)
            guard let name, let value else { return nil }
            return InvoiceDocument.Attribute(name: name, value: value)
        }
        return item
    }

    private func tax(_ fields: inout JSONFields) -> InvoiceDocument.Tax? {
        let category = isDraft ? text("category", &fields) ?? "" : requiredText("category", &fields)
        let rate = fields.optionalDecimal("rate")
        let cessRate = fields.optionalDecimal("cessRate")
        return category.map { InvoiceDocument.Tax(category: $0, rate: rate, cessRate: cessRate) }
    }

    func allowanceCharge(_ fields: inout JSONFields) -> InvoiceDocument.AllowanceCharge? {
        var read = InvoiceDocument.AllowanceCharge()
        amounts(&fields, into: &read)
        read.tax = fields.optionalObject("tax", tax)
        return read
    }

    /// On a line the tax is that of the line.
    private func lineAllowanceCharge(_ fields: inout JSONFields) -> InvoiceDocument.AllowanceCharge? {
        var read = InvoiceDocument.AllowanceCharge()
        amounts(&fields, into: &read)
        if !isDraft { read.tax = fields.optionalObject("tax", tax) }
        return read
    }

    private func amounts(_ fields: inout JSONFields, into read: inout InvoiceDocument.AllowanceCharge) {
        read.amount = fields.optionalDecimal("amount")
        read.baseAmount = fields.optionalDecimal("baseAmount")
        read.percentage = fields.optionalDecimal("percentage")
        read.reason = text("reason", &fields)
        read.reasonCode = text("reasonCode", &fields)
    }

    // MARK: Totals

    /// A draft may say why a category is exempt (BT-120, BT-121), not how much it comes to: its amounts are zero until they are worked out.
    func subtotal(_ fields: inout JSONFields) -> InvoiceDocument.TaxSubtotal? {
        let category = requiredText("category", &fields)
        let rate = fields.optionalDecimal("rate")
        let taxable = amount("taxableAmount", &fields)
        let tax = amount("taxAmount", &fields)
        let reason = prose("exemptionReason", &fields)
        let reasonCode = text("exemptionReasonCode", &fields)
        let components = computed("components", &fields) { objects("components", &$0, component) } ?? []
        guard let category, let taxable, let tax else { return nil }
        var subtotal = InvoiceDocument.TaxSubtotal(taxableAmount: taxable, taxAmount: tax, category: category, rate: rate)
        subtotal.exemptionReason = reason
        subtotal.exemptionReasonCode = reasonCode
        subtotal.components = components
        return subtotal
    }

    private func component(_ fields: inout JSONFields) -> InvoiceDocument.TaxSubtotal.Component? {
        let name = requiredText("name", &fields)
        let rate = fields.decimal("rate")
        let amount = fields.decimal("amount")
        guard let name, let rate, let amount else { return nil }
        return InvoiceDocument.TaxSubtotal.Component(name: name, rate: rate, amount: amount)
    }

    /// A draft may bring the total tax in the tax currency (BT-111), which does not follow from the lines; the rest is zero until then.
    func totals(_ fields: inout JSONFields) -> InvoiceDocument.Totals? {
        let lineNet = amount("lineNet", &fields)
        let allowances = computed("allowances", &fields) { $0.optionalDecimal("allowances") }
        let charges = computed("charges", &fields) { $0.optionalDecimal("charges") }
        let taxExclusive = amount("taxExclusive", &fields)
        let tax = computed("tax", &fields) { $0.optionalDecimal("tax") }
        let taxInTaxCurrency = fields.optionalDecimal("taxInTaxCurrency")
        let taxInclusive = amount("taxInclusive", &fields)
        let payable = amount("payable", &fields)
        guard let lineNet, let taxExclusive, let taxInclusive, let payable else { return nil }
        var totals = InvoiceDocument.Totals(
            lineNet: lineNet, taxExclusive: taxExclusive, taxInclusive: taxInclusive, payable: payable)
        totals.allowances = allowances
        totals.charges = charges
        totals.tax = tax
        totals.taxInTaxCurrency = taxInTaxCurrency
        return totals
    }

    /// A computed amount: there in a complete document, zero in a draft.
    private func amount(_ name: StaticString, _ fields: inout JSONFields) -> ExactDecimal? {
        let read = computed(name, &fields) { $0.decimal(name) }
        return isDraft ? .zero : read
    }
}
