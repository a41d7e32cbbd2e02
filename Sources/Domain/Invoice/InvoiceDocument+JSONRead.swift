extension InvoiceDocument {
    /// Takes the members of the JSON form; what is wrong is reported to `fields`.
    public static func read(_ fields: inout JSONFields, as content: JSONContent) -> InvoiceDocument? {
        InvoiceJSONFields(content).document(&fields)
    }
}

/// Reads the JSON form of a document, as a draft or complete.
struct InvoiceJSONFields {
    let isDraft: Bool
    /// Bounds of texts in bytes: names, codes and identifiers; notes, descriptions and other prose.
    private let minText: Int
    private let maxText: Int
    private let maxProse: Int
    /// How many elements an array may have, but for the lines.
    private let maxCount: Int

    init(_ content: InvoiceDocument.JSONContent) {
        isDraft = content == .draft
        // What is complete was let in before, also in another format: the whole is bounded, its parts are not.
        minText = isDraft ? 1 : 0
        maxText = isDraft ? 1_000 : .max
        maxProse = isDraft ? 20_000 : .max
        maxCount = isDraft ? 1_000 : .max
    }

    func document(_ fields: inout JSONFields) -> InvoiceDocument? {
        let number = computed("number", &fields, "is given when the invoice is issued; leave it out") { text("number", &$0) }
        let type = text("type", &fields) ?? "380"
        let currency = requiredText("currency", &fields)
        var document = InvoiceDocument(typeCode: type, currency: currency ?? "")
        document.number = number
        document.issueDate = fields.optionalDate("issueDate")
        document.dueDate = fields.optionalDate("dueDate")
        document.taxCurrency = text("taxCurrency", &fields)
        document.taxPointDate = fields.optionalDate("taxPointDate")
        document.taxPointDateCode = text("taxPointDateCode", &fields)
        references(&fields, into: &document)
        document.seller = fields.optionalObject("seller", party)
        document.buyer = fields.optionalObject("buyer", party)
        document.payee = fields.optionalObject("payee", party)
        document.sellerTaxRepresentative = fields.optionalObject("sellerTaxRepresentative", party)
        document.delivery = fields.optionalObject("delivery", delivery)
        document.period = fields.optionalObject("period", period)
        document.paymentTerms = prose("paymentTerms", &fields)
        document.payment = fields.optionalObject("payment", payment)
        var place = 0
        document.lines =
            fields.optionalObjects("lines", maxCount: InvoiceDocument.maxLines) { fields in
                place += 1
                return line(&fields, place: place)
            } ?? []
        document.allowances = objects("allowances", &fields, allowanceCharge)
        document.charges = objects("charges", &fields, allowanceCharge)
        document.prepaidAmount = fields.optionalDecimal("prepaidAmount")
        document.roundingAmount = fields.optionalDecimal("roundingAmount")
        document.taxBreakdown = objects("taxBreakdown", &fields, subtotal)
        document.totals = fields.optionalObject("totals", totals)
        document.attachments = objects("attachments", &fields, attachment)
        document.taxRegime = text("taxRegime", &fields)
        document.placeOfSupply = text("placeOfSupply", &fields)
        document.isUBLInvoice = fields.optionalBool("ublInvoice") ?? false
        if isDraft, document.isUBLInvoice, !document.isCreditNote || document.isUBLCreditNote {
            fields.report("ublInvoice", "is for the type code 81 alone; leave it out")
        }
        return document
    }

    private func references(_ fields: inout JSONFields, into document: inout InvoiceDocument) {
        document.buyerReference = text("buyerReference", &fields)
        document.projectReference = text("projectReference", &fields)
        document.contractReference = text("contractReference", &fields)
        document.purchaseOrderReference = text("purchaseOrderReference", &fields)
        document.salesOrderReference = text("salesOrderReference", &fields)
        document.receivingAdviceReference = text("receivingAdviceReference", &fields)
        document.despatchAdviceReference = text("despatchAdviceReference", &fields)
        document.tenderOrLotReference = text("tenderOrLotReference", &fields)
        document.invoicedObject = fields.optionalObject("invoicedObject", identifier)
        document.buyerAccountingReference = text("buyerAccountingReference", &fields)
        document.businessProcess = text("businessProcess", &fields)
        document.specification = text("specification", &fields)
        document.precedingInvoices = objects("precedingInvoices", &fields) { fields in
            let number = requiredText("number", &fields)
            let date = fields.optionalDate("issueDate")
            return number.map { InvoiceDocument.PrecedingInvoice(number: $0, issueDate: date) }
        }
        document.notes = objects("notes", &fields) { fields in
            let subjectCode = text("subjectCode", &fields)
            let note = fields.text("text", minBytes: minText, maxBytes: maxProse)
            return note.map { InvoiceDocument.Note($0, subjectCode: subjectCode) }
        }
    }

    // MARK: Values

    func text(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        fields.optionalText(name, minBytes: minText, maxBytes: maxText)
    }

