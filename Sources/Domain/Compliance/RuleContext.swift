/// The elements on which rules are tested: the groups of the semantic model (BG), and single terms (BT) that rules are about. What each
/// is in a syntax is in `patternsUBL` and `patternsCII`.
enum RuleContext: Int, CaseIterable, Sendable {
    case invoice
    case note
    case supportingDocument, objectIdentifier, attachment
    case precedingInvoice
    case seller, sellerParty, sellerAddress, sellerEndpoint
    case buyerAddress, buyerEndpoint
    case payee
    case taxRepresentative, taxRepresentativeAddress
    case anyAddress, anyEndpoint, anyPartyIdentifier, anyLegalIdentifier, anyTaxRegistration, vatRegistration
    case delivery, deliverToAddress, deliverToLocation
    case invoicingPeriod, linePeriod, taxPointDateCode
    case paymentInstruction, creditTransferAccount, cardNumber, paymentMeansCode
    case documentAllowance, documentCharge, lineAllowance, lineCharge, anyAllowance, anyCharge
    case allowanceReasonCode, chargeReasonCode, anyAllowanceOrCharge
    case documentTotals, taxTotal, vatBreakdown, anyTaxSubtotal
    case anyTaxScheme, breakdownCategory, lineCategory, allowanceCategory, chargeCategory
    case categoryCode, lineCategoryCode, exemptionReasonCode
    case line, itemAttribute, itemClassification, itemClassificationScheme, itemStandardIdentifier, itemStandardIdentifierScheme
    case typeCode, documentCurrency, taxCurrency, country, originCountry, amountCurrency, anyAmount, anyBinaryObject, quantityUnit

    // Of CII alone: the elements of its structure.
    case documentContext, anyContextParameter, exchangedDocument, includedNote, lineDocument, tradeProduct, lineAgreement, lineSettlement,
        grossPriceDiscount
    case headerAgreement, headerDelivery, headerSettlement
    case anyReferencedDocument, anyTradeTax, anyPeriod, anyTradeAddress, anyDateText
    case plainIdentifier, anyOtherIdentifier, anyTypeCode, lineTradeCategory, anyTradeAmount, anyTradeQuantity
}

/// Which elements a context is: those at the end of `path`, seen from above, that meet the condition.
struct ContextPattern: Sendable {
    enum Condition: UInt8, Sendable {
        case always
        /// The document's element.
        case root
        case allowance, charge
        /// A tax registration or a tax category of the scheme VAT.
        case vat, allowanceVAT, chargeVAT
        /// Not within an invoice line.
        case notInLine
        /// Not within a price that has an allowance.
        case notInPriceAllowance
        case hasSchemeID, hasListID, hasUnitCode, hasMimeCode, hasCurrency
        /// CII: a party with an electronic address; an identifier with a scheme that is a party's, or is neither a tax number nor a
        /// reference; a VAT number.
        case hasFormat102
        /// An identifier other than the few that have no attributes at all.
        case isNotPlainIdentifier
        case hasElectronicAddress, isPartyIdentifier, isLegalIdentifier, isVATNumber
        /// The document reference is to the invoiced object (BT-18), and the identifier has a scheme.
        case isObjectReferenceWithScheme
        /// The document reference around it is to the invoiced object, or is not.
        case isObjectReference, isNotObjectReference
        /// The payment instruction is a credit transfer (codes 30 and 58).
        case ofCreditTransfer
    }

    let path: NodePath
    /// The path starts at the document.
    let isAnchored: Bool
    let condition: Condition

    /// - Parameter text: as `NodePath`, with "/" in front when it starts below the root.
    init(_ text: String, _ condition: Condition = .always) {
        isAnchored = text.hasPrefix("/")
        path = NodePath(isAnchored ? String(text.dropFirst()) : text)
        self.condition = condition
    }

