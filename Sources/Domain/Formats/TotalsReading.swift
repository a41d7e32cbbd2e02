/// The amounts of BG-22 as they are found.
struct TotalsReading {
    var lineNet: ExactDecimal?
    var allowances: ExactDecimal?
    var charges: ExactDecimal?
    var taxExclusive: ExactDecimal?
    var tax: ExactDecimal?
    var taxInTaxCurrency: ExactDecimal?
    var taxInclusive: ExactDecimal?
    var payable: ExactDecimal?

    /// The totals; nil when there are none at all. Where there are some, each one that must be there and is not is a problem.
    func totals(at element: XMLTree.Element, _ reading: inout TreeReading) -> InvoiceDocument.Totals? {
        let found = [lineNet, allowances, charges, taxExclusive, tax, taxInTaxCurrency, taxInclusive, payable]
        guard found.contains(where: { $0 != nil }) else { return nil }
        if lineNet == nil { reading.report(element, "BT-106", .noLineTotal) }
        if taxExclusive == nil { reading.report(element, "BT-109", .noTaxExclusiveTotal) }
        if taxInclusive == nil { reading.report(element, "BT-112", .noTaxInclusiveTotal) }
        if payable == nil { reading.report(element, "BT-115", .noAmountDue) }
        var totals = InvoiceDocument.Totals(
            lineNet: lineNet ?? .zero, taxExclusive: taxExclusive ?? .zero, taxInclusive: taxInclusive ?? .zero, payable: payable ?? .zero)
        totals.allowances = allowances
        totals.charges = charges
        totals.tax = tax
        totals.taxInTaxCurrency = taxInTaxCurrency
        return totals
    }
}
