extension UBLReader {
    /// Several payment means are one BG-16 with an account each. What the later ones tell otherwise than the first is left as unmapped.
    static func readPayment(_ document: inout InvoiceDocument, _ isCreditNote: Bool, _ reading: inout TreeReading) {
        let root = reading.tree.root
        for element in reading.children(.cacPaymentMeans, of: root) {
            if let payment = document.payment {
                readRepeated(element, payment, document.dueDate, &reading)
            } else {
                document.payment = payment(element, &reading)
                if isCreditNote { document.dueDate = reading.date(.cbcPaymentDueDate, of: element, "BT-9") ?? document.dueDate }
            }
            if let transfer = creditTransfer(element, &reading) { document.payment?.creditTransfers.append(transfer) }
        }
        let terms = reading.child(.cacPaymentTerms, of: root)
        document.paymentTerms = reading.text(.cbcNote, of: terms)
    }

    private static func payment(_ element: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.PaymentInstructions {
        let name = reading.next(.cbcPaymentMeansCode, of: element).flatMap { reading.attribute(.name, of: $0) }
        var payment = InvoiceDocument.PaymentInstructions(meansCode: reading.code(.cbcPaymentMeansCode, of: element, required: "BT-81"))
        payment.meansText = name
        payment.remittanceInformation = reading.text(.cbcPaymentID, of: element)
        if let card = reading.child(.cacCardAccount, of: element) {
            payment.cardNumber = reading.text(.cbcPrimaryAccountNumberID, of: card)
            reading.constant(.cbcNetworkID, of: card, UBLConstant.notAvailable)
            payment.cardHolder = reading.text(.cbcHolderName, of: card)
        }
        let mandate = reading.child(.cacPaymentMandate, of: element)
        payment.mandateReference = reading.text(.cbcID, of: mandate)
        payment.debitedAccount = reading.text(.cbcID, of: reading.child(.cacPayerFinancialAccount, of: mandate))
        return payment
    }

    private static func readRepeated(
        _ element: XMLTree.Element, _ payment: InvoiceDocument.PaymentInstructions, _ dueDate: CalendarDate?, _ reading: inout TreeReading
    ) {
        if let code = reading.next(.cbcPaymentMeansCode, of: element),
            let text = payment.meansText, reading.tree.attributeUTF8(.name, of: code)?.elementsEqual(text.utf8) == true
        {
            _ = reading.attribute(.name, of: code)
        }
        reading.constant(.cbcPaymentMeansCode, of: element, payment.meansCode)
        if let dueDate { reading.constant(.cbcPaymentDueDate, of: element, dueDate.description) }
        if let information = payment.remittanceInformation { reading.repetition(.cbcPaymentID, of: element, information) }
    }

    private static func creditTransfer(_ means: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.CreditTransfer? {
        guard let account = reading.child(.cacPayeeFinancialAccount, of: means) else { return nil }
        let branch = reading.child(.cacFinancialInstitutionBranch, of: account)
        return InvoiceDocument.CreditTransfer(
            account: reading.text(.cbcID, of: account, required: "BT-84"), accountName: reading.text(.cbcName, of: account),
            serviceProvider: reading.text(.cbcID, of: branch))
    }

    static func allowancesAndCharges(
        of parent: XMLTree.Element, _ level: AllowanceTerms.Level, _ currency: String, _ reading: inout TreeReading
    ) -> (allowances: [InvoiceDocument.AllowanceCharge], charges: [InvoiceDocument.AllowanceCharge]) {
        var allowances: [InvoiceDocument.AllowanceCharge] = []
        var charges: [InvoiceDocument.AllowanceCharge] = []
        for element in reading.children(.cacAllowanceCharge, of: parent) {
            guard let isCharge = reading.flag(.cbcChargeIndicator, of: element, level == .document ? "BG-20" : "BG-27") else { continue }
            let item = allowanceCharge(element, AllowanceTerms(level, isCharge: isCharge), currency, &reading)
            if isCharge { charges.append(item) } else { allowances.append(item) }
        }
        return (allowances, charges)
    }

    private static func allowanceCharge(
        _ element: XMLTree.Element, _ terms: AllowanceTerms, _ currency: String, _ reading: inout TreeReading
    ) -> InvoiceDocument.AllowanceCharge {
        var item = InvoiceDocument.AllowanceCharge()
        item.amount = reading.amount(.cbcAmount, of: element, terms.amount, currency: currency)
        item.baseAmount = reading.amount(.cbcBaseAmount, of: element, terms.base, currency: currency)
        item.percentage = reading.decimal(.cbcMultiplierFactorNumeric, of: element, terms.percentage)
        item.reason = reading.text(.cbcAllowanceChargeReason, of: element)
        item.reasonCode = reading.code(.cbcAllowanceChargeReasonCode, of: element)
        if terms.hasTax, let category = reading.child(.cacTaxCategory, of: element) {
            item.tax = tax(category, (terms.category, terms.rate), &reading)
        }
        return item
    }

    static func tax(
        _ element: XMLTree.Element, _ terms: (StaticString, StaticString), _ reading: inout TreeReading
    ) -> InvoiceDocument.Tax {
        let category = reading.code(.cbcID, of: element, required: terms.0)
        reading.constant(.cbcID, of: reading.child(.cacTaxScheme, of: element), UBLConstant.vat)
        return InvoiceDocument.Tax(category: category, rate: reading.decimal(.cbcPercent, of: element, terms.1))
    }

    /// BG-22 and BG-23.
    static func readTotals(_ document: inout InvoiceDocument, _ reading: inout TreeReading) {
        let root = reading.tree.root
        let currency = document.currency
        var sums = TotalsReading()
        for element in reading.all(.cacTaxTotal, of: root) {
            let told = reading.next(.cbcTaxAmount, of: element).flatMap { reading.tree.attribute(.currencyID, of: $0) }
            let isInTaxCurrency = told != nil && told != currency && told == document.taxCurrency
            if isInTaxCurrency, sums.taxInTaxCurrency == nil, let taxCurrency = document.taxCurrency {
                reading.take(element)
                sums.taxInTaxCurrency = reading.amount(.cbcTaxAmount, of: element, "BT-111", currency: taxCurrency)
            } else if !isInTaxCurrency, sums.tax == nil, document.taxBreakdown.isEmpty {
                reading.take(element)
                sums.tax = reading.amount(.cbcTaxAmount, of: element, "BT-110", currency: currency)
                for part in reading.children(.cacTaxSubtotal, of: element) {
                    document.taxBreakdown.append(subtotal(part, currency, &reading))
                }
            }
        }
        let total = reading.child(.cacLegalMonetaryTotal, of: root)
        sums.lineNet = reading.amount(.cbcLineExtensionAmount, of: total, "BT-106", currency: currency)
        sums.allowances = reading.amount(.cbcAllowanceTotalAmount, of: total, "BT-107", currency: currency)
        sums.charges = reading.amount(.cbcChargeTotalAmount, of: total, "BT-108", currency: currency)
        sums.taxExclusive = reading.amount(.cbcTaxExclusiveAmount, of: total, "BT-109", currency: currency)
        sums.taxInclusive = reading.amount(.cbcTaxInclusiveAmount, of: total, "BT-112", currency: currency)
        sums.payable = reading.amount(.cbcPayableAmount, of: total, "BT-115", currency: currency)
        document.prepaidAmount = reading.amount(.cbcPrepaidAmount, of: total, "BT-113", currency: currency)
        document.roundingAmount = reading.amount(.cbcPayableRoundingAmount, of: total, "BT-114", currency: currency)
        document.totals = sums.totals(at: total ?? root, &reading)
    }

    private static func subtotal(
        _ element: XMLTree.Element, _ currency: String, _ reading: inout TreeReading
    ) -> InvoiceDocument.TaxSubtotal {
        let taxable = reading.amount(.cbcTaxableAmount, of: element, "BT-116", currency: currency)
        let amount = reading.amount(.cbcTaxAmount, of: element, "BT-117", currency: currency)
        if taxable == nil { reading.miss(.cbcTaxableAmount, of: element, "BT-116") }
        if amount == nil { reading.miss(.cbcTaxAmount, of: element, "BT-117") }
        var subtotal = InvoiceDocument.TaxSubtotal(taxableAmount: taxable ?? .zero, taxAmount: amount ?? .zero, category: "")
        guard let category = reading.child(.cacTaxCategory, of: element) else {
            reading.miss(.cacTaxCategory, of: element, "BT-118")
            return subtotal
        }
        let tax = tax(category, ("BT-118", "BT-119"), &reading)
        subtotal.category = tax.category
        subtotal.rate = tax.rate
        subtotal.exemptionReason = reading.text(.cbcTaxExemptionReason, of: category)
        subtotal.exemptionReasonCode = reading.code(.cbcTaxExemptionReasonCode, of: category)
        return subtotal
    }
}
