extension InvoiceDocument {
    /// The invoice in the JSON form of Nigeria's Merchant-Buyer Solution, as its endpoints `validate` and `sign` take it.
    ///
    /// The document must be complete: numbered, dated and totalled. Amounts are JSON numbers with exactly the digits of the document's
    /// decimals. `docs/invoice-json.md` says where each term goes and which have no place there.
    ///
    /// - Throws: `InvoiceJSONError.fields` with everything that the form demands and the document lacks; the pointers go into the invoice's
    /// own
    ///   JSON form.
    public func firsJSON(_ settings: FIRSSettings) throws(InvoiceJSONError) -> InvoiceJSONForm {
        var form = FIRSWriter(settings: settings)
        form.write(self)
        guard form.problems.isEmpty else { throw .fields(form.problems) }
        let readBack = try FIRSInvoice(json: form.writer.bytes, settings: settings, limits: InvoiceDocument.storedLimits)
        return InvoiceJSONForm(form.writer.bytes, of: self, readBack: readBack.document)
    }
}

/// Writes the form, and collects what it demands and the document lacks.
private struct FIRSWriter {
    let settings: FIRSSettings
    var writer = JSONWriter(capacity: 4_096)
    var problems = JSONProblems()

    init(settings: FIRSSettings) { self.settings = settings }

    mutating func write(_ document: InvoiceDocument) {
        writer.beginObject()
        header(document)
        references(document)
        let isConsumer = settings.invoiceKind == .consumer
        party("accounting_supplier_party", document.seller, at: "/seller", mustIdentify: true)
        if document.buyer != nil || !isConsumer {
            party("accounting_customer_party", document.buyer, at: "/buyer", mustIdentify: !isConsumer)
        }
        if let payee = document.payee { party("payee_party", payee, at: "/payee", mustIdentify: false) }
        if let representative = document.sellerTaxRepresentative {
            party("tax_representative_party", representative, at: "/sellerTaxRepresentative", mustIdentify: false)
        }
        writer.field("actual_delivery_date", ifPresent: document.delivery?.date?.description)
        payment(document)
        allowanceCharges(document)
        totals(document)
        lines(document)
        writer.endObject()
    }

    /// Reports that the form demands what is nil.
    private mutating func demand<T>(_ value: T?, _ pointer: String, _ message: String = "is needed by the form") -> T? {
        if value == nil { problems.report(pointer, message) }
        return value
    }

    private mutating func header(_ document: InvoiceDocument) {
        writer.field("business_id", settings.businessId)
        let date = demand(document.issueDate, "/issueDate")
        let number = demand(document.number, "/number")
        if let irn = settings.irn {
            writer.field("irn", irn)
        } else if let date, let number {
            let reference = FIRSReference(number: number, serviceId: settings.serviceId, issueDate: date)
            let irn = demand(
                reference, "/number", "must have a letter or digit, ASCII characters only, and a service id of eight letters and digits")
            writer.field("irn", ifPresent: irn?.description)
        }
        writer.field("issue_date", ifPresent: date?.description)
        writer.field("due_date", ifPresent: document.dueDate?.description)
        writer.field("issue_time", ifPresent: settings.issueTime)
        let type = demand(settings.typeCodes[document.typeCode], "/type", "has no code in the settings' table of type codes")
        writer.field("invoice_type_code", ifPresent: type)
        writer.field("invoice_kind", settings.invoiceKind.rawValue)
        writer.field("payment_status", ifPresent: settings.paymentStatus)
        if !document.notes.isEmpty { writer.field("note", document.notes.map(\.text).joined(separator: "\n")) }
        writer.field("tax_point_date", ifPresent: document.taxPointDate?.description)
        writer.field("document_currency_code", document.currency)
        writer.field("tax_currency_code", document.taxCurrency ?? document.currency)
        writer.field("accounting_cost", ifPresent: document.buyerAccountingReference)
        writer.field("buyer_reference", ifPresent: document.buyerReference)
        if let start = document.period?.start, let end = document.period?.end {
            writer.object("invoice_delivery_period") { writer in
                writer.field("start_date", start.description)
                writer.field("end_date", end.description)
            }
        }
        writer.field("order_reference", ifPresent: document.purchaseOrderReference)
    }

