/// Where the official tests for CII ask for something else than those for UBL, beyond the binding: by rule, the test for CII.
extension EN16931 {
    static let testsCII: [String: Rule.Test] = documentTestsCII.merging(amountTestsCII) { first, _ in first }
        .merging(categoryTestsCII) { first, _ in first }.merging(codeTestsCII) { first, _ in first }

    /// Likewise the severity.
    static let severitiesCII: [String: Finding.Severity] = ["BR-51": .fatal]

    private static let documentTestsCII: [String: Rule.Test] = [
        "BR-03": { scope throws(DecimalError) in
            scope.any(.issueDate) { $0.attribute(.format)?.equals("102") == true && !$0.trimmed.isEmpty }
        },
        "BR-17": { $0.has(.partyName) && !$0.isSellerAsPayee },
        "BR-29": { $0.endsNotBeforeStartCII },
        "BR-30": { $0.endsNotBeforeStartCII },
        "BR-50": { account in account.any(iban) { !$0.trimmed.isEmpty } || account.any(proprietary) { !$0.trimmed.isEmpty } },
        "BR-53": { scope in
            guard scope.has(.taxTotal), let currency = scope.root.first(.taxCurrency) else { return true }
            guard scope.root.first(.currency)?.text.equals(currency.text) != true else { return false }
            return scope.any(totalTax) { $0.attribute(.currencyID)?.equals(currency.text) == true }
        },
        "BR-55": { scope throws(DecimalError) in try scope.isFilled(.precedingInvoice) },
        "BR-56": { scope in
            scope.any(.representativeVATId) { $0.attribute(.schemeID)?.equals("VA") == true && !$0.trimmed.isEmpty }
        },
        "BR-57": { scope throws(DecimalError) in try scope.isFilled(.country) },
        "BR-61": { scope in
            guard scope.any(.paymentMeans, { $0.text.equals("30") || $0.text.equals("58") }) else { return true }
            return !scope.any(creditorAccount) { !$0.has(iban) && !$0.has(proprietary) }
        },
        "BR-62": { $0.hasElectronicScheme },
        "BR-63": { $0.hasElectronicScheme },
        "BR-64": { $0.attribute(.schemeID)?.trimmedXML.isEmpty == false },
        "BR-65": { $0.attribute(.listID)?.trimmedXML.isEmpty == false },
        "BR-CO-09": { CodeList.vatPrefixesCII.contains(utf8: $0.text.firstCharacters(2)) },
        "BR-CO-18": { !$0.hasLine || $0.has(.vatBreakdown) },
        "BR-CO-26": { scope in
            scope.has(.sellerIdentifier) || scope.has(globalIdentifier) || scope.has(.sellerLegalId)
                || scope.any(.sellerVATId) { $0.attribute(.schemeID)?.equals("VA") == true }
        },
    ]

    private static let amountTestsCII: [String: Rule.Test] = [
        "BR-CO-13": { scope throws(DecimalError) in
            let charges = scope.has(.chargeTotal) ? try scope.number(.chargeTotal) : .zero
            let allowances = scope.has(.allowanceTotal) ? try scope.number(.allowanceTotal) : .zero
            return try scope.number(.totalWithoutVAT) == (scope.number(.lineTotal) - allowances + charges).cents()
        },
        "BR-CO-14": { scope throws(DecimalError) in
            guard let settlement = scope.parent?.parent, let currency = settlement.first(invoiceCurrency)?.text,
                scope.attribute(.currencyID)?.equals(currency) == true
            else { return true }
            return try scope.number() == settlement.sum(breakdownTax).cents()
        },
        "BR-CO-15": { scope throws(DecimalError) in
            try !scope.any(.currency) { currency throws(DecimalError) in
                if try scope.number(.totalWithVATOfDocument) == scope.number(.totalWithoutVATOfDocument) { return false }
                return try !scope.addsUp(in: currency.text)
            }
        },
        "BR-CO-16": { scope throws(DecimalError) in
            let paid = scope.has(.paid) ? try scope.number(.paid) : .zero
            let rounding = scope.has(.rounding) ? try scope.number(.rounding) : .zero
            return try scope.number(.due) == scope.number(.totalWithVAT) - paid + rounding
        },
        "BR-CO-17": { scope throws(DecimalError) in
            let tax = try scope.number(.tax)
            guard scope.isVAT, let rate = try scope.single(scope.path(.breakdownRate))?.number(), try !rate.roundsToZero() else {
                return try tax.roundsToZero()
            }
            let percent = try ExactDecimal(mantissa: 1, scale: 2)
            let expected = try (scope.number(.taxable).magnitude() * rate * percent).cents()
            let difference = try tax.magnitude() - expected
            return try difference.magnitude() <= .one
        },
        "BR-47": { $0.isVAT && $0.has(.breakdownCategory) },
        "BR-48": { scope in scope.isVAT && (scope.has(.breakdownRate) || scope.any(.breakdownCategory) { $0.text.equals("O") }) },
        "BR-DEC-13": { $0.hasTotalTaxInCents(invoiceCurrency, orOther: true) },
        "BR-DEC-15": { $0.hasTotalTaxInCents(accountingCurrency, orOther: false) },
    ]

