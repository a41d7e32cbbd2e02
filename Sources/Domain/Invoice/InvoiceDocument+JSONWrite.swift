/// Writes the JSON form of a document. Decimals and days are made in one buffer that is used again and again.
struct InvoiceJSONWriter {
    private(set) var writer: JSONWriter
    private var scratch: [UInt8] = []

    init(capacity: Int) {
        writer = JSONWriter(capacity: capacity)
        scratch.reserveCapacity(64)
    }

    mutating func document(_ document: InvoiceDocument) {
        writer.beginObject()
        text("number", document.number)
        writer.field("type", document.typeCode)
        writer.field("currency", document.currency)
        date("issueDate", document.issueDate)
        date("dueDate", document.dueDate)
        text("taxCurrency", document.taxCurrency)
        date("taxPointDate", document.taxPointDate)
        text("taxPointDateCode", document.taxPointDateCode)
        references(document)
        party("seller", document.seller)
        party("buyer", document.buyer)
        party("payee", document.payee)
        party("sellerTaxRepresentative", document.sellerTaxRepresentative)
        delivery(document.delivery)
        period(document.period)
        text("paymentTerms", document.paymentTerms)
        payment(document.payment)
        array("lines", document.lines) { $0.line($1) }
        allowanceCharges("allowances", document.allowances)
        allowanceCharges("charges", document.charges)
        decimal("prepaidAmount", document.prepaidAmount)
        decimal("roundingAmount", document.roundingAmount)
        array("taxBreakdown", document.taxBreakdown) { $0.subtotal($1) }
        totals(document.totals)
        array("attachments", document.attachments) { $0.attachment($1) }
        text("taxRegime", document.taxRegime)
        text("placeOfSupply", document.placeOfSupply)
        if document.isUBLInvoice { writer.field("ublInvoice", true) }
        writer.endObject()
    }

    private mutating func references(_ document: InvoiceDocument) {
        text("buyerReference", document.buyerReference)
        text("projectReference", document.projectReference)
        text("contractReference", document.contractReference)
        text("purchaseOrderReference", document.purchaseOrderReference)
        text("salesOrderReference", document.salesOrderReference)
        text("receivingAdviceReference", document.receivingAdviceReference)
        text("despatchAdviceReference", document.despatchAdviceReference)
        text("tenderOrLotReference", document.tenderOrLotReference)
        identifier("invoicedObject", document.invoicedObject)
        text("buyerAccountingReference", document.buyerAccountingReference)
        text("businessProcess", document.businessProcess)
        text("specification", document.specification)
        array("precedingInvoices", document.precedingInvoices) { form, preceding in
            form.writer.field("number", preceding.number)
            form.date("issueDate", preceding.issueDate)
        }
        array("notes", document.notes) { form, note in
            form.text("subjectCode", note.subjectCode)
            form.writer.field("text", note.text)
        }
    }

    // MARK: Values

    private mutating func text(_ name: StaticString, _ value: String?) {
        if let value { writer.field(name, value) }
    }

    private mutating func date(_ name: StaticString, _ value: CalendarDate?) {
        if let value { writer.field(name, value.description) }
    }

    private mutating func decimal(_ name: StaticString, _ value: ExactDecimal?) {
        guard let value else { return }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(JSONBytes.quote)
        value.append(to: &scratch)
        scratch.append(JSONBytes.quote)
        writer.field(name, raw: scratch)
    }

    private mutating func identifier(_ name: StaticString, _ value: Identifier?) {
        guard let value else { return }
        writer.name(name)
        writer.beginObject()
        identifierMembers(value)
        writer.endObject()
    }

    private mutating func identifierMembers(_ value: Identifier) {
        writer.field("value", value.value)
        text("scheme", value.scheme)
    }

    /// An array of objects, whose members `body` writes; nothing when there are none.
    private mutating func array<T>(_ name: StaticString, _ elements: [T], _ body: (inout InvoiceJSONWriter, T) -> Void) {
        if elements.isEmpty { return }
        writer.name(name)
        writer.beginArray()
        for element in elements {
            writer.beginObject()
            body(&self, element)
            writer.endObject()
        }
        writer.endArray()
    }

    // MARK: Parties, delivery, payment

    private mutating func party(_ name: StaticString, _ party: InvoiceDocument.Party?) {
        guard let party else { return }
        writer.name(name)
        writer.beginObject()
        writer.field("name", party.name)
        text("tradingName", party.tradingName)
        array("identifiers", party.identifiers) { $0.identifierMembers($1) }
        identifier("legalRegistration", party.legalRegistration)
        text("vatId", party.vatId)
        text("taxRegistration", party.taxRegistration)
        text("legalInformation", party.legalInformation)
        identifier("endpoint", party.endpoint)
        address(party.address)
        if let contact = party.contact {
            writer.name("contact")
            writer.beginObject()
            text("name", contact.name)
            text("telephone", contact.telephone)
            text("email", contact.email)
            writer.endObject()
        }
        writer.endObject()
    }

    private mutating func address(_ address: InvoiceDocument.Address?) {
        guard let address else { return }
        writer.name("address")
        writer.beginObject()
        text("street", address.street)
        text("additionalStreet", address.additionalStreet)
        text("line3", address.line3)
        text("city", address.city)
        text("postalCode", address.postalCode)
        text("subdivision", address.subdivision)
        writer.field("country", address.country)
        writer.endObject()
    }

