internal import CRdKafka
internal import Domain
internal import Ports

/// The body of a consumer's thread.
final class ConsumerLoop {
    private let options: KafkaConsumerOptions
    private let lanes: Monitor<Lanes>
    private let waker: Waker
    private let metrics: ConsumerMetrics
    private let limits: Lanes.Limits
    private var log: ClientLog
    private var assigned: [TopicPartition] = []
    private var nextLag: Int64 = 0

    private static let longestPoll: Int32 = 500

    init(_ options: KafkaConsumerOptions, _ lanes: Monitor<Lanes>, _ waker: Waker, _ metrics: ConsumerMetrics) {
        self.options = options
        self.lanes = lanes
        self.waker = waker
        self.metrics = metrics
        limits = options.limits
        log = ClientLog(options.kafka.diagnostics, client: "consumer")
    }

    func run(_ opening: Opening) {
        var hasOpened = false
        while !isClosing {
            do throws(KafkaError) {
                var client = try Configuration.consumer(
                    options.kafka, group: options.group, start: options.start, commitEvery: options.commitEvery
                ).makeClient(.consumer)
                waker.attach(client.events)
                hasOpened = true
                opening.resolve(.success(()))
                try serve(&client)
                waker.attach(nil)
            } catch {
                opening.resolve(.failure(error))
                if !hasOpened { break }
                log.trouble(.error, "kafka.consumer-failed", error.description, now: monotonicMicroseconds())
                let until = monotonicMicroseconds() + 1_000_000
                lanes.wait { $0.closeDeadline != nil || monotonicMicroseconds() >= until ? .done(()) : .sleep(until: until) }
            }
        }
        let waiter = lanes.signal { lanes in
            lanes.isClosed = true
            defer { lanes.waiter = nil }
            return lanes.waiter
        }
        waiter?.resume(returning: nil)
        opening.resolve(.failure(.closed))
    }

    private var isClosing: Bool { lanes.withLock { $0.closeDeadline != nil } }

