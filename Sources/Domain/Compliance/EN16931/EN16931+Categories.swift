/// The rules of each VAT category: BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-AF (IGIC), BR-AG (IPSI) and BR-B.
extension EN16931 {
    /// Which parties must have an identifier for tax.
    fileprivate enum IdentifiersWanted: Sendable { case sellerAny, sellerVAT, sellerAnyAndBuyer, sellerAndBuyerVAT, none }

    /// How a category's rules are called and what they ask for.
    private struct Family {
        enum Rate: Sendable { case zero, positive, notNegative, none }

        let category: VATCategory
        let letters: String
        let name: String
        let rate: Rate
        let identifiers: IdentifiersWanted
        let hasExemptionReason: Bool

        func id(_ number: String) -> String { "BR-\(letters)-\(number)" }
    }

    private static let families: [Family] = [
        Family(
            category: .standard, letters: "S", name: "standard rated (S)", rate: .positive, identifiers: .sellerAny,
            hasExemptionReason: false),
        Family(category: .zero, letters: "Z", name: "zero rated (Z)", rate: .zero, identifiers: .sellerAny, hasExemptionReason: false),
        Family(
            category: .exempt, letters: "E", name: "exempt from VAT (E)", rate: .zero, identifiers: .sellerAny, hasExemptionReason: true),
        Family(
            category: .reverseCharge, letters: "AE", name: "reverse charge (AE)", rate: .zero, identifiers: .sellerAnyAndBuyer,
            hasExemptionReason: true),
        Family(
            category: .intraCommunity, letters: "IC", name: "intra-community supply (K)", rate: .zero, identifiers: .sellerAndBuyerVAT,
            hasExemptionReason: true),
        Family(
            category: .export, letters: "G", name: "export outside the EU (G)", rate: .zero, identifiers: .sellerVAT,
            hasExemptionReason: true),
        Family(category: .outside, letters: "O", name: "not subject to VAT (O)", rate: .none, identifiers: .none, hasExemptionReason: true),
        Family(category: .igic, letters: "AF", name: "IGIC (L)", rate: .notNegative, identifiers: .sellerAny, hasExemptionReason: false),
        Family(category: .ipsi, letters: "AG", name: "IPSI (M)", rate: .notNegative, identifiers: .sellerAny, hasExemptionReason: false),
    ]

    /// The families by category and the letters of their rules.
    static let familiesCII: [(category: VATCategory, letters: String)] = families.map { ($0.category, $0.letters) }

    static let categoryRules: [Rule] =
        families.flatMap { breakdownPresence($0) + identifierRules($0) + rateRules($0) + amountRules($0) } + intraCommunityRules
        + outsideRules
        + splitPaymentRules

    // MARK: 01

    private static func breakdownPresence(_ family: Family) -> [Rule] {
        let category = family.category
        if category.isRated {
            let text =
                "Where a line, allowance or charge is \(family.name), the VAT breakdown has at least one such group, and the reverse."
            return [
                Rule(family.id("01"), in: .invoice, text) { scope in
                    let uses = scope.document.pointee.vat.uses(of: category)
                    switch category {
                    case .standard:
                        return (uses.linesOfAnyScheme + uses.allowancesAndChargesOfAnyScheme > 0) == (uses.breakdownsOfAnyScheme > 0)
                    // The official rules compare the code with the white space around it when they want to find it.
                    case .igic where uses.lines + uses.allowancesAndCharges > 0: return uses.exactBreakdownsOfAnyScheme > 0
                    case _ where uses.lines + uses.allowancesAndCharges > 0: return uses.exactBreakdowns > 0
                    default: return uses.breakdowns == 0
                    }
                }
            ]
        }
        let text = "Where anything is \(family.name), the VAT breakdown has exactly one such group."
        return [
            Rule(family.id("01"), in: .invoice, text) { scope in
                let uses = scope.document.pointee.vat.uses(of: category)
                return uses.anywhere == 0 || uses.breakdowns == 1
            }
        ]
    }

    // MARK: 02 to 04

