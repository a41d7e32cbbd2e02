extension UBLReader {
    static func line(
        _ element: XMLTree.Element, _ isCreditNote: Bool, _ currency: String, _ reading: inout TreeReading
    ) -> InvoiceDocument.Line {
        let id = reading.text(.cbcID, of: element, required: "BT-126")
        let quantityName: XMLName = isCreditNote ? .cbcCreditedQuantity : .cbcInvoicedQuantity
        let (quantity, unit) = reading.quantity(quantityName, of: element, "BT-129")
        if quantity == nil { reading.miss(quantityName, of: element, "BT-129") }
        if quantity != nil, unit == nil { reading.report(element, "BT-130", .noUnit) }
        let (item, tax) = item(element, &reading)
        let price = reading.child(.cacPrice, of: element)
        let unitPrice = reading.amount(.cbcPriceAmount, of: price, "BT-146", currency: currency)
        if unitPrice == nil { reading.miss(.cbcPriceAmount, of: price ?? element, "BT-146") }
        var line = InvoiceDocument.Line(
            id: id, quantity: quantity ?? .zero, unit: unit ?? "", unitPrice: unitPrice ?? .zero, tax: tax, item: item)
        readPrice(price, &line, currency, &reading)
        line.note = reading.text(.cbcNote, of: element)
        line.netAmount = reading.amount(.cbcLineExtensionAmount, of: element, "BT-131", currency: currency)
        line.accountingReference = reading.text(.cbcAccountingCost, of: element)
        line.period = period(reading.child(.cacInvoicePeriod, of: element), ("BT-134", "BT-135"), &reading)
        line.orderLineReference = reading.text(.cbcLineID, of: reading.child(.cacOrderLineReference, of: element))
        if let object = reading.child(.cacDocumentReference, of: element) {
            reading.constant(.cbcDocumentTypeCode, of: object, UBLConstant.invoicedObject)
            line.invoicedObject = reading.identifier(.cbcID, of: object)
        }
        (line.allowances, line.charges) = allowancesAndCharges(of: element, .line, currency, &reading)
        return line
    }

    private static func readPrice(
        _ price: XMLTree.Element?, _ line: inout InvoiceDocument.Line, _ currency: String, _ reading: inout TreeReading
    ) {
        (line.priceBaseQuantity, line.priceBaseUnit) = reading.quantity(.cbcBaseQuantity, of: price, "BT-149")
        guard let discount = reading.child(.cacAllowanceCharge, of: price) else { return }
        reading.constant(.cbcChargeIndicator, of: discount, "false", "0")
        line.priceDiscount = reading.amount(.cbcAmount, of: discount, "BT-147", currency: currency)
        line.grossPrice = reading.amount(.cbcBaseAmount, of: discount, "BT-148", currency: currency)
    }

    private static func item(
        _ line: XMLTree.Element, _ reading: inout TreeReading
    ) -> (InvoiceDocument.Item, InvoiceDocument.Tax) {
        guard let element = reading.child(.cacItem, of: line) else {
            reading.miss(.cacItem, of: line, "BG-31")
            return (InvoiceDocument.Item(name: ""), InvoiceDocument.Tax(category: ""))
        }
        var item = InvoiceDocument.Item(name: reading.text(.cbcName, of: element, required: "BT-153"))
        item.description = reading.text(.cbcDescription, of: element)
        item.buyerIdentifier = reading.text(.cbcID, of: reading.child(.cacBuyersItemIdentification, of: element))
        item.sellerIdentifier = reading.text(.cbcID, of: reading.child(.cacSellersItemIdentification, of: element))
        item.standardIdentifier = reading.identifier(.cbcID, of: reading.child(.cacStandardItemIdentification, of: element))
        item.originCountry = reading.code(.cbcIdentificationCode, of: reading.child(.cacOriginCountry, of: element))
        for holder in reading.children(.cacCommodityClassification, of: element) {
            guard let code = reading.leaf(.cbcItemClassificationCode, of: holder) else { continue }
            item.classifications.append(reading.classification(code))
        }
        for property in reading.children(.cacAdditionalItemProperty, of: element) {
            item.attributes.append(
                InvoiceDocument.Attribute(
                    name: reading.text(.cbcName, of: property, required: "BT-160"),
                    value: reading.text(.cbcValue, of: property, required: "BT-161")))
        }
        guard let category = reading.child(.cacClassifiedTaxCategory, of: element) else {
            reading.miss(.cacClassifiedTaxCategory, of: element, "BT-151")
            return (item, InvoiceDocument.Tax(category: ""))
        }
        return (item, tax(category, ("BT-151", "BT-152"), &reading))
    }
}
