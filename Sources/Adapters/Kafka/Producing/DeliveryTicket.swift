internal import Synchronization

/// The caller's side of a delivery: resumes it once, and carries its wish to leave early.
final class DeliveryTicket: Sendable {
    private let continuation: CheckedContinuation<DeliveryOutcome, Never>
    private let cancellation: DeliveryCancellation

    init(_ continuation: CheckedContinuation<DeliveryOutcome, Never>, _ cancellation: DeliveryCancellation) {
        self.continuation = continuation
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation.isSet }

    /// Called once, by whoever holds the delivery.
    func finish(_ outcome: DeliveryOutcome) { continuation.resume(returning: outcome) }
}

/// Set when the caller's task is cancelled, which may be before its delivery exists.
final class DeliveryCancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
