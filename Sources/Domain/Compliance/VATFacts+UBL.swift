extension VATFacts {
    private static let id: NodePath = "cbc:ID"
    private static let percent: NodePath = "cbc:Percent"
    private static let lineCategories: NodePath = "cac:Item/cac:ClassifiedTaxCategory"
    private static let allowanceCategories: NodePath = "cac:TaxCategory"
    private static let lineAmount: NodePath = "cbc:LineExtensionAmount"
    private static let allowanceAmount: NodePath = "cbc:Amount"

    mutating func gatherUBL(_ root: Scope) {
        let nodes = root.document.pointee.nodes
        for index in nodes.indices {
            switch nodes[index].name {
            case .cacTaxCategory: taxCategory(root.at(index))
            case .cacClassifiedTaxCategory: classifiedCategory(root.at(index))
            case .cacInvoiceLine, .cacCreditNoteLine: line(root.at(index))
            case .cacAllowanceCharge: allowanceOrCharge(root.at(index))
            case .cbcCompanyID: identifier(root.at(index))
            case .cbcIdentificationCode: if !root.at(index).text.equals("IT") { hasForeignCountry = true }
            default: break
            }
        }
    }

    private mutating func classifiedCategory(_ scope: Scope) {
        count(scope, id: Self.id, butO: \.linesButO) { uses, isVAT, isExact in
            uses.linesOfAnyScheme += 1
            if isVAT {
                uses.lines += 1
                uses.anywhere += 1
            }
            if isExact {
                uses.exactAnywhere += 1
                uses.exactInPlace += 1
            }
        }
    }

    private mutating func taxCategory(_ scope: Scope) {
        guard let parent = scope.parent else { return }
        switch parent.name {
        case .cacAllowanceCharge: allowanceCategory(scope, of: parent)
        case .cacTaxSubtotal where parent.parent?.name == .cacTaxTotal && parent.parent?.parent?.isRoot == true:
            count(scope, id: Self.id, butO: \.breakdownsButO) { uses, isVAT, isExact in
                uses.breakdownsOfAnyScheme += 1
                if isVAT {
                    uses.breakdowns += 1
                    uses.anywhere += 1
                }
                if isExact {
                    uses.exactBreakdownsOfAnyScheme += 1
                    if isVAT { uses.exactBreakdowns += 1 }
                    uses.exactAnywhere += 1
                    uses.exactInPlace += 1
                }
            }
        default:
            count(scope, id: Self.id, butO: nil) { uses, isVAT, isExact in
                if isVAT { uses.anywhere += 1 }
                if isExact { uses.exactAnywhere += 1 }
            }
        }
    }

    private mutating func allowanceCategory(_ scope: Scope, of parent: Scope) {
        let isAllowance = parent.isAllowance
        let isCharge = parent.isCharge
        let isOfDocument = parent.parent?.isRoot == true
        let wasO = (allowancesButO, chargesButO)
        count(scope, id: Self.id, butO: \.allowancesButO) { uses, isVAT, isExact in
            if isVAT {
                uses.anywhere += 1
                if isAllowance {
                    uses.allowances += 1
                    if isExact { uses.exactAllowances += 1 }
                    if isOfDocument { uses.documentAllowances += 1 }
                }
                if isCharge {
                    uses.charges += 1
                    if isExact { uses.exactCharges += 1 }
                    if isOfDocument { uses.documentCharges += 1 }
                }
            }
            uses.allowancesAndChargesOfAnyScheme += 1
            if isVAT { uses.allowancesAndCharges += 1 }
            if isAllowance { uses.allowancesOfAnyScheme += 1 }
            if isCharge { uses.chargesOfAnyScheme += 1 }
            if isExact {
                uses.exactAnywhere += 1
                if isOfDocument { uses.exactInPlace += 1 }
            }
        }
        let isButO = allowancesButO > wasO.0
        allowancesButO = wasO.0 + (isButO && isAllowance ? 1 : 0)
        chargesButO = wasO.1 + (isButO && isCharge ? 1 : 0)
    }

    private mutating func line(_ scope: Scope) {
        let isInvoiceLine = scope.name == .cacInvoiceLine
        if isInvoiceLine { hasInvoiceLine = true } else { hasCreditNoteLine = true }
        do {
            if let amount = try scope.single(Self.lineAmount), let sum = lineSum { lineSum = try sum + amount.number() }
        } catch {
            lineSum = nil
        }
        let isOfDocument = scope.parent?.isRoot == true
        add(scope, categories: Self.lineCategories, id: Self.id, percent: Self.percent) { totals in
            if isInvoiceLine { totals.hasInvoiceLine = true } else { totals.hasCreditNoteLine = true }
            if isOfDocument { totals.add(scope, Self.lineAmount, to: isInvoiceLine ? \.invoiceLines : \.creditNoteLines) }
        }
    }

    private mutating func allowanceOrCharge(_ scope: Scope) {
        let isOfDocument = scope.parent?.isRoot == true
        let isAllowance = scope.isAllowance
        let isCharge = scope.isCharge
        add(scope, categories: Self.allowanceCategories, id: Self.id, percent: Self.percent) { totals in
            totals.hasAllowanceOrCharge = true
            guard isOfDocument else { return }
            if isAllowance { totals.add(scope, Self.allowanceAmount, to: \.allowances) }
            if isCharge { totals.add(scope, Self.allowanceAmount, to: \.charges) }
        }
    }

    private mutating func identifier(_ scope: Scope) {
        guard let holder = scope.parent, let party = holder.parent else { return }
        switch (holder.name, party.name, party.parent?.name) {
        case (.cacPartyTaxScheme, .cacParty, .cacAccountingSupplierParty):
            hasSellerTaxId = true
            if holder.isVAT { hasSellerVATId = true }
        case (.cacPartyTaxScheme, .cacParty, .cacAccountingCustomerParty):
            if holder.isVAT { hasBuyerVATId = true }
        case (.cacPartyTaxScheme, .cacTaxRepresentativeParty, _):
            if holder.isVAT { hasRepresentativeVATId = true }
        case (.cacPartyLegalEntity, .cacParty, .cacAccountingCustomerParty):
            hasBuyerLegalId = true
        default: break
        }
    }
}

extension Scope {
    private static let indicatorUBL: NodePath = "cbc:ChargeIndicator"
    private static let indicatorCII: NodePath = "ram:ChargeIndicator/udt:Indicator"

    private func hasIndicator(_ wanted: Bool) -> Bool {
        any(document.pointee.syntax == .ubl ? Self.indicatorUBL : Self.indicatorCII) { $0.boolean == wanted }
    }

    /// An allowance or charge that says that it is an allowance.
    var isAllowance: Bool { hasIndicator(false) }
    /// An allowance or charge that says that it is a charge.
    var isCharge: Bool { hasIndicator(true) }
}
