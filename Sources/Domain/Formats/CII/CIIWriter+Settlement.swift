extension CIIWriter {
    static func writeSettlement(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        xml.element("ram:CreditorReferenceID", document.payment?.creditorIdentifier)
        xml.element("ram:PaymentReference", document.payment?.remittanceInformation)
        xml.element("ram:TaxCurrencyCode", document.taxCurrency)
        xml.element("ram:InvoiceCurrencyCode", document.currency)
        if let payee = document.payee { xml.element("ram:PayeeTradeParty") { write(payee, .payee, to: &$0) } }
        if let payment = document.payment {
            for index in 0..<max(1, payment.creditTransfers.count) { write(payment, transfer: index, to: &xml) }
        }
        for subtotal in document.taxBreakdown { write(subtotal, of: document, to: &xml) }
        write(document.period, to: &xml)
        for allowance in document.allowances { write(allowance, isCharge: false, to: &xml) }
        for charge in document.charges { write(charge, isCharge: true, to: &xml) }
        xml.group("ram:SpecifiedTradePaymentTerms") { xml in
            xml.element("ram:Description", document.paymentTerms)
            xml.date102("ram:DueDateDateTime", "udt:DateTimeString", document.dueDate)
            xml.element("ram:DirectDebitMandateID", document.payment?.mandateReference)
        }
        writeTotals(document, to: &xml)
        for invoice in document.precedingInvoices {
            xml.element("ram:InvoiceReferencedDocument") { xml in
                xml.element("ram:IssuerAssignedID", invoice.number)
                xml.date102("ram:FormattedIssueDateTime", "qdt:DateTimeString", invoice.issueDate)
            }
        }
        xml.group("ram:ReceivableSpecifiedTradeAccountingAccount") { $0.element("ram:ID", document.buyerAccountingReference) }
    }

    /// Each account of BG-17 takes payment means of its own; what there is once stands in the first.
    private static func write(
        _ payment: InvoiceDocument.PaymentInstructions, transfer index: Int, to xml: inout XMLWriter
    ) {
        xml.element("ram:SpecifiedTradeSettlementPaymentMeans") { xml in
            xml.element("ram:TypeCode", payment.meansCode)
            xml.element("ram:Information", payment.meansText)
            if index == 0 {
                xml.group("ram:ApplicableTradeSettlementFinancialCard") { xml in
                    xml.element("ram:ID", payment.cardNumber)
                    xml.element("ram:CardholderName", payment.cardHolder)
                }
                xml.group("ram:PayerPartyDebtorFinancialAccount") { $0.element("ram:IBANID", payment.debitedAccount) }
            }
            guard index < payment.creditTransfers.count else { return }
            let transfer = payment.creditTransfers[index]
            xml.element("ram:PayeePartyCreditorFinancialAccount") { xml in
                if transfer.hasIBAN { xml.element("ram:IBANID", transfer.account) }
                xml.element("ram:AccountName", transfer.accountName)
                if !transfer.hasIBAN { xml.element("ram:ProprietaryID", transfer.account) }
            }
            xml.group("ram:PayeeSpecifiedCreditorFinancialInstitution") { $0.element("ram:BICID", transfer.serviceProvider) }
        }
    }

    private static func write(
        _ subtotal: InvoiceDocument.TaxSubtotal, of document: InvoiceDocument, to xml: inout XMLWriter
    ) {
        xml.element("ram:ApplicableTradeTax") { xml in
            xml.element("ram:CalculatedAmount", subtotal.taxAmount)
            xml.element("ram:TypeCode", CIIConstant.vat)
            xml.element("ram:ExemptionReason", subtotal.exemptionReason)
            xml.element("ram:BasisAmount", subtotal.taxableAmount)
            xml.element("ram:CategoryCode", subtotal.category)
            xml.element("ram:ExemptionReasonCode", subtotal.exemptionReasonCode)
            xml.date102("ram:TaxPointDate", "udt:DateString", document.taxPointDate)
            xml.element("ram:DueDateTypeCode", document.taxPointDateCode.map(TaxPointCode.to2475))
            xml.element("ram:RateApplicablePercent", subtotal.rate)
        }
    }

    static func write(_ tax: InvoiceDocument.Tax, as name: StaticString, to xml: inout XMLWriter) {
        xml.element(name) { xml in
            xml.element("ram:TypeCode", CIIConstant.vat)
            xml.element("ram:CategoryCode", tax.category)
            xml.element("ram:RateApplicablePercent", tax.rate)
        }
    }

    static func write(_ period: InvoiceDocument.Period?, to xml: inout XMLWriter) {
        guard let period else { return }
        xml.group("ram:BillingSpecifiedPeriod") { xml in
            xml.date102("ram:StartDateTime", "udt:DateTimeString", period.start)
            xml.date102("ram:EndDateTime", "udt:DateTimeString", period.end)
        }
    }

    /// Writes BG-20, BG-21, BG-27 or BG-28; the last two have no tax of their own.
    static func write(_ item: InvoiceDocument.AllowanceCharge, isCharge: Bool, to xml: inout XMLWriter) {
        xml.element("ram:SpecifiedTradeAllowanceCharge") { xml in
            writeIndicator(isCharge, to: &xml)
            xml.element("ram:CalculationPercent", item.percentage)
            xml.element("ram:BasisAmount", item.baseAmount)
            xml.element("ram:ActualAmount", item.amount)
            xml.element("ram:ReasonCode", item.reasonCode)
            xml.element("ram:Reason", item.reason)
            if let tax = item.tax { write(tax, as: "ram:CategoryTradeTax", to: &xml) }
        }
    }

    static func writeIndicator(_ isCharge: Bool, to xml: inout XMLWriter) {
        xml.element("ram:ChargeIndicator") { $0.element("udt:Indicator", constant: isCharge ? "true" : "false") }
    }

    /// Only the two amounts of tax tell their currency; the others have that of the invoice.
    private static func writeTotals(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        let totals = document.totals
        xml.group("ram:SpecifiedTradeSettlementHeaderMonetarySummation") { xml in
            xml.element("ram:LineTotalAmount", totals?.lineNet)
            xml.element("ram:ChargeTotalAmount", totals?.charges)
            xml.element("ram:AllowanceTotalAmount", totals?.allowances)
            xml.element("ram:TaxBasisTotalAmount", totals?.taxExclusive)
            xml.amount("ram:TaxTotalAmount", totals?.tax, currency: document.currency)
            if let taxCurrency = document.taxCurrency, taxCurrency != document.currency {
                xml.amount("ram:TaxTotalAmount", totals?.taxInTaxCurrency, currency: taxCurrency)
            }
            xml.element("ram:RoundingAmount", document.roundingAmount)
            xml.element("ram:GrandTotalAmount", totals?.taxInclusive)
            xml.element("ram:TotalPrepaidAmount", document.prepaidAmount)
            xml.element("ram:DuePayableAmount", totals?.payable)
        }
    }
}

extension InvoiceDocument.CreditTransfer {
    /// Whether the account has the shape of an IBAN (ISO 13616): a country, two digits, up to 30 letters and digits; spaces are passed
    /// over.
    var hasIBAN: Bool {
        let characters = account.utf8.filter { $0 != 0x20 }
        let isLetter: (UInt8) -> Bool = { (0x41...0x5A).contains($0) }
        let isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
        return (15...34).contains(characters.count) && characters.prefix(2).allSatisfy(isLetter)
            && characters.dropFirst(2).prefix(2).allSatisfy(isDigit) && characters.dropFirst(4).allSatisfy { isLetter($0) || isDigit($0) }
    }
}
