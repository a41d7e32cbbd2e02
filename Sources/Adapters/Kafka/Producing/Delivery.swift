/// What became of a block of messages.
struct DeliveryOutcome: Sendable {
    /// Messages, from the front, that the broker has acknowledged.
    let acknowledged: Int
    /// Nil when that is all of them.
    let failure: String?
}

/// A block on its way to the broker: which messages the library has taken, and which it has reported on.
struct Delivery: Sendable {
    let ticket: DeliveryTicket
    let block: MessageBlock
    /// Tick after which nothing of it is sent any more.
    let deadline: Int64
    /// The first message that the library has not taken.
    private(set) var next = 0
    /// Messages acknowledged from the front without gap.
    private(set) var acknowledged = 0
    private var isAcknowledged: [Bool]
    private var reported = 0
    private(set) var failure: String?

    init(_ ticket: DeliveryTicket, _ block: MessageBlock, deadline: Int64) {
        self.ticket = ticket
        self.block = block
        self.deadline = deadline
        isAcknowledged = Array(repeating: false, count: block.count)
    }

    /// Messages that the library holds.
    var outstanding: Int { next - reported }
    /// Whether there is more to hand to the library.
    var hasMore: Bool { failure == nil && next < block.count }
    /// Whether nothing can change any more.
    var isOver: Bool { outstanding == 0 && !hasMore }
    var outcome: DeliveryOutcome {
        DeliveryOutcome(acknowledged: acknowledged, failure: acknowledged == block.count ? nil : failure ?? "not acknowledged")
    }

    mutating func taken() { next += 1 }

    /// The library did not take the next message, and never will.
    mutating func refused(_ reason: String) { failure = failure ?? reason }

    /// The library's report on one message.
    mutating func reported(_ index: Int, failure reason: String?) {
        guard isAcknowledged.indices.contains(index) else { return }
        reported += 1
        if let reason {
            failure = failure ?? reason
            return
        }
        isAcknowledged[index] = true
        while acknowledged < isAcknowledged.count, isAcknowledged[acknowledged] { acknowledged += 1 }
    }
}
