/// The work of taxing one document: each line, allowance and charge once, then the sums.
struct Assessment {
    private let strategy: any TaxStrategy
    private let source: InvoiceDocument
    private let rounding: TaxRounding
    /// Digits behind the point of every amount.
    private let scale: Int
    private var problems: [TaxProblem] = []
    private var unlistedProblems = 0
    /// What was answered for a supply, so that a strategy is asked once for thousands of equal lines.
    private var answers: [TaxedSupply: Result<Taxed, TaxProblem>] = [:]
    private var last: (supply: TaxedSupply, taxed: Taxed)?
    private var groups: [Group] = []
    private var groupOf: [Levy: Int] = [:]

    /// A levy with the entry of the breakdown (BG-23) that it adds to.
    private struct Taxed {
        let levy: Levy
        let group: Int
    }

    private struct Group {
        let levy: Levy
        /// The pointer of what was taxed so first.
        let place: String
        var taxable: ExactDecimal
        /// One for each component, or one in all.
        var taxes: [ExactDecimal]
    }

    init(_ document: InvoiceDocument, by strategy: some TaxStrategy) throws(TaxError) {
        self.strategy = strategy
        source = document
        rounding = strategy.rounding
        guard let scale = rounding.decimals ?? Currency(document.currency)?.minorUnits, TaxRounding.decimalsAllowed.contains(scale) else {
            throw TaxError([TaxProblem("/currency", .unknownCurrency)])
        }
        self.scale = scale
        for (pointer, count, limit) in [
            ("/lines", document.lines.count, TaxLimits.maxLines), ("/allowances", document.allowances.count, TaxLimits.maxAllowances),
            ("/charges", document.charges.count, TaxLimits.maxAllowances),
        ] where count > limit {
            throw TaxError([TaxProblem(pointer, .tooMany(limit: limit))])
        }
    }

    // MARK: The document

    mutating func completed() throws(TaxError) -> InvoiceDocument {
        var document = source
        var lineNet: ExactDecimal? = zero
        for index in document.lines.indices {
            do throws(TaxProblem) {
                let (net, taxed) = try assess(&document.lines[index], at: index)
                try add(net, to: taxed)
                lineNet = try lineNet.map { (sum) throws(TaxProblem) in
                    try computing("netAmount") { () throws(DecimalError) in try sum + net }
                }
            } catch {
                note(error.under("/lines/\(index)/"))
                lineNet = nil
            }
        }
        assess(&document.allowances, "/allowances/", base: lineNet, negated: true)
        assess(&document.charges, "/charges/", base: lineNet, negated: false)
        document.prepaidAmount = given(source.prepaidAmount, "/prepaidAmount")
        document.roundingAmount = given(source.roundingAmount, "/roundingAmount")
        refuseExclusiveGroups()
        try throwProblems()
        do throws(DecimalError) {
            document.taxBreakdown = try breakdown()
            guard var totals = try document.derivedTotals(scale: scale) else { throw .overflow }
            totals.taxInTaxCurrency = source.taxCurrency == source.currency ? totals.tax : source.totals?.taxInTaxCurrency
            document.totals = totals
        } catch {
            throw TaxError([TaxProblem("/lines", .tooLarge)])
        }
        return document
    }

    mutating func lineTaxes() throws(TaxError) -> [LineTax] {
        var taxes: [LineTax] = []
        taxes.reserveCapacity(source.lines.count)
        for index in source.lines.indices {
            var line = source.lines[index]
            do throws(TaxProblem) {
                let (net, taxed) = try assess(&line, at: index)
                let amounts = try computing("netAmount") { () throws(DecimalError) in try roundedTaxes(on: net, taxed.levy) }
                let tax = try computing("netAmount") { () throws(DecimalError) in try sum(amounts) }
                taxes.append(LineTax(amount: tax, components: components(taxed.levy, amounts)))
            } catch {
                note(error.under("/lines/\(index)/"))
            }
        }
        try throwProblems()
        return taxes
    }

    // MARK: Lines, allowances and charges

    /// Fills in what the line lacks; its net amount (BT-131) is the rounded product of quantity and price, less allowances, plus charges.
    private mutating func assess(_ line: inout InvoiceDocument.Line, at index: Int) throws(TaxProblem) -> (ExactDecimal, Taxed) {
        let gross = try gross(of: line)
        var net = gross
        for (name, isAllowance) in [("allowances", true), ("charges", false)] {
            let count = isAllowance ? line.allowances.count : line.charges.count
            if count == 0 { continue }
            guard count <= TaxLimits.maxAllowances else { throw TaxProblem(name, .tooMany(limit: TaxLimits.maxAllowances)) }
            for place in 0..<count {
                do throws(TaxProblem) {
                    let amount =
                        isAllowance ? try settle(&line.allowances[place], base: gross) : try settle(&line.charges[place], base: gross)
                    net = try computing("amount") { () throws(DecimalError) in
                        try within(isAllowance ? try net - amount : try net + amount)
                    }
                } catch {
                    throw error.under("\(name)/\(place)/")
                }
            }
        }
        line.netAmount = net
        let supply = TaxedSupply(tax: line.tax, classifications: line.item.classifications)
        let taxed = try levy(on: supply, at: "/lines/\(index)/tax/category")
        line.tax.take(taxed.levy)
        return (net, taxed)
    }

