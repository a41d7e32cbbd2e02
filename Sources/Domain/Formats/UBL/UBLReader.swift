/// Reads a document in UBL 2.1, an `Invoice` or a `CreditNote`, by the binding of EN 16931-3-2.
///
/// Namespaces decide, not prefixes; elements may stand in any order. What `UBLWriter` writes is read as the document that was written.
public enum UBLReader {
    public static func read(_ tree: XMLTree) -> DocumentReading {
        let root = tree.name(of: tree.root)
        var reading = TreeReading(tree)
        guard root == .ublInvoice || root == .cnCreditNote else {
            reading.report(tree.root, "BT-24", .notUBL)
            return reading.result(InvoiceDocument(typeCode: "", currency: ""))
        }
        let document = document(&reading, isCreditNote: root == .cnCreditNote)
        return reading.result(document)
    }

    private static func document(_ reading: inout TreeReading, isCreditNote: Bool) -> InvoiceDocument {
        let root = reading.tree.root
        let typeCode = reading.code(isCreditNote ? .cbcCreditNoteTypeCode : .cbcInvoiceTypeCode, of: root, required: "BT-3")
        let currency = reading.code(.cbcDocumentCurrencyCode, of: root, required: "BT-5")
        var document = InvoiceDocument(typeCode: typeCode, currency: currency)
        // The code 81 is of both.
        document.isUBLInvoice = !isCreditNote && document.isCreditNote && CodeList.invoiceTypes.contains(typeCode)
        if !typeCode.isEmpty, document.isUBLCreditNote != isCreditNote {
            reading.report(root, "BT-3", .otherElement)
        }
        readHead(&document, &reading)
        readReferences(&document, &reading)
        readPayment(&document, isCreditNote, &reading)
        readParties(&document, &reading)
        document.delivery = delivery(&reading)
        (document.allowances, document.charges) = allowancesAndCharges(of: root, .document, currency, &reading)
        readTotals(&document, &reading)
        for element in reading.children(isCreditNote ? .cacCreditNoteLine : .cacInvoiceLine, of: root) {
            document.lines.append(line(element, isCreditNote, currency, &reading))
        }
        return document
    }

    private static func readHead(_ document: inout InvoiceDocument, _ reading: inout TreeReading) {
        let root = reading.tree.root
        reading.constant(.cbcUBLVersionID, of: root, "2.1")
        document.specification = reading.text(.cbcCustomizationID, of: root)
        document.businessProcess = reading.text(.cbcProfileID, of: root)
        document.number = reading.text(.cbcID, of: root)
        document.issueDate = reading.date(.cbcIssueDate, of: root, "BT-2")
        document.dueDate = reading.date(.cbcDueDate, of: root, "BT-9")
        document.notes = reading.texts(.cbcNote, of: root).map(InvoiceDocument.Note.init(ublText:))
        document.taxPointDate = reading.date(.cbcTaxPointDate, of: root, "BT-7")
        document.taxCurrency = reading.code(.cbcTaxCurrencyCode, of: root)
        document.buyerAccountingReference = reading.text(.cbcAccountingCost, of: root)
        document.buyerReference = reading.text(.cbcBuyerReference, of: root)
        let period = reading.child(.cacInvoicePeriod, of: root)
        document.period = self.period(period, ("BT-73", "BT-74"), &reading)
        document.taxPointDateCode = reading.code(.cbcDescriptionCode, of: period)
    }

    static func period(
        _ element: XMLTree.Element?, _ terms: (StaticString, StaticString), _ reading: inout TreeReading
    ) -> InvoiceDocument.Period? {
        let start = reading.date(.cbcStartDate, of: element, terms.0)
        let end = reading.date(.cbcEndDate, of: element, terms.1)
        return start == nil && end == nil ? nil : InvoiceDocument.Period(start: start, end: end)
    }

    private static func readReferences(_ document: inout InvoiceDocument, _ reading: inout TreeReading) {
        let root = reading.tree.root
        let order = reading.child(.cacOrderReference, of: root)
        document.purchaseOrderReference = reading.text(.cbcID, of: order)
        document.salesOrderReference = reading.text(.cbcSalesOrderID, of: order)
        if document.salesOrderReference != nil, document.purchaseOrderReference == UBLConstant.notAvailable {
            document.purchaseOrderReference = nil
        }
        for billing in reading.children(.cacBillingReference, of: root) {
            guard let invoice = reading.child(.cacInvoiceDocumentReference, of: billing) else { continue }
            document.precedingInvoices.append(
                InvoiceDocument.PrecedingInvoice(
                    number: reading.text(.cbcID, of: invoice, required: "BT-25"),
                    issueDate: reading.date(.cbcIssueDate, of: invoice, "BT-26")))
        }
        document.despatchAdviceReference = reference(.cacDespatchDocumentReference, &reading)
        document.receivingAdviceReference = reference(.cacReceiptDocumentReference, &reading)
        document.tenderOrLotReference = reference(.cacOriginatorDocumentReference, &reading)
        document.contractReference = reference(.cacContractDocumentReference, &reading)
        document.projectReference = reference(.cacProjectReference, &reading)
        for element in reading.all(.cacAdditionalDocumentReference, of: root) { readAdditional(element, &document, &reading) }
    }

    private static func reference(_ name: XMLName, _ reading: inout TreeReading) -> String? {
        reading.text(.cbcID, of: reading.child(name, of: reading.tree.root))
    }

    /// The document type tells BT-18, and BT-11 on a credit note, from an attachment. One of a kind is taken; another is left.
    private static func readAdditional(
        _ element: XMLTree.Element, _ document: inout InvoiceDocument, _ reading: inout TreeReading
    ) {
        let type = reading.next(.cbcDocumentTypeCode, of: element).map { reading.tree.trimmedText(of: $0) }
        if type == UBLConstant.invoicedObject {
            guard document.invoicedObject == nil else { return }
            reading.take(element)
            reading.constant(.cbcDocumentTypeCode, of: element, UBLConstant.invoicedObject)
            document.invoicedObject = reading.identifier(.cbcID, of: element)
        } else if type == UBLConstant.project, document.isUBLCreditNote {
            guard document.projectReference == nil else { return }
            reading.take(element)
            reading.constant(.cbcDocumentTypeCode, of: element, UBLConstant.project)
            document.projectReference = reading.text(.cbcID, of: element)
        } else {
            reading.take(element)
            reading.constant(.cbcDocumentTypeCode, of: element, UBLConstant.attachment)
            var attachment = InvoiceDocument.Attachment(reference: reading.text(.cbcID, of: element, required: "BT-122"))
            attachment.description = reading.text(.cbcDocumentDescription, of: element)
            let content = reading.child(.cacAttachment, of: element)
            attachment.content = reading.binaryObject(.cbcEmbeddedDocumentBinaryObject, of: content)
            attachment.location = reading.text(.cbcURI, of: reading.child(.cacExternalReference, of: content))
            document.attachments.append(attachment)
        }
    }
}

extension InvoiceDocument.Note {
    /// Reads BT-22, with BT-21 before it where it stands between number signs as three capital letters (UNTDID 4451).
    init(ublText: String) {
        let utf8 = ublText.utf8
        let head = utf8.prefix(5)
        let isCoded =
            head.count == 5 && head.first == 0x23 && head.last == 0x23
            && head.dropFirst().dropLast().allSatisfy { (0x41...0x5A).contains($0) }
        if isCoded {
            self.init(String(Substring(utf8.dropFirst(5))), subjectCode: String(Substring(head.dropFirst().dropLast())))
        } else {
            self.init(ublText)
        }
    }
}
