internal import Domain
internal import Ports
internal import Synchronization

/// Makes the attempts: a bounded number at a time, tenants in turn.
///
/// Each attempt is admitted first, then decided by its partition (`ExecutionStarted` is durable before the request leaves), then sent,
/// then reported.
actor Execution {
    private let queue: ExecutionQueue
    private let ports: EnginePorts
    private let composer: AttemptComposer
    private let router: Router
    private let timer: TimerInbox
    private let settings: EngineSettings
    private let metrics: EngineMetrics
    private nonisolated let runningCount = Mutex(0)

    init(
        queue: ExecutionQueue, ports: EnginePorts, router: Router, timer: TimerInbox, settings: EngineSettings, metrics: EngineMetrics
    ) {
        self.queue = queue
        self.ports = ports
        composer = AttemptComposer(sealer: ports.sealer, keys: nil, time: ports.time, entropy: ports.entropy)
        self.router = router
        self.timer = timer
        self.settings = settings
        self.metrics = metrics
    }

    nonisolated var running: Int { runningCount.withLock { $0 } }

    /// Works until the queue is closed, then until the attempts that run have ended; cancelling the task cuts these off, and their end is
    /// recorded as `ownerLost` when the engine starts again.
    func run() async {
        await withDiscardingTaskGroup { group in
            var running = 0
            while let ended = await queue.finished.takeBatch(limit: settings.maxRunning) {
                running -= ended.count
                while running < settings.maxRunning, let call = queue.pop() {
                    running += 1
                    group.addTask {
                        await self.attempt(call)
                        _ = self.queue.finished.offer((), reserved: true)
                    }
                }
                let now = running
                runningCount.withLock { $0 = now }
                let relieved = queue.takeRelieved()
                if !relieved.isEmpty { timer.room(for: relieved) }
            }
        }
    }

    private nonisolated func attempt(_ due: DueCall) async {
        guard let call = await begin(due), !Task.isCancelled else { return }
        let sentAt = ports.time.uptime()
        let command: ServiceCallCommand
        do throws(AttemptFailed) {
            command = composer.report(try await ports.client.send(try await composer.request(for: call)), of: call)
        } catch {
            command = composer.report(error, of: call)
        }
        metrics.attemptLatency.observe((ports.time.uptime() - sentAt).microseconds)
        if Task.isCancelled, case .executionFailed = command { return }
        await report(ServiceCallIntent(key: due.key, command: command))
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
                let left = dueAt - ports.time.now()
                timer.again(due, at: ports.time.uptime() + max(left, .milliseconds(1)), pausing: false)
            case .refused, .refusedByBooks, .stopping: break
            case .busy, .unavailable, .unknownOutcome:
                timer.again(due, at: ports.time.uptime() + .milliseconds(200), pausing: true)
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
