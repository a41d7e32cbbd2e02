/// An invoice as read from the JSON form of India's e-invoice schema INV-01, version 1.1.
public struct INV01Invoice: Sendable {
    /// Its tax regime is `gst-in`, or `gst-in-igst` where IGST is charged within a state.
    public var document: InvoiceDocument
    /// What the form says beyond the invoice.
    public var settings: INV01Settings
    /// The invoice reference number, where the portal has given one.
    public var irn: String?

    /// The scheme (BT-158-1) under which an item has its HSN code.
    public static let productScheme = "HS"
    static let regime = "gst-in"
    static let integratedRegime = "gst-in-igst"

    /// Reads the form. Members that are not known here are passed over: the portal adds its own to what it gives back.
    ///
    /// The form has rates but no tax categories: a rate above zero is category S, zero is G in an export without payment, AE under reverse
    /// charge, else Z. A header discount or charge stands behind the taxes, and is read as one of rate zero.
    ///
    /// - Throws: `InvoiceJSONError` with everything that is missing or wrong.
    public init(
        json bytes: [UInt8], limits: JSONLimits = InvoiceDocument.inputLimits
    ) throws(InvoiceJSONError) {
        self = try InvoiceJSONError.reading(bytes, limits: limits) { INV01Reader.invoice(&$0) }
    }

    init(document: InvoiceDocument, settings: INV01Settings, irn: String?) {
        self.document = document
        self.settings = settings
        self.irn = irn
    }
}

private enum YesNo: String, CaseIterable {
    case yes = "Y"
    case no = "N"
}

private enum DocumentType: String, CaseIterable {
    case invoice = "INV"
    case creditNote = "CRN"
    case debitNote = "DBN"

    var typeCode: String {
        switch self {
        case .invoice: "380"
        case .creditNote: "381"
        case .debitNote: "383"
        }
    }
}

enum INV01Reader {
    /// The whole is bounded, its texts are not.
    static let maxText = Int.max
    static let maxCount = 1_000

    static func invoice(_ fields: inout JSONFields) -> INV01Invoice? {
        fields.ignoreUnknownFields()
        let version = text("Version", &fields)
        if version != "1.1", fields.isClean { fields.report("Version", "must be \"1.1\"") }
        var settings = INV01Settings()
        let isIntegratedInside = fields.object("TranDtls") { transaction(&$0, into: &settings) } ?? false
        var document = InvoiceDocument(typeCode: "380", currency: "INR")
        _ = fields.object("DocDtls") { header(&$0, into: &document) }
        let export = fields.optionalObject("ExpDtls", export)
        settings.export = export?.details
        document.seller = fields.object("SellerDtls") { party(&$0, country: nil)?.party }
        let buyer = fields.object("BuyerDtls") { party(&$0, country: export?.country) }
        document.buyer = buyer?.party
        document.placeOfSupply = buyer?.placeOfSupply
        settings.dispatchFrom = fields.optionalObject("DispDtls") { fields in
            fields.ignoreUnknownFields()
            var party = InvoiceDocument.Party(name: text("Nm", &fields) ?? "")
            party.address = address(&fields, country: nil)
            return party
        }
        document.delivery = fields.optionalObject("ShipDtls") { fields in
            fields.ignoreUnknownFields()
            var delivery = InvoiceDocument.Delivery()
            let name = text("LglNm", &fields)
            delivery.partyName = name == document.buyer?.name ? nil : name
            delivery.address = address(&fields, country: export?.country)
            return delivery
        }
        let zeroCategory =
            settings.supplyType == .exportWithoutPayment ? "G" : settings.isReverseCharge == true ? "AE" : "Z"
        let items = fields.objects("ItemList", count: 1...maxCount) { item(&$0, zeroCategory: zeroCategory) } ?? []
        document.lines = items.map(\.line)
        let isIntegrated = items.contains { !$0.tax.igst.isZero }
        let state = INV01State.code(ofGSTIN: document.seller?.vatId)
        let isInside = document.placeOfSupply == state
        document.taxRegime = isIntegratedInside || (isInside && isIntegrated) ? INV01Invoice.integratedRegime : INV01Invoice.regime
        let payment = fields.optionalObject("PayDtls") { self.payment(&$0, into: &document) } ?? nil
        _ = fields.object("ValDtls") { totals(&$0, items, due: payment, isInside: isInside && !isIntegrated, into: &document) }
        _ = fields.optionalObject("RefDtls") { references(&$0, into: &document) }
        document.attachments = fields.optionalObjects("AddlDocDtls", maxCount: maxCount, attachment) ?? []
        settings.ewayBill = fields.optionalObject("EwbDtls", ewayBill)
        return INV01Invoice(document: document, settings: settings, irn: text("Irn", &fields))
    }

