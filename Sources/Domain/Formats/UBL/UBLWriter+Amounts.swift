extension UBLWriter {
    static func writePayment(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        // An invoice tells its due date in the head, a credit note here only.
        let dueDate = document.isUBLCreditNote ? document.dueDate : nil
        if let payment = document.payment {
            for index in 0..<max(1, payment.creditTransfers.count) {
                write(payment, transfer: index, dueDate, to: &xml)
            }
        } else if let dueDate {
            xml.element("cac:PaymentMeans") { xml in
                xml.element("cbc:PaymentMeansCode", UBLConstant.undefinedMeans)
                xml.date("cbc:PaymentDueDate", dueDate)
            }
        }
        xml.group("cac:PaymentTerms") { $0.element("cbc:Note", document.paymentTerms) }
    }

    /// Each account of BG-17 takes payment means of its own; what there is once stands in the first.
    private static func write(
        _ payment: InvoiceDocument.PaymentInstructions, transfer index: Int, _ dueDate: CalendarDate?, to xml: inout XMLWriter
    ) {
        xml.element("cac:PaymentMeans") { xml in
            xml.element("cbc:PaymentMeansCode") { xml in
                xml.attribute("name", payment.meansText)
                xml.text(payment.meansCode)
            }
            xml.date("cbc:PaymentDueDate", dueDate)
            xml.element("cbc:PaymentID", payment.remittanceInformation)
            if index == 0, payment.cardNumber != nil || payment.cardHolder != nil {
                xml.element("cac:CardAccount") { xml in
                    xml.element("cbc:PrimaryAccountNumberID", payment.cardNumber)
                    xml.element("cbc:NetworkID", UBLConstant.notAvailable)
                    xml.element("cbc:HolderName", payment.cardHolder)
                }
            }
            if index < payment.creditTransfers.count {
                let transfer = payment.creditTransfers[index]
                xml.element("cac:PayeeFinancialAccount") { xml in
                    xml.element("cbc:ID", transfer.account)
                    xml.element("cbc:Name", transfer.accountName)
                    xml.group("cac:FinancialInstitutionBranch") { $0.element("cbc:ID", transfer.serviceProvider) }
                }
            }
            if index == 0 {
                xml.group("cac:PaymentMandate") { xml in
                    xml.element("cbc:ID", payment.mandateReference)
                    xml.group("cac:PayerFinancialAccount") { $0.element("cbc:ID", payment.debitedAccount) }
                }
            }
        }
    }

    /// Writes BG-20, BG-21, BG-27 or BG-28; the last two have no tax of their own.
    static func write(
        _ item: InvoiceDocument.AllowanceCharge, isCharge: Bool, _ currency: String, to xml: inout XMLWriter
    ) {
        xml.element("cac:AllowanceCharge") { xml in
            xml.element("cbc:ChargeIndicator", constant: isCharge ? "true" : "false")
            xml.element("cbc:AllowanceChargeReasonCode", item.reasonCode)
            xml.element("cbc:AllowanceChargeReason", item.reason)
            xml.element("cbc:MultiplierFactorNumeric", item.percentage)
            xml.amount("cbc:Amount", item.amount, currency: currency)
            xml.amount("cbc:BaseAmount", item.baseAmount, currency: currency)
            if let tax = item.tax { write(tax, as: "cac:TaxCategory", to: &xml) }
        }
    }

    static func write(_ tax: InvoiceDocument.Tax, as name: StaticString, to xml: inout XMLWriter) {
        xml.element(name) { xml in
            xml.element("cbc:ID", tax.category)
            xml.element("cbc:Percent", tax.rate)
            writeVATScheme(to: &xml)
        }
    }

    private static func writeVATScheme(to xml: inout XMLWriter) {
        xml.element("cac:TaxScheme") { $0.element("cbc:ID", UBLConstant.vat) }
    }

    static func writeTax(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        let currency = document.currency
        xml.group("cac:TaxTotal") { xml in
            xml.amount("cbc:TaxAmount", document.totals?.tax, currency: currency)
            for subtotal in document.taxBreakdown { write(subtotal, currency, to: &xml) }
        }
        if let taxCurrency = document.taxCurrency, taxCurrency != currency {
            xml.group("cac:TaxTotal") { $0.amount("cbc:TaxAmount", document.totals?.taxInTaxCurrency, currency: taxCurrency) }
        }
    }

    private static func write(_ subtotal: InvoiceDocument.TaxSubtotal, _ currency: String, to xml: inout XMLWriter) {
        xml.element("cac:TaxSubtotal") { xml in
            xml.amount("cbc:TaxableAmount", subtotal.taxableAmount, currency: currency)
            xml.amount("cbc:TaxAmount", subtotal.taxAmount, currency: currency)
            xml.element("cac:TaxCategory") { xml in
                xml.element("cbc:ID", subtotal.category)
                xml.element("cbc:Percent", subtotal.rate)
                xml.element("cbc:TaxExemptionReasonCode", subtotal.exemptionReasonCode)
                xml.element("cbc:TaxExemptionReason", subtotal.exemptionReason)
                writeVATScheme(to: &xml)
            }
        }
    }

    static func writeTotals(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        let (currency, totals) = (document.currency, document.totals)
        xml.group("cac:LegalMonetaryTotal") { xml in
            xml.amount("cbc:LineExtensionAmount", totals?.lineNet, currency: currency)
            xml.amount("cbc:TaxExclusiveAmount", totals?.taxExclusive, currency: currency)
            xml.amount("cbc:TaxInclusiveAmount", totals?.taxInclusive, currency: currency)
            xml.amount("cbc:AllowanceTotalAmount", totals?.allowances, currency: currency)
            xml.amount("cbc:ChargeTotalAmount", totals?.charges, currency: currency)
            xml.amount("cbc:PrepaidAmount", document.prepaidAmount, currency: currency)
            xml.amount("cbc:PayableRoundingAmount", document.roundingAmount, currency: currency)
            xml.amount("cbc:PayableAmount", totals?.payable, currency: currency)
        }
    }
}
