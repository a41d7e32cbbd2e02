internal import Domain

/// What the books refuse, as it is told to a client.
extension Problem {
    static let noSuchInvoice = Problem(.notFound, "This tenant has no invoice with that identifier.")
    static let noSuchSeries = Problem(.notFound, "This tenant has no number series of that name; open it with POST /v1/series.")
    static let noSuchNumber = Problem(.notFound, "This series has no number for that document.")

    /// - Parameter prefix: the pointer of the document within what was sent.
    init(_ error: TaxError, prefix: String = "") {
        self.init(
            faults: error.problems.map { Fault(place: .pointer(prefix + $0.pointer), detail: $0.message) }, .unprocessableDocument)
        unlistedFaults = error.unlistedCount
    }

    init(_ error: XMLError) { self.init(.unprocessableDocument, "The XML cannot be read: \(error.description).") }

    init(_ error: InvoiceJSONError) {
        switch error {
        case .syntax(let error): self.init(error)
        case .fields(let problems): self.init(problems, .unprocessableDocument)
        }
    }

    init(_ error: CreditProblem, at index: Int?) {
        let line = index.map { "/lines/\($0)" } ?? "/lines"
        switch error {
        case .noSuchLine:
            self.init(
                faults: [Fault(place: .pointer(line + "/id"), detail: "must be the identifier of a line of the original")],
                .unprocessableDocument)
        case .quantity:
            self.init(
                faults: [
                    Fault(
                        place: .pointer(line + "/quantity"),
                        detail: "must be greater than 0 and at most the quantity of the original's line")
                ], .unprocessableDocument)
        }
    }

    init(_ error: BookError) {
        switch error {
        case .noSuchInvoice: self = .noSuchInvoice
        case .noSuchSeries: self = .noSuchSeries
        case .noSuchNumber: self = .noSuchNumber
        case .idempotencyConflict:
            self.init(.idempotencyConflict, "This Idempotency-Key was sent before with a different body; what it made stands.")
        case .unknownTimeZone:
            self.init(
                faults: [Fault(place: .pointer("/timeZone"), detail: "must be the IANA name of a time zone, such as \"Asia/Dubai\"")],
                .invalidRequest)
        case .versionConflict(let actual):
            self.init(
                .versionConflict, "It has version \(actual) by now; nothing was changed.", headers: [("ETag", "\"\(actual)\"")])
        case .illegalTransition(_, "void-number"):
            self.init(.illegalTransition, "The number is that of an invoice: void the invoice, and its number goes with it.")
        case .illegalTransition(let from, let command):
            self.init(.illegalTransition, "An invoice that is \(from.rawValue) does not allow \(command).")
        case .notValid(let fatal):
            self.init(
                .invoiceNotValid, fatal == 1 ? "One finding is fatal; see findings." : "\(fatal) findings are fatal; see findings.")
        default: self.init(refusalOfNumber: error)
        }
    }

    private init(refusalOfNumber error: BookError) {
        switch error {
        case .seriesDiffers:
            self.init(.seriesDiffers, "There is a series of that name with another format, reset, start or time zone; it stands.")
        case .noSuchItem(let kind): self.init(.notFound, "This tenant has no \(Self.word(for: kind)) with that identifier.")
        case .tooManyItems(let kind, let limit):
            self.init(
                .tooMany, "This tenant has \(limit) \(Self.words(for: kind)) already, which is the most; delete one that is not needed.")
        case .itemExists(let kind):
            self.init(.alreadyExists, "This tenant has another \(Self.word(for: kind)) of that name; it stands.")
        case .noSuchIngestion(let kind): self = .noSuchIngestion(kind)
        case .runUnderWay: self.init(.illegalTransition, "A run of the source is under way.")
        case .numberVoid: self.init(.numberVoid, "The document's number in this series is void; it gets no other one.")
        case .seriesExhausted:
            self.init(.seriesExhausted, "The series has no number left for that date, or counts in too many periods.")
        case .numberCollision:
            self.init(
                .invoiceNumberCollision,
                "The number that comes next stands on another document of the tenant already, when punctuation is left out.")
        case .adoptionNotContiguous(let period, let expected):
            self.init(
                .importRefused,
                "The numbers do not run on: the next one \(period.isEmpty ? "is" : "in \(period) is") \(expected). Nothing was changed.")
        case .adoptionOfNumbered(let document):
            self.init(
                .importRefused, "The document \(document) has a number in this series already, or is named twice. Nothing was changed.")
        case .notReleasable(let period):
            self.init(
                .importRefused,
                "Only what was taken over last can be taken back, up to the last number\(period.isEmpty ? "" : " of \(period)"), and as "
                    + "long as none was given to a document here. Nothing was changed.")
        case .adoptionTooLarge(let limit): self.init(.importRefused, "At most \(limit) numbers are taken over at once.")
        default: self.init(refusalOfCredit: error)
        }
    }

    static func word(for kind: ItemKey.Kind) -> String {
        switch kind {
        case .schedule: "schedule"
        case .subscription: "subscription"
        case .webhookKeys: "webhook secret"
        case .holds: "paused target"
        case .counts: "count"
        case .source: "source"
        case .progress: "progress of a source"
        case .receiver: "receiver"
        }
    }

    private static func words(for kind: ItemKey.Kind) -> String { word(for: kind) + "s" }

    private init(refusalOfCredit error: BookError) {
        let detail =
            switch error {
            case .originalNotIssued: "The original is not issued, or was taken back; only an invoice in force can be credited."
            case .originalIsCreditNote: "The original is a credit note itself; cancel it, or issue a new invoice."
            case .notACreditNote: "What credits an invoice must be a credit note, by its type code."
            case .currencyDiffers: "The credit note must have the original's currency."
            case .creditExceeds(let remaining):
                remaining.isZero
                    ? "Nothing of the original is left to credit."
                    : "More would be credited than was invoiced; \(remaining) with tax is left to credit."
            case .nothingToCredit: "The credit note's total with tax must be greater than 0."
            case .hasCredits: "The invoice was credited, wholly or in part: take the credit notes back first."
            case .amountOverflow: "The amounts are too large to be added exactly."
            default: "The books refused it."
            }
        self.init(.creditRefused, detail)
    }
}
