/// Writes a document as UN/CEFACT Cross Industry Invoice, D16B, bound as EN 16931-3-3 says.
///
/// Elements stand in the order of the schema. What the document lacks is left out; whether it may be lacking is for the rules to say. What
/// the syntax has no place for is told by `CIIWriter.notCarried`. Where the binding leaves a choice:
/// - Identifiers with a scheme follow those without one, as the schema demands.
/// - BT-84 is an IBAN where it looks like one (ISO 13616), else a proprietary identifier.
/// - BT-7 and BT-8 stand in every part of the tax breakdown; BT-8 is told by UNTDID 2475 (5, 29, 72 for 3, 35, 432 of UNTDID 2005).
/// - BT-147 without BT-148 gets the gross price that follows from BT-146; the base quantity stands at both prices.
public enum CIIWriter {
    /// - Parameter indentation: spaces by which an element is indented against its parent; 0 writes no white space between elements.
    /// - Throws: when a text holds a character that XML cannot carry.
    public static func write(_ document: InvoiceDocument, indentation: Int = 0) throws(XMLWriteError) -> [UInt8] {
        var xml = XMLWriter(capacity: 4_096 + document.lines.count * 1_536, indentation: indentation)
        write(document, to: &xml)
        return try xml.finish()
    }

    /// Writes the document as the root of `xml`.
    public static func write(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        xml.element("rsm:CrossIndustryInvoice") { xml in
            xml.attribute("xmlns:rsm", CIINamespace.invoice)
            xml.attribute("xmlns:ram", CIINamespace.aggregate)
            xml.attribute("xmlns:udt", CIINamespace.unqualified)
            xml.attribute("xmlns:qdt", CIINamespace.qualified)
            writeHead(document, to: &xml)
            xml.element("rsm:SupplyChainTradeTransaction") { xml in
                for line in document.lines { write(line, to: &xml) }
                xml.element("ram:ApplicableHeaderTradeAgreement") { writeAgreement(document, to: &$0) }
                xml.element("ram:ApplicableHeaderTradeDelivery") { writeDelivery(document, to: &$0) }
                xml.element("ram:ApplicableHeaderTradeSettlement") { writeSettlement(document, to: &$0) }
            }
        }
    }

    private static func writeHead(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        xml.element("rsm:ExchangedDocumentContext") { xml in
            xml.group("ram:BusinessProcessSpecifiedDocumentContextParameter") { $0.element("ram:ID", document.businessProcess) }
            xml.group("ram:GuidelineSpecifiedDocumentContextParameter") { $0.element("ram:ID", document.specification) }
        }
        xml.element("rsm:ExchangedDocument") { xml in
            xml.element("ram:ID", document.number)
            xml.element("ram:TypeCode", document.typeCode)
            xml.date102("ram:IssueDateTime", "udt:DateTimeString", document.issueDate)
            for note in document.notes {
                xml.element("ram:IncludedNote") { xml in
                    xml.element("ram:Content", note.text)
                    xml.element("ram:SubjectCode", note.subjectCode)
                }
            }
        }
    }

    private static func writeAgreement(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        xml.element("ram:BuyerReference", document.buyerReference)
        if let seller = document.seller { xml.element("ram:SellerTradeParty") { write(seller, .seller, to: &$0) } }
        if let buyer = document.buyer { xml.element("ram:BuyerTradeParty") { write(buyer, .buyer, to: &$0) } }
        if let representative = document.sellerTaxRepresentative {
            xml.element("ram:SellerTaxRepresentativeTradeParty") { write(representative, .representative, to: &$0) }
        }
        writeReference("ram:SellerOrderReferencedDocument", document.salesOrderReference, to: &xml)
        writeReference("ram:BuyerOrderReferencedDocument", document.purchaseOrderReference, to: &xml)
        writeReference("ram:ContractReferencedDocument", document.contractReference, to: &xml)
        for attachment in document.attachments { write(attachment, to: &xml) }
        if let tender = document.tenderOrLotReference { write(Identifier(tender), documentType: CIIConstant.tender, to: &xml) }
        if let object = document.invoicedObject { write(object, documentType: CIIConstant.invoicedObject, to: &xml) }
        if let project = document.projectReference {
            xml.element("ram:SpecifiedProcuringProject") { xml in
                xml.element("ram:ID", project)
                xml.element("ram:Name", CIIConstant.projectName)
            }
        }
    }

    static func writeReference(_ name: StaticString, _ number: String?, to xml: inout XMLWriter) {
        xml.group(name) { $0.element("ram:IssuerAssignedID", number) }
    }

    /// Writes BT-18 or BT-128 with its scheme, or BT-17.
    static func write(_ reference: Identifier, documentType: String, to xml: inout XMLWriter) {
        xml.element("ram:AdditionalReferencedDocument") { xml in
            xml.element("ram:IssuerAssignedID", reference.value)
            xml.element("ram:TypeCode", documentType)
            xml.element("ram:ReferenceTypeCode", reference.scheme)
        }
    }

    private static func write(_ attachment: InvoiceDocument.Attachment, to xml: inout XMLWriter) {
        xml.element("ram:AdditionalReferencedDocument") { xml in
            xml.element("ram:IssuerAssignedID", attachment.reference)
            xml.element("ram:URIID", attachment.location)
            xml.element("ram:TypeCode", CIIConstant.attachment)
            xml.element("ram:Name", attachment.description)
            xml.binaryObject("ram:AttachmentBinaryObject", attachment.content)
        }
    }

    private static func writeDelivery(_ document: InvoiceDocument, to xml: inout XMLWriter) {
        if let delivery = document.delivery {
            xml.group("ram:ShipToTradeParty") { xml in
                if let location = delivery.location { write([location], to: &xml) }
                xml.element("ram:Name", delivery.partyName)
                write(delivery.address, to: &xml)
            }
            xml.group("ram:ActualDeliverySupplyChainEvent") {
                $0.date102("ram:OccurrenceDateTime", "udt:DateTimeString", delivery.date)
            }
        }
        writeReference("ram:DespatchAdviceReferencedDocument", document.despatchAdviceReference, to: &xml)
        writeReference("ram:ReceivingAdviceReferencedDocument", document.receivingAdviceReference, to: &xml)
    }
}

enum CIINamespace {
    static let invoice = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
    static let aggregate = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
    static let unqualified = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
    static let qualified = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
}

/// Words that the binding fixes.
enum CIIConstant {
    static let vat = "VAT"
    /// The schemes of BT-31 (also BT-48 and BT-63) and of BT-32.
    static let vatScheme = "VA"
    static let fiscalScheme = "FC"
    /// The document types (UNTDID 1001) of BT-17, BT-18 and BT-122.
    static let tender = "50"
    static let invoicedObject = "130"
    static let attachment = "916"
    /// The name of BT-11's project, which the schema demands and the model does not know.
    static let projectName = "Project reference"
}

/// BT-8 by UNTDID 2005, as the model has it, and by UNTDID 2475, as this syntax does. A code in neither column is carried as it is.
enum TaxPointCode {
    private static let pairs = [("3", "5"), ("35", "29"), ("432", "72")]

    static func to2475(_ code: String) -> String { pairs.first { $0.0 == code }?.1 ?? code }
    static func to2005(_ code: String) -> String { pairs.first { $0.1 == code }?.0 ?? code }
}