    /// A preceding invoice is told by its reference number, which takes its date.
    private mutating func references(_ document: InvoiceDocument) {
        let preceding = document.precedingInvoices.compactMap { preceding -> (String, CalendarDate)? in
            if let reference = FIRSReference(preceding.number) { return (preceding.number, preceding.issueDate ?? reference.issueDate) }
            guard let date = preceding.issueDate else { return nil }
            let reference = FIRSReference(number: preceding.number, serviceId: settings.serviceId, issueDate: date)
            return reference.map { ($0.description, date) }
        }
        if preceding.isEmpty { return }
        writer.array("billing_reference") { writer in
            for (irn, date) in preceding {
                writer.object { writer in
                    writer.field("irn", irn)
                    writer.field("issue_date", date.description)
                }
            }
        }
    }

    // MARK: Parties, payment

    private mutating func party(_ name: StaticString, _ party: InvoiceDocument.Party?, at pointer: String, mustIdentify: Bool) {
        guard let party = demand(party, pointer) else { return }
        if party.name.isEmpty { problems.report(pointer + "/name", "is needed by the form") }
        let address = party.address
        if mustIdentify {
            _ = demand(party.vatId, pointer + "/vatId")
            _ = demand(party.contact?.email, pointer + "/contact/email")
            _ = demand(address?.street, pointer + "/address/street")
            _ = demand(address?.city, pointer + "/address/city")
        }
        let telephone = party.contact?.telephone
        if let telephone, telephone.utf8.first != UInt8(ascii: "+") {
            problems.report(pointer + "/contact/telephone", "must start with + and the country's code")
        }
        writer.object(name) { writer in
            writer.field("party_name", party.name)
            writer.field("tin", ifPresent: party.vatId)
            writer.field("email", ifPresent: party.contact?.email)
            writer.field("telephone", ifPresent: telephone)
            writer.field("business_description", ifPresent: party.legalInformation)
            guard let address else { return }
            writer.object("postal_address") { Self.address(address, &$0) }
        }
    }

    private static func address(_ address: InvoiceDocument.Address, _ writer: inout JSONWriter) {
        let street = [address.street, address.additionalStreet, address.line3].compactMap { $0 }
        if !street.isEmpty { writer.field("street_name", street.joined(separator: ", ")) }
        writer.field("city_name", ifPresent: address.city)
        writer.field("postal_zone", ifPresent: address.postalCode)
        // A local government area's code starts with that of its state: NG-AB-ANO lies in NG-AB.
        if let subdivision = address.subdivision {
            let parts = subdivision.split(separator: "-", omittingEmptySubsequences: false)
            if parts.count == 3 { writer.field("lga", subdivision) }
            writer.field("state", parts.count == 3 ? parts.prefix(2).joined(separator: "-") : subdivision)
        }
        writer.field("country", address.country)
    }

    private mutating func payment(_ document: InvoiceDocument) {
        if let payment = document.payment {
            writer.array("payment_means") { writer in
                writer.object { writer in
                    writer.field("payment_means_code", payment.meansCode)
                    writer.field("payment_due_date", ifPresent: document.dueDate?.description)
                }
            }
        }
        writer.field("payment_terms_note", ifPresent: document.paymentTerms)
    }

    // MARK: Amounts

    private mutating func amounts(_ elements: [InvoiceDocument.AllowanceCharge], at pointer: String) -> [ExactDecimal] {
        var amounts: [ExactDecimal] = []
        for (index, element) in elements.enumerated() {
            if let amount = demand(element.amount, "\(pointer)/\(index)/amount") { amounts.append(amount) }
        }
        return amounts
    }

    private mutating func allowanceCharges(_ document: InvoiceDocument) {
        let allowances = amounts(document.allowances, at: "/allowances")
        let charges = amounts(document.charges, at: "/charges")
        if allowances.isEmpty, charges.isEmpty { return }
        writer.array("allowance_charge") { writer in
            for (index, amount) in (allowances + charges).enumerated() {
                writer.object { writer in
                    writer.field("charge_indicator", index >= allowances.count)
                    writer.field("amount", number: amount)
                }
            }
        }
    }

