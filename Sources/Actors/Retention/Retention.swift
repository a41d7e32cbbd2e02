internal import Domain
internal import Ports

/// Takes away what need not be kept: records and payloads of ended calls, octets of what was received, and the beginning of the log (SC-9,
/// PF-19).
///
/// Works in small steps, each a transaction of the store's, beside the partitions and never through them: what is taken away nobody
/// changes any more, or it is at another version by then and stays. A crash loses nothing but the place; the next look begins anew.
struct Retention: Sendable {
    let store: any Housekeeping
    let ports: EnginePorts
    let lanes: [OutboxLane]
    let settings: RetentionSettings
    let metrics: RetentionMetrics
    let isStopping: @Sendable () -> Bool

    private var policy: RetentionPolicy { settings.policy }

    /// What is exported of it.
    var metricFamilies: [MetricFamily] { metrics.families(ports.time, looks: policy.lastEnd(at: ports.time.now()) != nil) }

    /// Works until the task is cancelled or the engine stops.
    func run() async {
        let clock = ClockWatch(ports.time, settings)
        await ports.time.sleep(for: settings.startDelay)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.lookAgainAndAgain(self.calls, clock) }
            group.addTask { await self.lookAgainAndAgain(self.contents, clock) }
            group.addTask { await self.trimAgainAndAgain(clock) }
        }
    }

    private var isOver: Bool { Task.isCancelled || isStopping() }

    // MARK: - Looks

    /// Rows that are looked through from the first to the last, again and again.
    private struct Look: Sendable {
        let interval: TimeSpan
        let failure: (event: String, message: String)
        /// The latest time of what may be taken; nil when nothing ever is.
        let latest: @Sendable (Instant) -> Instant?
        /// Looks through one part of a partition; the answer is where the next part begins, nil at the end.
        let part: @Sendable (PartitionId, _ epoch: Int64, _ place: Int64) async throws(JournalError) -> Int64?
        let ended: @Sendable (PartitionId) -> Void
    }

    private func lookAgainAndAgain(_ look: Look, _ first: ClockWatch) async {
        var clock = first
        var wait = BackOff(first: .seconds(1), most: .minutes(1))
        // Where the present look has come to, by partition; nil once it is through.
        var places: [Int64?] = lanes.map { _ in 0 }
        var next = ports.time.uptime() + look.interval
        while !isOver, look.latest(ports.time.now()) != nil {
            var hasLooked = false
            do throws(JournalError) {
                for (index, lane) in lanes.enumerated() {
                    guard !isOver, let place = places[index], let epoch = lane.epoch else { continue }
                    await clock.believe(ports.time, ports.diagnostics)
                    let began = ports.time.uptime()
                    places[index] = try await look.part(lane.partition, epoch, place)
                    metrics.stepDuration.observe((ports.time.uptime() - began).microseconds)
                    if places[index] == nil { look.ended(lane.partition) }
                    hasLooked = true
                    await ports.time.sleep(for: settings.pause)
                }
                wait.reset()
            } catch {
                await failed(look.failure.event, look.failure.message, error, &wait)
                continue
            }
            if places.allSatisfy({ $0 == nil }) {
                await ports.time.sleep(until: next)
                places = lanes.map { _ in 0 }
                next = ports.time.uptime() + look.interval
            } else if !hasLooked {
                // The partitions that are left are not taken over yet.
                await ports.time.sleep(for: .seconds(1))
            }
        }
    }

    /// Goes on with what a step has left, until all is done or the engine stops.
    ///
    /// - Returns: how many were done.
    private func inSteps<Element: Sendable>(
        _ all: [Element], _ step: ([Element]) async throws(JournalError) -> CleaningStep
    ) async throws(JournalError) -> Int {
        var rest = all[...]
        var done = 0
        while !rest.isEmpty, !isOver {
            let step = try await step(Array(rest))
            done += step.done
            rest = rest.dropFirst(max(1, step.looked))
        }
        return done
    }

    // MARK: - Calls

    private var calls: Look {
        Look(
            interval: policy.interval, failure: ("retention.clean-failed", "Ended calls could not be cleaned; trying again."),
            latest: { policy.lastEnd(at: $0) },
            part: { (partition, epoch, place) throws(JournalError) in try await lookAtCalls(partition, epoch: epoch, after: place) },
            ended: { metrics.looked($0, at: ports.time.uptime()) })
    }

    /// Looks through one part of a partition's ended calls.
    ///
    /// - Returns: where the next part begins; nil at the end.
    private func lookAtCalls(_ partition: PartitionId, epoch: Int64, after place: Int64) async throws(JournalError) -> Int64? {
        let now = ports.time.now()
        guard let latest = policy.lastEnd(at: now) else { return nil }
        let page = try await store.endedCalls(in: partition, after: place, upTo: min(latest, now - settings.leastAge))
        var (purge, erase): ([EndedCall], [EndedCall]) = ([], [])
        for call in page.calls {
            switch policy.verdict(on: call.end, at: call.endedAt, of: call.tenant, hasPayload: call.hasPayload, now: now) {
            case .keep: break
            case .erasePayload: erase.append(call)
            case .purge: purge.append(call)
            }
        }
        metrics.purged.add(try await clean(purge, .purge, in: partition, epoch: epoch))
        metrics.erased.add(try await clean(erase, .erasePayloads, in: partition, epoch: epoch))
        return page.next
    }

    private func clean(
        _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> Int {
        try await inSteps(calls) { (rest) throws(JournalError) in
            try await store.clean(rest, cleaning, in: partition, epoch: epoch)
        }
    }

    // MARK: - What was received

    private var contents: Look {
        Look(
            interval: policy.contentInterval,
            failure: ("retention.erase-failed", "What was received could not be erased; trying again."),
            latest: { policy.lastContent(at: $0) },
            part: { (partition, epoch, place) throws(JournalError) in try await lookAtContents(partition, epoch: epoch, after: place) },
            ended: { _ in })
    }

    private func lookAtContents(_ partition: PartitionId, epoch: Int64, after place: Int64) async throws(JournalError) -> Int64? {
        let now = ports.time.now()
        guard let latest = policy.lastContent(at: now) else { return nil }
        let page = try await store.keptContents(in: partition, after: place, upTo: min(latest, now - settings.leastAge))
        let old = page.contents.filter { policy.erasesContent(of: $0.kind, since: $0.since, now: now) }
        metrics.contentsErased.add(
            try await inSteps(old) { (rest) throws(JournalError) in
                try await store.eraseContents(rest, in: partition, epoch: epoch)
            })
        return page.next
    }

    // MARK: - The log

    private func trimAgainAndAgain(_ first: ClockWatch) async {
        var clock = first
        var wait = BackOff(first: .seconds(1), most: .minutes(1))
        while !isOver {
            do throws(JournalError) {
                await clock.believe(ports.time, ports.diagnostics)
                let began = ports.time.uptime()
                try await trim()
                metrics.stepDuration.observe((ports.time.uptime() - began).microseconds)
                try await giveBackSpace()
                wait.reset()
                await ports.time.sleep(for: settings.trimInterval)
            } catch { await failed("retention.trim-failed", "The log could not be trimmed; trying again.", error, &wait) }
        }
    }

    private func trim() async throws(JournalError) {
        guard let age = policy.events.span else { return }
        var old: [(partition: PartitionId, epoch: Int64)] = []
        for lane in lanes {
            guard let epoch = lane.epoch else { continue }
            // Nothing is trimmed up to here: it only tells how old the log is.
            let cutoff = ports.time.now() - age
            let oldest = try await store.trimEvents(in: lane.partition, through: 0, before: cutoff, epoch: epoch).oldest
            metrics.oldest(oldest, in: lane.partition)
            if let oldest, oldest < cutoff { old.append((lane.partition, epoch)) }
        }
        guard !old.isEmpty else { return }
        let slowest = try await FollowedLog(journal: ports.journal, partitions: lanes.count).slowest()
        for (partition, epoch) in old {
            let read = slowest.map { $0.indices.contains(partition.index) ? $0[partition.index] : 0 } ?? .max
            try await trim(partition, epoch: epoch, through: read, age: age)
            // What a follower has not read goes at its greater age alone.
            if read < .max, let unread = policy.unreadEvents.span {
                try await trim(partition, epoch: epoch, through: .max, age: max(age, unread))
            }
        }
    }

    private func trim(_ partition: PartitionId, epoch: Int64, through position: Int64, age: TimeSpan) async throws(JournalError) {
        while !isOver {
            let step = try await store.trimEvents(in: partition, through: position, before: ports.time.now() - age, epoch: epoch)
            metrics.trimmed.add(step.removed)
            metrics.oldest(step.oldest, in: partition)
            guard step.removed > 0 else { return }
        }
    }

    private func giveBackSpace() async throws(JournalError) {
        while !isOver, try await store.giveBackSpace()?.hasMore == true {}
    }

    private func failed(_ event: String, _ message: String, _ error: JournalError, _ wait: inout BackOff) async {
        metrics.failures.add()
        // A partition that is lost stops the engine; that is told elsewhere.
        if error != .ownershipLost, !isOver {
            ports.diagnostics.report(Diagnostic(.warning, event, message, fields: [("reason", String(describing: error))]))
        }
        await ports.time.sleep(for: wait.next())
    }
}

/// Compares the wall clock with the monotonic one. A wall clock that is far ahead by mistake would make everything look old.
private struct ClockWatch {
    private var offset: TimeSpan
    private let settings: RetentionSettings

    init(_ time: any TimeSource, _ settings: RetentionSettings) {
        offset = Self.offset(time)
        self.settings = settings
    }

    private static func offset(_ time: any TimeSource) -> TimeSpan {
        TimeSpan(microseconds: time.now().microseconds) - TimeSpan(microseconds: time.uptime().microseconds)
    }

    /// Waits when the wall clock was set forward, so that somebody can set it right; then believes it.
    mutating func believe(_ time: any TimeSource, _ diagnostics: any Diagnostics) async {
        let jump = Self.offset(time) - offset
        if jump > settings.mostClockJump {
            diagnostics.report(
                Diagnostic(
                    .warning, "retention.clock-jumped",
                    "The wall clock was set forward; nothing is taken away for a while. If it is wrong, set it right.",
                    fields: [("seconds", String(jump.milliseconds / 1_000))]))
            await time.sleep(for: settings.clockJumpPause)
        }
        offset = Self.offset(time)
    }
}