    private func subscribe(_ client: borrowing Client) throws(KafkaError) {
        let list = rd_kafka_topic_partition_list_new(Int32(options.topics.count))
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for topic in options.topics { rd_kafka_topic_partition_list_add(list, topic, RD_KAFKA_PARTITION_UA) }
        let code = rd_kafka_subscribe(client.handle, list)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .failed("subscription refused: \(text(of: code))") }
    }

    // MARK: - One client

    private func serve(_ client: inout Client) throws(KafkaError) {
        var isMember = false
        while !isClosing {
            if !isMember, lanes.withLock({ $0.isWanted }) {
                do throws(KafkaError) { try subscribe(client) } catch {
                    // Nobody may wake a queue that is gone.
                    waker.attach(nil)
                    throw error
                }
                isMember = true
            }
            obey(client)
            drain(client, milliseconds: Self.longestPoll)
            measureLag(client)
            if let reason = client.fatalError {
                log.trouble(.error, "kafka.consumer-restarted", "The consumer is made anew: \(reason).", now: monotonicMicroseconds())
                break
            }
        }
        if lanes.withLock({ $0.leavesAbruptly }) {
            client.leavesAbruptly = true
            forget(assigned)
        } else {
            close(client)
            // What it did not do in its time it would go on with while it is destroyed, without an end to it.
            if rd_kafka_consumer_closed(client.handle) == 0 { client.leavesAbruptly = true }
        }
    }

    /// Leaves the group: what is under way may finish, its positions are committed.
    private func close(_ client: borrowing Client) {
        rd_kafka_error_destroy(rd_kafka_consumer_close_queue(client.handle, client.events))
        let deadline = monotonicMicroseconds() + options.kafka.closePatience.microseconds + options.revokePatience.microseconds
        while rd_kafka_consumer_closed(client.handle) == 0, monotonicMicroseconds() < deadline { drain(client, milliseconds: 50) }
        forget(assigned)
    }

    private func drain(_ client: borrowing Client, milliseconds: Int32) {
        var wait = milliseconds
        // Bounded, so that orders get their turn while records keep coming.
        for _ in 0..<1_024 {
            guard let event = client.poll(milliseconds: wait) else { break }
            wait = 0
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_FETCH: fetched(event, client)
            case RD_KAFKA_EVENT_REBALANCE: rebalanced(event, client)
            case RD_KAFKA_EVENT_OFFSET_COMMIT: committed(event)
            case RD_KAFKA_EVENT_LOG: log.line(event, now: monotonicMicroseconds())
            case RD_KAFKA_EVENT_ERROR:
                let reason = rd_kafka_event_error_string(event).map { String(cString: $0) }
                log.error(reason ?? text(of: rd_kafka_event_error(event)), now: monotonicMicroseconds())
            default: break
            }
            rd_kafka_event_destroy(event)
        }
        giveWork()
    }

    private func fetched(_ event: OpaquePointer, _ client: borrowing Client) {
        while let message = rd_kafka_event_message_next(event) {
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                log.error("read: \(text(of: message.pointee.err))", now: monotonicMicroseconds())
                continue
            }
            let record = KafkaRecord(message)
            metrics.received.add()
            if lanes.withLock({ $0.append(record, limits: limits) }) {
                withList([TopicPartition(topic: record.topic, partition: record.partition)]) {
                    _ = rd_kafka_pause_partitions(client.handle, $0)
                }
            }
        }
    }

    /// Hands the waiting task its work.
    private func giveWork() {
        let resumption = lanes.withLock { lanes -> (CheckedContinuation<Lanes.Work?, Never>, Lanes.Work)? in
            guard let waiter = lanes.waiter, let work = lanes.take(limits: limits) else { return nil }
            lanes.waiter = nil
            return (waiter, work)
        }
        if let (waiter, work) = resumption { waiter.resume(returning: work) }
    }

    private func obey(_ client: borrowing Client) {
        let orders = lanes.withLock { lanes in
            defer { lanes.orders = [] }
            return lanes.orders
        }
        for order in orders {
            switch order {
            case .store(let place, let offset):
                withList([place]) { list in
                    list.pointee.elems[0].offset = offset
                    _ = rd_kafka_offsets_store(client.handle, list)
                }
            case .resume(let place): withList([place]) { _ = rd_kafka_resume_partitions(client.handle, $0) }
            }
        }
    }

    private func committed(_ event: OpaquePointer) {
        let code = rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET {
            log.error("positions not committed: \(text(of: code))", now: monotonicMicroseconds())
        }
    }

    // MARK: - Assignment

    private func rebalanced(_ event: OpaquePointer, _ client: borrowing Client) {
        let list = rd_kafka_event_topic_partition_list(event)
        let places = Self.places(list)
        let isStepwise = rd_kafka_rebalance_protocol(client.handle).map { String(cString: $0) } == "COOPERATIVE"
        if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            lanes.withLock { $0.assign(places) }
            assigned = isStepwise ? assigned + places : places
            if isStepwise {
                rd_kafka_error_destroy(rd_kafka_incremental_assign(client.handle, list))
            } else {
                rd_kafka_assign(client.handle, list)
            }
            return
        }
        release(places, client)
        if isStepwise {
            rd_kafka_error_destroy(rd_kafka_incremental_unassign(client.handle, list))
        } else {
            rd_kafka_assign(client.handle, nil)
        }
        forget(places)
    }

    /// Lets the handlers of the partitions finish, then commits where they got to.
    private func release(_ places: [TopicPartition], _ client: borrowing Client) {
        let deadline = monotonicMicroseconds() + options.revokePatience.microseconds
        lanes.withLock { $0.leave(places) }
        lanes.wait { lanes in
            !lanes.areBusy(places) || monotonicMicroseconds() >= deadline ? .done(()) : .sleep(until: deadline)
        }
        obey(client)
        // When the group has already given the partitions to others, their positions are no longer ours to set.
        guard rd_kafka_assignment_lost(client.handle) == 0 else { return }
        let code = rd_kafka_commit(client.handle, nil, 0)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET {
            log.error("positions not committed: \(text(of: code))", now: monotonicMicroseconds())
        }
    }

    private func forget(_ places: [TopicPartition]) {
        lanes.signal { $0.remove(places) }
        assigned.removeAll { places.contains($0) }
    }

    // MARK: - Lists

    private func withList(_ places: [TopicPartition], _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void) {
        guard let list = rd_kafka_topic_partition_list_new(Int32(places.count)) else { return }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for place in places { rd_kafka_topic_partition_list_add(list, place.topic, place.partition) }
        body(list)
    }

    private static func places(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> [TopicPartition] {
        guard let list else { return [] }
        return (0..<Int(list.pointee.cnt)).map { index in
            let element = list.pointee.elems[index]
            return TopicPartition(topic: element.topic.map { String(cString: $0) } ?? "", partition: element.partition)
        }
    }

    /// Records behind the end of the partitions, as of the last fetch of each.
    private func measureLag(_ client: borrowing Client) {
        let now = monotonicMicroseconds()
        guard now >= nextLag else { return }
        nextLag = now + 5_000_000
        var lag: Int64 = 0
        withList(assigned) { list in
            guard rd_kafka_position(client.handle, list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            for index in 0..<Int(list.pointee.cnt) {
                let element = list.pointee.elems[index]
                var (low, high): (Int64, Int64) = (0, 0)
                let code = rd_kafka_get_watermark_offsets(client.handle, element.topic, element.partition, &low, &high)
                if code == RD_KAFKA_RESP_ERR_NO_ERROR, high > 0 { lag += max(0, high - max(low, element.offset)) }
            }
        }
        metrics.setLag(lag + Int64(lanes.withLock { $0.recordCount }))
    }
}
