/// A look at the numbers that another system gave, before they are taken over into a series (CT-5): what is wrong with them, and a repair
/// that leaves every period running on without gap or repeat (CT-8).
///
/// Pure: the same numbers, series and taken texts give the same scan.
public struct NumberImport: Sendable {
    /// A number as the other system has it.
    public struct Entry: Hashable, Sendable {
        /// As printed.
        public let number: String
        public let document: DocumentReference?
        public let issueDate: CalendarDate?
        /// Set when it never was a valid document.
        public let voidReason: String?

        public init(number: String, document: DocumentReference? = nil, issueDate: CalendarDate? = nil, voidReason: String? = nil) {
            self.number = number
            self.document = document
            self.issueDate = issueDate
            self.voidReason = voidReason
        }
    }

    /// Why a number is not taken over.
    public enum Exclusion: Hashable, Sendable {
        /// The series' format does not print it.
        case unreadable
        /// The series prints another number on that issue date.
        case dateDiffers
        /// The same number, punctuation aside, or the same place in its period, stands before at that place of the list, which keeps it.
        case duplicate(of: Int)
        /// The document has a number before, at that place of the list.
        case documentRepeated(at: Int)
        /// It stands on a document of the tenant already.
        case taken
        /// Below the first number of a period.
        case beforeStart(Int64)
        /// The series has counted past it.
        case behindCounter(Int64)
        /// A number of the gap before it stands on another document already, so that the gap cannot be put on record.
        case gapIsTaken(printed: String)
        /// More than can be taken over at once, with the gaps before it; it may come in the next import.
        case beyondLimit

        /// As the API names it.
        public var name: String {
            switch self {
            case .unreadable: "unreadable"
            case .dateDiffers: "date-differs"
            case .duplicate: "duplicate"
            case .documentRepeated: "document-repeated"
            case .taken: "taken"
            case .beforeStart: "before-start"
            case .behindCounter: "behind-counter"
            case .gapIsTaken: "gap-is-taken"
            case .beyondLimit: "beyond-limit"
            }
        }
    }

    public struct Excluded: Hashable, Sendable {
        /// The place in the list.
        public let index: Int
        public let reason: Exclusion
    }

    /// Numbers that are missing in a period.
    public struct Gap: Hashable, Sendable {
        public let period: String
        public let numbers: ClosedRange<Int64>
    }

    /// What would be taken over, in the order in which the series counts; the numbers of gaps are among them, void.
    public let adoptions: [BookCommand.Adoption]
    /// Those of `adoptions` that fill gaps.
    public let fillings: [BookCommand.Adoption]
    /// In the order of the list.
    public let excluded: [Excluded]
    /// By period; every gap that was found, also one that the repair does not fill.
    public let gaps: [Gap]
    /// How many entries the format prints.
    public let readable: Int

    public static let voidReason = "gap found when numbers were imported"

    /// - Parameters:
    ///   - entries: at most `Books.maxAdoptions`.
    ///   - last: the last number given in each period of the series.
    ///   - taken: printed numbers that stand on documents of the tenant; compared without punctuation.
    ///   - limit: how many numbers are taken over at most.
    public init(
        _ entries: [Entry], into plan: Series.Plan, last: [String: Int64] = [:], taken: Set<String> = [],
        limit: Int = Books.maxAdoptions
    ) {
        var scan = NumberScan(entries, plan, last, Set(taken.map(NumberFormat.key(of:))), limit)
        scan.sort()
        scan.run()
        adoptions = scan.adoptions
        fillings = scan.fillings
        excluded = scan.excluded.sorted { $0.index < $1.index }
        gaps = scan.gaps
        readable = scan.readable
    }
}

/// The scan on its way.
private struct NumberScan {
    /// An entry that has a place in the series.
    struct Placed {
        let index: Int
        let number: AssignedNumber
        /// A date on which the series prints it.
        let date: CalendarDate
        let document: DocumentReference
        let voidReason: String?
    }

    let entries: [NumberImport.Entry]
    let plan: Series.Plan
    let last: [String: Int64]
    let taken: Set<String>
    let limit: Int

    private var placed: [Placed] = []
    private var documents: [DocumentReference: Int] = [:]
    private(set) var adoptions: [BookCommand.Adoption] = []
    private(set) var fillings: [BookCommand.Adoption] = []
    private(set) var excluded: [NumberImport.Excluded] = []
    private(set) var gaps: [NumberImport.Gap] = []
    private(set) var readable = 0

    init(_ entries: [NumberImport.Entry], _ plan: Series.Plan, _ last: [String: Int64], _ taken: Set<String>, _ limit: Int) {
        self.entries = entries
        self.plan = plan
        self.last = last
        self.taken = taken
        self.limit = limit
    }

    private mutating func exclude(_ index: Int, _ reason: NumberImport.Exclusion) {
        excluded.append(NumberImport.Excluded(index: index, reason: reason))
    }

    // MARK: - Each number by itself

