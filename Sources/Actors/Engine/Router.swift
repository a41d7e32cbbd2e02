internal import Domain
public import Ports

/// Takes commands to the partitions that own what they concern.
public struct Router: ServiceCallIntents, BookIntents {
    let mailboxes: [Mailbox<Delivery>]
    let metrics: EngineMetrics

    public func send(_ intent: ServiceCallIntent) async throws(IntentError) -> ServiceCallReply {
        try await send(intent, reserved: false)
    }

    /// - Parameter reserved: whether the sender has a place of its own; see `Mailbox.offer`.
    func send(_ intent: ServiceCallIntent, reserved: Bool) async throws(IntentError) -> ServiceCallReply {
        let reply = PendingReply<ServiceCallReply>()
        if let refusal = put(.call(intent, .one(reply)), reserved: reserved) { throw refusal }
        return try await reply.wait().get()
    }

    public func send(_ intents: [ServiceCallIntent]) async -> [Result<ServiceCallReply, IntentError>] {
        await sendAll(intents) { .call($0, $1) }
    }

    public func send(_ intent: BookIntent) async throws(IntentError) -> BookReply {
        let reply = PendingReply<BookReply>()
        if let refusal = put(.books(intent, .one(reply)), reserved: false) { throw refusal }
        return try await reply.wait().get()
    }

    public func send(_ intents: [BookIntent]) async -> [Result<BookReply, IntentError>] {
        await sendAll(intents) { .books($0, $1) }
    }

    private func sendAll<Intent, Reply>(
        _ intents: [Intent], _ delivery: (Intent, ReplySlot<Reply>) -> Delivery
    ) async -> [Outcome<Reply>] {
        guard !intents.isEmpty else { return [] }
        let replies = PendingReplies<Reply>(count: intents.count)
        for (index, intent) in intents.enumerated() {
            if let refusal = put(delivery(intent, .item(replies, index)), reserved: false) {
                _ = replies.deliver(.failure(refusal), at: index)
            }
        }
        return await replies.wait()
    }

    /// Sends a command and does not wait for its outcome, which is told to `whenDone`.
    ///
    /// - Returns: false when there was no room.
    func post(_ intent: ServiceCallIntent, whenDone: @escaping @Sendable (Outcome<ServiceCallReply>) -> Void) -> Bool {
        put(.call(intent, .callback(whenDone)), reserved: false) == nil
    }

    private func put(_ delivery: Delivery, reserved: Bool) -> IntentError? {
        let partition =
            switch delivery {
            case .call(let intent, _): intent.key.partition(of: mailboxes.count)
            case .books(let intent, _): intent.partition(of: mailboxes.count)
            }
        guard mailboxes.indices.contains(partition.index) else { return .stopping }
        switch mailboxes[partition.index].offer(delivery, weight: delivery.weight, reserved: reserved) {
        case .accepted: return nil
        case .closed: return .stopping
        case .full:
            metrics.commandsRefused.add()
            return .busy(retryAfter: .seconds(1))
        }
    }
}
