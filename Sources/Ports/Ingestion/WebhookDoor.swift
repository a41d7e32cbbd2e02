public import Domain

/// What became of a message that was believed. It is on record, with all that was found in it.
public struct WebhookReceipt: Sendable {
    public let message: IngestedMessage
    /// It was on record before, and this changed nothing.
    public let isRepeat: Bool

    public init(message: IngestedMessage, isRepeat: Bool) {
        self.message = message
        self.isRepeat = isRepeat
    }
}

public enum WebhookError: Error, Sendable {
    /// Not believed, also when no receiver has the address or its secrets cannot be opened; or believed, and not of now.
    case refused(ReceiverRefusal)
    case tooLarge(limit: Int)
    case paused
    /// The receiver has as many messages under way as it may.
    case crowded
    case unreadable(QueryError)
    case notTaken(IntentError)
    /// It is on record, and the drafts of its documents are not: a repeat makes them.
    case notHandled
    /// No ingestion is set up in this engine.
    case notOffered
}

/// Where senders of webhooks deliver.
public protocol WebhookDoor: Sendable {
    /// Takes a message to the receiver that has the address.
    ///
    /// - Returns: after the commit that has the message on record. Whatever is thrown, the sender may repeat the message, and it is on record once.
    /// - Parameter address: nil: what was asked for can be none.
    func receive(_ message: SignedMessage, at address: ReceiverAddress?) async throws(WebhookError) -> WebhookReceipt
}
