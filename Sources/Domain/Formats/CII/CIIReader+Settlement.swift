extension CIIReader {
    static func readSettlement(
        _ element: XMLTree.Element, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        document.taxCurrency = reading.code(.ramTaxCurrencyCode, of: element)
        document.payee = reading.child(.ramPayeeTradeParty, of: element).map { party($0, .payee, &reading) }
        let terms = reading.child(.ramSpecifiedTradePaymentTerms, of: element)
        document.paymentTerms = reading.text(.ramDescription, of: terms)
        document.dueDate = reading.date102(.ramDueDateDateTime, .udtDateTimeString, of: terms, "BT-9")
        readPayment(element, terms, &document, &reading)
        readBreakdown(element, &document, &reading)
        document.period = period(of: element, ("BT-73", "BT-74"), &reading)
        (document.allowances, document.charges) = allowancesAndCharges(of: element, .document, document.currency, &reading)
        readTotals(element, &document, &reading)
        for invoice in reading.children(.ramInvoiceReferencedDocument, of: element) {
            document.precedingInvoices.append(
                InvoiceDocument.PrecedingInvoice(
                    number: reading.text(.ramIssuerAssignedID, of: invoice, required: "BT-25"),
                    issueDate: reading.date102(.ramFormattedIssueDateTime, .qdtDateTimeString, of: invoice, "BT-26")))
        }
        let account = reading.child(.ramReceivableSpecifiedTradeAccountingAccount, of: element)
        document.buyerAccountingReference = reading.text(.ramID, of: account)
    }

    /// Several payment means are one BG-16 with an account each. What the later ones tell otherwise than the first is left as unmapped, and
    /// so is what belongs to BG-16 where there are no payment means.
    private static func readPayment(
        _ settlement: XMLTree.Element, _ terms: XMLTree.Element?, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        for element in reading.children(.ramSpecifiedTradeSettlementPaymentMeans, of: settlement) {
            if let payment = document.payment {
                reading.constant(.ramTypeCode, of: element, payment.meansCode)
                if let text = payment.meansText { reading.repetition(.ramInformation, of: element, text) }
            } else {
                document.payment = payment(element, &reading)
            }
            if let transfer = creditTransfer(element, &reading) { document.payment?.creditTransfers.append(transfer) }
        }
        guard document.payment != nil else { return }
        document.payment?.creditorIdentifier = reading.text(.ramCreditorReferenceID, of: settlement)
        document.payment?.remittanceInformation = reading.text(.ramPaymentReference, of: settlement)
        document.payment?.mandateReference = reading.text(.ramDirectDebitMandateID, of: terms)
    }

    private static func payment(_ element: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.PaymentInstructions {
        var payment = InvoiceDocument.PaymentInstructions(meansCode: reading.code(.ramTypeCode, of: element, required: "BT-81"))
        payment.meansText = reading.text(.ramInformation, of: element)
        let card = reading.child(.ramApplicableTradeSettlementFinancialCard, of: element)
        payment.cardNumber = reading.text(.ramID, of: card)
        payment.cardHolder = reading.text(.ramCardholderName, of: card)
        payment.debitedAccount = reading.text(.ramIBANID, of: reading.child(.ramPayerPartyDebtorFinancialAccount, of: element))
        return payment
    }

    private static func creditTransfer(_ means: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.CreditTransfer? {
        guard let element = reading.child(.ramPayeePartyCreditorFinancialAccount, of: means) else { return nil }
        let account = reading.text(.ramIBANID, of: element) ?? reading.text(.ramProprietaryID, of: element)
        if account == nil { reading.miss(.ramIBANID, of: element, "BT-84") }
        let institution = reading.child(.ramPayeeSpecifiedCreditorFinancialInstitution, of: means)
        return InvoiceDocument.CreditTransfer(
            account: account ?? "", accountName: reading.text(.ramAccountName, of: element),
            serviceProvider: reading.text(.ramBICID, of: institution))
    }

    /// BG-23; BT-7 and BT-8 are taken from its first part that tells them, and left as unmapped where another part tells otherwise.
    private static func readBreakdown(
        _ settlement: XMLTree.Element, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        let currency = document.currency
        for element in reading.children(.ramApplicableTradeTax, of: settlement) {
            let taxable = reading.amount(.ramBasisAmount, of: element, "BT-116", currency: currency)
            let amount = reading.amount(.ramCalculatedAmount, of: element, "BT-117", currency: currency)
            if taxable == nil { reading.miss(.ramBasisAmount, of: element, "BT-116") }
            if amount == nil { reading.miss(.ramCalculatedAmount, of: element, "BT-117") }
            let tax = tax(element, ("BT-118", "BT-119"), &reading)
            var subtotal = InvoiceDocument.TaxSubtotal(
                taxableAmount: taxable ?? .zero, taxAmount: amount ?? .zero, category: tax.category, rate: tax.rate)
            subtotal.exemptionReason = reading.text(.ramExemptionReason, of: element)
            subtotal.exemptionReasonCode = reading.code(.ramExemptionReasonCode, of: element)
            document.taxBreakdown.append(subtotal)
            readTaxPoint(element, &document, &reading)
        }
    }

    private static func readTaxPoint(
        _ tax: XMLTree.Element, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        if let known = document.taxPointDate {
            if let holder = reading.next(.ramTaxPointDate, of: tax),
                let string = reading.tree.child(of: holder, named: .udtDateString),
                CalendarDate(format102: reading.tree.trimmedUTF8(of: string)) == known
            {
                _ = reading.date102(.ramTaxPointDate, .udtDateString, of: tax, "BT-7")
            }
        } else {
            document.taxPointDate = reading.date102(.ramTaxPointDate, .udtDateString, of: tax, "BT-7")
        }
        if let known = document.taxPointDateCode {
            reading.constant(.ramDueDateTypeCode, of: tax, TaxPointCode.to2475(known))
        } else {
            document.taxPointDateCode = reading.code(.ramDueDateTypeCode, of: tax).map(TaxPointCode.to2005)
        }
    }

    static func tax(
        _ element: XMLTree.Element, _ terms: (StaticString, StaticString), _ reading: inout TreeReading
    ) -> InvoiceDocument.Tax {
        reading.constant(.ramTypeCode, of: element, CIIConstant.vat)
        return InvoiceDocument.Tax(
            category: reading.code(.ramCategoryCode, of: element, required: terms.0),
            rate: reading.decimal(.ramRateApplicablePercent, of: element, terms.1))
    }

    static func period(
        of parent: XMLTree.Element, _ terms: (StaticString, StaticString), _ reading: inout TreeReading
    ) -> InvoiceDocument.Period? {
        let element = reading.child(.ramBillingSpecifiedPeriod, of: parent)
        let start = reading.date102(.ramStartDateTime, .udtDateTimeString, of: element, terms.0)
        let end = reading.date102(.ramEndDateTime, .udtDateTimeString, of: element, terms.1)
        return start == nil && end == nil ? nil : InvoiceDocument.Period(start: start, end: end)
    }

    static func allowancesAndCharges(
        of parent: XMLTree.Element, _ level: AllowanceTerms.Level, _ currency: String, _ reading: inout TreeReading
    ) -> (allowances: [InvoiceDocument.AllowanceCharge], charges: [InvoiceDocument.AllowanceCharge]) {
        var allowances: [InvoiceDocument.AllowanceCharge] = []
        var charges: [InvoiceDocument.AllowanceCharge] = []
        for element in reading.children(.ramSpecifiedTradeAllowanceCharge, of: parent) {
            guard let isCharge = indicator(of: element, level == .document ? "BG-20" : "BG-27", &reading) else { continue }
            let terms = AllowanceTerms(level, isCharge: isCharge)
            var item = InvoiceDocument.AllowanceCharge()
            item.percentage = reading.decimal(.ramCalculationPercent, of: element, terms.percentage)
            item.baseAmount = reading.amount(.ramBasisAmount, of: element, terms.base, currency: currency)
            item.amount = reading.amount(.ramActualAmount, of: element, terms.amount, currency: currency)
            item.reasonCode = reading.code(.ramReasonCode, of: element)
            item.reason = reading.text(.ramReason, of: element)
            if terms.hasTax, let category = reading.child(.ramCategoryTradeTax, of: element) {
                item.tax = tax(category, (terms.category, terms.rate), &reading)
            }
            if isCharge { charges.append(item) } else { allowances.append(item) }
        }
        return (allowances, charges)
    }

    static func indicator(of element: XMLTree.Element, _ term: StaticString, _ reading: inout TreeReading) -> Bool? {
        guard let holder = reading.child(.ramChargeIndicator, of: element) else {
            reading.miss(.ramChargeIndicator, of: element, term)
            return nil
        }
        return reading.flag(.udtIndicator, of: holder, term)
    }

    private static func readTotals(
        _ settlement: XMLTree.Element, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        guard let element = reading.child(.ramSpecifiedTradeSettlementHeaderMonetarySummation, of: settlement) else { return }
        let currency = document.currency
        var sums = TotalsReading()
        sums.lineNet = reading.amount(.ramLineTotalAmount, of: element, "BT-106", currency: currency)
        sums.charges = reading.amount(.ramChargeTotalAmount, of: element, "BT-108", currency: currency)
        sums.allowances = reading.amount(.ramAllowanceTotalAmount, of: element, "BT-107", currency: currency)
        sums.taxExclusive = reading.amount(.ramTaxBasisTotalAmount, of: element, "BT-109", currency: currency)
        sums.taxInclusive = reading.amount(.ramGrandTotalAmount, of: element, "BT-112", currency: currency)
        sums.payable = reading.amount(.ramDuePayableAmount, of: element, "BT-115", currency: currency)
        readTaxTotals(element, document, &sums, &reading)
        document.roundingAmount = reading.amount(.ramRoundingAmount, of: element, "BT-114", currency: currency)
        document.prepaidAmount = reading.amount(.ramTotalPrepaidAmount, of: element, "BT-113", currency: currency)
        document.totals = sums.totals(at: element, &reading)
    }

    /// BT-110 and BT-111 are told apart by their currency.
    private static func readTaxTotals(
        _ element: XMLTree.Element, _ document: InvoiceDocument, _ sums: inout TotalsReading, _ reading: inout TreeReading
    ) {
        while let next = reading.next(.ramTaxTotalAmount, of: element) {
            let told = reading.tree.attribute(.currencyID, of: next)
            if let taxCurrency = document.taxCurrency, told == taxCurrency, told != document.currency, sums.taxInTaxCurrency == nil {
                sums.taxInTaxCurrency = reading.amount(.ramTaxTotalAmount, of: element, "BT-111", currency: taxCurrency)
            } else if sums.tax == nil {
                sums.tax = reading.amount(.ramTaxTotalAmount, of: element, "BT-110", currency: document.currency)
            } else {
                return
            }
        }
    }
}
