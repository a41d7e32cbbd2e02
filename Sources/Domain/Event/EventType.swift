/// The kinds of events that the engine publishes. The number is what the store keeps; it never changes its meaning.
public enum EventType: Hashable, Sendable {
    case serviceCall(ServiceCallEvent.Kind)
    case series(SeriesEvent.Kind)
    case invoice(InvoiceEvent.Kind)
    case schedule(ScheduleEvent.Kind)
    case subscription(SubscriptionEvent.Kind)
    case webhookKey(WebhookKeyEvent.Kind)
    case target(HoldEvent.Kind)
    case tenant(HoldEvent.Kind)
    case ingestion(IngestionEventKind)

    /// The CloudEvents `type`, `ledgerflow.<context>.<what>.v<version>`.
    public var name: String { Self.names[code] ?? "" }

    /// Every type, in the order of the stored numbers.
    public static let all: [EventType] =
        (ServiceCallEvent.Kind.allCases.map(EventType.serviceCall) + SeriesEvent.Kind.allCases.map(EventType.series)
        + InvoiceEvent.Kind.allCases.map(EventType.invoice) + items).sorted { $0.code < $1.code }

    private static let items: [EventType] =
        ScheduleEvent.Kind.allCases.map(EventType.schedule) + SubscriptionEvent.Kind.allCases.map(EventType.subscription)
        + WebhookKeyEvent.Kind.allCases.map(EventType.webhookKey) + HoldEvent.Kind.allCases.map(EventType.target)
        + HoldEvent.Kind.allCases.map(EventType.tenant) + IngestionEventKind.allCases.map(EventType.ingestion)

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
        case .schedule: "schedule"
        case .subscription: "subscription"
        case .webhookKey: "webhook-key"
        case .target: "target"
        case .tenant: "tenant"
        case .ingestion: "ingestion"
        }
    }

    private var what: String {
        switch self {
        case .serviceCall(let kind): kind.rawValue
        case .series(let kind): kind.rawValue
        case .invoice(let kind): kind.rawValue
        case .schedule(let kind): kind.rawValue
        case .subscription(let kind): kind.rawValue
        case .webhookKey(let kind): kind.rawValue
        case .target(let kind), .tenant(let kind): kind.rawValue
        case .ingestion(let kind): kind.rawValue
        }
    }

    /// The stored number.
    public var code: Int32 {
        switch self {
        case .serviceCall(let kind): kind.code
        case .series(let kind): kind.code
        case .invoice(let kind): kind.code
        case .schedule(let kind): kind.code
        case .subscription(let kind): kind.code
        case .webhookKey(let kind): kind.code
        case .target(let kind): 700 + kind.number
        case .tenant(let kind): 710 + kind.number
        case .ingestion(let kind): kind.code
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

extension ScheduleEvent.Kind {
    fileprivate var code: Int32 {
        switch self {
        case .created: 401
        case .changed: 402
        case .paused: 403
        case .resumed: 404
        case .deleted: 405
        }
    }
}

extension SubscriptionEvent.Kind {
    fileprivate var code: Int32 {
        switch self {
        case .created: 501
        case .changed: 502
        case .paused: 503
        case .resumed: 504
        case .disabled: 505
        case .replayed: 506
        case .deleted: 507
        }
    }
}

extension WebhookKeyEvent.Kind {
    fileprivate var code: Int32 {
        switch self {
        case .added: 601
        case .deleted: 602
        }
    }
}

extension HoldEvent.Kind {
    fileprivate var number: Int32 {
        switch self {
        case .paused: 1
        case .resumed: 2
        }
    }
}

extension IngestionEventKind {
    fileprivate var code: Int32 {
        switch self {
        case .sourceCreated: 801
        case .sourceChanged: 802
        case .sourcePaused: 803
        case .sourceResumed: 804
        case .sourceRunRequested: 805
        case .sourceDeleted: 806
        case .invoiceReceived: 811
        case .invoiceMapped: 812
        case .invoiceQuarantined: 821
        case .quarantineResolved: 822
        case .runStarted: 831
        case .runEnded: 832
        case .receiverCreated: 841
        case .receiverChanged: 842
        case .receiverPaused: 843
        case .receiverResumed: 844
        case .receiverSecretAdded: 845
        case .receiverDeleted: 846
        case .messageReceived: 851
        }
    }
}