    /// Gives every entry its place, and leaves out what has none.
    mutating func sort() {
        var keys: [String: Int] = [:]
        var places: [String: [Int64: Int]] = [:]
        for (index, entry) in entries.enumerated() {
            guard let (sequence, date) = place(of: entry, at: index) else { continue }
            readable += 1
            let period = plan.reset.period(of: date)
            let key = NumberFormat.key(of: entry.number)
            if let first = keys[key] ?? places[period]?[sequence] {
                exclude(index, .duplicate(of: first))
                continue
            }
            keys[key] = index
            places[period, default: [:]][sequence] = index
            guard let document = entry.document ?? DocumentReference("number:" + entry.number) else {
                exclude(index, .unreadable)
                continue
            }
            if let reason = objection(to: sequence, in: period, key: key, document) {
                exclude(index, reason)
                continue
            }
            documents[document] = index
            placed.append(
                Placed(
                    index: index,
                    number: AssignedNumber(series: plan.id, period: period, sequence: sequence, printed: entry.number), date: date,
                    document: document, voidReason: entry.voidReason))
        }
    }

    private func objection(
        to sequence: Int64, in period: String, key: String, _ document: DocumentReference
    ) -> NumberImport.Exclusion? {
        if let last = last[period], sequence <= last { return .behindCounter(last) }
        if taken.contains(key) { return .taken }
        if sequence < plan.start { return .beforeStart(plan.start) }
        return documents[document].map { .documentRepeated(at: $0) }
    }

    /// The sequence of the entry, and a date on which the series prints exactly this number: its issue date where it has one.
    private mutating func place(of entry: NumberImport.Entry, at index: Int) -> (Int64, CalendarDate)? {
        guard let reading = plan.format.reading(entry.number), reading.sequence <= Series.highestSequence else {
            exclude(index, .unreadable)
            return nil
        }
        func isPrinted(on date: CalendarDate) -> Bool {
            plan.format.printed(reading.sequence, on: date, reset: plan.reset) == entry.number
        }
        if let date = entry.issueDate {
            if isPrinted(on: date) { return (reading.sequence, date) }
            exclude(index, .dateDiffers)
            return nil
        }
        guard let date = Self.dates(of: reading).first(where: isPrinted) else {
            exclude(index, .unreadable)
            return nil
        }
        return (reading.sequence, date)
    }

    /// The first days of the months that the number may be of. Two digits of a year are of this century.
    private static func dates(of reading: NumberFormat.Reading) -> [CalendarDate] {
        let century = 2_000
        let fiscal = reading.fiscalYear ?? reading.shortFiscalYear.map { $0 + century }
        let years: [Int] =
            if let year = reading.year ?? reading.shortYear.map({ $0 + century }) {
                [year]
            } else if let fiscal {
                [fiscal, fiscal + 1]
            } else {
                [century]
            }
        let months = reading.month.map { $0...$0 } ?? 1...12
        return years.flatMap { year in months.compactMap { CalendarDate(year: year, month: $0, day: 1) } }
    }

    // MARK: - The numbers of a period

    /// Lets each period run on from where it stands, gaps filled with void numbers.
    mutating func run() {
        let periods = Dictionary(grouping: placed, by: \.number.period)
        for period in periods.keys.sorted() {
            let numbers = (periods[period] ?? []).sorted { $0.number.sequence < $1.number.sequence }
            run(numbers, in: period)
        }
    }

    private mutating func run(_ numbers: [Placed], in period: String) {
        var expected = last[period].map { $0 + 1 } ?? plan.start
        var obstacle: NumberImport.Exclusion?
        for placed in numbers {
            let sequence = placed.number.sequence
            if sequence > expected {
                let gap = NumberImport.Gap(period: period, numbers: expected...(sequence - 1))
                gaps.append(gap)
                if obstacle == nil { obstacle = fill(gap, before: placed) }
            }
            expected = sequence + 1
            if obstacle == nil, adoptions.count >= limit { obstacle = .beyondLimit }
            if let obstacle {
                exclude(placed.index, obstacle)
            } else {
                adoptions.append(
                    BookCommand.Adoption(number: placed.number, document: placed.document, voidReason: placed.voidReason))
            }
        }
    }

    /// Puts the numbers of a gap on record as void.
    ///
    /// - Returns: why that cannot be; nothing is on record then.
    private mutating func fill(_ gap: NumberImport.Gap, before next: Placed) -> NumberImport.Exclusion? {
        let width = gap.numbers.upperBound - gap.numbers.lowerBound
        // The number behind the gap needs a place too.
        guard width < Int64(limit - adoptions.count) - 1 else { return .beyondLimit }
        var voids: [BookCommand.Adoption] = []
        for sequence in gap.numbers {
            let printed = plan.format.printed(sequence, on: next.date, reset: plan.reset)
            guard !taken.contains(NumberFormat.key(of: printed)), let document = DocumentReference("gap:" + printed),
                documents[document] == nil
            else { return .gapIsTaken(printed: printed) }
            voids.append(
                BookCommand.Adoption(
                    number: AssignedNumber(series: plan.id, period: gap.period, sequence: sequence, printed: printed),
                    document: document, voidReason: NumberImport.voidReason))
        }
        adoptions += voids
        fillings += voids
        return nil
    }
}
