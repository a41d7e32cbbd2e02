import Histogram
import NIOCore
import NIOPosix

/// One event loop's share of a load run. Everything here happens on that loop.
final class LoadWorker {
    private let loop: any EventLoop
    private let plan: LoadPlan
    private let done: EventLoopPromise<LoadTally>
    private var connections: [LoadConnection] = []
    private var idle: [LoadConnection] = []
    private var tally = LoadTally()
    private var random: SplitMix64
    private var nextSequence: Int64

    private var openedAt: Int64 = 0
    private var measuredFrom: Int64 = 0
    private var endsAt: Int64 = 0
    private var inFlight = 0
    private var alive = 0
    private var isFinished = false

    /// Open loop: the instant at which the next request is due, and the dues that wait for a connection.
    private var nextDue: Double = 0
    private var waiting: [Int64] = []
    private var waitingHead = 0

    /// - Parameter sequence: the first number of this worker's own range.
    init(loop: any EventLoop, plan: LoadPlan, sequence: Int64, seed: UInt64) {
        self.loop = loop
        self.plan = plan
        self.nextSequence = sequence
        self.random = SplitMix64(state: seed)
        self.done = loop.makePromise()
    }

    /// Opens the connections, runs the plan, and gives the tally when every request is answered or given up.
    func run() -> EventLoopFuture<LoadTally> {
        let bound = NIOLoopBound(self, eventLoop: loop)
        let opening = (0..<plan.connections).map { _ in
            ClientBootstrap(group: loop)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .connectTimeout(.seconds(10))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let worker = bound.value
                        let connection = LoadConnection(worker: worker)
                        worker.connections.append(connection)
                        try channel.pipeline.syncOperations.addHandler(connection)
                    }
                }
                .connect(host: plan.host, port: plan.port)
        }
        EventLoopFuture.whenAllSucceed(opening, on: loop).whenComplete { result in
            let worker = bound.value
            switch result {
            case .success: worker.begin()
            case .failure(let error):
                for connection in worker.connections { connection.close() }
                worker.isFinished = true
                worker.done.fail(error)
            }
        }
        return done.futureResult
    }

    private func begin() {
        alive = connections.count
        openedAt = MachineClock.monotonicNanoseconds()
        measuredFrom = openedAt + Int64(plan.warmUpSeconds * 1e9)
        endsAt = measuredFrom + Int64(plan.seconds * 1e9)
        let bound = NIOLoopBound(self, eventLoop: loop)
        let total = plan.warmUpSeconds + plan.seconds + plan.drainSeconds
        loop.scheduleTask(in: .nanoseconds(Int64(total * 1e9))) { bound.value.finish() }
        switch plan.pace {
        case .closedLoop:
            for connection in connections { send(on: connection, countedFrom: MachineClock.monotonicNanoseconds()) }
        case .openLoop:
            idle = connections
            nextDue = Double(openedAt)
            releaseDue()
        }
    }

    // MARK: Sending

    private func send(on connection: LoadConnection, countedFrom: Int64) {
        let due: Int64
        switch plan.due {
        case .now: due = MachineClock.wallMicroseconds()
        case .spread(let from, let to):
            due = MachineClock.wallMicroseconds() + from + Int64(random.unit() * Double(to - from))
        }
        tally.sent += 1
        inFlight += 1
        connection.send(plan.template, sequence: nextSequence, due: due, countedFrom: countedFrom)
        nextSequence += plan.template.sequencesPerRequest
    }

    /// Open loop: sends what is due by now and wakes up when the next request is.
    private func releaseDue() {
        guard !isFinished, case .openLoop(let perSecond, let poisson) = plan.pace else { return }
        let mean = 1e9 * Double(plan.threads) / perSecond
        let now = MachineClock.monotonicNanoseconds()
        while nextDue <= Double(now), nextDue < Double(endsAt) {
            release(due: Int64(nextDue))
            nextDue += poisson ? mean * -random.logOfUnit() : mean
        }
        guard nextDue < Double(endsAt) else {
            finishIfIdle()
            return
        }
        let wait = max(1, Int64(nextDue) - MachineClock.monotonicNanoseconds())
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .nanoseconds(wait)) { bound.value.releaseDue() }
    }

    private func release(due: Int64) {
        if let connection = idle.popLast() {
            sendOpenLoop(on: connection, due: due)
        } else {
            waiting.append(due)
        }
    }

    private func sendOpenLoop(on connection: LoadConnection, due: Int64) {
        if due >= measuredFrom { tally.sendDelay.record(UInt64(max(0, MachineClock.monotonicNanoseconds() - due))) }
        send(on: connection, countedFrom: due)
    }

    // MARK: Receiving

    func answered(_ connection: LoadConnection, status: Int, countedFrom: Int64) {
        let now = MachineClock.monotonicNanoseconds()
        inFlight -= 1
        if (200..<300).contains(status) {
            tally.accepted += 1
            tally.acceptedInSlot[now / LoadTally.slotNanoseconds, default: 0] += 1
            if isMeasured(countedFrom: countedFrom, now: now) {
                tally.latency.record(UInt64(max(0, now - countedFrom)))
            }
        } else {
            tally.refused[status, default: 0] += 1
        }
        switch plan.pace {
        case .closedLoop:
            if now < endsAt {
                if plan.restAfterRefusalSeconds > 0, !(200..<300).contains(status) {
                    rest(connection)
                } else {
                    send(on: connection, countedFrom: now)
                }
            } else {
                finishIfIdle()
            }
        case .openLoop:
            serveWaiting(with: connection)
        }
    }

    /// Closed loop: sends the next request later. A connection that was lost meanwhile sends nothing.
    private func rest(_ connection: LoadConnection) {
        let bound = NIOLoopBound((self, connection), eventLoop: loop)
        loop.scheduleTask(in: .nanoseconds(Int64(plan.restAfterRefusalSeconds * 1e9))) {
            let (worker, connection) = bound.value
            guard !worker.isFinished, connection.isOpen else { return worker.finishIfIdle() }
            let now = MachineClock.monotonicNanoseconds()
            if now < worker.endsAt { worker.send(on: connection, countedFrom: now) } else { worker.finishIfIdle() }
        }
    }

    /// Closed loop: answers within the measured time. Open loop: every request that was due within it, however late its
    /// answer came.
    private func isMeasured(countedFrom: Int64, now: Int64) -> Bool {
        switch plan.pace {
        case .closedLoop: now >= measuredFrom && now < endsAt
        case .openLoop: countedFrom >= measuredFrom
        }
    }

    private func serveWaiting(with connection: LoadConnection) {
        guard waitingHead < waiting.count else {
            waiting.removeAll(keepingCapacity: true)
            waitingHead = 0
            idle.append(connection)
            finishIfIdle()
            return
        }
        let due = waiting[waitingHead]
        waitingHead += 1
        sendOpenLoop(on: connection, due: due)
    }

    func lost(_ connection: LoadConnection) {
        guard !isFinished else { return }
        alive -= 1
        if connection.countedFrom != nil {
            inFlight -= 1
            tally.broken += 1
        }
        idle.removeAll { $0 === connection }
        if alive == 0 { finish() } else { finishIfIdle() }
    }

    // MARK: Ending

    private func finishIfIdle() {
        guard !isFinished else { return }
        let isOver: Bool =
            switch plan.pace {
            case .closedLoop: MachineClock.monotonicNanoseconds() >= endsAt
            case .openLoop: nextDue >= Double(endsAt)
            }
        if isOver, inFlight == 0, waitingHead >= waiting.count { finish() }
    }

    private func finish() {
        guard !isFinished else { return }
        isFinished = true
        tally.unanswered = inFlight + (waiting.count - waitingHead)
        tally.measuredSeconds = plan.seconds
        for connection in connections { connection.close() }
        done.succeed(tally)
    }
}
