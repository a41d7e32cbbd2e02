/// Makes of what a sender says an invoice that can be kept and issued: assesses it, has the rules look at it, and puts both into its content.
///
/// Pure but for time: the same document gives the same content.
public struct InvoiceDesk: Sendable {
    /// Reads a document in XML.
    public typealias Parse = @Sendable ([UInt8]) throws(XMLError) -> XMLTree

    public let taxes: TaxRegistry
    /// By which strategy a document is taxed that names none.
    public let regime: String
    private let parse: Parse

    public init(taxes: TaxRegistry = .standard, regime: String = "vat", parse: @escaping Parse) {
        self.taxes = taxes
        self.regime = regime
        self.parse = parse
    }

    /// A document that was assessed and looked at.
    public struct Prepared: Sendable {
        public let content: InvoiceContent
        /// As it is kept: with line amounts, breakdown and totals.
        public let document: InvoiceDocument
        public let findings: [Finding]
    }

    /// BT-24 of a document by the European standard that states none.
    public static let standardSpecification = "urn:cen.eu:en16931:2017"

    /// - Parameters:
    ///   - document: what the sender says; its number is not kept.
    ///   - original: the invoice that `document` credits. Where it states its tax in a second currency (BT-111), the credit note states its
    ///     share of that, at the same rate of exchange, unless it states one itself.
    ///   - today: stands for the issue date where none is stated, for the rules alone.
    ///   - language: of the findings.
    /// - Throws: `TaxError`, which names every value that cannot be assessed by its JSON pointer.
    public func prepare(
        _ document: InvoiceDocument, crediting original: InvoiceDocument? = nil, today: CalendarDate, language: MessageLanguage = .english
    ) throws(TaxError) -> Prepared {
        var assessed = try taxes.assess(document, by: regime)
        if let original, assessed.totals?.taxInTaxCurrency == nil {
            let share = assessed.shareOfTaxInTaxCurrency(of: original)
            assessed.totals?.taxInTaxCurrency = share
        }
        assessed.number = nil
        let usesEuropeanRules = Self.isEuropean(assessed.taxRegime ?? regime)
        if usesEuropeanRules, assessed.specification == nil { assessed.specification = Self.standardSpecification }
        let findings = usesEuropeanRules ? validate(assessed, today: today, language: language) : []
        let fatal = findings.count { $0.severity == .fatal }
        let verdict = InvoiceContent.Verdict(
            ruleset: usesEuropeanRules ? Ruleset.en16931.name : "assessment", fatal: fatal, warnings: findings.count - fatal)
        let content = InvoiceContent(encoded: assessed.canonicalJSON, summary: Self.summary(of: assessed), verdict: verdict)
        return Prepared(content: content, document: assessed, findings: findings)
    }

    /// The rules of the European standard are for its own tax; other regimes are held to their arithmetic alone.
    private static func isEuropean(_ regime: String) -> Bool { regime == "vat" }

    /// What the rules say of the document as it will be issued.
    private func validate(_ document: InvoiceDocument, today: CalendarDate, language: MessageLanguage) -> [Finding] {
        var issued = document
        issued.number = document.number ?? "0"
        issued.issueDate = document.issueDate ?? today
        do {
            return Ruleset.en16931.validate(try parse(UBLWriter.write(issued)), language: language)
        } catch {
            return [Finding(rule: "document-syntax", severity: .fatal, location: "/", message: String(describing: error))]
        }
    }

    private static func summary(of document: InvoiceDocument) -> InvoiceContent.Summary {
        let totals = document.totals
        return InvoiceContent.Summary(
            typeCode: document.typeCode, currency: document.currency, issueDate: document.issueDate, dueDate: document.dueDate,
            sellerName: document.seller?.name, buyerName: document.buyer?.name, taxExclusive: totals?.taxExclusive ?? .zero,
            taxInclusive: totals?.taxInclusive ?? .zero, payable: totals?.payable ?? .zero, isCreditNote: document.isCreditNote)
    }

    /// The findings on content that was prepared before.
    public func findings(on document: InvoiceDocument, today: CalendarDate, language: MessageLanguage = .english) -> [Finding] {
        Self.isEuropean(document.taxRegime ?? regime) ? validate(document, today: today, language: language) : []
    }
}

extension Invoice {
    /// What the invoice says, with its number and issue date once it has them.
    ///
    /// - Throws: `InvoiceJSONError` when the stored form cannot be read.
    public func document() throws(InvoiceJSONError) -> InvoiceDocument {
        var document = try InvoiceDocument(json: content.encoded, as: .complete, limits: InvoiceDocument.storedLimits)
        document.number = number?.printed ?? document.number
        document.issueDate = issueDate ?? document.issueDate
        return document
    }
}

