/// What a consumer holds of each partition that it was given: records in their order, and whether someone works on them.
///
/// The client's thread fills it, the consumer's tasks empty it.
struct Lanes: Sendable {
    struct Lane: Sendable {
        /// Which assignment it belongs to; work done for an earlier one does not count.
        let generation: Int
        var records: [KafkaRecord] = []
        var bytes = 0
        var isBusy = false
        /// Its task waits before it tries again; nobody need wait for it.
        var isResting = false
        var isPaused = false
        /// No new work is given, since the partition goes away.
        var isLeaving = false
    }

    struct Work: Sendable {
        let place: TopicPartition
        let generation: Int
        let records: [KafkaRecord]
    }

    /// What the tasks want the client's thread to do.
    enum Order: Sendable {
        /// The position after the last record that was handled.
        case store(TopicPartition, Int64)
        case resume(TopicPartition)
    }

    private(set) var lanes: [TopicPartition: Lane] = [:]
    private var lastGeneration = 0
    private var busy = 0
    var orders: [Order] = []
    var waiter: CheckedContinuation<Work?, Never>?
    /// Somebody takes the work. A member of the group that hands nothing on would keep its partitions from the others.
    var isWanted = false
    /// No more work is given.
    var isClosed = false
    var closeDeadline: Int64?
    var leavesAbruptly = false

    var recordCount: Int { lanes.values.reduce(0) { $0 + $1.records.count } }

    // MARK: The client's thread

    mutating func assign(_ places: [TopicPartition]) {
        for place in places {
            lastGeneration += 1
            lanes[place] = Lane(generation: lastGeneration)
        }
    }

    /// - Returns: whether the partition should pause.
    mutating func append(_ record: KafkaRecord, limits: Limits) -> Bool {
        let place = TopicPartition(topic: record.topic, partition: record.partition)
        guard var lane = lanes.removeValue(forKey: place) else { return false }
        defer { lanes[place] = lane }
        guard !lane.isLeaving else { return false }
        lane.records.append(record)
        lane.bytes += record.size
        guard !lane.isPaused, lane.records.count >= limits.records || lane.bytes >= limits.bytes else { return false }
        lane.isPaused = true
        return true
    }

    mutating func leave(_ places: [TopicPartition]) {
        for place in places { lanes[place]?.isLeaving = true }
    }

    /// Whether tasks still work on any of the partitions.
    func areBusy(_ places: [TopicPartition]) -> Bool {
        places.contains { lanes[$0].map { $0.isBusy && !$0.isResting } ?? false }
    }

    mutating func remove(_ places: [TopicPartition]) {
        for place in places { if lanes.removeValue(forKey: place)?.isBusy == true { busy -= 1 } }
    }

    // MARK: The tasks

    /// Records of a partition on which nobody works.
    mutating func take(limits: Limits) -> Work? {
        guard !isClosed, busy < limits.partitionsAtOnce else { return nil }
        // The fullest first: fair enough, and with a fixed order for equals.
        let ready = lanes.filter { !$0.value.isBusy && !$0.value.isLeaving && !$0.value.records.isEmpty }
        guard let (place, lane) = ready.max(by: { $0.value.records.count < $1.value.records.count }) else { return nil }
        busy += 1
        lanes[place]?.isBusy = true
        return Work(place: place, generation: lane.generation, records: Array(lane.records.prefix(limits.batch)))
    }

    func isCurrent(_ work: Work) -> Bool {
        lanes[work.place].map { $0.generation == work.generation && !$0.isLeaving } ?? false
    }

    /// The work pauses with its first `handled` records dealt with, so that their position can be stored meanwhile.
    mutating func rest(_ work: Work, handled: Int) {
        guard lanes[work.place]?.generation == work.generation else { return }
        lanes[work.place]?.isResting = true
        store(work, handled)
    }

    private mutating func store(_ work: Work, _ handled: Int) {
        if handled > 0, let last = work.records.prefix(handled).last { orders.append(.store(work.place, last.offset + 1)) }
    }

    /// Ends the work: the first `handled` records are dealt with.
    mutating func finish(_ work: Work, handled: Int, limits: Limits) {
        guard var lane = lanes[work.place], lane.generation == work.generation, lane.isBusy else { return }
        lanes[work.place] = nil
        busy -= 1
        lane.isBusy = false
        lane.isResting = false
        lane.bytes -= lane.records.prefix(handled).reduce(0) { $0 + $1.size }
        lane.records.removeFirst(min(handled, lane.records.count))
        store(work, handled)
        if lane.isPaused, !lane.isLeaving, lane.records.count <= limits.records / 2, lane.bytes <= limits.bytes / 2 {
            lane.isPaused = false
            orders.append(.resume(work.place))
        }
        lanes[work.place] = lane
    }

    struct Limits: Sendable {
        let records: Int
        let bytes: Int
        let batch: Int
        let partitionsAtOnce: Int
    }
}

extension KafkaRecord {
    /// About what it takes in memory.
    var size: Int {
        200 + (key?.count ?? 0) + (body?.count ?? 0) + headers.reduce(0) { $0 + 64 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }
}
