internal import Domain
public import Ports

/// Reads topics as a member of a group, each record at least once, in order within its partition (EV-5).
///
/// A position is stored after the handler's verdict and committed in the background; partitions that go to another member are committed first.
/// Repetitions of events are dropped as far as `SeenEvents` remembers. What the handler refuses goes to `<topic>.dead-letter`.
public final class KafkaConsumer: Sendable {
    public typealias Handler = @Sendable ([KafkaRecord]) async -> [KafkaVerdict]

    private let options: KafkaConsumerOptions
    private let seen: SeenEvents?
    private let lanes: Monitor<Lanes>
    private let waker: Waker
    private let thread: DedicatedThread
    private let producer: Producer
    private let measured: ConsumerMetrics

    private init(
        _ options: KafkaConsumerOptions, _ seen: SeenEvents?, _ lanes: Monitor<Lanes>, _ waker: Waker, _ measured: ConsumerMetrics,
        _ thread: DedicatedThread, _ producer: Producer
    ) {
        self.options = options
        self.seen = seen
        self.lanes = lanes
        self.waker = waker
        self.measured = measured
        self.thread = thread
        self.producer = producer
    }

    /// Makes the client. Does not wait for a broker, and joins the group when it is run.
    ///
    /// - seen: nil: nothing is taken for a repetition.
    /// - Throws: `KafkaError` when the options make no client.
    public static func open(_ options: KafkaConsumerOptions, seen: SeenEvents? = SeenEvents()) async throws(KafkaError) -> KafkaConsumer {
        guard ["earliest", "latest"].contains(options.start) else { throw .invalidSetting("start") }
        let producer = try await Producer(options.kafka, topics: options.topics.map(DeadLetter.topic(for:)))
        let (lanes, waker, measured, opening) = (Monitor(Lanes()), Waker(), ConsumerMetrics(), Opening())
        let thread = DedicatedThread { ConsumerLoop(options, lanes, waker, measured).run(opening) }
        do throws(KafkaError) {
            guard thread.hasStarted else { throw .unusable("no thread") }
            try await opening.wait().get()
        } catch {
            await producer.close()
            throw error
        }
        return KafkaConsumer(options, seen, lanes, waker, measured, thread, producer)
    }