    func requiredText(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        fields.text(name, minBytes: minText, maxBytes: maxText)
    }

    func prose(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        fields.optionalText(name, minBytes: minText, maxBytes: maxProse)
    }

    func objects<T>(_ name: StaticString, _ fields: inout JSONFields, _ body: (inout JSONFields) -> T?) -> [T] {
        fields.optionalObjects(name, maxCount: maxCount, body) ?? []
    }

    /// What `body` reads under `name` in a complete document; in a draft it must be absent.
    func computed<T>(
        _ name: StaticString, _ fields: inout JSONFields, _ message: @autoclosure () -> String = "is worked out; leave it out",
        _ body: (inout JSONFields) -> T?
    ) -> T? {
        guard isDraft else { return body(&fields) }
        if fields.optionalValue(name) != nil { fields.report(name, message()) }
        return nil
    }

    func identifier(_ fields: inout JSONFields) -> Identifier? {
        let value = requiredText("value", &fields)
        let scheme = text("scheme", &fields)
        return value.map { Identifier($0, scheme: scheme) }
    }

    func period(_ fields: inout JSONFields) -> InvoiceDocument.Period? {
        let start = fields.optionalDate("start")
        return InvoiceDocument.Period(start: start, end: fields.optionalDate("end"))
    }

    // MARK: Parties, delivery, payment

    private func party(_ fields: inout JSONFields) -> InvoiceDocument.Party? {
        var party = InvoiceDocument.Party(name: requiredText("name", &fields) ?? "")
        party.tradingName = text("tradingName", &fields)
        party.identifiers = objects("identifiers", &fields, identifier)
        party.legalRegistration = fields.optionalObject("legalRegistration", identifier)
        party.vatId = text("vatId", &fields)
        party.taxRegistration = text("taxRegistration", &fields)
        party.legalInformation = prose("legalInformation", &fields)
        party.endpoint = fields.optionalObject("endpoint", identifier)
        party.address = fields.optionalObject("address", address)
        party.contact = fields.optionalObject("contact") { fields in
            let name = text("name", &fields)
            let telephone = text("telephone", &fields)
            return InvoiceDocument.Contact(name: name, telephone: telephone, email: text("email", &fields))
        }
        return party
    }

    private func address(_ fields: inout JSONFields) -> InvoiceDocument.Address? {
        var address = InvoiceDocument.Address(country: "")
        address.street = text("street", &fields)
        address.additionalStreet = text("additionalStreet", &fields)
        address.line3 = text("line3", &fields)
        address.city = text("city", &fields)
        address.postalCode = text("postalCode", &fields)
        address.subdivision = text("subdivision", &fields)
        address.country = requiredText("country", &fields) ?? ""
        return address
    }

    private func delivery(_ fields: inout JSONFields) -> InvoiceDocument.Delivery? {
        var delivery = InvoiceDocument.Delivery()
        delivery.partyName = text("partyName", &fields)
        delivery.location = fields.optionalObject("location", identifier)
        delivery.date = fields.optionalDate("date")
        delivery.address = fields.optionalObject("address", address)
        return delivery
    }

    private func payment(_ fields: inout JSONFields) -> InvoiceDocument.PaymentInstructions? {
        var payment = InvoiceDocument.PaymentInstructions(meansCode: requiredText("meansCode", &fields) ?? "")
        payment.meansText = text("meansText", &fields)
        payment.remittanceInformation = text("remittanceInformation", &fields)
        payment.creditTransfers = objects("creditTransfers", &fields) { fields in
            let account = requiredText("account", &fields)
            let accountName = text("accountName", &fields)
            let serviceProvider = text("serviceProvider", &fields)
            return account.map {
                InvoiceDocument.CreditTransfer(account: $0, accountName: accountName, serviceProvider: serviceProvider)
            }
        }
        payment.cardNumber = text("cardNumber", &fields)
        payment.cardHolder = text("cardHolder", &fields)
        payment.mandateReference = text("mandateReference", &fields)
        payment.creditorIdentifier = text("creditorIdentifier", &fields)
        payment.debitedAccount = text("debitedAccount", &fields)
        return payment
    }

    private func attachment(_ fields: inout JSONFields) -> InvoiceDocument.Attachment? {
        var attachment = InvoiceDocument.Attachment(reference: requiredText("reference", &fields) ?? "")
        attachment.description = prose("description", &fields)
        attachment.location = text("location", &fields)
        attachment.content = fields.optionalObject("content") { fields in
            let mimeCode = requiredText("mimeCode", &fields)
            let fileName = requiredText("fileName", &fields)
            let encoded = fields.string("base64", maxBytes: .max)
            guard let mimeCode, let fileName, let encoded else { return nil }
            guard let bytes = Base64.decode(encoded) else {
                fields.report("base64", "must be Base64 with padding (RFC 4648 section 4)")
                return nil
            }
            return InvoiceDocument.Attachment.Content(bytes: bytes, mimeCode: mimeCode, fileName: fileName)
        }
        return attachment
    }
}
