extension InvoiceDocument {
    /// The invoice in the JSON form of India's e-invoice schema INV-01, version 1.1.
    ///
    /// The document must be complete: numbered, dated, totalled, in rupees. Amounts are JSON numbers with exactly the digits of the
    /// decimals; more than two digits behind the point are rounded, in quantities and prices more than three. The taxes of an item are
    /// worked out from its net amount; the sums are those of the document's tax breakdown. `docs/invoice-json.md` says where each term
    /// goes.
    ///
    /// - Throws: `InvoiceJSONError.fields` with everything that the form demands and the document lacks; the pointers go into the invoice's
    /// own
    ///   JSON form.
    public func inv01JSON(_ settings: INV01Settings = INV01Settings()) throws(InvoiceJSONError) -> InvoiceJSONForm {
        var form = INV01Writer(self, settings: settings)
        form.write()
        guard form.problems.isEmpty else { throw .fields(form.problems) }
        let readBack = try INV01Invoice(json: form.writer.bytes, limits: InvoiceDocument.storedLimits)
        return InvoiceJSONForm(form.writer.bytes, of: self, readBack: readBack.document)
    }
}

/// Writes the form, and collects what it demands and the document lacks.
struct INV01Writer {
    let document: InvoiceDocument
    let settings: INV01Settings
    let supplyType: INV01Settings.SupplyType
    var writer = JSONWriter(capacity: 8_192)
    var problems = JSONProblems()

    static let india = "IN"
    static let unregistered = "URP"

    init(_ document: InvoiceDocument, settings: INV01Settings) {
        self.document = document
        self.settings = settings
        let isAbroad = document.buyer?.address.map { $0.country != Self.india } ?? false
        let isUntaxed = document.lines.allSatisfy { $0.tax.category == "G" }
        supplyType = settings.supplyType ?? (isAbroad ? (isUntaxed ? .exportWithoutPayment : .exportWithPayment) : .business)
    }

    mutating func write() {
        if document.currency != "INR" { problems.report("/currency", "must be INR: the form states rupees") }
        writer.beginObject()
        writer.field("Version", "1.1")
        transaction()
        header()
        seller()
        buyer()
        if let from = settings.dispatchFrom { place("DispDtls", name: ("Nm", from.name), from.address, at: "/dispatchFrom") }
        if let delivery = document.delivery, let address = delivery.address {
            place("ShipDtls", name: ("LglNm", delivery.partyName ?? document.buyer?.name ?? ""), address, at: "/delivery")
        }
        items()
        payment()
        references()
        attachments()
        export()
        ewayBill()
        writer.endObject()
    }

    // MARK: Values

    /// Reports that the form demands what is nil.
    mutating func demand<T>(_ value: T?, _ pointer: String, _ message: @autoclosure () -> String = "is needed by the form") -> T? {
        if value == nil { problems.report(pointer, message()) }
        return value
    }

    /// The text when the form can hold it: of that many characters, without quotation mark and backslash.
    static func fitting(_ text: String?, _ length: ClosedRange<Int>) -> String? {
        guard let text, length.contains(text.unicodeScalars.count) else { return nil }
        return text.utf8.contains { $0 == JSONBytes.quote || $0 == JSONBytes.backslash } ? nil : text
    }

    mutating func demandText(_ text: String?, _ length: ClosedRange<Int>, _ pointer: String) -> String? {
        demand(
            Self.fitting(text, length), pointer,
            "must have \(length.lowerBound) to \(length.upperBound) characters, without quotation mark and backslash")
    }

    /// A member that is an object, left out when `body` writes nothing.
    mutating func section(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        var inner = JSONWriter(capacity: 256)
        inner.object(body)
        if inner.bytes.count > 2 { writer.field(name, raw: inner.bytes) }
    }

    // MARK: Header

    var sellerState: String? { INV01State.code(ofGSTIN: document.seller?.vatId) }

    var placeOfSupply: String? {
        if let place = document.placeOfSupply { return INV01State.isCode(place) ? place : nil }
        if let address = document.buyer?.address, address.country != Self.india { return INV01State.otherCountry }
        return INV01State.code(ofGSTIN: document.buyer?.vatId)
    }

    /// Whether the document is taxed as a supply between states; what its tax breakdown says goes before what the places say.
    var isIntegrated: Bool {
        let names = document.taxBreakdown.flatMap(\.components).map(\.name)
        if names.contains(INV01ItemTax.names.igst) { return true }
        if names.contains(INV01ItemTax.names.cgst) { return false }
        return supplyType.isAlwaysIntegrated || document.taxRegime == INV01Invoice.integratedRegime || placeOfSupply != sellerState
    }

    private mutating func transaction() {
        let isReverse = settings.isReverseCharge ?? document.lines.contains { $0.tax.category == "AE" }
        let isIntegratedInside = isIntegrated && placeOfSupply == sellerState && !supplyType.isAlwaysIntegrated
        let operatorId = settings.ecommerceGSTIN
        if let operatorId, !INV01State.isGSTIN(operatorId) {
            problems.report("", "needs a valid GSTIN of the e-commerce operator in the settings")
        }
        let type = supplyType.rawValue
        writer.object("TranDtls") { writer in
            writer.field("TaxSch", "GST")
            writer.field("SupTyp", type)
            writer.field("RegRev", isReverse ? "Y" : "N")
            writer.field("EcmGstin", ifPresent: operatorId)
            writer.field("IgstOnIntra", isIntegratedInside ? "Y" : "N")
        }
    }