/// What of an invoice is to be credited.
public struct CreditRequest: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        /// BT-126 of the original.
        public let id: String
        /// nil: all of it.
        public let quantity: ExactDecimal?

        public init(id: String, quantity: ExactDecimal? = nil) {
            self.id = id
            self.quantity = quantity
        }
    }

    /// nil: the whole invoice.
    public let lines: [Line]?
    /// Why; becomes a note (BT-22).
    public let reason: String?
    public let issueDate: CalendarDate?

    public init(lines: [Line]? = nil, reason: String? = nil, issueDate: CalendarDate? = nil) {
        self.lines = lines
        self.reason = reason
        self.issueDate = issueDate
    }
}

extension InvoiceDocument {
    /// The credit note that takes back what `request` names of this invoice; amounts are to be assessed anew.
    ///
    /// Line allowances and charges are taken in proportion to the quantity, by their amounts; those of the document go with the whole
    /// invoice only. What was prepaid or rounded stays with the original. The breakdown is kept for its exemption reasons.
    ///
    /// - Throws: `CreditProblem` naming the line.
    public func creditNote(_ request: CreditRequest) throws(CreditProblem) -> InvoiceDocument {
        var note = self
        note.typeCode = "381"
        note.isUBLInvoice = false
        note.number = nil
        note.issueDate = request.issueDate
        note.dueDate = nil
        note.taxPointDate = nil
        note.prepaidAmount = nil
        note.roundingAmount = nil
        note.totals = nil
        note.attachments = []
        note.precedingInvoices = [PrecedingInvoice(number: number ?? "", issueDate: issueDate)]
        if let reason = request.reason { note.notes = [Note(reason)] } else { note.notes = [] }
        if let chosen = request.lines {
            note.allowances = []
            note.charges = []
            note.lines = try credited(chosen)
        }
        for index in note.lines.indices { note.lines[index].netAmount = nil }
        return note
    }

    /// What of the original's tax in the tax currency (BT-111) falls to the tax of this credit note, rounded half away from zero.
    ///
    /// nil when the original states none, in another currency, or none that can be divided: BR-53 names that.
    fileprivate func shareOfTaxInTaxCurrency(of original: InvoiceDocument) -> ExactDecimal? {
        guard taxCurrency != nil, taxCurrency == original.taxCurrency, let stated = original.totals?.taxInTaxCurrency,
            let whole = original.totals?.tax, let tax = totals?.tax
        else { return nil }
        if tax == whole { return stated }
        do throws(DecimalError) {
            return try (stated * tax).divided(by: whole, scale: stated.scale, rounding: .halfAwayFromZero)
        } catch {
            return nil
        }
    }

    /// A line named more than once is credited in parts, which together are no more than was invoiced.
    private func credited(_ chosen: [CreditRequest.Line]) throws(CreditProblem) -> [Line] {
        let places = Dictionary(lines.indices.map { (lines[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        var taken: [Int: ExactDecimal] = [:]
        var credited: [Line] = []
        for wanted in chosen {
            guard let place = places[wanted.id] else { throw .noSuchLine(wanted.id) }
            let part = try Self.part(of: lines[place], wanted)
            var sum = part.quantity
            if let before = taken[place] {
                guard !before.isNegative, let both = try? before + sum, both <= lines[place].quantity else { throw .quantity(wanted.id) }
                sum = both
            }
            taken[place] = sum
            credited.append(part)
        }
        return credited
    }

    private static func part(of original: Line, _ wanted: CreditRequest.Line) throws(CreditProblem) -> Line {
        var line = original
        guard let quantity = wanted.quantity, quantity != line.quantity else { return line }
        guard !quantity.isNegative, !quantity.isZero, quantity < line.quantity else { throw .quantity(wanted.id) }
        let whole = line.quantity
        func share(_ amount: ExactDecimal?) throws(CreditProblem) -> ExactDecimal? {
            guard let amount else { return nil }
            do throws(DecimalError) {
                return try (amount * quantity).divided(by: whole, scale: amount.scale, rounding: .halfAwayFromZero)
            } catch {
                throw .quantity(wanted.id)
            }
        }
        for index in line.allowances.indices {
            line.allowances[index].amount = try share(line.allowances[index].amount)
            line.allowances[index].baseAmount = try share(line.allowances[index].baseAmount)
        }
        for index in line.charges.indices {
            line.charges[index].amount = try share(line.charges[index].amount)
            line.charges[index].baseAmount = try share(line.charges[index].baseAmount)
        }
        line.quantity = quantity
        return line
    }
}

/// Why a credit note cannot be made as asked for.
public enum CreditProblem: Error, Hashable, Sendable {
    case noSuchLine(String)
    /// Not above zero, or more than was invoiced.
    case quantity(String)
}
