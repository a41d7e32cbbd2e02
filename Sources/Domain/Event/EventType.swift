/// The kinds of events that the engine publishes. The number is what the store keeps; it never changes its meaning.
public enum EventType: Hashable, Sendable {
    case serviceCall(ServiceCallEvent.Kind)

    /// The CloudEvents `type`, `ledgerflow.<context>.<what>.v<version>`.
    public var name: String {
        switch self {
        case .serviceCall(let kind): Self.serviceCallNames[Int(code(of: kind)) - 101]
        }
    }

    private static let serviceCallNames = kinds.map { "ledgerflow.service-call.\($0.rawValue).v1" }

    /// In the order of the stored numbers, from 101; only ever extended at the end.
    private static let kinds: [ServiceCallEvent.Kind] = [
        .submitted, .rescheduled, .retried, .executionStarted, .executionSucceeded, .executionFailed, .retryScheduled, .succeeded,
        .failed, .cancelled,
    ]

    /// The stored number.
    public var code: Int32 {
        switch self {
        case .serviceCall(let kind): code(of: kind)
        }
    }

    private func code(of kind: ServiceCallEvent.Kind) -> Int32 {
        switch kind {
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

    /// - Returns: nil for a number that this version does not know.
    public init?(code: Int32) {
        let index = Int(code) - 101
        guard Self.kinds.indices.contains(index) else { return nil }
        self = .serviceCall(Self.kinds[index])
    }
}
