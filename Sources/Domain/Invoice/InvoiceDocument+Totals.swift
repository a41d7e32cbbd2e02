extension InvoiceDocument {
    /// The totals (BG-22) that follow from the document's own amounts (BT-131, BT-92, BT-99, BT-117, BT-113 and BT-114) by BR-CO-10 to BR-CO-16.
    ///
    /// Nothing is rounded: sums of amounts with the currency's digits have those digits. So XPath's rounding in the official rules finds nothing
    /// to round either, whatever the sign.
    ///
    /// - Parameter scale: how many digits behind the point the totals have at least.
    /// - Returns: nil when a line, allowance or charge has no amount. BT-111 is not derived.
    /// - Throws: `overflow`.
    public func derivedTotals(scale: Int = 0) throws(DecimalError) -> Totals? {
        let zero = try ExactDecimal(mantissa: 0, scale: scale)
        var lineNet = zero
        for line in lines {
            guard let amount = line.netAmount else { return nil }
            lineNet = try lineNet + amount
        }
        guard let allowanceTotal = try Self.sum(allowances, from: zero), let chargeTotal = try Self.sum(charges, from: zero) else {
            return nil
        }
        var tax = zero
        for subtotal in taxBreakdown { tax = try tax + subtotal.taxAmount }
        let taxExclusive = try lineNet - allowanceTotal + chargeTotal
        let taxInclusive = try taxExclusive + tax
        let payable = try taxInclusive - (prepaidAmount ?? zero) + (roundingAmount ?? zero)
        var totals = Totals(lineNet: lineNet, taxExclusive: taxExclusive, taxInclusive: taxInclusive, payable: payable)
        totals.allowances = allowances.isEmpty ? nil : allowanceTotal
        totals.charges = charges.isEmpty ? nil : chargeTotal
        totals.tax = taxBreakdown.isEmpty ? nil : tax
        return totals
    }

    private static func sum(_ list: [AllowanceCharge], from zero: ExactDecimal) throws(DecimalError) -> ExactDecimal? {
        var sum = zero
        for item in list {
            guard let amount = item.amount else { return nil }
            sum = try sum + amount
        }
        return sum
    }
}
