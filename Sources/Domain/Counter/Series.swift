/// A series of document numbers: the aggregate `Counter` (CT-1).
///
/// Its counters hold the last number given in each period. They move by one, and only in the commit that also records the number and the
/// document that it is bound to; so there is no gap and no repeat, whatever fails.
public struct Series: Hashable, Sendable {
    /// What a series is asked to be; it does not change once it exists.
    public struct Plan: Hashable, Sendable {
        public let id: SeriesId
        public let format: NumberFormat
        public let reset: ResetRule
        /// The first number of every period.
        public let start: Int64
        /// IANA name: in which zone today is, when a document states no issue date.
        public let timeZone: String

        /// - Throws: `formatDoesNotTellApart`, `start`.
        public init(
            id: SeriesId, format: NumberFormat, reset: ResetRule, start: Int64 = 1, timeZone: String = "UTC"
        ) throws(SeriesPlanError) {
            guard format.tellsApart(reset) else { throw .formatDoesNotTellApart }
            guard (0...Self.highestStart).contains(start) else { throw .start }
            self.init(checked: id, format, reset, start, timeZone)
        }

        init(checked id: SeriesId, _ format: NumberFormat, _ reset: ResetRule, _ start: Int64, _ timeZone: String) {
            self.id = id
            self.format = format
            self.reset = reset
            self.start = start
            self.timeZone = timeZone
        }

        public static let highestStart: Int64 = 999_999_999_999
    }

    public let tenant: TenantId
    public let plan: Plan
    public let createdAt: Instant
    /// Counts the series' events from 1.
    public internal(set) var version: Int64
    /// The last number given in each period.
    public internal(set) var last: [String: Int64]
    /// The last number of each period that was given here; those above were taken over from another system.
    public internal(set) var allocated: [String: Int64]

    public init(
        tenant: TenantId, plan: Plan, createdAt: Instant, version: Int64, last: [String: Int64], allocated: [String: Int64] = [:]
    ) {
        self.tenant = tenant
        self.plan = plan
        self.createdAt = createdAt
        self.version = version
        self.last = last
        self.allocated = allocated
    }

    /// How many periods one series may have: months of a century.
    public static let maxPeriods = 1_200
    /// A number printed never has more digits.
    public static let highestSequence: Int64 = 999_999_999_999_999_999

    /// The number that a document issued on `date` gets next.
    func next(on date: CalendarDate) -> AssignedNumber? {
        let period = plan.reset.period(of: date)
        guard last[period] != nil || last.count < Self.maxPeriods else { return nil }
        let sequence = last[period].map { $0 + 1 } ?? plan.start
        guard sequence <= Self.highestSequence else { return nil }
        return AssignedNumber(
            series: plan.id, period: period, sequence: sequence, printed: plan.format.printed(sequence, on: date, reset: plan.reset))
    }
}

/// Why a series cannot be as asked for.
public enum SeriesPlanError: Error, Hashable, Sendable, CustomStringConvertible {
    case formatDoesNotTellApart
    case start

    public var description: String {
        switch self {
        case .formatDoesNotTellApart:
            "must print the period in which the series counts anew: {yyyy} or {yy} for year, {yyyy} and {mm} for month, {fy} or {fyyyy} for "
                + "fiscal-year; otherwise a number would be printed twice"
        case .start: "must be from 0 to \(Series.Plan.highestStart)"
        }
    }
}

/// A number of a series as it was given to a document.
public struct AssignedNumber: Hashable, Sendable {
    public let series: SeriesId
    /// See `ResetRule.period(of:)`.
    public let period: String
    public let sequence: Int64
    /// As it stands on the document.
    public let printed: String

    public init(series: SeriesId, period: String, sequence: Int64, printed: String) {
        self.series = series
        self.period = period
        self.sequence = sequence
        self.printed = printed
    }
}

/// The record of one number: which document it is bound to, for ever (CT-2, CT-6).
public struct NumberRecord: Hashable, Sendable {
    public enum Status: Hashable, Sendable {
        case allocated
        /// On record, never a valid document.
        case void(reason: String, at: Instant)
        /// Taken over from another system, and taken back: it is no longer on record.
        case released
    }

    public let tenant: TenantId
    public let number: AssignedNumber
    public let document: DocumentReference
    public let allocatedAt: Instant
    public internal(set) var status: Status

    public init(tenant: TenantId, number: AssignedNumber, document: DocumentReference, allocatedAt: Instant, status: Status = .allocated) {
        self.tenant = tenant
        self.number = number
        self.document = document
        self.allocatedAt = allocatedAt
        self.status = status
    }

    public var isVoid: Bool { if case .void = status { true } else { false } }

    /// Counts its changes from 1.
    var version: Int64 {
        switch status {
        case .allocated: 1
        case .void: 2
        case .released: 3
        }
    }
}

extension Series {
    /// The series that every tenant has without asking: `INV-{yyyy}-{seq:6}` for invoices and `CN-{yyyy}-{seq:6}` for credit notes, counting
    /// anew each year.
    public static func standard(_ id: SeriesId) -> Plan? {
        switch id {
        case .invoices: standardInvoices
        case .creditNotes: standardCreditNotes
        default: nil
        }
    }

    private static let standardInvoices = standard(.invoices, prefix: "INV-")
    private static let standardCreditNotes = standard(.creditNotes, prefix: "CN-")

    private static func standard(_ id: SeriesId, prefix: String) -> Plan? {
        guard let format = try? NumberFormat(prefix + "{yyyy}-{seq:6}") else { return nil }
        return try? Plan(id: id, format: format, reset: .year)
    }
}