    private static func identifierRules(_ family: Family) -> [Rule] {
        let category = family.category
        let wanted = family.identifiers
        let ask =
            switch wanted {
            case .sellerAny:
                "the seller has a VAT or tax registration identifier (BT-31, BT-32), or its tax representative a VAT identifier (BT-63)"
            case .sellerVAT: "the seller (BT-31) or its tax representative (BT-63) has a VAT identifier"
            case .sellerAnyAndBuyer:
                "the seller has a VAT or tax registration identifier (BT-31, BT-32), or its tax representative a VAT identifier (BT-63), "
                    + "and the buyer has a VAT (BT-48) or legal registration identifier (BT-47)"
            case .sellerAndBuyerVAT: "the seller (BT-31) or its tax representative (BT-63) and the buyer (BT-48) have VAT identifiers"
            case .none: "neither the seller (BT-31) nor its tax representative (BT-63) nor the buyer (BT-48) has a VAT identifier"
            }
        return [
            Rule(family.id("02"), in: .invoice, "Where a line is \(family.name), \(ask).") { scope in
                let vat = scope.document.pointee.vat
                let uses = vat.uses(of: category)
                if category == .standard { return uses.linesOfAnyScheme == 0 || (uses.lines > 0 && vat.has(wanted)) }
                return uses.lines == 0 || vat.has(wanted)
            },
            Rule(family.id("03"), in: .invoice, "Where a document level allowance is \(family.name), \(ask).") { scope in
                let vat = scope.document.pointee.vat
                let uses = vat.uses(of: category)
                return (category == .outside ? uses.documentAllowances : uses.allowances) == 0 || vat.has(wanted)
            },
            Rule(family.id("04"), in: .invoice, "Where a document level charge is \(family.name), \(ask).") { scope in
                let vat = scope.document.pointee.vat
                let uses = vat.uses(of: category)
                let count = category == .outside ? uses.documentCharges : category == .igic ? uses.exactCharges : uses.charges
                return count == 0 || vat.has(wanted)
            },
        ]
    }

    // MARK: 05 to 07

    private static func rateRules(_ family: Family) -> [Rule] {
        let places: [(String, RuleContext, String)] = [
            ("05", .lineCategory, "line"), ("06", .allowanceCategory, "document level allowance"),
            ("07", .chargeCategory, "document level charge"),
        ]
        let category = family.category
        let rate = family.rate
        let ask =
            switch rate {
            case .zero: "has the VAT rate 0"
            case .positive: "has a VAT rate above 0"
            case .notNegative: "has a VAT rate of 0 or above"
            case .none: "has no VAT rate"
            }
        return places.map { number, context, place in
            Rule(family.id(number), in: context, "A \(place) that is \(family.name) \(ask).") { scope throws(DecimalError) in
                guard try scope.isCategory(category) else { return true }
                switch rate {
                case .zero: return try scope.number(.rate).isZero
                case .positive: return try scope.any(.rate) { rate throws(DecimalError) in try rate.sign() > 0 }
                case .notNegative: return try scope.any(.rate) { rate throws(DecimalError) in try rate.sign() >= 0 }
                case .none: return !scope.has(.rate)
                }
            }
        }
    }

    // MARK: 08 to 10

    private static func amountRules(_ family: Family) -> [Rule] {
        let category = family.category
        let byRate = category.isRated ? " and of its rate" : ""
        let taxText =
            category.isRated
            ? "The tax (BT-117) of a VAT breakdown that is \(family.name) is its taxable amount times its rate."
            : "The tax (BT-117) of a VAT breakdown that is \(family.name) is 0."
        let reasonText =
            family.hasExemptionReason
            ? "A VAT breakdown that is \(family.name) has an exemption reason (BT-120) or its code (BT-121)."
            : "A VAT breakdown that is \(family.name) has neither an exemption reason (BT-120) nor its code (BT-121)."
        let wantsReason = family.hasExemptionReason
        return [
            Rule(
                family.id("08"), in: .breakdownCategory,
                "The taxable amount (BT-116) of a VAT breakdown that is \(family.name) is the sum of the lines and charges "
                    + "less the allowances of that category\(byRate)."
            ) { scope throws(DecimalError) in
                guard try scope.isCategory(category) else { return true }
                return try category.isRated ? scope.isTaxableOfRate(category) : scope.isTaxable(category)
            },
            Rule(family.id("09"), in: .breakdownCategory, taxText) { scope throws(DecimalError) in
                guard try scope.isCategory(category), let breakdown = scope.parent else { return true }
                guard category.isRated else { return try breakdown.number(.tax).isZero }
                return try scope.isTax(breakdown.number(.tax), of: breakdown.number(.taxable), at: scope.number(.rate))
            },
            Rule(family.id("10"), in: .breakdownCategory, reasonText) { scope throws(DecimalError) in
                guard try scope.isCategory(category) else { return true }
                return (scope.has(.exemptionReason) || scope.has(.exemptionReasonCode)) == wantsReason
            },
        ]
    }

    // MARK: Of one category

    private static let intraCommunityRules: [Rule] = [
        Rule("BR-IC-11", in: .invoice, "An intra-community supply (K) has a delivery date (BT-72) or an invoicing period (BG-14).") {
            scope throws(DecimalError) in
            guard scope.document.pointee.vat.uses(of: .intraCommunity).breakdowns > 0 else { return true }
            if let date = try scope.single(scope.path(.deliveryDate)), date.text.characterCount > 1 { return true }
            return scope.any(.invoicingPeriod) { $0.hasChildren }
        },
        Rule("BR-IC-12", in: .invoice, "An intra-community supply (K) has a deliver-to country (BT-80).") { scope throws(DecimalError) in
            guard scope.document.pointee.vat.uses(of: .intraCommunity).breakdowns > 0 else { return true }
            return (try scope.single(scope.path(.deliverToCountry))?.text.characterCount ?? 0) > 1
        },
    ]

