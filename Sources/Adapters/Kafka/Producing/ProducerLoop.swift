internal import CRdKafka
internal import Ports

/// The body of a producer's thread.
final class ProducerLoop {
    private let options: KafkaOptions
    private let inbox: Monitor<ProducerInbox>
    private let waker: Waker
    private let metrics: ProducerMetrics
    private let initialTopics: [String]
    private var plan: TopicPlan
    private var log: ClientLog
    /// By number; the number and the index of a message are its identity in the library.
    private var deliveries: [UInt: Delivery] = [:]
    /// Those with messages that the library has not taken, in the order in which they came.
    private var waiting: [UInt] = []
    private var lastNumber: UInt = 0
    private var held = 0
    private var isFull = false
    private var closeDeadline: Int64?
    /// Why the client must go; nil while it is good.
    private var verdict: String?

    private static let indexBits: UInt = 20
    /// Messages that one block may have.
    static let maxBlock = 1 << 20
    private static let longestPoll: Int64 = 1_000
    private static let fullPoll: Int64 = 5
    private static let restartPause: Int64 = 50_000

    init(_ options: KafkaOptions, _ inbox: Monitor<ProducerInbox>, _ waker: Waker, _ metrics: ProducerMetrics, topics: [String]) {
        self.options = options
        self.inbox = inbox
        self.waker = waker
        self.metrics = metrics
        initialTopics = topics
        plan = TopicPlan(options.topicCreation)
        log = ClientLog(options.diagnostics, client: "producer")
    }

    /// Makes clients, one after the other, until it is closed.
    func run(_ opening: Opening) {
        for topic in initialTopics { _ = plan.isSettled(topic) }
        var hasOpened = false
        while !isFinished {
            do throws(KafkaError) {
                var client = try Configuration.producer(options).makeClient(.producer)
                hasOpened = true
                opening.resolve(.success(()))
                waker.attach(client.events)
                serve(&client)
                waker.attach(nil)
            } catch {
                opening.resolve(.failure(error))
                if !hasOpened { break }
                verdict = error.description
            }
            // Here the client is destroyed, its threads have ended: only now its deliveries may be given again.
            retired()
        }
        end()
        opening.resolve(.failure(.closed))
    }

    private var isFinished: Bool {
        guard let closeDeadline = closeDeadline ?? inbox.withLock({ $0.closeDeadline }) else { return false }
        return monotonicMicroseconds() >= closeDeadline || (deliveries.isEmpty && inbox.withLock { $0.deliveries.isEmpty })
    }

    // MARK: - One client

    private func serve(_ client: inout Client) {
        while verdict == nil {
            if admit() { rd_kafka_test_fatal_error(client.handle, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "asked for") }
            if isFinished { return }
            plan.ask(client, now: monotonicMicroseconds())
            fill(&client)
            drain(client, milliseconds: pollTime())
            expire()
        }
    }

    /// Takes over what came in, and lets go whose callers have gone.
    ///
    /// - Returns: whether a test wants the client to break.
    private func admit() -> Bool {
        let (arrived, hasCancellations, mustBreak) = inbox.withLock { inbox in
            defer {
                inbox.deliveries = []
                inbox.hasCancellations = false
                inbox.mustBreak = false
            }
            closeDeadline = inbox.closeDeadline
            return (inbox.deliveries, inbox.hasCancellations, inbox.mustBreak)
        }
        for delivery in arrived {
            lastNumber += 1
            deliveries[lastNumber] = delivery
            waiting.append(lastNumber)
        }
        // Who was cancelled before the delivery came has rung too early.
        if hasCancellations || arrived.contains(where: \.ticket.isCancelled) {
            for (number, delivery) in deliveries where delivery.ticket.isCancelled { finish(number, "cancelled") }
        }
        return mustBreak
    }

    /// Hands messages to the library, delivery by delivery, until it is full.
    private func fill(_ client: inout Client) {
        isFull = false
        var kept: [UInt] = []
        for number in waiting {
            guard var delivery = deliveries.removeValue(forKey: number) else { continue }
            if !isFull, verdict == nil, isReady(delivery.block) { hand(&delivery, number, &client) }
            if delivery.isOver {
                finish(delivery)
                continue
            }
            deliveries[number] = delivery
            if delivery.hasMore { kept.append(number) }
        }
        waiting = kept
        metrics.setDepth(held)
    }

    private func isReady(_ block: MessageBlock) -> Bool {
        var isReady = true
        for topic in block.topics where !plan.isSettled(topic) { isReady = false }
        return isReady
    }

    private func hand(_ delivery: inout Delivery, _ number: UInt, _ client: inout Client) {
        while delivery.hasMore {
            let index = delivery.next
            let code = delivery.block.withMessage(at: index) { topic, key, value, headers in
                guard let topic = client.topic(topic) else { return RD_KAFKA_RESP_ERR__INVALID_ARG }
                return Self.produce(client.handle, topic, key, value, &headers, identity: number << Self.indexBits | UInt(index))
            }
            switch code {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                delivery.taken()
                held += 1
            case RD_KAFKA_RESP_ERR__QUEUE_FULL:
                isFull = true
                return
            case RD_KAFKA_RESP_ERR__FATAL:
                verdict = client.fatalError ?? text(of: code)
                return
            default:
                delivery.refused("message of \(delivery.block.size(at: index)) bytes not taken: \(text(of: code))")
            }
        }
    }

