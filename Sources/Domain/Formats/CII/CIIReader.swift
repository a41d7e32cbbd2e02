/// Reads a document in UN/CEFACT Cross Industry Invoice, D16B, by the binding of EN 16931-3-3.
///
/// Namespaces decide, not prefixes; elements may stand in any order. What `CIIWriter` writes is read as the document that was written.
public enum CIIReader {
    public static func read(_ tree: XMLTree) -> DocumentReading {
        var reading = TreeReading(tree)
        guard tree.name(of: tree.root) == .rsmCrossIndustryInvoice else {
            reading.report(tree.root, "BT-24", .notCII)
            return reading.result(InvoiceDocument(typeCode: "", currency: ""))
        }
        let document = document(&reading)
        return reading.result(document)
    }

    private static func document(_ reading: inout TreeReading) -> InvoiceDocument {
        let root = reading.tree.root
        let transaction = reading.child(.rsmSupplyChainTradeTransaction, of: root)
        let settlement = reading.child(.ramApplicableHeaderTradeSettlement, of: transaction)
        let head = reading.child(.rsmExchangedDocument, of: root)
        let typeCode = reading.code(.ramTypeCode, of: head ?? root, required: "BT-3")
        let currency = reading.code(.ramInvoiceCurrencyCode, of: settlement ?? root, required: "BT-5")
        var document = InvoiceDocument(typeCode: typeCode, currency: currency)
        readHead(head, &document, &reading)
        readAgreement(reading.child(.ramApplicableHeaderTradeAgreement, of: transaction), &document, &reading)
        readDelivery(reading.child(.ramApplicableHeaderTradeDelivery, of: transaction), &document, &reading)
        if let settlement { readSettlement(settlement, &document, &reading) }
        for element in reading.children(.ramIncludedSupplyChainTradeLineItem, of: transaction) {
            document.lines.append(line(element, currency, &reading))
        }
        return document
    }

    private static func readHead(_ head: XMLTree.Element?, _ document: inout InvoiceDocument, _ reading: inout TreeReading) {
        let context = reading.child(.rsmExchangedDocumentContext, of: reading.tree.root)
        let process = reading.child(.ramBusinessProcessSpecifiedDocumentContextParameter, of: context)
        document.businessProcess = reading.text(.ramID, of: process)
        let guideline = reading.child(.ramGuidelineSpecifiedDocumentContextParameter, of: context)
        document.specification = reading.text(.ramID, of: guideline)
        document.number = reading.text(.ramID, of: head)
        document.issueDate = reading.date102(.ramIssueDateTime, .udtDateTimeString, of: head, "BT-2")
        for note in reading.children(.ramIncludedNote, of: head) {
            let text = reading.text(.ramContent, of: note, required: "BT-22")
            document.notes.append(InvoiceDocument.Note(text, subjectCode: reading.code(.ramSubjectCode, of: note)))
        }
    }

    private static func readAgreement(
        _ agreement: XMLTree.Element?, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        document.buyerReference = reading.text(.ramBuyerReference, of: agreement)
        document.seller = reading.child(.ramSellerTradeParty, of: agreement).map { party($0, .seller, &reading) }
        document.buyer = reading.child(.ramBuyerTradeParty, of: agreement).map { party($0, .buyer, &reading) }
        let representative = reading.child(.ramSellerTaxRepresentativeTradeParty, of: agreement)
        document.sellerTaxRepresentative = representative.map { party($0, .representative, &reading) }
        document.salesOrderReference = reference(.ramSellerOrderReferencedDocument, of: agreement, &reading)
        document.purchaseOrderReference = reference(.ramBuyerOrderReferencedDocument, of: agreement, &reading)
        document.contractReference = reference(.ramContractReferencedDocument, of: agreement, &reading)
        for element in reading.all(.ramAdditionalReferencedDocument, of: agreement) { readAdditional(element, &document, &reading) }
        let project = reading.child(.ramSpecifiedProcuringProject, of: agreement)
        document.projectReference = reading.text(.ramID, of: project)
        reading.constant(.ramName, of: project, CIIConstant.projectName)
    }

    private static func reference(_ name: XMLName, of parent: XMLTree.Element?, _ reading: inout TreeReading) -> String? {
        reading.text(.ramIssuerAssignedID, of: reading.child(name, of: parent))
    }

    /// The document type tells BT-17 and BT-18 from an attachment. One of a kind is taken; another is left.
    private static func readAdditional(
        _ element: XMLTree.Element, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        let type = reading.next(.ramTypeCode, of: element).map { reading.tree.trimmedText(of: $0) }
        switch type {
        case CIIConstant.tender:
            guard document.tenderOrLotReference == nil else { return }
            reading.take(element)
            reading.constant(.ramTypeCode, of: element, CIIConstant.tender)
            document.tenderOrLotReference = reading.text(.ramIssuerAssignedID, of: element)
        case CIIConstant.invoicedObject:
            guard document.invoicedObject == nil else { return }
            document.invoicedObject = object(element, &reading)
        default:
            reading.take(element)
            reading.constant(.ramTypeCode, of: element, CIIConstant.attachment)
            var attachment = InvoiceDocument.Attachment(
                reference: reading.text(.ramIssuerAssignedID, of: element, required: "BT-122"))
            attachment.location = reading.text(.ramURIID, of: element)
            attachment.description = reading.text(.ramName, of: element)
            attachment.content = reading.binaryObject(.ramAttachmentBinaryObject, of: element)
            document.attachments.append(attachment)
        }
    }

    /// BT-18 or BT-128.
    static func object(_ element: XMLTree.Element, _ reading: inout TreeReading) -> Identifier? {
        reading.take(element)
        reading.constant(.ramTypeCode, of: element, CIIConstant.invoicedObject)
        guard let value = reading.text(.ramIssuerAssignedID, of: element) else { return nil }
        return Identifier(value, scheme: reading.code(.ramReferenceTypeCode, of: element))
    }

    private static func readDelivery(
        _ element: XMLTree.Element?, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        var delivery = InvoiceDocument.Delivery()
        let party = reading.child(.ramShipToTradeParty, of: element)
        delivery.location = reading.identifier(.ramID, of: party) ?? reading.identifier(.ramGlobalID, of: party)
        delivery.partyName = reading.text(.ramName, of: party)
        delivery.address = address(of: party, "BT-80", &reading)
        let event = reading.child(.ramActualDeliverySupplyChainEvent, of: element)
        delivery.date = reading.date102(.ramOccurrenceDateTime, .udtDateTimeString, of: event, "BT-72")
        document.delivery = delivery == InvoiceDocument.Delivery() ? nil : delivery
        document.despatchAdviceReference = reference(.ramDespatchAdviceReferencedDocument, of: element, &reading)
        document.receivingAdviceReference = reference(.ramReceivingAdviceReferencedDocument, of: element, &reading)
    }
}
