internal import Domain
internal import Ports

/// Makes the attempts: a bounded number at a time, in the order that `Admission` gives them.
///
/// Each attempt is admitted first, then decided by its partition (`ExecutionStarted` is durable before the request leaves), then sent,
/// then reported.
actor Execution {
    private let queue: ExecutionQueue
    private let attempts: RunningAttempts
    private let ports: EnginePorts
    private let composer: AttemptComposer
    private let router: Router
    private let timer: TimerInbox
    private let settings: EngineSettings
    private let metrics: EngineMetrics

    init(
        queue: ExecutionQueue, attempts: RunningAttempts, ports: EnginePorts, signingKeys: SigningKeys, router: Router,
        timer: TimerInbox, settings: EngineSettings, metrics: EngineMetrics
    ) {
        self.queue = queue
        self.attempts = attempts
        self.ports = ports
        composer = AttemptComposer(sealer: ports.sealer, keys: signingKeys, time: ports.time, entropy: ports.entropy)
        self.router = router
        self.timer = timer
        self.settings = settings
        self.metrics = metrics
    }

    /// Works until the queue is closed, then until the attempts that run have ended; cancelling the task cuts these off, and their end is
    /// recorded as `ownerLost` when the engine starts again.
    func run() async {
        let queue = self.queue
        let alarm = ports.time.makeAlarm { queue.finished.wake() }
        var isSet = false
        await withDiscardingTaskGroup { group in
            while let ended = await queue.finished.takeBatch(limit: queue.finished.capacity) {
                let step = queue.step(ended, at: ports.time.uptime())
                for admitted in step.calls {
                    let work = { @Sendable in
                        let end = await self.attempts.run(admitted.call.key) { await self.attempt(admitted) }
                        _ = queue.finished.offer(end, reserved: true)
                    }
                    // Only a child for which no executor is named at all, not even nil, works where its parent does.
                    if let executor = ports.client.nextExecutor {
                        group.addTask(executorPreference: executor, operation: work)
                    } else {
                        group.addTask(operation: work)
                    }
                }
                metrics.breakerOpenings.add(step.news.openings)
                metrics.callsParked.add(step.news.returned.count)
                timer.admission(step.news)
                if isSet || step.wake != nil { alarm.set(step.wake) }
                isSet = step.wake != nil
            }
            alarm.set(nil)
        }
    }

    private nonisolated func attempt(_ admitted: Admitted) async -> AttemptEnd {
        let due = admitted.call
        let begun = await begin(due)
        queue.started(due.key.tenant)
        guard let call = begun, !Task.isCancelled else { return end(of: admitted, took: nil, .nothing) }
        let span = ports.tracing?.attempt(in: call.trace)
        let sentAt = ports.time.uptime()
        let command: ServiceCallCommand
        let outcome: AttemptOutcome
        do throws(AttemptFailed) {
            let answer = try await ports.client.send(try await composer.request(for: call, in: span?.context))
            command = composer.report(answer, of: call)
            outcome = .succeeded
            span?.end("attempt", .client, with: call.spanAttributes(status: answer.summary.status))
        } catch {
            command = composer.report(error, of: call)
            outcome = AttemptOutcome(error.failure)
            span?.end("attempt", .client, failure: error.failure.word, with: call.spanAttributes(status: error.failure.status))
        }
        let took = ports.time.uptime() - sentAt
        metrics.attemptLatency.observe(took.microseconds)
        // Cut off: by the end of the engine, or since the call was cancelled, which is on record then.
        if Task.isCancelled, case .executionFailed = command { return end(of: admitted, took: took, .nothing) }
        await report(ServiceCallIntent(key: due.key, command: command))
        return end(of: admitted, took: took, outcome)
    }

    private nonisolated func end(of admitted: Admitted, took: TimeSpan?, _ outcome: AttemptOutcome) -> AttemptEnd {
        AttemptEnd(admitted, at: ports.time.uptime(), took: took, outcome: outcome)
    }

    /// Asks the partition to start the attempt.
    ///
    /// - Returns: the call with its running attempt, committed; nil when there is nothing to do.
    private nonisolated func begin(_ due: DueCall) async -> ServiceCall? {
        do throws(IntentError) {
            let reply = try await router.send(ServiceCallIntent(key: due.key, command: .dueTimeReached), reserved: true)
            guard reply.changed, case .running(let attempt) = reply.call.state else { return nil }
            metrics.lateness.observe(max(0, (attempt.startedAt - due.dueAt).microseconds))
            return reply.call
        } catch {
            switch error {
            case .refused(.notYetDue(let dueAt)):
                timer.early(due, dueAt: dueAt)
            case .refused, .refusedByBooks, .stopping: break
            case .busy, .unavailable, .unknownOutcome:
                timer.again(due, at: ports.time.uptime() + .milliseconds(200))
            }
            return nil
        }
    }

    /// Reports the outcome, again if the store is not there. When it stays away the watchdog ends the attempt.
    private nonisolated func report(_ intent: ServiceCallIntent) async {
        var wait = BackOff(first: .milliseconds(20), most: .seconds(5))
        for _ in 0..<10 {
            do throws(IntentError) {
                _ = try await router.send(intent, reserved: true)
                return
            } catch {
                switch error {
                case .refused, .refusedByBooks, .stopping: return
                case .busy, .unavailable, .unknownOutcome: await ports.time.sleep(for: wait.next())
                }
            }
            if Task.isCancelled { return }
        }
    }
}