    /// Quantity x price / base quantity, rounded once.
    private func gross(of line: InvoiceDocument.Line) throws(TaxProblem) -> ExactDecimal {
        let quantity = try bounded(line.quantity, by: TaxLimits.quantity, "quantity")
        let price = try bounded(line.unitPrice, by: TaxLimits.price, "unitPrice")
        let base = try line.priceBaseQuantity.map { (base) throws(TaxProblem) in
            try bounded(base, by: TaxLimits.quantity, "priceBaseQuantity")
        }
        return try computing("quantity") { () throws(DecimalError) in
            let product = try quantity * price
            guard let base else { return try within(product.rounded(to: scale, rounding.rule)) }
            return try within(product.divided(by: base, scale: scale, rounding: rounding.rule))
        }
    }

    private mutating func assess(
        _ list: inout [InvoiceDocument.AllowanceCharge], _ pointer: String, base: ExactDecimal?, negated: Bool
    ) {
        for index in list.indices {
            do throws(TaxProblem) {
                guard let tax = list[index].tax ?? strategy.taxWithoutChoice else { throw TaxProblem("tax", .taxRequired) }
                // Without a base there were problems with the lines, and those are told.
                if list[index].amount == nil, list[index].percentage != nil, list[index].baseAmount == nil, base == nil { continue }
                let amount = try settle(&list[index], base: base ?? zero)
                let taxed = try levy(on: TaxedSupply(tax: tax), at: "\(pointer)\(index)/tax/category")
                var settled = tax
                settled.take(taxed.levy)
                list[index].tax = settled
                try add(negated ? try computing("amount") { () throws(DecimalError) in try amount.negated() } : amount, to: taxed)
            } catch {
                note(error.under("\(pointer)\(index)/"))
            }
        }
    }

    /// The amount: as given, or the percentage of the base, which is `base` where none is stated.
    private func settle(_ item: inout InvoiceDocument.AllowanceCharge, base: ExactDecimal) throws(TaxProblem) -> ExactDecimal {
        if let stated = item.baseAmount { item.baseAmount = try exact(stated, "baseAmount") }
        if let stated = item.amount {
            let amount = try exact(stated, "amount")
            item.amount = amount
            return amount
        }
        guard let percentage = item.percentage else { throw TaxProblem("amount", .amountRequired) }
        guard TaxLimits.percentage.hold(percentage) else {
            throw TaxProblem("percentage", .outOfRange(whole: TaxLimits.percentage.whole, decimals: TaxLimits.percentage.decimals))
        }
        let base = item.baseAmount ?? base
        let amount = try computing("percentage") { () throws(DecimalError) in
            try within(try within(base).percentage(percentage, scale: scale, rounding: rounding.rule))
        }
        item.baseAmount = base
        item.amount = amount
        return amount
    }

    private mutating func given(_ amount: ExactDecimal?, _ pointer: String) -> ExactDecimal? {
        guard let amount else { return nil }
        do throws(TaxProblem) {
            return try exact(amount, pointer)
        } catch {
            note(error)
            return amount
        }
    }

    /// An amount that is given, with the digits of the currency; it is never rounded.
    private func exact(_ amount: ExactDecimal, _ pointer: String) throws(TaxProblem) -> ExactDecimal {
        guard TaxLimits.Digits(whole: TaxLimits.amountDigits, decimals: scale).hold(amount) else {
            throw TaxProblem(pointer, .outOfRange(whole: TaxLimits.amountDigits, decimals: scale))
        }
        return try computing(pointer) { () throws(DecimalError) in try amount.rounded(to: scale, .towardZero) }
    }

    /// What is computed keeps the bound of what is given, so that an assessed document can be assessed again.
    private func within(_ amount: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        guard TaxLimits.Digits(whole: TaxLimits.amountDigits, decimals: scale).hold(amount) else { throw .overflow }
        return amount
    }

    private func bounded(_ value: ExactDecimal, by limit: TaxLimits.Digits, _ name: String) throws(TaxProblem) -> ExactDecimal {
        guard limit.hold(value) else { throw TaxProblem(name, .outOfRange(whole: limit.whole, decimals: limit.decimals)) }
        if name == "priceBaseQuantity", value.isZero || value.isNegative { throw TaxProblem(name, .notPositive) }
        return value.scale <= limit.decimals ? value : value.normalized
    }

    // MARK: Tax

