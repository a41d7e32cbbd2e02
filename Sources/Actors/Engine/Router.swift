internal import Domain
public import Ports

/// Takes commands to the partitions that own their calls.
public struct Router: ServiceCallIntents {
    let mailboxes: [Mailbox<Delivery>]
    let metrics: EngineMetrics

    public func send(_ intent: ServiceCallIntent) async throws(IntentError) -> ServiceCallReply {
        try await send(intent, reserved: false)
    }

    /// - Parameter reserved: whether the sender has a place of its own; see `Mailbox.offer`.
    func send(_ intent: ServiceCallIntent, reserved: Bool) async throws(IntentError) -> ServiceCallReply {
        let reply = PendingReply()
        if let refusal = put(Delivery(intent: intent, reply: .one(reply)), reserved: reserved) { throw refusal }
        return try await reply.wait().get()
    }

    public func send(_ intents: [ServiceCallIntent]) async -> [Result<ServiceCallReply, IntentError>] {
        guard !intents.isEmpty else { return [] }
        let replies = PendingReplies(count: intents.count)
        for (index, intent) in intents.enumerated() {
            if let refusal = put(Delivery(intent: intent, reply: .item(replies, index)), reserved: false) {
                _ = replies.deliver(.failure(refusal), at: index)
            }
        }
        return await replies.wait()
    }

    /// Sends a command and does not wait for its outcome, which is told to `whenDone`.
    ///
    /// - Returns: false when there was no room.
    func post(_ intent: ServiceCallIntent, whenDone: @escaping @Sendable (Outcome) -> Void) -> Bool {
        put(Delivery(intent: intent, reply: .callback(whenDone)), reserved: false) == nil
    }

    private func put(_ delivery: Delivery, reserved: Bool) -> IntentError? {
        let partition = delivery.intent.key.partition(of: mailboxes.count)
        guard mailboxes.indices.contains(partition.index) else { return .stopping }
        let weight: Int
        if case .submit(let submission) = delivery.intent.command { weight = submission.approximateBytes } else { weight = 64 }
        switch mailboxes[partition.index].offer(delivery, weight: weight, reserved: reserved) {
        case .accepted: return nil
        case .closed: return .stopping
        case .full:
            metrics.commandsRefused.add()
            return .busy(retryAfter: .seconds(1))
        }
    }
}