    private static let outsideRules: [Rule] = [
        Rule("BR-O-11", in: .invoice, "An invoice not subject to VAT (O) has no other VAT breakdown.") { scope in
            scope.document.pointee.vat.isAllOutside(\.breakdownsButO)
        },
        Rule("BR-O-12", in: .invoice, "In an invoice not subject to VAT (O), every line is.") { scope in
            scope.document.pointee.vat.isAllOutside(\.linesButO)
        },
        Rule("BR-O-13", in: .invoice, "In an invoice not subject to VAT (O), every document level allowance is.") { scope in
            scope.document.pointee.vat.isAllOutside(\.allowancesButO)
        },
        Rule("BR-O-14", in: .invoice, "In an invoice not subject to VAT (O), every document level charge is.") { scope in
            scope.document.pointee.vat.isAllOutside(\.chargesButO)
        },
    ]

    private static let splitPaymentRules: [Rule] = [
        Rule("BR-B-01", in: .invoice, "Split payment (B) is for domestic Italian invoices.") { scope in
            let vat = scope.document.pointee.vat
            return vat.uses(of: .split).exactAnywhere == 0 || !vat.hasForeignCountry
        },
        Rule("BR-B-02", in: .invoice, "An invoice with split payment (B) has nothing standard rated (S).") { scope in
            let vat = scope.document.pointee.vat
            return vat.uses(of: .split).exactInPlace == 0 || vat.uses(of: .standard).exactInPlace == 0
        },
    ]
}

extension VATFacts {
    fileprivate func has(_ wanted: EN16931.IdentifiersWanted) -> Bool {
        switch wanted {
        case .sellerAny: hasSellerTaxId || hasRepresentativeVATId
        case .sellerVAT: hasSellerVATId || hasRepresentativeVATId
        case .sellerAnyAndBuyer: (hasSellerTaxId || hasRepresentativeVATId) && (hasBuyerVATId || hasBuyerLegalId)
        case .sellerAndBuyerVAT: (hasSellerVATId || hasRepresentativeVATId) && hasBuyerVATId
        case .none: !hasSellerVATId && !hasRepresentativeVATId && !hasBuyerVATId
        }
    }

    fileprivate func isAllOutside(_ others: KeyPath<VATFacts, Int>) -> Bool {
        uses(of: .outside).breakdowns == 0 || self[keyPath: others] == 0
    }
}

extension Scope {
    var hasChildren: Bool { Int(document.pointee.nodes[node].end) > node + 1 }

    /// Whether a tax category has that code.
    func isCategory(_ category: VATCategory) throws(DecimalError) -> Bool {
        let codes = path(.categoryCode)
        // UBL's tests stop at a second code; those for CII look for one that fits.
        if document.pointee.syntax == .ubl, try single(codes) == nil { return false }
        return any(codes) { VATCategory($0.comparedCode) == category }
    }

    /// Whether the taxable amount around a breakdown's category is the net of what has the category.
    fileprivate func isTaxable(_ category: VATCategory) throws(DecimalError) -> Bool {
        guard let breakdown = parent else { return true }
        let taxable = try breakdown.number(.taxable)
        let vat = document.pointee.vat
        let totals = vat.totals(of: category)
        if vat.hasInvoiceLine, try taxable == totals.net(totals.invoiceLines) { return true }
        guard vat.hasCreditNoteLine else { return false }
        return try taxable == totals.net(totals.creditNoteLines)
    }

    /// The same, by rate, to within 1.
    fileprivate func isTaxableOfRate(_ category: VATCategory) throws(DecimalError) -> Bool {
        guard let breakdown = parent, let rate = try single(path(.rate))?.number() else { return true }
        let taxable = try breakdown.number(.taxable)
        let vat = document.pointee.vat
        let totals = vat.totals(of: category, rate: rate)
        let isStandard = category == .standard
        if isStandard ? totals.hasInvoiceLine || totals.hasAllowanceOrCharge : vat.hasInvoiceLine,
            try taxable.isWithinOne(of: totals.net(totals.invoiceLines))
        {
            return true
        }
        guard isStandard ? totals.hasCreditNoteLine || totals.hasAllowanceOrCharge : vat.hasCreditNoteLine else { return false }
        return try taxable.isWithinOne(of: totals.net(totals.creditNoteLines))
    }
}
