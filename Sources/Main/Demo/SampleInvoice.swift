internal import Domain

/// The books of an invented trading house: what they hold is a function of time alone.
///
/// They begin with a few invoices and gain one at every `pace`. Some are corrected later, some of these are set back to what they were, and
/// now and then one is not well-formed XML until somebody mends it.
struct SampleLedger: Sendable {
    let start: Instant
    let pace: TimeSpan

    static let begins = 3
    /// What one batch holds at most.
    static let most = 40

    /// The invoices that were entered or changed since then, the latest ones when they are too many, in the order of their numbers.
    func invoices(since: Instant?, at now: Instant) -> [SampleInvoice] {
        let count = Self.begins + Int(clamping: max(0, (now - start).microseconds) / max(1, pace.microseconds))
        // An invoice that is older than its last change is told once more only to one who asks from the beginning.
        let settled = Self.most + Int(Self.lastChange)
        let first = max(0, count - settled)
        let changed = (first..<count).map { invoice($0, at: now) }.filter { since == nil || $0.changedAt >= since ?? start }
        guard changed.count > Self.most else { return changed }
        let latest = changed.sorted { ($0.changedAt, $0.index) < ($1.changedAt, $1.index) }.suffix(Self.most)
        return latest.sorted { $0.index < $1.index }
    }

    /// After so many paces nothing changes any more.
    private static let lastChange: Int64 = 6

    private func invoice(_ index: Int, at now: Instant) -> SampleInvoice {
        let entered = index < Self.begins ? start : start + pace.multiplied(by: Int64(index - Self.begins + 1))
        var (form, changed) = (SampleInvoice.Form.plain, entered)
        if index % 11 == 6 { form = index % 2 == 0 ? .bareAmpersand : .unclosedElement }
        let changes: [(after: Int64, form: SampleInvoice.Form)] =
            switch true {
            case index % 11 == 6: [(5, .plain)]
            case index % 15 == 2: [(3, .corrected), (Self.lastChange, .plain)]
            case index % 5 == 2: [(3, .corrected)]
            default: []
            }
        for change in changes where now >= entered + pace.multiplied(by: change.after) {
            (form, changed) = (change.form, entered + pace.multiplied(by: change.after))
        }
        return SampleInvoice(index: index, entered: entered, form: form, changedAt: changed)
    }
}

/// One invoice as the trading house's system writes it.
struct SampleInvoice: Sendable {
    enum Form: Sendable {
        case plain
        /// With another quantity in its first line.
        case corrected
        /// Not well-formed, as when a program glues text together.
        case bareAmpersand, unclosedElement

        var isWellFormed: Bool { self == .plain || self == .corrected }
    }

    let index: Int
    let entered: Instant
    let form: Form
    let changedAt: Instant

    var number: String { "TH-\(100_001 + index)" }

    /// The invoice's element; its namespace is declared around it.
    var xml: String {
        let buyer = Self.buyers[index % Self.buyers.count]
        let name = form == .bareAmpersand ? "Smith & Sons" : buyer.name
        // A section within the section that the source sends everything in.
        let note = index % 7 == 3 ? "<Note><![CDATA[Packed by hand: < 12 boxes & a crate]]></Note>" : ""
        let lines = (0..<(1 + index % 4)).map { line($0) }.joined()
        let end = form == .unclosedElement ? "</Invioce>" : "</Invoice>"
        return """
            <Invoice><InvoiceNumber>\(number)</InvoiceNumber><IssueDate>\(Self.date(entered))</IssueDate>\
            <DueDate>\(Self.date(entered + .hours(30 * 24)))</DueDate><Currency>EUR</Currency>\
            <Seller><Name>Sample Trading House GmbH</Name><VatNumber>DE123456789</VatNumber><City>Hamburg</City><Country>DE</Country></Seller>\
            <Buyer><Name>\(name)</Name><City>\(buyer.city)</City><Country>\(buyer.country)</Country></Buyer>\
            <PurchaseOrder>PO-\(7_000 + index / 2)</PurchaseOrder>\(note)<Lines>\(lines)</Lines>\(end)
            """
    }

    private func line(_ line: Int) -> String {
        let article = Self.articles[(index + line * 3) % Self.articles.count]
        let quantity = 1 + (index * 7 + line * 5) % 24 + (form == .corrected && line == 0 ? 1 : 0)
        return "<Line no=\"\(line + 1)\"><Article>\(article.name)</Article><Quantity unit=\"\(article.unit)\">\(quantity)</Quantity>"
            + "<UnitPrice>\(article.price)</UnitPrice><VatRate>19</VatRate></Line>"
    }

    private static func date(_ instant: Instant) -> String { String(instant.rfc3339.prefix(10)) }

    private static let buyers: [(name: String, city: String, country: String)] = [
        ("Müller &amp; Söhne KG", "Köln", "DE"), ("Librairie Lumière SARL", "Lyon", "FR"), ("Okonkwo Ventures Ltd", "Lagos", "NG"),
        ("شركة النخيل للتجارة", "الرياض", "SA"), ("O'Brien Hardware", "Cork", "IE"), ("Łódź Tekstylia Sp. z o.o.", "Łódź", "PL"),
    ]

    private static let articles: [(name: String, unit: String, price: String)] = [
        ("Cotton shirt, white", "C62", "12.50"), ("Linen trousers", "C62", "29.90"), ("Canvas, 280 g/m²", "MTR", "4.15"),
        ("Buttons &lt; 12 mm, box of 100", "C62", "3.99"), ("Silk scarf", "C62", "41.00"), ("Freight", "C62", "65.00"),
        ("Wool yarn", "KGM", "18.75"),
    ]
}
