/// Writes a document as UBL 2.1 (ISO/IEC 19845), bound as EN 16931-3-2 says: a `CreditNote` when its type code is that of a credit note,
/// else an `Invoice`. The code 81 is of both (BR-CL-01): it makes a `CreditNote`, as Peppol has it, unless the document was an `Invoice`.
///
/// Elements stand in the order of the UBL schemas. What the document lacks is left out; whether it may be lacking is for the rules to say.
/// What the syntax has no place for is told by `UBLWriter.notCarried`. Where the binding leaves a choice:
/// - BT-32 has the tax scheme `TAX`.
/// - BT-14 without BT-13 has the order reference `NA`; a card (BG-18) has the network `NA`; both are demanded by the schema only.
/// - BT-9 of a credit note without payment instructions stands in payment means of the code 1 (instrument not defined).
/// - BT-90 is an identifier of the payee, and of the seller when there is no payee.
/// - BT-148 without BT-147 gets the discount that follows from BT-146.
public enum UBLWriter {
    /// - Parameter indentation: spaces by which an element is indented against its parent; 0 writes no white space between elements.
    /// - Throws: when a text holds a character that XML cannot carry.
    public static func write(_ document: InvoiceDocument, indentation: Int = 0) throws(XMLWriteError) -> [UInt8] {
        var xml = XMLWriter(capacity: 4_096 + document.lines.count * 1_024, indentation: indentation)
        write(document, to: &xml)
        return try xml.finish()
    }

    /// Writes the document as the root of `xml`.
    public static func write(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        if document.isUBLCreditNote {
            xml.element("CreditNote") { xml in
                xml.attribute("xmlns", UBLNamespace.creditNote)
                writeContent(document, to: &xml)
            }
        } else {
            xml.element("Invoice") { xml in
                xml.attribute("xmlns", UBLNamespace.invoice)
                writeContent(document, to: &xml)
            }
        }
    }

    private static func writeContent(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        xml.attribute("xmlns:cac", UBLNamespace.aggregate)
        xml.attribute("xmlns:cbc", UBLNamespace.basic)
        writeHead(document, to: &xml)
        writeReferences(document, to: &xml)
        writeParties(document, to: &xml)
        writeDelivery(document.delivery, to: &xml)
        writePayment(document, to: &xml)
        for allowance in document.allowances { write(allowance, isCharge: false, document.currency, to: &xml) }
        for charge in document.charges { write(charge, isCharge: true, document.currency, to: &xml) }
        writeTax(document, to: &xml)
        writeTotals(document, to: &xml)
        for line in document.lines { write(line, of: document, to: &xml) }
    }

    private static func writeHead(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        xml.element("cbc:CustomizationID", document.specification)
        xml.element("cbc:ProfileID", document.businessProcess)
        xml.element("cbc:ID", document.number)
        xml.date("cbc:IssueDate", document.issueDate)
        if document.isUBLCreditNote {
            xml.date("cbc:TaxPointDate", document.taxPointDate)
            xml.element("cbc:CreditNoteTypeCode", document.typeCode)
            for note in document.notes { xml.element("cbc:Note", note.ublText) }
        } else {
            xml.date("cbc:DueDate", document.dueDate)
            xml.element("cbc:InvoiceTypeCode", document.typeCode)
            for note in document.notes { xml.element("cbc:Note", note.ublText) }
            xml.date("cbc:TaxPointDate", document.taxPointDate)
        }
        xml.element("cbc:DocumentCurrencyCode", document.currency)
        xml.element("cbc:TaxCurrencyCode", document.taxCurrency)
        xml.element("cbc:AccountingCost", document.buyerAccountingReference)
        xml.element("cbc:BuyerReference", document.buyerReference)
        write(document.period, taxPointCode: document.taxPointDateCode, to: &xml)
    }