    static func text(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        fields.optionalText(name, minBytes: 0, maxBytes: maxText)
    }

    static func date(_ name: StaticString, _ fields: inout JSONFields) -> CalendarDate? {
        guard let text = text(name, &fields) else { return nil }
        if let date = CalendarDate(indianForm: text) { return date }
        fields.report(name, "must be a day such as \"20/11/2026\"")
        return nil
    }

    static func number(_ name: StaticString, _ fields: inout JSONFields) -> ExactDecimal? { fields.optionalDecimal(name) }

    // MARK: Header

    /// - Returns: whether IGST is charged within the state.
    private static func transaction(_ fields: inout JSONFields, into settings: inout INV01Settings) -> Bool? {
        fields.ignoreUnknownFields()
        settings.supplyType = fields.choice("SupTyp")
        settings.isReverseCharge = fields.optionalChoice("RegRev", of: YesNo.self).map { $0 == .yes }
        settings.ecommerceGSTIN = text("EcmGstin", &fields)
        return fields.optionalChoice("IgstOnIntra", of: YesNo.self) == .yes
    }

    private static func header(_ fields: inout JSONFields, into document: inout InvoiceDocument) -> Bool? {
        fields.ignoreUnknownFields()
        let type = fields.choice("Typ", of: DocumentType.self)
        document.typeCode = type?.typeCode ?? ""
        document.number = fields.text("No", minBytes: 1, maxBytes: maxText)
        document.issueDate = date("Dt", &fields)
        if document.issueDate == nil, !fields.has("Dt") { fields.report("Dt", "is required, but missing") }
        return true
    }

    private static func export(_ fields: inout JSONFields) -> (details: INV01Settings.Export, country: String?)? {
        fields.ignoreUnknownFields()
        var export = INV01Settings.Export()
        export.shippingBillNumber = text("ShipBNo", &fields)
        export.shippingBillDate = date("ShipBDt", &fields)
        export.portCode = text("Port", &fields)
        export.claimsRefund = fields.optionalChoice("RefClm", of: YesNo.self).map { $0 == .yes }
        export.foreignCurrency = text("ForCur", &fields)
        export.duty = number("ExpDuty", &fields)
        return (export, text("CntCode", &fields))
    }

    private static func ewayBill(_ fields: inout JSONFields) -> INV01Settings.EwayBill? {
        fields.ignoreUnknownFields()
        var bill = INV01Settings.EwayBill(distance: fields.optionalInt("Distance", in: 0...4_000) ?? 0)
        bill.transporterId = text("TransId", &fields)
        bill.transporterName = text("TransName", &fields)
        bill.mode = fields.optionalChoice("TransMode")
        bill.documentNumber = text("TransDocNo", &fields)
        bill.documentDate = date("TransDocDt", &fields)
        bill.vehicleNumber = text("VehNo", &fields)
        bill.isOverDimensional = text("VehType", &fields).map { $0 == "O" }
        return bill
    }

    // MARK: Parties and places

    private static func party(
        _ fields: inout JSONFields, country: String?
    ) -> (party: InvoiceDocument.Party, placeOfSupply: String?)? {
        fields.ignoreUnknownFields()
        let gstin = fields.text("Gstin", minBytes: 1, maxBytes: maxText)
        var party = InvoiceDocument.Party(name: fields.text("LglNm", minBytes: 1, maxBytes: maxText) ?? "")
        party.vatId = gstin == INV01Writer.unregistered ? nil : gstin
        party.tradingName = text("TrdNm", &fields)
        party.address = address(&fields, country: country)
        let telephone = fields.optionalCode("Ph", maxBytes: maxText)
        let email = text("Em", &fields)
        if telephone != nil || email != nil { party.contact = .init(telephone: telephone, email: email) }
        return (party, state("Pos", &fields))
    }

