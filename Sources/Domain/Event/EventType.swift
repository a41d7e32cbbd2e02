/// The kinds of events that the engine publishes. The number is what the store keeps; it never changes its meaning.
public enum EventType: Hashable, Sendable {
    case serviceCall(ServiceCallEvent.Kind)
    case series(SeriesEvent.Kind)
    case invoice(InvoiceEvent.Kind)

    /// The CloudEvents `type`, `ledgerflow.<context>.<what>.v<version>`.
    public var name: String { Self.names[code] ?? "" }

    /// Every type, in the order of the stored numbers.
    public static let all: [EventType] =
        (ServiceCallEvent.Kind.allCases.map(EventType.serviceCall) + SeriesEvent.Kind.allCases.map(EventType.series)
        + InvoiceEvent.Kind.allCases.map(EventType.invoice)).sorted { $0.code < $1.code }

    private static let names = Dictionary(uniqueKeysWithValues: all.map { ($0.code, "ledgerflow.\($0.context).\($0.what).v1") })
    private static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })

    /// - Returns: nil for a number that this version does not know.
    public init?(code: Int32) {
        guard let type = Self.byCode[code] else { return nil }
        self = type
    }

    /// The context that it belongs to: the second part of its name, and the name of its topic.
    public var context: String {
        switch self {
        case .serviceCall: "service-call"
        case .series: "series"
        case .invoice: "invoice"
        }
    }

    private var what: String {
        switch self {
        case .serviceCall(let kind): kind.rawValue
        case .series(let kind): kind.rawValue
        case .invoice(let kind): kind.rawValue
        }
    }

    /// The stored number.
    public var code: Int32 {
        switch self {
        case .serviceCall(let kind): kind.code
        case .series(let kind): kind.code
        case .invoice(let kind): kind.code
        }
    }
}

extension ServiceCallEvent.Kind {
    fileprivate var code: Int32 {
        switch self {
        case .submitted: 101
        case .rescheduled: 102
        case .retried: 103
        case .executionStarted: 104
        case .executionSucceeded: 105
        case .executionFailed: 106
        case .retryScheduled: 107
        case .succeeded: 108
        case .failed: 109
        case .cancelled: 110
        }
    }
}

extension SeriesEvent.Kind {
    fileprivate var code: Int32 {
        switch self {
        case .opened: 201
        case .numberAllocated: 202
        case .numberVoided: 203
        case .numbersAdopted: 204
        case .numbersReleased: 205
        }
    }
}

extension InvoiceEvent.Kind {
    fileprivate var code: Int32 {
        switch self {
        case .drafted: 301
        case .replaced: 302
        case .validated: 303
        case .issued: 304
        case .credited: 305
        case .creditReversed: 306
        case .signed: 307
        case .transmissionStarted: 308
        case .transmissionFailed: 309
        case .accepted: 310
        case .rejected: 311
        case .cancelled: 312
        case .voided: 313
        }
    }
}