    private mutating func delivery(_ delivery: InvoiceDocument.Delivery?) {
        guard let delivery else { return }
        writer.name("delivery")
        writer.beginObject()
        text("partyName", delivery.partyName)
        identifier("location", delivery.location)
        date("date", delivery.date)
        address(delivery.address)
        writer.endObject()
    }

    private mutating func period(_ period: InvoiceDocument.Period?) {
        guard let period else { return }
        writer.name("period")
        writer.beginObject()
        date("start", period.start)
        date("end", period.end)
        writer.endObject()
    }

    private mutating func payment(_ payment: InvoiceDocument.PaymentInstructions?) {
        guard let payment else { return }
        writer.name("payment")
        writer.beginObject()
        writer.field("meansCode", payment.meansCode)
        text("meansText", payment.meansText)
        text("remittanceInformation", payment.remittanceInformation)
        array("creditTransfers", payment.creditTransfers) { form, transfer in
            form.writer.field("account", transfer.account)
            form.text("accountName", transfer.accountName)
            form.text("serviceProvider", transfer.serviceProvider)
        }
        text("cardNumber", payment.cardNumber)
        text("cardHolder", payment.cardHolder)
        text("mandateReference", payment.mandateReference)
        text("creditorIdentifier", payment.creditorIdentifier)
        text("debitedAccount", payment.debitedAccount)
        writer.endObject()
    }

    private mutating func attachment(_ attachment: InvoiceDocument.Attachment) {
        writer.field("reference", attachment.reference)
        text("description", attachment.description)
        text("location", attachment.location)
        guard let content = attachment.content else { return }
        writer.name("content")
        writer.beginObject()
        writer.field("mimeCode", content.mimeCode)
        writer.field("fileName", content.fileName)
        writer.field("base64", Base64.encode(content.bytes))
        writer.endObject()
    }

    // MARK: Lines and amounts

    private mutating func line(_ line: InvoiceDocument.Line) {
        writer.field("id", line.id)
        item(line.item)
        decimal("quantity", line.quantity)
        writer.field("unit", line.unit)
        decimal("unitPrice", line.unitPrice)
        decimal("priceDiscount", line.priceDiscount)
        decimal("grossPrice", line.grossPrice)
        decimal("priceBaseQuantity", line.priceBaseQuantity)
        text("priceBaseUnit", line.priceBaseUnit)
        tax(line.tax)
        allowanceCharges("allowances", line.allowances)
        allowanceCharges("charges", line.charges)
        decimal("netAmount", line.netAmount)
        text("note", line.note)
        identifier("invoicedObject", line.invoicedObject)
        text("orderLineReference", line.orderLineReference)
        text("accountingReference", line.accountingReference)
        period(line.period)
    }

    private mutating func item(_ item: InvoiceDocument.Item) {
        writer.field("name", item.name)
        text("description", item.description)
        text("sellerItemId", item.sellerIdentifier)
        text("buyerItemId", item.buyerIdentifier)
        identifier("standardItemId", item.standardIdentifier)
        array("classifications", item.classifications) { form, classification in
            form.writer.field("code", classification.code)
            form.writer.field("scheme", classification.scheme)
            form.text("schemeVersion", classification.schemeVersion)
        }
        text("originCountry", item.originCountry)
        array("attributes", item.attributes) { form, attribute in
            form.writer.field("name", attribute.name)
            form.writer.field("value", attribute.value)
        }
    }

    private mutating func tax(_ tax: InvoiceDocument.Tax?) {
        guard let tax else { return }
        writer.name("tax")
        writer.beginObject()
        writer.field("category", tax.category)
        decimal("rate", tax.rate)
        decimal("cessRate", tax.cessRate)
        writer.endObject()
    }

    private mutating func allowanceCharges(_ name: StaticString, _ elements: [InvoiceDocument.AllowanceCharge]) {
        array(name, elements) { form, element in
            form.decimal("amount", element.amount)
            form.decimal("baseAmount", element.baseAmount)
            form.decimal("percentage", element.percentage)
            form.tax(element.tax)
            form.text("reason", element.reason)
            form.text("reasonCode", element.reasonCode)
        }
    }

    private mutating func subtotal(_ subtotal: InvoiceDocument.TaxSubtotal) {
        writer.field("category", subtotal.category)
        decimal("rate", subtotal.rate)
        decimal("taxableAmount", subtotal.taxableAmount)
        decimal("taxAmount", subtotal.taxAmount)
        text("exemptionReason", subtotal.exemptionReason)
        text("exemptionReasonCode", subtotal.exemptionReasonCode)
        array("components", subtotal.components) { form, component in
            form.writer.field("name", component.name)
            form.decimal("rate", component.rate)
            form.decimal("amount", component.amount)
        }
    }

    private mutating func totals(_ totals: InvoiceDocument.Totals?) {
        guard let totals else { return }
        writer.name("totals")
        writer.beginObject()
        decimal("lineNet", totals.lineNet)
        decimal("allowances", totals.allowances)
        decimal("charges", totals.charges)
        decimal("taxExclusive", totals.taxExclusive)
        decimal("tax", totals.tax)
        decimal("taxInTaxCurrency", totals.taxInTaxCurrency)
        decimal("taxInclusive", totals.taxInclusive)
        decimal("payable", totals.payable)
        writer.endObject()
    }
}

extension InvoiceDocument: JSONWritable {
    /// Writes the complete document in its JSON form; see `canonicalJSON`.
    public func write(to writer: inout JSONWriter) {
        writer.raw(canonicalJSON)
    }
}