    /// Hands records over until the task is cancelled or the consumer is closed; called once.
    ///
    /// A batch is of one partition, in its order, and no other batch of it is under way. `handle` returns a verdict for each record, or for the
    /// first so many: what has none is handed over again.
    public func run(_ handle: @escaping Handler) async {
        lanes.signal { $0.isWanted = true }
        waker.wake()
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                while let work = await next() {
                    group.addTask { await self.process(work, handle) }
                }
                group.cancelAll()
            }
        } onCancel: {
            stopGiving()
        }
        stopGiving()
    }

    /// Lets the handlers finish, commits, leaves the group. Bounded by the options.
    public func close() async { await end(abruptly: false) }

    /// Ends as if the process had died: nothing is committed any more. For tests.
    func abandon() async { await end(abruptly: true) }

    private func end(abruptly: Bool) async {
        lanes.signal { lanes in
            if lanes.closeDeadline == nil { lanes.closeDeadline = 0 }
            lanes.leavesAbruptly = abruptly
        }
        waker.wake()
        await thread.finished()
        await producer.close()
    }

    // MARK: - Work

    private func stopGiving() {
        let waiter = lanes.signal { lanes in
            lanes.isClosed = true
            defer { lanes.waiter = nil }
            return lanes.waiter
        }
        waiter?.resume(returning: nil)
    }

    private enum Next { case work(Lanes.Work), over, wait }

    private func next() async -> Lanes.Work? {
        await withCheckedContinuation { continuation in
            let next = lanes.withLock { lanes -> Next in
                if lanes.isClosed { return .over }
                if let work = lanes.take(limits: options.limits) { return .work(work) }
                lanes.waiter = continuation
                return .wait
            }
            switch next {
            case .work(let work): continuation.resume(returning: work)
            case .over: continuation.resume(returning: nil)
            case .wait: break
            }
        }
    }

    /// Brings one batch as far as it goes, then gives the partition back.
    private func process(_ work: Lanes.Work, _ handle: Handler) async {
        let fresh = fresh(work.records)
        let verdicts = fresh.isEmpty ? [] : await handle(fresh.map { work.records[$0] })
        var pause: TimeSpan?
        var judged = 0
        judging: for (index, verdict) in zip(fresh, verdicts) {
            let record = work.records[index]
            switch verdict {
            case .done:
                seen?.insert(record)
                measured.handled.add()
            case .refused(let reason):
                guard await putAside(record, reason, work) else { break judging }
                measured.deadLetters.add()
            case .again(let span):
                measured.repeats.add()
                pause = span
                break judging
            }
            judged += 1
        }
        // Repetitions before the first record without a verdict are dealt with too.
        let handled = judged < fresh.count ? fresh[judged] : work.records.count
        measured.duplicates.add(handled - judged)
        if pause == nil, judged < fresh.count, verdicts.count <= judged { pause = .milliseconds(10) }
        await finish(work, handled, pause)
    }

    /// The records that are not repetitions, by index.
    private func fresh(_ records: [KafkaRecord]) -> [Int] {
        guard let seen else { return Array(records.indices) }
        var ids: Set<SeenEvents.Identity> = []
        return records.indices.filter { index in
            if seen.contains(records[index]) { return false }
            guard let id = SeenEvents.Identity(records[index]) else { return true }
            return ids.insert(id).inserted
        }
    }

    private func finish(_ work: Lanes.Work, _ handled: Int, _ pause: TimeSpan?) async {
        if let pause, pause > .zero {
            lanes.signal { $0.rest(work, handled: handled) }
            waker.wake()
            // Ends early when the partition's run ends; then the lane has gone anyway.
            try? await Task.sleep(for: .microseconds(min(pause.microseconds, TimeSpan.hours(1).microseconds)))
        }
        let resumption = lanes.signal { lanes -> (CheckedContinuation<Lanes.Work?, Never>, Lanes.Work)? in
            lanes.finish(work, handled: handled, limits: options.limits)
            guard let waiter = lanes.waiter, let work = lanes.take(limits: options.limits) else { return nil }
            lanes.waiter = nil
            return (waiter, work)
        }
        if let (waiter, work) = resumption { waiter.resume(returning: work) }
        waker.wake()
    }

    /// Sends the record to its dead-letter topic, as often as it takes.
    ///
    /// - Returns: false when the partition went away before.
    private func putAside(_ record: KafkaRecord, _ reason: String, _ work: Lanes.Work) async -> Bool {
        var block = MessageBlock()
        DeadLetter.append(record, reason: reason, to: &block)
        var wait: Int64 = 50
        while await producer.send(block).failure != nil {
            guard lanes.withLock({ $0.isCurrent(work) }), !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(wait))
            wait = min(wait * 2, 5_000)
        }
        return true
    }

    // MARK: - Measures

    public var metrics: [MetricFamily] {
        let measured = measured
        let labels = [(name: "group", value: options.group)]
        return [
            MetricFamily(
                "ledgerflow_kafka_records_received_total", "Records read.", labels: labels, .counter(measured.received)),
            MetricFamily(
                "ledgerflow_kafka_records_handled_total", "Records that the handler took.", labels: labels, .counter(measured.handled)),
            MetricFamily(
                "ledgerflow_kafka_records_repeated_total", "Records dropped as repetitions.", labels: labels,
                .counter(measured.duplicates)),
            MetricFamily(
                "ledgerflow_kafka_dead_letters_total", "Records refused and put aside.", labels: labels, .counter(measured.deadLetters)),
            MetricFamily("ledgerflow_kafka_consumer_retries_total", "Handlings put off.", labels: labels, .counter(measured.repeats)),
            MetricFamily(
                "ledgerflow_kafka_consumer_lag", "Records not yet handled, as last seen.", labels: labels, .gauge { measured.lag }),
        ]
    }
}
