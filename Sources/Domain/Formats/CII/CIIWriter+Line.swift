extension CIIWriter {
    static func write(_ line: InvoiceDocument.Line, to xml: inout XMLWriter) {
        xml.element("ram:IncludedSupplyChainTradeLineItem") { xml in
            xml.element("ram:AssociatedDocumentLineDocument") { xml in
                xml.element("ram:LineID", line.id)
                xml.group("ram:IncludedNote") { $0.element("ram:Content", line.note) }
            }
            xml.element("ram:SpecifiedTradeProduct") { write(line.item, to: &$0) }
            xml.element("ram:SpecifiedLineTradeAgreement") { xml in
                xml.group("ram:BuyerOrderReferencedDocument") { $0.element("ram:LineID", line.orderLineReference) }
                writePrices(of: line, to: &xml)
            }
            xml.element("ram:SpecifiedLineTradeDelivery") { $0.quantity("ram:BilledQuantity", line.quantity, unit: line.unit) }
            xml.element("ram:SpecifiedLineTradeSettlement") { xml in
                write(line.tax, as: "ram:ApplicableTradeTax", to: &xml)
                write(line.period, to: &xml)
                for allowance in line.allowances { write(allowance, isCharge: false, to: &xml) }
                for charge in line.charges { write(charge, isCharge: true, to: &xml) }
                xml.group("ram:SpecifiedTradeSettlementLineMonetarySummation") { $0.element("ram:LineTotalAmount", line.netAmount) }
                if let object = line.invoicedObject { write(object, documentType: CIIConstant.invoicedObject, to: &xml) }
                xml.group("ram:ReceivableSpecifiedTradeAccountingAccount") { $0.element("ram:ID", line.accountingReference) }
            }
        }
    }

    private static func write(_ item: InvoiceDocument.Item, to xml: inout XMLWriter) {
        xml.identifier("ram:GlobalID", item.standardIdentifier)
        xml.element("ram:SellerAssignedID", item.sellerIdentifier)
        xml.element("ram:BuyerAssignedID", item.buyerIdentifier)
        xml.element("ram:Name", item.name)
        xml.element("ram:Description", item.description)
        for attribute in item.attributes {
            xml.element("ram:ApplicableProductCharacteristic") { xml in
                xml.element("ram:Description", attribute.name)
                xml.element("ram:Value", attribute.value)
            }
        }
        for classification in item.classifications {
            xml.element("ram:DesignatedProductClassification") { xml in
                xml.element("ram:ClassCode") { xml in
                    xml.attribute("listID", classification.scheme)
                    xml.attribute("listVersionID", classification.schemeVersion)
                    xml.text(classification.code)
                }
            }
        }
        xml.group("ram:OriginTradeCountry") { $0.element("ram:ID", item.originCountry) }
    }

    private static func writePrices(of line: InvoiceDocument.Line, to xml: inout XMLWriter) {
        // A unit alone has no element to stand on; a base quantity of 1 says the same as none.
        let base = line.priceBaseQuantity ?? (line.priceBaseUnit == nil ? nil : .one)
        if let gross = line.impliedGrossPrice {
            xml.element("ram:GrossPriceProductTradePrice") { xml in
                xml.element("ram:ChargeAmount", gross)
                xml.quantity("ram:BasisQuantity", base, unit: line.priceBaseUnit)
                if let discount = line.priceDiscount {
                    xml.element("ram:AppliedTradeAllowanceCharge") { xml in
                        writeIndicator(false, to: &xml)
                        xml.element("ram:ActualAmount", discount)
                    }
                }
            }
        }
        xml.element("ram:NetPriceProductTradePrice") { xml in
            xml.element("ram:ChargeAmount", line.unitPrice)
            xml.quantity("ram:BasisQuantity", base, unit: line.priceBaseUnit)
        }
    }
}