    private mutating func header() {
        let type = document.isCreditNote ? "CRN" : document.typeCode == "383" ? "DBN" : "INV"
        let number = demand(
            document.number.flatMap { Self.isDocumentNumber($0) ? $0 : nil }, "/number",
            "must have 1 to 16 characters of A-Z, 0-9, - and /, the first neither 0 nor - nor /")
        let date = demand(document.issueDate, "/issueDate")
        writer.object("DocDtls") { writer in
            writer.field("Typ", type)
            writer.field("No", ifPresent: number)
            writer.field("Dt", ifPresent: date?.indianForm)
        }
    }

    private static func isDocumentNumber(_ text: String) -> Bool {
        guard (1...16).contains(text.utf8.count), let first = text.utf8.first else { return false }
        if first == UInt8(ascii: "0") || first == JSONBytes.minus || first == JSONBytes.slash { return false }
        return text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || $0 == JSONBytes.minus || $0 == JSONBytes.slash
        }
    }

    // MARK: Parties and places

    private mutating func seller() {
        guard let seller = demand(document.seller, "/seller") else { return }
        let gstin = demand(seller.vatId.flatMap { INV01State.isGSTIN($0) ? $0 : nil }, "/seller/vatId", "must be a GSTIN")
        let name = demandText(seller.name, 3...100, "/seller/name")
        let address = address(seller.address, gstin: gstin, city: 3...50, needsPin: true, at: "/seller/address")
        writer.object("SellerDtls") { writer in
            writer.field("Gstin", ifPresent: gstin)
            writer.field("LglNm", ifPresent: name)
            writer.field("TrdNm", ifPresent: Self.fitting(seller.tradingName, 3...100))
            address.write(&writer)
            Self.contact(seller.contact, &writer)
        }
    }

    private mutating func buyer() {
        guard let buyer = demand(document.buyer, "/buyer") else { return }
        let gstin = buyer.vatId ?? Self.unregistered
        let isAbroad = buyer.address.map { $0.country != Self.india } ?? false
        if gstin != Self.unregistered, !isAbroad, !INV01State.isGSTIN(gstin) { problems.report("/buyer/vatId", "must be a GSTIN") }
        let name = demandText(buyer.name, 3...100, "/buyer/name")
        let place = demand(placeOfSupply, "/placeOfSupply", "must be India's two-digit code of a state, or follow from the buyer's GSTIN")
        let address = address(buyer.address, gstin: gstin, city: 3...100, needsPin: false, at: "/buyer/address")
        writer.object("BuyerDtls") { writer in
            writer.field("Gstin", isAbroad ? Self.unregistered : gstin)
            writer.field("LglNm", ifPresent: name)
            writer.field("TrdNm", ifPresent: Self.fitting(buyer.tradingName, 3...100))
            writer.field("Pos", ifPresent: place)
            address.write(&writer)
            Self.contact(buyer.contact, &writer)
        }
    }

    private mutating func place(
        _ name: StaticString, name member: (StaticString, String), _ address: InvoiceDocument.Address?, at pointer: String
    ) {
        let text = demandText(member.1, 3...100, pointer + "/partyName")
        let written = self.address(address, gstin: nil, city: 3...100, needsPin: true, at: pointer + "/address")
        writer.object(name) { writer in
            writer.field(member.0, ifPresent: text)
            written.write(&writer)
        }
    }

    private struct WrittenAddress {
        var street: String?
        var additional: String?
        var city: String?
        var pin: Int64?
        var state: String?

        func write(_ writer: inout JSONWriter) {
            writer.field("Addr1", ifPresent: street)
            writer.field("Addr2", ifPresent: additional)
            writer.field("Loc", ifPresent: city)
            writer.field("Pin", ifPresent: pin)
            writer.field("Stcd", ifPresent: state)
        }
    }

    private mutating func address(
        _ address: InvoiceDocument.Address?, gstin: String?, city: ClosedRange<Int>, needsPin: Bool, at pointer: String
    ) -> WrittenAddress {
        guard let address = demand(address, pointer) else { return WrittenAddress() }
        var written = WrittenAddress()
        written.street = demandText(address.street, 1...100, pointer + "/street")
        written.additional = Self.fitting([address.additionalStreet, address.line3].compactMap { $0 }.joined(separator: ", "), 3...100)
        written.city = demandText(address.city, city, pointer + "/city")
        guard address.country == Self.india else {
            // The schema's own values for places abroad.
            (written.pin, written.state) = (999_999, INV01State.otherCountry)
            return written
        }
        let digits = address.postalCode.flatMap { Int64($0) }
        written.pin = digits.flatMap { (100_000...999_999).contains($0) ? $0 : nil }
        if needsPin || address.postalCode != nil { _ = demand(written.pin, pointer + "/postalCode", "must be a PIN code of six digits") }
        let state = address.subdivision.map { INV01State.code($0) } ?? INV01State.code(ofGSTIN: gstin)
        written.state = demand(
            state, pointer + "/subdivision", "must be a state of India: its two-digit GST code, or its letters by ISO 3166-2")
        return written
    }

    private static func contact(_ contact: InvoiceDocument.Contact?, _ writer: inout JSONWriter) {
        let digits = (contact?.telephone ?? "").filter { ("0"..."9").contains($0) }
        if (6...12).contains(digits.utf8.count) { writer.field("Ph", digits) }
        if let email = fitting(contact?.email, 6...100) { writer.field("Em", email) }
    }
}