    private static func writeReferences(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        let (order, sale) = (document.purchaseOrderReference, document.salesOrderReference)
        xml.group("cac:OrderReference") { xml in
            xml.element("cbc:ID", order ?? (sale == nil ? nil : UBLConstant.notAvailable))
            xml.element("cbc:SalesOrderID", sale)
        }
        for invoice in document.precedingInvoices {
            xml.element("cac:BillingReference") { xml in
                xml.element("cac:InvoiceDocumentReference") { xml in
                    xml.element("cbc:ID", invoice.number)
                    xml.date("cbc:IssueDate", invoice.issueDate)
                }
            }
        }
        writeReference("cac:DespatchDocumentReference", document.despatchAdviceReference, to: &xml)
        writeReference("cac:ReceiptDocumentReference", document.receivingAdviceReference, to: &xml)
        // The two schemas differ in order, and the credit note's has no place for a project.
        if document.isUBLCreditNote {
            writeReference("cac:ContractDocumentReference", document.contractReference, to: &xml)
            writeAdditionalReferences(document, to: &xml)
            writeReference("cac:OriginatorDocumentReference", document.tenderOrLotReference, to: &xml)
        } else {
            writeReference("cac:OriginatorDocumentReference", document.tenderOrLotReference, to: &xml)
            writeReference("cac:ContractDocumentReference", document.contractReference, to: &xml)
            writeAdditionalReferences(document, to: &xml)
            writeReference("cac:ProjectReference", document.projectReference, to: &xml)
        }
    }

    private static func writeReference(_ name: StaticString, _ number: String?, to xml: inout XMLWriter) {
        xml.group(name) { $0.element("cbc:ID", number) }
    }

    private static func writeAdditionalReferences(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        if let object = document.invoicedObject { write(object, documentType: UBLConstant.invoicedObject, to: &xml) }
        if document.isUBLCreditNote, let project = document.projectReference {
            write(Identifier(project), documentType: UBLConstant.project, to: &xml)
        }
        for attachment in document.attachments {
            xml.element("cac:AdditionalDocumentReference") { xml in
                xml.element("cbc:ID", attachment.reference)
                xml.element("cbc:DocumentDescription", attachment.description)
                xml.group("cac:Attachment") { xml in
                    xml.binaryObject("cbc:EmbeddedDocumentBinaryObject", attachment.content)
                    xml.group("cac:ExternalReference") { $0.element("cbc:URI", attachment.location) }
                }
            }
        }
    }

    private static func write(_ reference: Identifier, documentType: String, to xml: inout XMLWriter) {
        xml.element("cac:AdditionalDocumentReference") { xml in
            xml.identifier("cbc:ID", reference)
            xml.element("cbc:DocumentTypeCode", documentType)
        }
    }

    static func write(_ period: InvoiceDocument.Period?, taxPointCode: String?, to xml: inout XMLWriter) {
        xml.group("cac:InvoicePeriod") { xml in
            xml.date("cbc:StartDate", period?.start)
            xml.date("cbc:EndDate", period?.end)
            xml.element("cbc:DescriptionCode", taxPointCode)
        }
    }
}

enum UBLNamespace {
    static let invoice = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    static let creditNote = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
    static let aggregate = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    static let basic = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
}

/// Words that the binding fixes.
enum UBLConstant {
    static let vat = "VAT"
    /// The tax scheme of BT-32: any but VAT.
    static let otherTax = "TAX"
    /// The scheme that tells BT-90 from the party's other identifiers.
    static let sepa = "SEPA"
    /// What stands where the schema demands a value that the model does not know.
    static let notAvailable = "NA"
    /// The document types (UNTDID 1001) of BT-18, and of BT-11 on a credit note.
    static let invoicedObject = "130"
    static let project = "50"
    /// The document type of BT-122, which the binding leaves out and some write.
    static let attachment = "916"
    /// UNTDID 4461: instrument not defined.
    static let undefinedMeans = "1"
}

extension InvoiceDocument.Note {
    /// BT-21 stands before BT-22 between number signs (EN 16931-3-2).
    var ublText: String {
        guard let subjectCode else { return text }
        return "#" + subjectCode + "#" + text
    }
}
