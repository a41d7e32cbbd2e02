extension CIIReader {
    static func line(_ element: XMLTree.Element, _ currency: String, _ reading: inout TreeReading) -> InvoiceDocument.Line {
        let head = reading.child(.ramAssociatedDocumentLineDocument, of: element)
        let id = reading.text(.ramLineID, of: head ?? element, required: "BT-126")
        let delivery = reading.child(.ramSpecifiedLineTradeDelivery, of: element)
        let (quantity, unit) = reading.quantity(.ramBilledQuantity, of: delivery, "BT-129")
        if quantity == nil { reading.miss(.ramBilledQuantity, of: delivery ?? element, "BT-129") }
        if quantity != nil, unit == nil { reading.report(element, "BT-130", .noUnit) }
        let settlement = reading.child(.ramSpecifiedLineTradeSettlement, of: element)
        let agreement = reading.child(.ramSpecifiedLineTradeAgreement, of: element)
        let net = reading.child(.ramNetPriceProductTradePrice, of: agreement)
        let unitPrice = reading.amount(.ramChargeAmount, of: net, "BT-146", currency: currency)
        if unitPrice == nil { reading.miss(.ramChargeAmount, of: net ?? element, "BT-146") }
        var line = InvoiceDocument.Line(
            id: id, quantity: quantity ?? .zero, unit: unit ?? "", unitPrice: unitPrice ?? .zero,
            tax: lineTax(settlement ?? element, &reading), item: item(element, &reading))
        (line.priceBaseQuantity, line.priceBaseUnit) = reading.quantity(.ramBasisQuantity, of: net, "BT-149")
        readGrossPrice(agreement, &line, currency, &reading)
        line.note = reading.text(.ramContent, of: reading.child(.ramIncludedNote, of: head))
        line.orderLineReference = reading.text(.ramLineID, of: reading.child(.ramBuyerOrderReferencedDocument, of: agreement))
        if let settlement { readSettlement(settlement, &line, currency, &reading) }
        return line
    }

    private static func lineTax(_ settlement: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.Tax {
        guard let element = reading.child(.ramApplicableTradeTax, of: settlement) else {
            reading.miss(.ramApplicableTradeTax, of: settlement, "BT-151")
            return InvoiceDocument.Tax(category: "")
        }
        return tax(element, ("BT-151", "BT-152"), &reading)
    }

    private static func readSettlement(
        _ settlement: XMLTree.Element, _ line: inout InvoiceDocument.Line, _ currency: String, _ reading: inout TreeReading
    ) {
        line.period = period(of: settlement, ("BT-134", "BT-135"), &reading)
        (line.allowances, line.charges) = allowancesAndCharges(of: settlement, .line, currency, &reading)
        let sum = reading.child(.ramSpecifiedTradeSettlementLineMonetarySummation, of: settlement)
        line.netAmount = reading.amount(.ramLineTotalAmount, of: sum, "BT-131", currency: currency)
        if let element = reading.next(.ramAdditionalReferencedDocument, of: settlement) {
            line.invoicedObject = object(element, &reading)
        }
        let account = reading.child(.ramReceivableSpecifiedTradeAccountingAccount, of: settlement)
        line.accountingReference = reading.text(.ramID, of: account)
    }

    /// The base quantity of the gross price is taken when the net price has none, or the same.
    private static func readGrossPrice(
        _ agreement: XMLTree.Element?, _ line: inout InvoiceDocument.Line, _ currency: String, _ reading: inout TreeReading
    ) {
        guard let gross = reading.child(.ramGrossPriceProductTradePrice, of: agreement) else { return }
        line.grossPrice = reading.amount(.ramChargeAmount, of: gross, "BT-148", currency: currency)
        if let base = reading.next(.ramBasisQuantity, of: gross) {
            let value = try? ExactDecimal(utf8: reading.tree.trimmedUTF8(of: base))
            let unit = reading.tree.attribute(.unitCode, of: base)
            if line.priceBaseQuantity == nil || (line.priceBaseQuantity == value && line.priceBaseUnit == unit) {
                (line.priceBaseQuantity, line.priceBaseUnit) = reading.quantity(.ramBasisQuantity, of: gross, "BT-149")
            }
        }
        guard let discount = reading.child(.ramAppliedTradeAllowanceCharge, of: gross) else { return }
        if indicator(of: discount, "BT-147", &reading) == true { reading.report(discount, "BT-147", .notAnAllowance) }
        line.priceDiscount = reading.amount(.ramActualAmount, of: discount, "BT-147", currency: currency)
    }

    private static func item(_ line: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.Item {
        guard let element = reading.child(.ramSpecifiedTradeProduct, of: line) else {
            reading.miss(.ramSpecifiedTradeProduct, of: line, "BG-31")
            return InvoiceDocument.Item(name: "")
        }
        var item = InvoiceDocument.Item(name: reading.text(.ramName, of: element, required: "BT-153"))
        item.standardIdentifier = reading.identifier(.ramGlobalID, of: element)
        item.sellerIdentifier = reading.text(.ramSellerAssignedID, of: element)
        item.buyerIdentifier = reading.text(.ramBuyerAssignedID, of: element)
        item.description = reading.text(.ramDescription, of: element)
        for characteristic in reading.children(.ramApplicableProductCharacteristic, of: element) {
            item.attributes.append(
                InvoiceDocument.Attribute(
                    name: reading.text(.ramDescription, of: characteristic, required: "BT-160"),
                    value: reading.text(.ramValue, of: characteristic, required: "BT-161")))
        }
        for holder in reading.children(.ramDesignatedProductClassification, of: element) {
            guard let code = reading.leaf(.ramClassCode, of: holder) else { continue }
            item.classifications.append(reading.classification(code))
        }
        item.originCountry = reading.code(.ramID, of: reading.child(.ramOriginTradeCountry, of: element))
        return item
    }
}
