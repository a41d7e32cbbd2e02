/// Which rate applies to a category of tax, from which day on, and for which goods.
public struct RateTable: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        /// A code of UNTDID 5305.
        public var category: String
        /// For items only with a classification (BT-158) that begins with it, such as a chapter of the Harmonized System; nil: for all.
        public var code: String?
        /// The first day; nil: since ever.
        public var from: CalendarDate?
        /// The last day; nil: until another entry for the same begins.
        public var until: CalendarDate?
        public var percent: ExactDecimal
        /// The taxes that `percent` is the sum of; empty: one tax.
        public var components: [Levy.Component] = []

        public init(
            _ category: String, code: String? = nil, from: CalendarDate? = nil, until: CalendarDate? = nil, percent: ExactDecimal,
            components: [Levy.Component] = []
        ) {
            self.category = category
            self.code = code
            self.from = from
            self.until = until
            self.percent = percent
            self.components = components
        }

        func holds(on date: CalendarDate) -> Bool {
            if let from, date < from { return false }
            if let until, until < date { return false }
            return true
        }
    }

    public let entries: [Entry]
    private let index: Index

    public init(_ entries: [Entry] = []) {
        self.entries = entries
        index = Index(entries)
    }

    /// The entry for an item with `codes` on `date`: the longest code that matches and has one, and of these the one that began last.
    ///
    /// - Returns: nil when there is none.
    /// - Throws: `dateRequired` when `date` is nil and it matters.
    func entry(category: String, codes: [String], on date: CalendarDate?) throws(TaxProblem) -> Entry? {
        guard let found = index.matching(category, codes, where: { entry in date.map(entry.holds) ?? true }) else { return nil }
        if date == nil, found.contains(where: { $0.percent != found[0].percent || $0.components != found[0].components }) {
            throw TaxProblem("/issueDate", .dateRequired)
        }
        return Self.latest(found)
    }

    /// The entry with a rate that a document states. A document may well state a rate of the past, or of other goods.
    func entry(category: String, percent: ExactDecimal, codes: [String], on date: CalendarDate?) -> Entry? {
        guard let listed = index.byRate[Index.Rate(category: category, percent: percent)] else { return nil }
        if let one = listed.first, listed.count == 1 { return one }
        let found = index.matching(category, codes) { $0.percent == percent && (date.map($0.holds) ?? true) }
        return Self.latest(found ?? listed)
    }

    /// The rates that a category has or had, ascending.
    func percents(of category: String) -> [ExactDecimal] {
        var percents: [ExactDecimal] = []
        for entry in entries where entry.category == category && !percents.contains(entry.percent) { percents.append(entry.percent) }
        return percents.sorted()
    }

    private static func latest(_ entries: [Entry]) -> Entry? {
        entries.max { a, b in
            guard let later = b.from else { return false }
            return a.from.map { $0 < later } ?? true
        }
    }

    public static func == (a: RateTable, b: RateTable) -> Bool { a.entries == b.entries }

    public func hash(into hasher: inout Hasher) { hasher.combine(entries) }

    /// So that a table of thousands of codes costs a line no more than a short one.
    private struct Index: Sendable {
        struct Place: Hashable {
            let category: String
            let code: String
        }

        struct Rate: Hashable {
            let category: String
            let percent: ExactDecimal
        }

        private var byPlace: [Place: [Entry]] = [:]
        private(set) var byRate: [Rate: [Entry]] = [:]
        /// How long the codes are, in bytes, longest first; 0 for entries without one.
        private let lengths: [Int]

        init(_ entries: [Entry]) {
            for entry in entries {
                byPlace[Place(category: entry.category, code: entry.code ?? ""), default: []].append(entry)
                byRate[Rate(category: entry.category, percent: entry.percent), default: []].append(entry)
            }
            lengths = Set(entries.map { $0.code?.utf8.count ?? 0 }).sorted(by: >)
        }

        /// The entries for the longest beginning of one of `codes` that has any for which `condition` holds; never empty.
        func matching(_ category: String, _ codes: [String], where condition: (Entry) -> Bool) -> [Entry]? {
            for length in lengths {
                var found: [Entry] = []
                for code in length == 0 ? [""] : codes where code.utf8.count >= length {
                    guard let start = String(code.utf8.prefix(length)) else { continue }
                    found += (byPlace[Place(category: category, code: start)] ?? []).filter(condition)
                }
                if !found.isEmpty { return found }
            }
            return nil
        }
    }
}
