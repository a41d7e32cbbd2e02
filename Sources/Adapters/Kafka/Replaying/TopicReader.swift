internal import CRdKafka
internal import Domain

/// Reads a topic from a place up to where it ended when the reading began, without being a member of a group.
///
/// Works on a thread of its own: every call may block for as long as the brokers take, within the patience.
actor TopicReader {
    private let executor: ThreadExecutor
    private var client: Client?
    /// Partitions with records still to come: their ends.
    private var ends: [Int32: Int64] = [:]
    private let options: KafkaOptions
    private let topic: String
    private let group: String

    private var wait: BrokerWait

    private static let patienceMilliseconds: Int32 = 30_000

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - group: where positions are committed, if any are.
    /// - waiting: is told once when the brokers do not answer at once.
    init(
        _ options: KafkaOptions, topic: String, group: String, waiting: @escaping @Sendable (_ text: String) -> Void
    ) throws(KafkaError) {
        self.options = options
        self.topic = topic
        self.group = group
        wait = BrokerWait(options, patience: Self.patienceMilliseconds, tell: waiting)
        executor = try ThreadExecutor()
    }

    /// - start: nil for the positions that were committed, or the beginning where none was.
    func begin(_ start: KafkaReplay.Start?) throws(KafkaError) {
        let made = try Configuration.reader(options, group: group).makeClient(.consumer)
        let (handle, events) = (made.handle, made.events)
        client = consume made
        let count = try partitionCount(handle, events)
        guard let list = rd_kafka_topic_partition_list_new(count) else { throw .failed("out of memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for partition in 0..<count { rd_kafka_topic_partition_list_add(list, topic, partition) }
        try find(start, list, handle)
        for index in 0..<Int(list.pointee.cnt) {
            let partition = list.pointee.elems[index].partition
            var (low, high): (Int64, Int64) = (0, 0)
            let code = rd_kafka_query_watermark_offsets(handle, topic, partition, &low, &high, Self.patienceMilliseconds)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .failed("\(topic)/\(partition): \(text(of: code))") }
            let wanted = list.pointee.elems[index].offset
            // Negative: the end, when no record is as late as the time asked for.
            let first = wanted == Int64(RD_KAFKA_OFFSET_END) ? high : max(low, wanted)
            list.pointee.elems[index].offset = first
            if first < high { ends[partition] = high }
        }
        let code = rd_kafka_assign(handle, list)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .failed("assignment refused: \(text(of: code))") }
    }

    private func partitionCount(_ handle: OpaquePointer, _ events: OpaquePointer) throws(KafkaError) -> Int32 {
        guard let named = rd_kafka_topic_new(handle, topic, nil) else { throw .failed("no such topic: \(topic)") }
        defer { rd_kafka_topic_destroy(named) }
        let metadata = try wait.metadata(handle, events, of: named)
        defer { rd_kafka_metadata_destroy(metadata) }
        guard metadata.pointee.topic_cnt == 1 else { return 0 }
        let found = metadata.pointee.topics.pointee
        guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .failed("\(topic): \(text(of: found.err))") }
        return found.partition_cnt
    }

    private func find(
        _ start: KafkaReplay.Start?, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>, _ handle: OpaquePointer
    ) throws(KafkaError) {
        func setAll(_ offset: Int64) { for index in 0..<Int(list.pointee.cnt) { list.pointee.elems[index].offset = offset } }
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        switch start {
        case .beginning: setAll(0)
        case .offset(let offset): setAll(max(0, offset))
        case .time(let instant):
            setAll(max(0, instant.microseconds / 1_000))
            code = rd_kafka_offsets_for_times(handle, list, Self.patienceMilliseconds)
        case nil:
            code = rd_kafka_committed(handle, list, Self.patienceMilliseconds)
            for index in 0..<Int(list.pointee.cnt) where list.pointee.elems[index].offset < 0 { list.pointee.elems[index].offset = 0 }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .failed("no positions: \(text(of: code))") }
    }

    /// The next records, at most `limit`; none when the ends are reached.
    func next(limit: Int) throws(KafkaError) -> [KafkaRecord] {
        var records: [KafkaRecord] = []
        let start = monotonicMicroseconds()
        let deadline = start + Int64(Self.patienceMilliseconds) * 1_000
        while !ends.isEmpty, records.count < limit, !Task.isCancelled {
            guard let event = client?.poll(milliseconds: records.isEmpty ? 100 : 0) else {
                if !records.isEmpty { break }
                guard monotonicMicroseconds() < deadline else { throw wait.failure }
                wait.goesOn(since: start)
                continue
            }
            defer { rd_kafka_event_destroy(event) }
            wait.heard(event)
            guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_FETCH else { continue }
            while let message = rd_kafka_event_message_next(event) { take(message, &records) }
        }
        return records
    }

    private func take(_ message: UnsafePointer<rd_kafka_message_t>, _ records: inout [KafkaRecord]) {
        let partition = message.pointee.partition
        guard let end = ends[partition] else { return }
        switch message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            let record = KafkaRecord(message)
            if record.offset < end { records.append(record) }
            if record.offset >= end - 1 { ends[partition] = nil }
        // Also where the last offsets hold no records.
        case RD_KAFKA_RESP_ERR__PARTITION_EOF: ends[partition] = nil
        default: return
        }
    }

    /// Commits the positions behind the records, which are the last that were read of their partitions.
    func commit(_ records: [KafkaRecord]) throws(KafkaError) {
        guard let handle = client?.handle else { throw .closed }
        var positions: [Int32: Int64] = [:]
        for record in records { positions[record.partition] = max(positions[record.partition] ?? 0, record.offset + 1) }
        guard let list = rd_kafka_topic_partition_list_new(Int32(positions.count)) else { throw .failed("out of memory") }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for (partition, offset) in positions {
            rd_kafka_topic_partition_list_add(list, topic, partition).pointee.offset = offset
        }
        let code = rd_kafka_commit(handle, list, 0)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .failed("positions not committed: \(text(of: code))") }
    }

    func end() {
        if let handle = client?.handle { rd_kafka_consumer_close(handle) }
        client = nil
    }
}