    private static func produce(
        _ client: OpaquePointer, _ topic: OpaquePointer, _ key: MessageBlock.Field, _ value: MessageBlock.Field,
        _ fields: inout MessageBlock.HeaderReader, identity: UInt
    ) -> rd_kafka_resp_err_t {
        let headers = rd_kafka_headers_new(fields.count)
        while let (name, value) = fields.next() {
            // An empty value needs an address, or it would be none.
            let address = value.map { $0.baseAddress ?? name.baseAddress } ?? nil
            rd_kafka_header_add(headers, name.baseAddress, name.count, address, value?.count ?? 0)
        }
        let code = crdkafka_produce(
            client, topic, Self.address(key), key?.count ?? 0, Self.address(value), value?.count ?? 0, headers, Int(bitPattern: identity))
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(headers) }
        return code
    }

    private static func address(_ field: MessageBlock.Field) -> UnsafeRawPointer? {
        guard let field else { return nil }
        // Never read, since the length is zero.
        return field.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
    }

    private func pollTime() -> Int32 {
        var until = Self.longestPoll
        let now = monotonicMicroseconds()
        if isFull { until = Self.fullPoll }
        if let due = plan.due { until = min(until, max(0, (due - now + 999) / 1_000)) }
        if let closeDeadline { until = min(until, max(0, (closeDeadline - now + 999) / 1_000)) }
        for delivery in deliveries.values { until = min(until, max(0, (delivery.deadline - now + 999) / 1_000)) }
        return Int32(clamping: until)
    }

    // MARK: - Events

    /// Waits for an event, then takes what else is there.
    private func drain(_ client: borrowing Client, milliseconds: Int32) {
        var wait = milliseconds
        while let event = client.poll(milliseconds: wait) {
            wait = 0
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_DR: reports(event)
            case RD_KAFKA_EVENT_CREATETOPICS_RESULT: plan.answered(event, client, log, now: monotonicMicroseconds())
            case RD_KAFKA_EVENT_LOG: log.line(event, now: monotonicMicroseconds())
            case RD_KAFKA_EVENT_ERROR: failed(event, client)
            default: break
            }
            rd_kafka_event_destroy(event)
        }
        metrics.setDepth(held)
    }

    private func reports(_ event: OpaquePointer) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<rd_kafka_message_t>?.self, capacity: 256) { messages in
            while true {
                let count = rd_kafka_event_message_array(event, messages.baseAddress, messages.count)
                if count == 0 { return }
                for case let message? in messages.prefix(count) { report(message.pointee) }
            }
        }
    }

    private func report(_ message: rd_kafka_message_t) {
        held -= 1
        let identity = UInt(bitPattern: message._private)
        let failure = message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : text(of: message.err)
        if let failure {
            metrics.failures.add()
            // Whatever of the same key is still in the library must not get ahead of it.
            verdict = verdict ?? failure
        } else {
            metrics.acknowledged.add()
        }
        let number = identity >> Self.indexBits
        // Read and written in place: a delivery copied here would copy its marks.
        deliveries[number]?.reported(Int(identity & (1 << Self.indexBits - 1)), failure: failure)
        if let delivery = deliveries[number], delivery.isOver {
            deliveries[number] = nil
            finish(delivery)
        }
    }

    private func failed(_ event: OpaquePointer, _ client: borrowing Client) {
        let code = rd_kafka_event_error(event)
        let reason = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? text(of: code)
        if rd_kafka_event_error_is_fatal(event) != 0 || code == RD_KAFKA_RESP_ERR__FATAL {
            verdict = verdict ?? client.fatalError ?? reason
        } else {
            log.error(reason, now: monotonicMicroseconds())
        }
    }

    // MARK: - Ends

    /// A delivery whose time has come ends with the client, if it has given it anything.
    private func expire() {
        let now = monotonicMicroseconds()
        for (number, delivery) in deliveries where delivery.deadline <= now {
            if delivery.outstanding > 0 {
                verdict = verdict ?? "no acknowledgement in time"
            } else {
                finish(number, "the brokers could not be reached in time")
            }
        }
    }

    /// After a client: fails what it held, keeps what it never saw.
    private func retired() {
        held = 0
        metrics.setDepth(0)
        plan.forgetAsked()
        guard let reason = verdict else { return }
        verdict = nil
        metrics.restarts.add()
        log.trouble(.warning, "kafka.producer-restarted", "The producer is made anew: \(reason).", now: monotonicMicroseconds())
        for (number, delivery) in deliveries where delivery.next > 0 { finish(number, reason) }
        let until = monotonicMicroseconds() + Self.restartPause
        inbox.wait { inbox in
            monotonicMicroseconds() >= until || inbox.closeDeadline != nil ? .done(()) : .sleep(until: until)
        }
        // While no client can be made, time-outs hold all the same.
        _ = admit()
        expire()
    }

    private func finish(_ number: UInt, _ reason: String) {
        guard var delivery = deliveries.removeValue(forKey: number) else { return }
        delivery.refused(reason)
        finish(delivery)
    }

    private func finish(_ delivery: Delivery) {
        inbox.withLock { $0.count -= 1 }
        delivery.ticket.finish(delivery.outcome)
    }

    private func end() {
        let left = inbox.withLock { inbox in
            inbox.hasEnded = true
            defer { inbox.deliveries = [] }
            return inbox.deliveries
        }
        for number in Array(deliveries.keys) { finish(number, "the bus was closed") }
        for var delivery in left {
            delivery.refused("the bus was closed")
            finish(delivery)
        }
    }
}