    /// Whether `scope`, whose name is that of the last step, is such an element.
    func matches(_ scope: Scope) -> Bool {
        var current = scope
        for step in stride(from: path.count - 2, through: 0, by: -1) {
            guard let parent = current.parent, parent.name.rawValue == path.names[step] else { return false }
            current = parent
        }
        if isAnchored, current.parent?.isRoot != true { return false }
        return holds(scope)
    }

    private static let documentType: NodePath = "cbc:DocumentTypeCode"
    private static let paymentMeans: NodePath = "cbc:PaymentMeansCode"
    private static let paymentMeansCII: NodePath = "ram:TypeCode"
    private static let electronicAddress: NodePath = "ram:URIUniversalCommunication"

    private func holds(_ scope: Scope) -> Bool {
        switch condition {
        case .always: true
        case .root: scope.isRoot
        case .allowance: scope.allowanceOrCharge?.isAllowance ?? false
        case .charge: scope.allowanceOrCharge?.isCharge ?? false
        case .vat: scope.isVAT
        case .allowanceVAT: scope.isVAT && scope.allowanceOrCharge?.isAllowance == true
        case .chargeVAT: scope.isVAT && scope.allowanceOrCharge?.isCharge == true
        case .notInLine: scope.parent?.name != .cacInvoiceLine && scope.parent?.name != .cacCreditNoteLine
        case .notInPriceAllowance: !scope.isInPriceWithAllowance
        case .hasSchemeID: scope.has(.schemeID)
        case .hasListID: scope.has(.listID)
        case .hasUnitCode: scope.has(.unitCode)
        case .hasMimeCode: scope.has(.mimeCode)
        case .hasCurrency: scope.has(.currencyID)
        case .isNotPlainIdentifier: !scope.isPlainIdentifier
        case .hasFormat102: scope.attribute(.format)?.equals("102") == true
        case .hasElectronicAddress: scope.has(Self.electronicAddress)
        case .isPartyIdentifier:
            scope.has(.schemeID) && !scope.hasAncestor(.ramSpecifiedTradeProduct) && !scope.hasAncestor(.ramShipToTradeParty)
        case .isLegalIdentifier: scope.has(.schemeID) && !scope.hasAncestor(.ramSpecifiedTaxRegistration)
        case .isVATNumber: scope.attribute(.schemeID)?.equals("VA") == true
        case .isObjectReferenceWithScheme:
            scope.has(.schemeID) && scope.parent?.any(Self.documentType, { $0.text.equals("130") }) == true
        case .isObjectReference: scope.parent?.any(Self.documentType, { $0.text.equals("130") }) == true
        case .isNotObjectReference:
            scope.parent.map { parent in
                !parent.has(Self.documentType) || parent.any(Self.documentType) { !$0.text.equals("130") }
            } ?? false
        case .ofCreditTransfer:
            scope.parent?.any(
                scope.document.pointee.syntax == .ubl ? Self.paymentMeans : Self.paymentMeansCII,
                { $0.text.equals("30") || $0.text.equals("58") }) == true
        }
    }
}

extension Scope {
    /// CII: an identifier of the specification, the document, a line or the seller's item.
    var isPlainIdentifier: Bool {
        switch (name, parent?.name) {
        case (.ramID, .ramGuidelineSpecifiedDocumentContextParameter), (.ramID, .rsmExchangedDocument),
            (.ramLineID, .ramAssociatedDocumentLineDocument), (.ramSellerAssignedID, .ramSpecifiedTradeProduct):
            true
        default: false
        }
    }

    private static let allowance: NodePath = "cac:AllowanceCharge"

    /// The element itself or the one around it, whichever is an allowance or charge.
    var allowanceOrCharge: Scope? {
        name == .cacAllowanceCharge || name == .ramSpecifiedTradeAllowanceCharge ? self : parent
    }

    var isInPriceWithAllowance: Bool {
        var current = parent
        while let scope = current {
            if scope.name == .cacPrice, scope.has(Self.allowance) { return true }
            current = scope.parent
        }
        return false
    }
}