    /// A state's code, which may lack its leading zero.
    private static func state(_ name: StaticString, _ fields: inout JSONFields) -> String? {
        guard let code = fields.optionalCode(name, maxBytes: maxText) else { return nil }
        let padded = code.utf8.count == 1 ? "0" + code : code
        if INV01State.isCode(padded) { return padded }
        fields.report(name, "must be the two-digit code of a state of India")
        return nil
    }

    private static func address(_ fields: inout JSONFields, country: String?) -> InvoiceDocument.Address {
        var address = InvoiceDocument.Address(country: INV01Writer.india)
        address.street = text("Addr1", &fields)
        address.additionalStreet = text("Addr2", &fields)
        address.city = text("Loc", &fields)
        let pin = fields.optionalCode("Pin", maxBytes: maxText)
        let state = state("Stcd", &fields)
        if state == INV01State.otherCountry, let country {
            address.country = country
        } else {
            address.postalCode = pin
            address.subdivision = state
        }
        return address
    }

    // MARK: Payment, references

    /// - Returns: the amount due.
    private static func payment(_ fields: inout JSONFields, into document: inout InvoiceDocument) -> ExactDecimal?? {
        fields.ignoreUnknownFields()
        let name = text("Nm", &fields)
        let account = text("AccDet", &fields)
        let mode = text("Mode", &fields)
        let provider = text("FinInsBr", &fields)
        let remittance = text("PayInstr", &fields)
        let mandate = text("DirDr", &fields)
        if [account, mode, provider, remittance, mandate].contains(where: { $0 != nil }) {
            var payment = INV01PaymentMode.instructions(mode: mode, hasAccount: account != nil)
            payment.remittanceInformation = remittance
            payment.mandateReference = mandate
            if let account { payment.creditTransfers = [.init(account: account, accountName: name, serviceProvider: provider)] }
            document.payment = payment
        }
        if let name, account == nil { document.payee = InvoiceDocument.Party(name: name) }
        document.paymentTerms = text("PayTerm", &fields)
        if let days = fields.optionalInt("CrDay", in: 0...9_999) { document.dueDate = document.issueDate?.adding(days: days) }
        document.prepaidAmount = number("PaidAmt", &fields)
        return .some(number("PaymtDue", &fields))
    }

    private static func references(_ fields: inout JSONFields, into document: inout InvoiceDocument) -> Bool? {
        fields.ignoreUnknownFields()
        if let note = text("InvRm", &fields) { document.notes = [InvoiceDocument.Note(note)] }
        document.period = fields.optionalObject("DocPerdDtls") { fields in
            fields.ignoreUnknownFields()
            let start = date("InvStDt", &fields)
            return InvoiceDocument.Period(start: start, end: date("InvEndDt", &fields))
        }
        document.precedingInvoices =
            fields.optionalObjects("PrecDocDtls", maxCount: maxCount) { fields in
                fields.ignoreUnknownFields()
                let number = fields.text("InvNo", minBytes: 1, maxBytes: maxText)
                let date = date("InvDt", &fields)
                return number.map { InvoiceDocument.PrecedingInvoice(number: $0, issueDate: date) }
            } ?? []
        var isFirst = true
        _ = fields.optionalObjects("ContrDtls", maxCount: maxCount) { fields -> Bool? in
            fields.ignoreUnknownFields()
            guard isFirst else { return true }
            isFirst = false
            document.receivingAdviceReference = text("RecAdvRefr", &fields)
            document.tenderOrLotReference = text("TendRefr", &fields)
            document.contractReference = text("ContrRefr", &fields)
            document.buyerReference = text("ExtRefr", &fields)
            document.projectReference = text("ProjRefr", &fields)
            document.purchaseOrderReference = text("PORefr", &fields)
            return true
        }
        return true
    }

    private static func attachment(_ fields: inout JSONFields) -> InvoiceDocument.Attachment? {
        fields.ignoreUnknownFields()
        let location = text("Url", &fields)
        let information = text("Info", &fields)
        var attachment = InvoiceDocument.Attachment(reference: information ?? location ?? "")
        attachment.location = location
        return attachment
    }
}
