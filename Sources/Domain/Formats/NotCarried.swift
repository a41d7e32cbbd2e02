extension UBLWriter {
    /// What of the document plain UBL by EN 16931-3-2 has no place for, and so is missing from what `write` gives: what tax regimes add to
    /// the model, terms of a party that its role does not have, and terms that depend on one that is lacking. Each location is a JSON
    /// pointer into the document. Everything else is read back as it was written, but for white space around codes and what the writer's
    /// description tells.
    public static func notCarried(_ document: InvoiceDocument) -> [DocumentProblem] {
        var loss = Loss()
        loss.addCommon(document)
        for (index, note) in document.notes.enumerated() where InvoiceDocument.Note(ublText: note.ublText) != note {
            loss.add("/notes/\(index)/subjectCode", "BT-21", .subjectNotTold)
        }
        if document.salesOrderReference != nil, document.purchaseOrderReference == UBLConstant.notAvailable {
            loss.add("/purchaseOrderReference", "BT-13", .takenForAbsent)
        }
        // A credit note's due date takes payment means too.
        guard document.payment != nil || document.isUBLCreditNote && document.dueDate != nil else { return loss.problems }
        if document.payment?.creditorIdentifier == nil {
            for (location, term, party) in [("/seller", "BT-29", document.seller), ("/payee", "BT-60", document.payee)] {
                guard let party, party.identifiers.contains(where: { $0.scheme == UBLConstant.sepa }) else { continue }
                loss.add(location + "/identifiers", term, .takenForCreditor)
            }
        } else if document.seller == nil, document.payee == nil {
            loss.add("/payment/creditorIdentifier", "BT-90", .noPartyForCreditor)
        }
        return loss.problems
    }
}

extension CIIWriter {
    /// What of the document plain CII by EN 16931-3-3 has no place for; see `UBLWriter.notCarried`.
    public static func notCarried(_ document: InvoiceDocument) -> [DocumentProblem] {
        var loss = Loss()
        loss.addCommon(document)
        if document.isUBLInvoice {
            loss.add("/ublInvoice", "BT-3", .oneElement)
        }
        for (index, line) in document.lines.enumerated() where line.priceDiscount != nil && line.impliedGrossPrice == nil {
            loss.add("/lines/\(index)/priceDiscount", "BT-147", .noGrossPrice)
        }
        guard document.taxBreakdown.isEmpty else { return loss.problems }
        if document.taxPointDate != nil { loss.add("/taxPointDate", "BT-7", .noBreakdown) }
        if document.taxPointDateCode != nil { loss.add("/taxPointDateCode", "BT-8", .noBreakdown) }
        return loss.problems
    }
}

/// Gathers what a syntax does not carry.
private struct Loss {
    private(set) var problems: [DocumentProblem] = []

    mutating func add(_ location: String, _ term: String?, _ sentence: ProblemSentence) {
        problems.append(DocumentProblem(location: location, term: term, sentence))
    }

    private mutating func add<Value>(_ location: String, _ term: String?, ifPresent value: Value?) {
        if value != nil { add(location, term, .noPlace) }
    }

    /// What neither of the two syntaxes carries.
    mutating func addCommon(_ document: InvoiceDocument) {
        add("/taxRegime", nil, ifPresent: document.taxRegime)
        add("/placeOfSupply", nil, ifPresent: document.placeOfSupply)
        addParties(document)
        if document.totals?.taxInTaxCurrency != nil, document.taxCurrency == nil || document.taxCurrency == document.currency {
            add("/totals/taxInTaxCurrency", "BT-111", .noOtherCurrency)
        }
        addTaxes(of: document.allowances, "/allowances")
        addTaxes(of: document.charges, "/charges")
        for (index, subtotal) in document.taxBreakdown.enumerated() where !subtotal.components.isEmpty {
            add("/taxBreakdown/\(index)/components", nil, .noPlace)
        }
        for (index, line) in document.lines.enumerated() {
            add("/lines/\(index)/tax/cessRate", nil, ifPresent: line.tax.cessRate)
            for (number, allowance) in line.allowances.enumerated() {
                add("/lines/\(index)/allowances/\(number)/tax", nil, ifPresent: allowance.tax)
            }
            for (number, charge) in line.charges.enumerated() {
                add("/lines/\(index)/charges/\(number)/tax", nil, ifPresent: charge.tax)
            }
        }
    }

    private mutating func addTaxes(of items: [InvoiceDocument.AllowanceCharge], _ location: String) {
        for (index, item) in items.enumerated() { add("\(location)/\(index)/tax/cessRate", nil, ifPresent: item.tax?.cessRate) }
    }

    /// The terms that a party of that role does not have.
    private mutating func addParties(_ document: InvoiceDocument) {
        add("/buyer/taxRegistration", nil, ifPresent: document.buyer?.taxRegistration)
        add("/buyer/legalInformation", nil, ifPresent: document.buyer?.legalInformation)
        for (location, party) in [("/payee", document.payee), ("/sellerTaxRepresentative", document.sellerTaxRepresentative)] {
            guard let party else { continue }
            add(location + "/tradingName", nil, ifPresent: party.tradingName)
            add(location + "/taxRegistration", nil, ifPresent: party.taxRegistration)
            add(location + "/legalInformation", nil, ifPresent: party.legalInformation)
            add(location + "/endpoint", nil, ifPresent: party.endpoint)
            add(location + "/contact", nil, ifPresent: party.contact)
        }
        add("/payee/vatId", nil, ifPresent: document.payee?.vatId)
        add("/payee/address", nil, ifPresent: document.payee?.address)
        add("/sellerTaxRepresentative/identifiers", nil, ifPresent: document.sellerTaxRepresentative?.identifiers.first)
        add("/sellerTaxRepresentative/legalRegistration", nil, ifPresent: document.sellerTaxRepresentative?.legalRegistration)
    }
}
