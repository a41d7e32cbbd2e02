extension INV01Writer {
    // MARK: Items

    mutating func items() {
        if document.lines.isEmpty { problems.report("/lines", "must have a line") }
        if document.lines.count > 1_000 { problems.report("/lines", "must have at most 1000 lines") }
        var taxes = INV01ItemTax()
        writer.name("ItemList")
        writer.beginArray()
        let isIntegrated = isIntegrated
        for (index, line) in document.lines.enumerated() {
            do {
                let pointer = "/lines/\(index)"
                guard let net = amount(line.netAmount, "\(pointer)/netAmount") else { continue }
                let tax = try INV01ItemTax(on: net, tax: line.tax, isIntegrated: isIntegrated)
                try taxes.add(tax)
                let discount = try sum(line.allowances, "\(pointer)/allowances")
                let gross = try net + discount
                item(line, (gross, discount, net, tax, try net + tax.sum), place: index + 1, at: pointer)
            } catch {
                problems.report("/lines/\(index)", error.description)
            }
        }
        writer.endArray()
        do {
            try totals(taxes)
        } catch {
            problems.report("/totals", error.description)
        }
    }

    private typealias Amounts = (
        gross: ExactDecimal, discount: ExactDecimal, net: ExactDecimal, tax: INV01ItemTax, total: ExactDecimal
    )

    private mutating func item(_ line: InvoiceDocument.Line, _ amounts: Amounts, place: Int, at pointer: String) {
        let code = line.item.classifications.first { $0.scheme == INV01Invoice.productScheme }?.code.filter { $0 != "." }
        let product = demand(
            code.flatMap { Self.isProductCode($0) ? $0 : nil }, pointer + "/classifications",
            "needs an HSN code (scheme HS) of 4, 6 or 8 digits")
        let quantity = thousandths(line.quantity, pointer + "/quantity")
        let price = unitPrice(line, pointer + "/unitPrice")
        let rate = thousandths(line.tax.rate ?? .zero, pointer + "/tax/rate")
        let cessRate = line.tax.cessRate.flatMap { thousandths($0, pointer + "/tax/cessRate") }
        let isSerial = (1...6).contains(line.id.utf8.count) && line.id.utf8.allSatisfy { (0x30...0x39).contains($0) }
        writer.object { writer in
            writer.field("SlNo", isSerial ? line.id : String(place))
            writer.field("PrdDesc", ifPresent: Self.fitting(line.item.name, 3...300))
            writer.field("IsServc", product?.hasPrefix("99") == true ? "Y" : "N")
            writer.field("HsnCd", ifPresent: product)
            writer.field("Barcde", ifPresent: Self.fitting(line.item.standardIdentifier?.value, 3...30))
            writer.field("Qty", number: quantity)
            writer.field("Unit", INV01Unit.code(forRecommendation20: line.unit))
            writer.field("UnitPrice", number: price)
            writer.field("TotAmt", number: amounts.gross)
            if !line.allowances.isEmpty { writer.field("Discount", number: amounts.discount) }
            writer.field("AssAmt", number: amounts.net)
            writer.field("GstRt", number: rate)
            writer.field("IgstAmt", number: amounts.tax.igst)
            writer.field("CgstAmt", number: amounts.tax.cgst)
            writer.field("SgstAmt", number: amounts.tax.sgst)
            if let cessRate {
                writer.field("CesRt", number: cessRate)
                writer.field("CesAmt", number: amounts.tax.cess)
            }
            writer.field("TotItemVal", number: amounts.total)
            writer.field("OrdLineRef", ifPresent: Self.fitting(line.orderLineReference, 1...50))
            writer.field("OrgCntry", ifPresent: Self.fitting(line.item.originCountry, 2...2))
            let attributes = line.item.attributes.filter { Self.fitting($0.name, 1...100) != nil && Self.fitting($0.value, 1...100) != nil }
            if attributes.isEmpty { return }
            writer.array("AttribDtls") { writer in
                for attribute in attributes {
                    writer.object { writer in
                        writer.field("Nm", attribute.name)
                        writer.field("Val", attribute.value)
                    }
                }
            }
        }
    }

    private static func isProductCode(_ code: String) -> Bool {
        [4, 6, 8].contains(code.utf8.count) && code.utf8.allSatisfy { (0x30...0x39).contains($0) } && code.utf8.contains { $0 != 0x30 }
    }

    // MARK: Amounts

    private static let highest = Int128(99_999_999_999_999)

    /// An amount with at most two digits behind the point, never negative.
    private mutating func amount(_ value: ExactDecimal?, _ pointer: String) -> ExactDecimal? {
        guard let value = demand(value, pointer) else { return nil }
        return bounded(value, digits: 2, pointer)
    }

    private mutating func thousandths(_ value: ExactDecimal, _ pointer: String) -> ExactDecimal? { bounded(value, digits: 3, pointer) }

    private mutating func bounded(_ value: ExactDecimal, digits: Int, _ pointer: String) -> ExactDecimal? {
        if value.isNegative {
            problems.report(pointer, "must not be negative: a credit note states what it gives back")
            return nil
        }
        let rounded = value.scale <= digits ? value : try? value.rounded(to: digits, .halfAwayFromZero)
        guard let rounded, rounded < ExactDecimal(unchecked: Self.highest, 0) else {
            problems.report(pointer, "must be less than \(Self.highest)")
            return nil
        }
        return rounded
    }

    /// The price of one unit.
    private mutating func unitPrice(_ line: InvoiceDocument.Line, _ pointer: String) -> ExactDecimal? {
        guard let base = line.priceBaseQuantity, base != .one else { return thousandths(line.unitPrice, pointer) }
        guard let price = try? line.unitPrice.divided(by: base, scale: 3, rounding: .halfAwayFromZero) else {
            problems.report(pointer, "must be divisible by priceBaseQuantity")
            return nil
        }
        return thousandths(price, pointer)
    }

    private mutating func sum(_ elements: [InvoiceDocument.AllowanceCharge], _ pointer: String) throws(DecimalError) -> ExactDecimal {
        var sum = ExactDecimal.zero
        for (index, element) in elements.enumerated() {
            if let amount = amount(element.amount, "\(pointer)/\(index)/amount") { sum = try sum + amount }
        }
        return sum
    }

    /// The form's discount and charges stand behind the taxes, so they cannot be of things taxed.
    private mutating func untaxedSum(_ elements: [InvoiceDocument.AllowanceCharge], _ pointer: String) throws(DecimalError) -> ExactDecimal?
    {
        for (index, element) in elements.enumerated() where !(element.tax?.rate ?? .zero).isZero {
            problems.report("\(pointer)/\(index)/tax/rate", "must be 0: the form has taxed allowances and charges on lines only")
        }
        return elements.isEmpty ? nil : try sum(elements, pointer)
    }

    private mutating func totals(_ items: INV01ItemTax) throws(DecimalError) {
        guard let totals = demand(document.totals, "/totals") else { return }
        let taxes = try documentTaxes() ?? items
        let net = amount(totals.lineNet, "/totals/lineNet")
        let discount = try untaxedSum(document.allowances, "/allowances")
        let charges = try untaxedSum(document.charges, "/charges")
        let total = amount(try totals.taxInclusive + (document.roundingAmount ?? .zero), "/totals/taxInclusive")
        let rounding = document.roundingAmount
        if let magnitude = try rounding?.magnitude(), magnitude >= ExactDecimal(100) {
            problems.report("/roundingAmount", "must be less than 100")
        }
        writer.object("ValDtls") { writer in
            writer.field("AssVal", number: net)
            writer.field("CgstVal", number: taxes.cgst)
            writer.field("SgstVal", number: taxes.sgst)
            writer.field("IgstVal", number: taxes.igst)
            if !taxes.cess.isZero { writer.field("CesVal", number: taxes.cess) }
            writer.field("Discount", number: discount)
            writer.field("OthChrg", number: charges)
            writer.field("RndOffAmt", number: rounding)
            writer.field("TotInvVal", number: total)
        }
    }

    /// What the document's breakdown says of each tax; nil when it does not split them.
    private func documentTaxes() throws(DecimalError) -> INV01ItemTax? {
        let components = document.taxBreakdown.flatMap(\.components)
        if components.isEmpty { return nil }
        var taxes = INV01ItemTax()
        for component in components {
            switch component.name {
            case INV01ItemTax.names.cgst: taxes.cgst = try taxes.cgst + component.amount
            case INV01ItemTax.names.sgst: taxes.sgst = try taxes.sgst + component.amount
            case INV01ItemTax.names.igst: taxes.igst = try taxes.igst + component.amount
            case INV01ItemTax.names.cess: taxes.cess = try taxes.cess + component.amount
            default: continue
            }
        }
        return taxes
    }

    // MARK: Payment, references

    mutating func payment() {
        let payment = document.payment
        let transfer = payment?.creditTransfers.first
        var credit: Int64?
        if let due = document.dueDate, let date = document.issueDate { credit = Int64(due.days(since: date)) }
        let paid = document.prepaidAmount.flatMap { amount($0, "/prepaidAmount") }
        let due = document.prepaidAmount == nil ? nil : document.totals.flatMap { amount($0.payable, "/totals/payable") }
        let payee = document.payee?.name
        let terms = document.paymentTerms
        section("PayDtls") { writer in
            writer.field("Nm", ifPresent: Self.fitting(transfer?.accountName ?? payee, 1...100))
            writer.field("AccDet", ifPresent: Self.fitting(transfer?.account, 1...18))
            writer.field("Mode", ifPresent: Self.fitting(payment.map(INV01PaymentMode.mode), 1...18))
            writer.field("FinInsBr", ifPresent: Self.fitting(transfer?.serviceProvider, 1...11))
            writer.field("PayTerm", ifPresent: Self.fitting(terms, 1...100))
            writer.field("PayInstr", ifPresent: Self.fitting(payment?.remittanceInformation, 1...100))
            writer.field("DirDr", ifPresent: Self.fitting(payment?.mandateReference, 1...100))
            if let credit, (0...9_999).contains(credit) { writer.field("CrDay", credit) }
            writer.field("PaidAmt", number: paid)
            writer.field("PaymtDue", number: due)
        }
    }

    mutating func references() {
        let document = document
        section("RefDtls") { writer in
            writer.field("InvRm", ifPresent: Self.fitting(document.notes.first?.text, 3...100))
            if let start = document.period?.start, let end = document.period?.end {
                writer.object("DocPerdDtls") { writer in
                    writer.field("InvStDt", start.indianForm)
                    writer.field("InvEndDt", end.indianForm)
                }
            }
            let preceding = document.precedingInvoices.filter { $0.issueDate != nil && Self.fitting($0.number, 1...16) != nil }
            if !preceding.isEmpty {
                writer.array("PrecDocDtls") { writer in
                    for preceding in preceding {
                        writer.object { writer in
                            writer.field("InvNo", preceding.number)
                            writer.field("InvDt", ifPresent: preceding.issueDate?.indianForm)
                        }
                    }
                }
            }
            Self.contract(document, &writer)
        }
    }

    private static func contract(_ document: InvoiceDocument, _ writer: inout JSONWriter) {
        var contract = JSONWriter(capacity: 128)
        contract.object { writer in
            writer.field("RecAdvRefr", ifPresent: fitting(document.receivingAdviceReference, 1...20))
            writer.field("TendRefr", ifPresent: fitting(document.tenderOrLotReference, 1...20))
            writer.field("ContrRefr", ifPresent: fitting(document.contractReference, 1...20))
            writer.field("ExtRefr", ifPresent: fitting(document.buyerReference, 1...20))
            writer.field("ProjRefr", ifPresent: fitting(document.projectReference, 1...20))
            writer.field("PORefr", ifPresent: fitting(document.purchaseOrderReference, 1...16))
        }
        if contract.bytes.count > 2 { writer.array("ContrDtls") { $0.raw(contract.bytes) } }
    }

    mutating func attachments() {
        let attachments = document.attachments.filter { Self.fitting($0.reference, 3...1_000) != nil }
        if attachments.isEmpty { return }
        writer.array("AddlDocDtls") { writer in
            for attachment in attachments {
                writer.object { writer in
                    writer.field("Url", ifPresent: Self.fitting(attachment.location, 3...100))
                    writer.field("Info", attachment.reference)
                }
            }
        }
    }

    mutating func export() {
        let country = document.buyer?.address?.country
        let export = settings.export
        section("ExpDtls") { writer in
            writer.field("ShipBNo", ifPresent: Self.fitting(export?.shippingBillNumber, 1...20))
            writer.field("ShipBDt", ifPresent: export?.shippingBillDate?.indianForm)
            writer.field("Port", ifPresent: Self.fitting(export?.portCode, 2...10))
            writer.field("RefClm", ifPresent: export?.claimsRefund.map { $0 ? "Y" : "N" })
            writer.field("ForCur", ifPresent: Self.fitting(export?.foreignCurrency, 3...16))
            if let country, country != Self.india { writer.field("CntCode", ifPresent: Self.fitting(country, 2...2)) }
            writer.field("ExpDuty", number: export?.duty)
        }
    }

    mutating func ewayBill() {
        guard let bill = settings.ewayBill else { return }
        if !(0...4_000).contains(bill.distance) {
            problems.report("", "needs a distance of 0 to 4000 km for the e-way bill in the settings")
        }
        writer.object("EwbDtls") { writer in
            writer.field("TransId", ifPresent: bill.transporterId)
            writer.field("TransName", ifPresent: Self.fitting(bill.transporterName, 3...100))
            writer.field("TransMode", ifPresent: bill.mode?.rawValue)
            writer.field("Distance", bill.distance)
            writer.field("TransDocNo", ifPresent: Self.fitting(bill.documentNumber, 1...15))
            writer.field("TransDocDt", ifPresent: bill.documentDate?.indianForm)
            writer.field("VehNo", ifPresent: Self.fitting(bill.vehicleNumber, 4...20))
            writer.field("VehType", ifPresent: bill.isOverDimensional.map { $0 ? "O" : "R" })
        }
    }
}
