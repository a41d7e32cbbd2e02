/// When a series begins to count anew.
public enum ResetRule: Hashable, Sendable {
    case never
    /// With each calendar year.
    case year
    /// With each year that starts in `month` (1 to 12); India's in April.
    case fiscalYear(startMonth: Int)
    case month

    /// The period that `date` lies in: "" (never), `2026`, `FY2026` by the year of its start, `2026-11`.
    public func period(of date: CalendarDate) -> String {
        switch self {
        case .never: return ""
        case .year: return Self.padded(date.year, 4)
        case .fiscalYear: return "FY" + Self.padded(fiscalYear(of: date), 4)
        case .month: return Self.padded(date.year, 4) + "-" + Self.padded(date.month, 2)
        }
    }

    /// The year in which the fiscal year of `date` starts; the calendar year where the rule knows no fiscal one.
    func fiscalYear(of date: CalendarDate) -> Int {
        guard case .fiscalYear(let startMonth) = self, date.month < startMonth else { return date.year }
        return date.year - 1
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// As the API and the store name it: `never`, `year`, `fiscal-year`, `month`.
    public var name: String {
        switch self {
        case .never: "never"
        case .year: "year"
        case .fiscalYear: "fiscal-year"
        case .month: "month"
        }
    }

    /// - Returns: nil for an unknown name, or a start month that does not exist.
    public init?(name: String, startMonth: Int?) {
        switch name {
        case "never": self = .never
        case "year": self = .year
        case "month": self = .month
        case "fiscal-year":
            guard (1...12).contains(startMonth ?? 4) else { return nil }
            self = .fiscalYear(startMonth: startMonth ?? 4)
        default: return nil
        }
    }

    public var startMonth: Int? { if case .fiscalYear(let month) = self { month } else { nil } }
}