    private static let codeTestsCII: [String: Rule.Test] = [
        "BR-CL-01": { CodeList.documentTypesCII.contains(trimming: $0.text) },
        "BR-CL-06": { CodeList.taxPointDatesCII.contains(trimming: $0.text) },
        "BR-CL-07": { CodeList.objectIdentifierSchemes.contains(trimming: $0.text) },
        "BR-CL-08": { CodeList.noteSubjectsCII.contains(trimming: $0.text) },
        "BR-CL-10": { $0.attribute(.schemeID).map { CodeList.identifierSchemes.contains(trimming: $0) } ?? false },
        "BR-CL-14": { CodeList.countriesCII.contains(trimming: $0.text) },
        "BR-CL-15": { CodeList.countriesCII.contains(trimming: $0.text) },
    ]

    private static let iban: NodePath = "ram:IBANID"
    private static let proprietary: NodePath = "ram:ProprietaryID"
    private static let creditorAccount: NodePath = "ram:PayeePartyCreditorFinancialAccount"
    private static let totalTax: NodePath = BusinessTerm.taxTotal.cii.then(BusinessTerm.taxTotalAmount.cii)
    private static let globalIdentifier: NodePath = "ram:GlobalID"
    private static let invoiceCurrency: NodePath = "ram:InvoiceCurrencyCode"
    private static let accountingCurrency: NodePath = "ram:TaxCurrencyCode"
    private static let breakdownTax: NodePath = "ram:ApplicableTradeTax/ram:CalculatedAmount"
}

// MARK: - Categories

extension EN16931 {
    private static let categoryTestsCII: [String: Rule.Test] = {
        var tests: [String: Rule.Test] = [
            "BR-IC-11": { scope in
                guard scope.document.pointee.vat.uses(of: .intraCommunity).breakdowns > 0 else { return true }
                return scope.has(.deliveryDate) || scope.any(.invoicingPeriod) { $0.has(.periodStart) || $0.has(.periodEnd) }
            },
            "BR-IC-12": { scope in
                scope.document.pointee.vat.uses(of: .intraCommunity).breakdowns == 0 || scope.has(.deliverToCountry)
            },
            "BR-B-02": { scope in
                let vat = scope.document.pointee.vat
                return vat.uses(of: .split).exactAnywhere == 0 || vat.uses(of: .standard).exactAnywhere == 0
            },
        ]
        for family in familiesCII { tests.merge(familyTests(family.category, "BR-\(family.letters)-")) { first, _ in first } }
        return tests
    }()

    private static func familyTests(_ category: VATCategory, _ prefix: String) -> [String: Rule.Test] {
        var tests: [String: Rule.Test] = [
            prefix + "01": { scope in
                let uses = scope.document.pointee.vat.uses(of: category)
                let (header, lines, others) = (uses.breakdownsOfAnyScheme, uses.linesOfAnyScheme, uses.allowancesAndChargesOfAnyScheme)
                if category.isRated { return (lines + header >= 2 || lines == 0) && (others + header >= 2 || others == 0) }
                if category == .outside, header == 0 { return true }
                return header + lines + others == 0 || (header == 1 && lines + others > 0)
            },
            prefix + "08": { scope throws(DecimalError) in
                guard try scope.isCategory(category) else { return true }
                return try scope.isTaxableCII(category)
            },
            prefix + "09": { scope throws(DecimalError) in
                guard try scope.isCategory(category) else { return true }
                switch category {
                case .igic, .ipsi: return true
                case .standard: return try scope.isTax(scope.number(.tax), of: scope.number(.taxable), at: scope.number(.rate))
                default: return try scope.number(.tax).isZero
                }
            },
        ]
        if category == .standard {
            tests[prefix + "02"] = { scope in
                let vat = scope.document.pointee.vat
                return vat.uses(of: category).lines == 0 || vat.hasSellerTaxId || vat.hasRepresentativeVATId
            }
        }
        if category == .igic {
            for number in ["05", "06", "07"] { tests[prefix + number] = isAboveZero(category) }
            tests[prefix + "04"] = { scope in
                let vat = scope.document.pointee.vat
                return vat.uses(of: category).charges == 0 || vat.hasSellerTaxId || vat.hasRepresentativeVATId
            }
        }
        if category == .outside { tests.merge(outsideTests(prefix)) { first, _ in first } }
        return tests
    }

