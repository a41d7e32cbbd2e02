extension UBLWriter {
    static func write(_ line: InvoiceDocument.Line, of document: InvoiceDocument, to xml: inout XMLWriter) {
        if document.isUBLCreditNote {
            xml.element("cac:CreditNoteLine") { write(line, quantity: "cbc:CreditedQuantity", document.currency, to: &$0) }
        } else {
            xml.element("cac:InvoiceLine") { write(line, quantity: "cbc:InvoicedQuantity", document.currency, to: &$0) }
        }
    }

    private static func write(
        _ line: InvoiceDocument.Line, quantity: StaticString, _ currency: String, to xml: inout XMLWriter
    ) {
        xml.element("cbc:ID", line.id)
        xml.element("cbc:Note", line.note)
        xml.quantity(quantity, line.quantity, unit: line.unit)
        xml.amount("cbc:LineExtensionAmount", line.netAmount, currency: currency)
        xml.element("cbc:AccountingCost", line.accountingReference)
        write(line.period, taxPointCode: nil, to: &xml)
        xml.group("cac:OrderLineReference") { $0.element("cbc:LineID", line.orderLineReference) }
        if let object = line.invoicedObject {
            xml.element("cac:DocumentReference") { xml in
                xml.identifier("cbc:ID", object)
                xml.element("cbc:DocumentTypeCode", UBLConstant.invoicedObject)
            }
        }
        for allowance in line.allowances { write(allowance, isCharge: false, currency, to: &xml) }
        for charge in line.charges { write(charge, isCharge: true, currency, to: &xml) }
        xml.element("cac:Item") { write(line.item, line.tax, to: &$0) }
        xml.element("cac:Price") { writePrice(of: line, currency, to: &$0) }
    }

    private static func write(_ item: InvoiceDocument.Item, _ tax: InvoiceDocument.Tax, to xml: inout XMLWriter) {
        xml.element("cbc:Description", item.description)
        xml.element("cbc:Name", item.name)
        xml.group("cac:BuyersItemIdentification") { $0.element("cbc:ID", item.buyerIdentifier) }
        xml.group("cac:SellersItemIdentification") { $0.element("cbc:ID", item.sellerIdentifier) }
        xml.group("cac:StandardItemIdentification") { $0.identifier("cbc:ID", item.standardIdentifier) }
        xml.group("cac:OriginCountry") { $0.element("cbc:IdentificationCode", item.originCountry) }
        for classification in item.classifications {
            xml.element("cac:CommodityClassification") { xml in
                xml.element("cbc:ItemClassificationCode") { xml in
                    xml.attribute("listID", classification.scheme)
                    xml.attribute("listVersionID", classification.schemeVersion)
                    xml.text(classification.code)
                }
            }
        }
        write(tax, as: "cac:ClassifiedTaxCategory", to: &xml)
        for attribute in item.attributes {
            xml.element("cac:AdditionalItemProperty") { xml in
                xml.element("cbc:Name", attribute.name)
                xml.element("cbc:Value", attribute.value)
            }
        }
    }

    private static func writePrice(of line: InvoiceDocument.Line, _ currency: String, to xml: inout XMLWriter) {
        xml.amount("cbc:PriceAmount", line.unitPrice, currency: currency)
        // A unit alone has no element to stand on; a base quantity of 1 says the same as none.
        let base = line.priceBaseQuantity ?? (line.priceBaseUnit == nil ? nil : .one)
        xml.quantity("cbc:BaseQuantity", base, unit: line.priceBaseUnit)
        guard line.priceDiscount != nil || line.grossPrice != nil else { return }
        xml.element("cac:AllowanceCharge") { xml in
            xml.element("cbc:ChargeIndicator", constant: "false")
            xml.amount("cbc:Amount", line.impliedPriceDiscount, currency: currency)
            xml.amount("cbc:BaseAmount", line.grossPrice, currency: currency)
        }
    }
}

extension InvoiceDocument.Line {
    /// BT-147, or what follows for it from BT-148 and BT-146.
    var impliedPriceDiscount: ExactDecimal? {
        if let priceDiscount { return priceDiscount }
        guard let grossPrice else { return nil }
        return try? grossPrice - unitPrice
    }

    /// BT-148, or what follows for it from BT-147 and BT-146.
    var impliedGrossPrice: ExactDecimal? {
        if let grossPrice { return grossPrice }
        guard let priceDiscount else { return nil }
        return try? unitPrice + priceDiscount
    }
}