    private mutating func levy(on supply: TaxedSupply, at place: @autoclosure () -> String) throws(TaxProblem) -> Taxed {
        if let last, last.supply == supply { return last.taxed }
        let taxed: Taxed
        if let answer = answers[supply] {
            taxed = try answer.get()
        } else {
            let answer = ask(about: supply, place())
            answers[supply] = answer
            taxed = try answer.get()
        }
        last = (supply, taxed)
        return taxed
    }

    private mutating func ask(about supply: TaxedSupply, _ place: String) -> Result<Taxed, TaxProblem> {
        do throws(TaxProblem) {
            let levy = try strategy.levy(on: supply, of: source)
            if let group = groupOf[levy] { return .success(Taxed(levy: levy, group: group)) }
            let taxed = Taxed(levy: levy, group: groups.count)
            groupOf[levy] = taxed.group
            groups.append(
                Group(
                    levy: levy, place: place, taxable: zero,
                    taxes: [ExactDecimal](repeating: zero, count: max(1, levy.components.count))))
            return .success(taxed)
        } catch {
            return .failure(error)
        }
    }

    private mutating func add(_ amount: ExactDecimal, to taxed: Taxed) throws(TaxProblem) {
        do throws(DecimalError) {
            groups[taxed.group].taxable = try groups[taxed.group].taxable + amount
            guard rounding.level == .line else { return }
            for (index, tax) in try roundedTaxes(on: amount, taxed.levy).enumerated() {
                groups[taxed.group].taxes[index] = try groups[taxed.group].taxes[index] + tax
            }
        } catch {
            throw TaxProblem("tax", .tooLarge)
        }
    }

    /// The tax by components, each rounded by itself; one amount where there are none.
    private func roundedTaxes(on amount: ExactDecimal, _ levy: Levy) throws(DecimalError) -> [ExactDecimal] {
        if levy.components.isEmpty {
            return [try amount.percentage(levy.rate ?? .zero, scale: scale, rounding: rounding.rule)]
        }
        var taxes: [ExactDecimal] = []
        for component in levy.components {
            taxes.append(try amount.percentage(component.rate, scale: scale, rounding: rounding.rule))
        }
        return taxes
    }

    private func breakdown() throws(DecimalError) -> [InvoiceDocument.TaxSubtotal] {
        var subtotals: [InvoiceDocument.TaxSubtotal] = []
        for group in groups {
            let levy = group.levy
            let taxes = rounding.level == .line ? group.taxes : try roundedTaxes(on: group.taxable, levy)
            var subtotal = InvoiceDocument.TaxSubtotal(
                taxableAmount: group.taxable, taxAmount: try sum(taxes), category: levy.category, rate: levy.rate)
            subtotal.components = components(levy, taxes)
            if !levy.isCharged {
                let stated = source.taxBreakdown.first {
                    $0.category == levy.category && ($0.exemptionReason != nil || $0.exemptionReasonCode != nil)
                }
                subtotal.exemptionReason = stated == nil ? levy.exemption?.reason : stated?.exemptionReason
                subtotal.exemptionReasonCode = stated == nil ? levy.exemption?.code : stated?.exemptionReasonCode
            }
            subtotals.append(subtotal)
        }
        return subtotals
    }

    private func components(_ levy: Levy, _ amounts: [ExactDecimal]) -> [InvoiceDocument.TaxSubtotal.Component] {
        levy.components.isEmpty ? [] : zip(levy.components, amounts).map { .init(name: $0.name, rate: $0.rate, amount: $1) }
    }

    private var zero: ExactDecimal { ExactDecimal(unchecked: 0, scale) }

    private func sum(_ amounts: [ExactDecimal]) throws(DecimalError) -> ExactDecimal {
        var sum = zero
        for amount in amounts { sum = try sum + amount }
        return sum
    }

    // MARK: Problems

    private mutating func refuseExclusiveGroups() {
        guard groups.count > 1 else { return }
        for group in groups where group.levy.excludesOthers { note(TaxProblem(group.place, .excludesOthers)) }
    }

    /// A problem of the document as a whole, found on many lines, is told once.
    private mutating func note(_ problem: TaxProblem) {
        if problems.contains(problem) { return }
        if problems.count < JSONProblems.maxListed { problems.append(problem) } else { unlistedProblems += 1 }
    }

    private func throwProblems() throws(TaxError) {
        if !problems.isEmpty { throw TaxError(problems, unlistedCount: unlistedProblems) }
    }

    private func computing<T>(_ pointer: String, _ body: () throws(DecimalError) -> T) throws(TaxProblem) -> T {
        do throws(DecimalError) {
            return try body()
        } catch {
            throw TaxProblem(pointer, .tooLarge)
        }
    }
}

extension InvoiceDocument.Tax {
    /// What a strategy knows and the document left out; what is stated keeps its writing.
    fileprivate mutating func take(_ levy: Levy) {
        if category.isEmpty { category = levy.category }
        if levy.rate == nil || rate == nil { rate = levy.rate }
    }
}