    private mutating func totals(_ document: InvoiceDocument) {
        guard let totals = demand(document.totals, "/totals") else { return }
        writer.name("tax_total")
        writer.beginArray()
        writer.beginObject()
        writer.field("tax_amount", number: totals.tax ?? .zero)
        writer.name("tax_subtotal")
        writer.beginArray()
        for (index, subtotal) in document.taxBreakdown.enumerated() {
            writer.beginObject()
            writer.field("taxable_amount", number: subtotal.taxableAmount)
            writer.field("tax_amount", number: subtotal.taxAmount)
            writer.name("tax_category")
            taxCategory(subtotal.category, subtotal.rate, at: "/taxBreakdown/\(index)/category")
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.object("legal_monetary_total") { writer in
            writer.field("line_extension_amount", number: totals.lineNet)
            writer.field("tax_exclusive_amount", number: totals.taxExclusive)
            writer.field("tax_inclusive_amount", number: totals.taxInclusive)
            writer.field("payable_amount", number: totals.payable)
        }
    }

    private mutating func taxCategory(_ category: String, _ rate: ExactDecimal?, at pointer: String) {
        let id = demand(settings.taxCategories[category], pointer, "has no code in the settings' table of tax categories")
        writer.object { writer in
            writer.field("id", ifPresent: id)
            writer.field("percent", number: rate ?? .zero)
        }
    }

    // MARK: Lines

    private mutating func lines(_ document: InvoiceDocument) {
        if document.lines.isEmpty { problems.report("/lines", "must have a line") }
        writer.name("invoice_line")
        writer.beginArray()
        for (index, line) in document.lines.enumerated() {
            writer.beginObject()
            self.line(line, currency: document.currency, at: "/lines/\(index)")
            writer.endObject()
        }
        writer.endArray()
    }

    private mutating func line(_ line: InvoiceDocument.Line, currency: String, at pointer: String) {
        classification(line.item, at: pointer)
        rateAndAmount(("discount_rate", "discount_amount"), line.allowances, at: pointer + "/allowances")
        rateAndAmount(("fee_rate", "fee_amount"), line.charges, at: pointer + "/charges")
        writer.field("invoiced_quantity", number: line.quantity)
        writer.field("line_extension_amount", number: demand(line.netAmount, pointer + "/netAmount"))
        writer.object("item") { writer in
            writer.field("name", line.item.name)
            writer.field("description", ifPresent: line.item.description)
            writer.field("sellers_item_identification", ifPresent: line.item.sellerIdentifier)
        }
        let base = line.priceBaseQuantity ?? .one
        writer.object("price") { writer in
            writer.field("price_amount", number: line.unitPrice)
            writer.field("base_quantity", number: base)
            writer.field("price_unit", FIRSPriceUnit.text(currency: currency, base: base, unit: line.unit))
        }
        guard settings.writesLineTax else { return }
        writer.name("tax_category")
        writer.beginArray()
        taxCategory(line.tax.category, line.tax.rate, at: pointer + "/tax/category")
        writer.endArray()
    }

    private mutating func classification(_ item: InvoiceDocument.Item, at pointer: String) {
        let own = item.classifications.first { $0.scheme == FIRSSettings.goodsScheme || $0.scheme == FIRSSettings.serviceScheme }
        let classification = demand(
            own ?? settings.defaultClassification, pointer + "/classifications", "needs an HS code (goods) or an ISIC code (services)")
        guard let classification else { return }
        let isService = classification.scheme == FIRSSettings.serviceScheme
        let attribute = item.attributes.first { $0.name == FIRSSettings.categoryAttribute }?.value
        let category = demand(
            attribute ?? settings.productCategory(of: classification.code), pointer + "/attributes",
            "needs the attribute \(FIRSSettings.categoryAttribute), or a product category in the settings")
        writer.field(isService ? "isic_code" : "hsn_code", classification.code)
        writer.field(isService ? "service_category" : "product_category", ifPresent: category)
    }

    /// The form has one discount and one fee a line: several are summed, and only one alone keeps its percentage.
    private mutating func rateAndAmount(
        _ names: (rate: StaticString, amount: StaticString), _ elements: [InvoiceDocument.AllowanceCharge], at pointer: String
    ) {
        let amounts = amounts(elements, at: pointer)
        guard var sum = amounts.first else { return }
        for amount in amounts.dropFirst() {
            do { sum = try sum + amount } catch { problems.report(pointer, error.description) }
        }
        if elements.count == 1 { writer.field(names.rate, number: elements[0].percentage) }
        writer.field(names.amount, number: sum)
    }
}

/// `price_unit`: free text, "NGN per 1" by example. What is not a single piece has its unit behind: "NGN per 100 KGM".
enum FIRSPriceUnit {
    static let piece = "C62"

    static func text(currency: String, base: ExactDecimal, unit: String) -> String {
        "\(currency) per \(base)" + (unit == piece ? "" : " \(unit)")
    }

    static func unit(_ text: String?) -> String {
        let words = text?.split(separator: " ", maxSplits: 3) ?? []
        return words.count == 4 && words[1] == "per" ? String(words[3]) : piece
    }
}
