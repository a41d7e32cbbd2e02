internal import Domain
internal import Ports
internal import Synchronization

/// Sends blocks of messages through a client of the library that lives on a thread of its own.
///
/// A client that fails, is fatally stopped, or does not deliver in time is destroyed and made anew. What it had not acknowledged is
/// reported as failed only after it is gone, so that nothing of it can be sent behind its repetition.
final class Producer: Sendable {
    let metrics = ProducerMetrics()
    private let inbox = Monitor(ProducerInbox())
    private let waker = Waker()
    private let options: KafkaOptions
    private let thread: DedicatedThread

    /// - topics: made at once, as far as they are missing.
    init(_ options: KafkaOptions, topics: [String]) async throws(KafkaError) {
        self.options = options
        // Finds wrong settings before a thread is started.
        _ = try Configuration.producer(options)
        let (inbox, waker, metrics) = (inbox, waker, metrics)
        let opening = Opening()
        thread = DedicatedThread {
            ProducerLoop(options, inbox, waker, metrics, topics: topics).run(opening)
        }
        guard thread.hasStarted else { throw .unusable("no thread") }
        try await opening.wait().get()
    }

    /// Sends the block and returns when all of it is acknowledged, or as much as ever will be.
    func send(_ block: MessageBlock) async -> DeliveryOutcome {
        guard block.count > 0 else { return DeliveryOutcome(acknowledged: 0, failure: nil) }
        let cancellation = DeliveryCancellation()
        let deadline = monotonicMicroseconds() + options.publishTimeout.microseconds
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let delivery = Delivery(DeliveryTicket(continuation, cancellation), block, deadline: deadline)
                let refusal = inbox.signal { $0.offer(delivery, limit: options.maxWaitingPublishes) }
                if let refusal {
                    delivery.ticket.finish(DeliveryOutcome(acknowledged: 0, failure: refusal))
                } else {
                    waker.wake()
                }
            }
        } onCancel: {
            cancellation.set()
            inbox.signal { $0.hasCancellations = true }
            waker.wake()
        }
    }

    /// Waits for what is under way, at most for the options' patience, and ends. Nothing is taken in any more.
    func close() async {
        let deadline = monotonicMicroseconds() + options.closePatience.microseconds
        inbox.signal { if $0.closeDeadline == nil { $0.closeDeadline = deadline } }
        waker.wake()
        await thread.finished()
    }

    /// Stops the client as the library does when it can no longer keep its promises. For tests.
    func breakFatally() {
        inbox.signal { $0.mustBreak = true }
        waker.wake()
    }
}

/// What waits for the producer's thread.
struct ProducerInbox: Sendable {
    var deliveries: [Delivery] = []
    /// Deliveries offered and not finished.
    var count = 0
    var hasCancellations = false
    /// Tick at which the thread ends, whatever is still under way.
    var closeDeadline: Int64?
    var hasEnded = false
    var mustBreak = false

    /// - Returns: why it was not taken.
    mutating func offer(_ delivery: Delivery, limit: Int) -> String? {
        guard closeDeadline == nil, !hasEnded else { return "the bus is closed" }
        guard count < limit else { return "too many publications wait already" }
        count += 1
        deliveries.append(delivery)
        return nil
    }
}

/// Carries the first result of a thread to the task that started it.
final class Opening: Sendable {
    private struct State {
        var result: Result<Void, KafkaError>?
        var waiter: CheckedContinuation<Result<Void, KafkaError>, Never>?
    }

    private let state = Mutex(State())

    /// Only the first result counts.
    func resolve(_ result: Result<Void, KafkaError>) {
        let waiter = state.withLock { state -> CheckedContinuation<Result<Void, KafkaError>, Never>? in
            guard state.result == nil else { return nil }
            state.result = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }

    func wait() async -> Result<Void, KafkaError> {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state -> Result<Void, KafkaError>? in
                if state.result == nil { state.waiter = continuation }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}

/// What a producer measures of itself.
final class ProducerMetrics: Sendable {
    let acknowledged = MetricCounter()
    let failures = MetricCounter()
    let restarts = MetricCounter()
    private let held = Atomic<Int>(0)

    /// Messages that the library holds.
    var depth: Int64 { Int64(held.load(ordering: .relaxed)) }
    func setDepth(_ count: Int) { held.store(count, ordering: .relaxed) }
}
