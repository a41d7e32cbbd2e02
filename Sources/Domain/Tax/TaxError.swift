/// Why a document cannot be taxed: everything found, in the order of the document.
public struct TaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one; at most `JSONProblems.maxListed`.
    public let problems: [TaxProblem]
    /// How many more there are.
    public let unlistedCount: Int

    public var description: String {
        problems.map { "\($0.pointer) \($0.message)" }.joined(separator: "; ") + (unlistedCount > 0 ? "; and \(unlistedCount) more" : "")
    }

    init(_ problems: [TaxProblem], unlistedCount: Int = 0) {
        self.problems = problems
        self.unlistedCount = unlistedCount
    }
}

/// One reason why a document cannot be taxed.
public struct TaxProblem: Error, Hashable, Sendable {
    /// The JSON pointer of the value in the invoice's JSON: "/lines/3/tax/rate".
    public var pointer: String
    public var reason: Reason

    public init(_ pointer: String, _ reason: Reason) {
        self.pointer = pointer
        self.reason = reason
    }

    /// What to do about it: the rest of a sentence about the value.
    public var message: String { reason.description }

    /// For an answer that lists wrong fields.
    public var field: FieldProblem { FieldProblem(pointer: pointer, message: message) }

    /// Seen from one step further out; a pointer from the document stays.
    func under(_ place: @autoclosure () -> String) -> TaxProblem {
        pointer.utf8.first == UInt8(ascii: "/") ? self : TaxProblem(place() + pointer, reason)
    }

    public enum Reason: Hashable, Sendable, CustomStringConvertible {
        case unknownRegime(known: [String])
        case unknownCurrency
        case tooMany(limit: Int)
        /// More digits before the point than `whole`, or more behind it than `decimals`.
        case outOfRange(whole: Int, decimals: Int)
        case notPositive
        case amountRequired
        case tooLarge
        case taxRequired
        case categoryRequired(allowed: [String])
        case unknownCategory(allowed: [String])
        case excludesOthers
        case rateRequired
        /// Negative, 1,000 or more, or of more than six decimals.
        case rateOutOfRange
        case rateMustBeZero
        case rateNotListed(listed: [String])
        case dateRequired
        case cessNotLevied
        case gstinRequired
        case placeOfSupplyRequired
        case unknownState
        /// A strategy's own: the rest of a sentence about the value.
        case refused(String)

        public var description: String {
            switch self {
            case .unknownRegime(let known): "must be one of \(Self.list(known))"
            case .unknownCurrency: "must be the ISO 4217 code of a currency with minor units, such as \"EUR\""
            case .tooMany(let limit): "must have at most \(limit) elements"
            case .outOfRange(let whole, let decimals):
                decimals == 0
                    ? "must have at most \(whole) digits and none behind the decimal point"
                    : "must have at most \(whole) digits before and \(decimals) behind the decimal point"
            case .notPositive: "must be greater than 0"
            case .amountRequired: "is required, unless a percentage is given"
            case .tooLarge: "leads to an amount with more than \(TaxLimits.amountDigits) digits before the decimal point"
            case .taxRequired: "is required: give the category under which the amount is taxed"
            case .categoryRequired(let allowed): "is required: one of \(Self.list(allowed))"
            case .unknownCategory(let allowed): "must be one of \(Self.list(allowed)) in this tax regime"
            case .excludesOthers: "cannot stand beside other categories in one document; use two documents or one category"
            case .rateRequired: "is required: the tax regime has no rate for this category on that day"
            case .rateOutOfRange: "must be from 0 to below 1000, with at most six decimals"
            case .rateMustBeZero: "must be 0 or left out for this category"
            case .rateNotListed(let listed):
                listed.isEmpty
                    ? "is not a rate of this tax regime" : "must be left out or one of \(Self.list(listed)), the rates of this tax regime"
            case .dateRequired: "is required: the rate depends on the day; or give the rate"
            case .cessNotLevied: "must be left out: no cess is levied here"
            case .gstinRequired: "is required: a GSTIN, whose first two digits are the state"
            case .placeOfSupplyRequired: "is required: the two-digit code of the state, or 96 outside India; or give the buyer's GSTIN"
            case .unknownState: "must be a two-digit state code, 01 to 38, 96, 97 or 99"
            case .refused(let message): message
            }
        }

        private static func list(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
    }
}