    /// For CII allowances and charges of any level count.
    private static func outsideTests(_ prefix: String) -> [String: Rule.Test] {
        let counts: [(String, any KeyPath<VATFacts.Uses, Int> & Sendable)] = [("02", \.lines), ("03", \.allowances), ("04", \.charges)]
        return Dictionary(
            counts.map { number, count in
                let test: Rule.Test = { scope in
                    let vat = scope.document.pointee.vat
                    return vat.uses(of: .outside)[keyPath: count] == 0
                        || (!vat.hasSellerVATId && !vat.hasRepresentativeVATId && !vat.hasBuyerVATId)
                }
                return (prefix + number, test)
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func isAboveZero(_ category: VATCategory) -> Rule.Test {
        { scope throws(DecimalError) in
            guard try scope.isCategory(category) else { return true }
            return try scope.any(.rate) { rate throws(DecimalError) in try rate.sign() > 0 }
        }
    }
}

extension Scope {
    private static let date: NodePath = "udt:DateTimeString"
    private static let startDate: NodePath = "ram:StartDateTime/udt:DateTimeString"
    private static let endDate: NodePath = "ram:EndDateTime/udt:DateTimeString"
    private static let electronicScheme: NodePath = "ram:URIUniversalCommunication"
    private static let uriIdentifier: NodePath = "ram:URIID"
    private static let legalId: NodePath = "ram:SpecifiedLegalOrganization/ram:ID"
    private static let seller: NodePath = "ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty"
    private static let name: NodePath = "ram:Name"
    private static let identifier: NodePath = "ram:ID"

    /// Dates of the format 102, YYYYMMDD, compare as texts.
    fileprivate var endsNotBeforeStartCII: Bool {
        guard has(.periodStart), has(.periodEnd) else { return true }
        return any(Self.endDate) { end in
            guard end.attribute(.format)?.equals("102") == true else { return false }
            return any(Self.startDate) { start in
                start.attribute(.format)?.equals("102") == true && !end.text.lexicographicallyPrecedes(start.text)
            }
        }
    }

    /// The first electronic address of a party has a scheme.
    fileprivate var hasElectronicScheme: Bool {
        guard let address = first(Self.electronicScheme) else { return true }
        return address.any(Self.uriIdentifier) { $0.attribute(.schemeID)?.trimmedXML.isEmpty == false }
    }

    /// The payee has a name, an identifier or a legal registration of the seller.
    fileprivate var isSellerAsPayee: Bool {
        guard let transaction = parent?.parent else { return false }
        return transaction.any(Self.seller) { seller in
            [Self.name, Self.identifier, Self.legalId].contains { path in
                any(path) { own in seller.any(path) { $0.text.equals(own.text) } }
            }
        }
    }

    /// Some total tax amount is of that currency and has at most two digits behind the point, or, where that is enough, is of another
    /// currency.
    fileprivate func hasTotalTaxInCents(_ currency: NodePath, orOther isOtherEnough: Bool) -> Bool {
        let amounts: NodePath = BusinessTerm.taxTotal.cii.then(BusinessTerm.taxTotalAmount.cii)
        guard root.has(amounts), let wanted = root.first(BusinessTerm.settlementCII.then(currency)) else { return true }
        return root.any(amounts) { amount in
            if amount.attribute(.currencyID)?.equals(wanted.text) != true { return isOtherEnough }
            return ((try? amount.number())?.significantScale ?? 3) <= 2
        }
    }

    /// Whether a breakdown's taxable amount is the net of what has its category, by rate to the cent, else to within 1.
    fileprivate func isTaxableCII(_ category: VATCategory) throws(DecimalError) -> Bool {
        let taxable = try number(.taxable)
        let vat = document.pointee.vat
        switch category {
        case .igic, .ipsi: return true
        case .standard:
            guard let rate = try single(path(.rate))?.number() else { return true }
            let totals = vat.totals(of: category, rate: rate)
            return try taxable == totals.net(totals.invoiceLines).cents()
        case .outside:
            let totals = vat.totals(of: category)
            return try taxable == totals.net(totals.invoiceLines).cents()
        default:
            let totals = vat.totals(of: category)
            return try taxable.isWithinOne(of: totals.net(totals.invoiceLines).cents())
        }
    }
}
