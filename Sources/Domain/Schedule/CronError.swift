/// Why a text is not a cron expression. The description goes on from the name of the field: "must …".
public enum CronError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One of the five fields, in their order.
    public enum Field: Int, CaseIterable, Sendable {
        case minute = 1
        case hour, dayOfMonth, month, dayOfWeek
    }

    public enum Fault: Hashable, Sendable {
        /// Nothing before, after or between commas.
        case empty
        /// Neither a number, nor a name, nor `*`.
        case notUnderstood
        case outOfRange
        /// A range that ends before it starts.
        case backwards
        /// A step behind a single number.
        case stepOfOne
        /// A step that is no number from 1 to the highest number of the field.
        case step
    }

    case tooLong
    /// Another number of fields than five.
    case fieldCount(Int)
    case unknownShorthand
    /// Element `element`, from 1, of the list in a field.
    case field(Field, element: Int, Fault)
    /// No year has such a day.
    case neverComes

    public var description: String {
        switch self {
        case .tooLong: "must have at most \(CronExpression.maxBytes) bytes"
        case .fieldCount(let count):
            "must have five fields, separated by spaces (minute, hour, day of month, month, day of week), but has \(count); "
                + "\"0 9 * * 1-5\" is 09:00 from Monday to Friday"
        case .unknownShorthand: "must be one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually, or five fields"
        case .neverComes: "must name a day that exists in some year; there is none with this day of month, month and day of week"
        case .field(let field, let element, let fault):
            "must have a valid \(field.name) (field \(field.rawValue)): element \(element) of its list \(fault.text(field))"
        }
    }
}

extension CronError.Field {
    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that may be written.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names of the numbers from the first on, in lower case.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        }
    }

    /// What may stand in it.
    fileprivate var rule: String {
        let numbers = "\(range.lowerBound) to \(range.upperBound)"
        return switch self {
        case .minute, .hour, .dayOfMonth: numbers
        case .month: "\(numbers), or jan to dec"
        case .dayOfWeek: "\(numbers) (0 and 7 are Sunday), or sun to sat"
        }
    }
}

extension CronError.Fault {
    fileprivate func text(_ field: CronError.Field) -> String {
        let (low, high) = (field.range.lowerBound, field.range.upperBound)
        switch self {
        case .empty: return "is empty; write numbers with single commas between them, or *"
        case .notUnderstood: return "is not understood; write \(field.rule), a range such as 2-4, or * (L, W, #, ? and ~ are not known)"
        case .outOfRange: return "is out of range; write \(field.rule)"
        case .backwards:
            return field == .dayOfWeek
                ? "is a range that runs backwards; write two, or Sunday at its end as 7: \"5-7\" is Friday to Sunday"
                : "is a range that runs backwards; write two: \"\(high - 1)-\(high),\(low)-\(low + 1)\""
        case .stepOfOne: return "has a step behind a single number; write a range: \"\(low + 3)-\(high)/2\", or \"*/2\""
        case .step:
            return "has a step that is not a number from 1 to \(high); for other intervals use \"every\", such as \"PT90M\""
        }
    }
}
