extension VATFacts {
    private static let code: NodePath = "ram:CategoryCode"
    private static let percent: NodePath = "ram:RateApplicablePercent"
    private static let lineCategories: NodePath = "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax"
    private static let allowanceCategories: NodePath = "ram:CategoryTradeTax"
    private static let lineAmount: NodePath =
        "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    private static let allowanceAmount: NodePath = "ram:ActualAmount"

    mutating func gatherCII(_ root: Scope) {
        let nodes = root.document.pointee.nodes
        for index in nodes.indices {
            switch nodes[index].name {
            case .ramApplicableTradeTax: tradeTax(root.at(index))
            case .ramCategoryTradeTax: allowanceTax(root.at(index))
            case .ramIncludedSupplyChainTradeLineItem: line(root.at(index))
            case .ramSpecifiedTradeAllowanceCharge: allowanceOrCharge(root.at(index))
            case .ramID: identifier(root.at(index))
            case .ramCountryID: if !root.at(index).text.equals("IT") { hasForeignCountry = true }
            default: break
            }
        }
    }

    private mutating func tradeTax(_ scope: Scope) {
        let isLine = scope.parent?.name == .ramSpecifiedLineTradeSettlement
        let isBreakdown = scope.parent?.name == .ramApplicableHeaderTradeSettlement
        count(scope, id: Self.code, butO: nil) { uses, isVAT, isExact in
            guard isExact else { return }
            uses.exactAnywhere += 1
            if isLine { uses.linesOfAnyScheme += 1 }
            if isBreakdown { uses.breakdownsOfAnyScheme += 1 }
            guard isVAT else { return }
            if isLine { uses.lines += 1 }
            if isBreakdown { uses.breakdowns += 1 }
        }
        if scope.any(Self.code, { !$0.text.equals("O") }) {
            breakdownsButO += 1
            linesButO += 1
        }
    }

    private mutating func allowanceTax(_ scope: Scope) {
        let isAllowance = scope.parent?.name == .ramSpecifiedTradeAllowanceCharge && scope.parent?.isAllowance == true
        let isCharge = scope.parent?.name == .ramSpecifiedTradeAllowanceCharge && scope.parent?.isCharge == true
        count(scope, id: Self.code, butO: nil) { uses, isVAT, isExact in
            guard isExact else { return }
            uses.exactAnywhere += 1
            uses.allowancesAndChargesOfAnyScheme += 1
            guard isVAT else { return }
            if isAllowance { uses.allowances += 1 }
            if isCharge { uses.charges += 1 }
        }
        if scope.any(Self.code, { !$0.text.equals("O") }) {
            allowancesButO += 1
            chargesButO += 1
        }
    }

    private mutating func line(_ scope: Scope) {
        hasInvoiceLine = true
        do {
            if let amount = try scope.single(Self.lineAmount), let sum = lineSum { lineSum = try sum + amount.number() }
        } catch {
            lineSum = nil
        }
        add(scope, categories: Self.lineCategories, id: Self.code, percent: Self.percent) { totals in
            totals.hasInvoiceLine = true
            totals.add(scope, Self.lineAmount, to: \.invoiceLines)
        }
    }

    private mutating func allowanceOrCharge(_ scope: Scope) {
        guard scope.parent?.name == .ramApplicableHeaderTradeSettlement else { return }
        let isAllowance = scope.isAllowance
        let isCharge = scope.isCharge
        add(scope, categories: Self.allowanceCategories, id: Self.code, percent: Self.percent) { totals in
            totals.hasAllowanceOrCharge = true
            if isAllowance { totals.add(scope, Self.allowanceAmount, to: \.allowances) }
            if isCharge { totals.add(scope, Self.allowanceAmount, to: \.charges) }
        }
    }

    private mutating func identifier(_ scope: Scope) {
        guard let holder = scope.parent, let party = holder.parent else { return }
        guard holder.name == .ramSpecifiedTaxRegistration else {
            if holder.name == .ramSpecifiedLegalOrganization, party.name == .ramBuyerTradeParty { hasBuyerLegalId = true }
            return
        }
        let isVAT = scope.attribute(.schemeID)?.equals("VA") == true
        let isTax = isVAT || scope.attribute(.schemeID)?.equals("FC") == true
        switch party.name {
        case .ramSellerTradeParty:
            if isTax { hasSellerTaxId = true }
            if isVAT { hasSellerVATId = true }
        case .ramBuyerTradeParty: if isVAT { hasBuyerVATId = true }
        case .ramSellerTaxRepresentativeTradeParty: if isVAT { hasRepresentativeVATId = true }
        default: break
        }
    }
}
