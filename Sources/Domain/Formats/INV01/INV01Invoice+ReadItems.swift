extension INV01Reader {
    struct Item {
        var line: InvoiceDocument.Line
        var tax: INV01ItemTax
    }

    // MARK: Items

    static func item(_ fields: inout JSONFields, zeroCategory: String) -> Item? {
        fields.ignoreUnknownFields()
        let id = fields.text("SlNo", minBytes: 1, maxBytes: maxText)
        var item = InvoiceDocument.Item(name: text("PrdDesc", &fields) ?? "")
        let product = fields.optionalCode("HsnCd", maxBytes: maxText)
        if let product { item.classifications = [.init(code: product, scheme: INV01Invoice.productScheme)] }
        if product == nil, !fields.has("HsnCd") { fields.report("HsnCd", "is required, but missing") }
        // GS1's numbers (ISO/IEC 6523 code 0160) are what bar codes write.
        item.standardIdentifier = text("Barcde", &fields).map { Identifier($0, scheme: "0160") }
        item.originCountry = text("OrgCntry", &fields)
        item.attributes =
            fields.optionalObjects("AttribDtls", maxCount: maxCount) { fields in
                fields.ignoreUnknownFields()
                return .init(name: text("Nm", &fields) ?? "", value: text("Val", &fields) ?? "")
            } ?? []
        let quantity = number("Qty", &fields)
        let unit = INV01Unit.recommendation20(for: text("Unit", &fields) ?? INV01Unit.other)
        let price = fields.decimal("UnitPrice")
        let gross = fields.decimal("TotAmt")
        let net = fields.decimal("AssAmt")
        let discount = number("Discount", &fields)
        let rate = fields.decimal("GstRt")
        let cessRate = number("CesRt", &fields)
        let taxes = taxes(&fields)
        let orderLine = text("OrdLineRef", &fields)
        guard let id, let price, let gross, let net, let rate else { return nil }
        let tax = InvoiceDocument.Tax(category: rate.isZero ? zeroCategory : "S", rate: rate, cessRate: cessRate)
        var line = InvoiceDocument.Line(id: id, quantity: quantity ?? .one, unit: unit, unitPrice: price, tax: tax, item: item)
        line.netAmount = net
        line.orderLineReference = orderLine
        if let discount, !discount.isZero { line.allowances = [.init(amount: discount)] }
        line.charges = charges(in: gross, line)
        return Item(line: line, tax: taxes)
    }

    /// What the gross amount has above quantity times price is a charge; a rupee's difference is the rounding that the portal bears with.
    private static func charges(in gross: ExactDecimal, _ line: InvoiceDocument.Line) -> [InvoiceDocument.AllowanceCharge] {
        guard let product = try? (line.quantity * line.unitPrice).rounded(to: 2, .halfAwayFromZero),
            let excess = try? gross - product, excess > .one
        else { return [] }
        return [.init(amount: excess)]
    }

    private static func taxes(_ fields: inout JSONFields) -> INV01ItemTax {
        var tax = INV01ItemTax()
        tax.igst = number("IgstAmt", &fields) ?? .zero
        tax.cgst = number("CgstAmt", &fields) ?? .zero
        tax.sgst = number("SgstAmt", &fields) ?? .zero
        tax.cess = number("CesAmt", &fields) ?? .zero
        return tax
    }

    // MARK: Totals

    /// - Parameters:
    ///   - due: the amount due, when the form says it.
    ///   - isInside: whether CGST and SGST are charged.
    static func totals(
        _ fields: inout JSONFields, _ items: [Item], due: ExactDecimal?, isInside: Bool, into document: inout InvoiceDocument
    ) -> Bool? {
        fields.ignoreUnknownFields()
        let net = fields.decimal("AssVal")
        let taxes = [
            number("CgstVal", &fields), number("SgstVal", &fields), number("IgstVal", &fields), number("CesVal", &fields),
        ].compactMap { $0 }
        let discount = nonzero(number("Discount", &fields))
        let charge = nonzero(number("OthChrg", &fields))
        let rounding = nonzero(number("RndOffAmt", &fields))
        let total = fields.decimal("TotInvVal")
        guard let net, let total else { return nil }
        let untaxed = InvoiceDocument.Tax(category: "Z", rate: .zero)
        if let discount { document.allowances = [.init(amount: discount, tax: untaxed)] }
        if let charge { document.charges = [.init(amount: charge, tax: untaxed)] }
        document.roundingAmount = rounding
        document.prepaidAmount = nonzero(document.prepaidAmount)
        do throws(DecimalError) {
            let exclusive = try net - (discount ?? .zero) + (charge ?? .zero)
            let inclusive = try total - (rounding ?? .zero)
            let left = try total - (document.prepaidAmount ?? .zero)
            var totals = InvoiceDocument.Totals(
                lineNet: net, taxExclusive: exclusive, taxInclusive: inclusive, payable: due ?? left)
            totals.allowances = discount
            totals.charges = charge
            totals.tax = try sum(taxes)
            document.totals = totals
            document.taxBreakdown = try breakdown(
                items, isInside: isInside, untaxed: discount == nil && charge == nil ? nil : try exclusive - net)
        } catch {
            fields.report(error.description)
        }
        return true
    }

    private static func nonzero(_ amount: ExactDecimal?) -> ExactDecimal? { amount.flatMap { $0.isZero ? nil : $0 } }

    private static func sum(_ amounts: [ExactDecimal]) throws(DecimalError) -> ExactDecimal? {
        guard var sum = amounts.first else { return nil }
        for amount in amounts.dropFirst() { sum = try sum + amount }
        return sum
    }

    /// The items summed by category and rates, in the order in which they first occur (BG-23).
    ///
    /// - Parameter untaxed: what header discount and charge add to what is not taxed.
    private static func breakdown(
        _ items: [Item], isInside: Bool, untaxed: ExactDecimal?
    ) throws(DecimalError) -> [InvoiceDocument.TaxSubtotal] {
        var order: [InvoiceDocument.Tax] = []
        var groups: [InvoiceDocument.Tax: (taxable: ExactDecimal, tax: INV01ItemTax)] = [:]
        func add(_ amount: ExactDecimal, _ itemTax: INV01ItemTax, to tax: InvoiceDocument.Tax) throws(DecimalError) {
            var group = groups[tax] ?? (.zero, INV01ItemTax())
            if groups[tax] == nil { order.append(tax) }
            group.taxable = try group.taxable + amount
            try group.tax.add(itemTax)
            groups[tax] = group
        }
        for item in items { try add(item.line.netAmount ?? .zero, item.tax, to: item.line.tax) }
        if let untaxed { try add(untaxed, INV01ItemTax(), to: .init(category: "Z", rate: .zero)) }
        var breakdown: [InvoiceDocument.TaxSubtotal] = []
        for tax in order {
            guard let group = groups[tax] else { continue }
            var subtotal = InvoiceDocument.TaxSubtotal(
                taxableAmount: group.taxable, taxAmount: try group.tax.sum, category: tax.category, rate: tax.rate)
            subtotal.components = try components(tax, group.tax, isInside: isInside)
            breakdown.append(subtotal)
        }
        return breakdown
    }

    private static func components(
        _ tax: InvoiceDocument.Tax, _ amounts: INV01ItemTax, isInside: Bool
    ) throws(DecimalError) -> [InvoiceDocument.TaxSubtotal.Component] {
        var components: [InvoiceDocument.TaxSubtotal.Component] = []
        if let rate = tax.rate, !rate.isZero {
            if isInside {
                let half = try rate.divided(
                    by: ExactDecimal(2), scale: min(rate.scale + 1, ExactDecimal.maxScale), rounding: .halfAwayFromZero)
                components = [
                    .init(name: INV01ItemTax.names.cgst, rate: half, amount: amounts.cgst),
                    .init(name: INV01ItemTax.names.sgst, rate: half, amount: amounts.sgst),
                ]
            } else {
                components = [.init(name: INV01ItemTax.names.igst, rate: rate, amount: amounts.igst)]
            }
        }
        if let rate = tax.cessRate, !rate.isZero {
            components.append(.init(name: INV01ItemTax.names.cess, rate: rate, amount: amounts.cess))
        }
        return components
    }
}
