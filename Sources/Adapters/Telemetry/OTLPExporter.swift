public import Domain
public import Ports
internal import Synchronization

/// Sends the spans of a queue by the OpenTelemetry Protocol, in batches, one request at a time. What cannot be sent is tried again some times
/// and then dropped; the queue takes what comes meanwhile, as far as it has room. The engine never waits for any of it.
public final class OTLPExporter: Sendable {
    typealias Send = @Sendable (_ message: [UInt8], _ within: TimeSpan?) async -> OTLPAnswer

    private let settings: OTLPSettings
    private let queue: SpanQueue
    private let time: any TimeSource
    private let entropy: any EntropySource
    private let diagnostics: any Diagnostics
    private let send: Send
    private let close: @Sendable () async -> Void

    private let exported = MetricCounter()
    private let failures = MetricCounter()
    private let undelivered = MetricCounter()
    private let rejected = MetricCounter()
    /// So that an outage is told of once, and its end.
    private let isFailing = Mutex(false)

    /// It must be shut down before it is let go.
    public convenience init(
        _ settings: OTLPSettings, queue: SpanQueue, time: any TimeSource, entropy: any EntropySource, diagnostics: any Diagnostics
    ) {
        let receiver = OTLPReceiver(settings)
        self.init(
            settings, queue: queue, time: time, entropy: entropy, diagnostics: diagnostics,
            send: { await receiver.send($0, within: $1) }, close: { await receiver.shutdown() })
    }

    init(
        _ settings: OTLPSettings, queue: SpanQueue, time: any TimeSource, entropy: any EntropySource, diagnostics: any Diagnostics,
        send: @escaping Send, close: @escaping @Sendable () async -> Void = {}
    ) {
        self.settings = settings
        self.queue = queue
        self.time = time
        self.entropy = entropy
        self.diagnostics = diagnostics
        self.send = send
        self.close = close
    }

    /// Sends what comes until the task is cancelled; what was being sent then waits in the queue again.
    public func run() async {
        while !Task.isCancelled {
            await time.sleep(for: settings.interval)
            while !Task.isCancelled {
                let batch = queue.take(settings.batch)
                if batch.isEmpty { break }
                await export(batch)
            }
        }
    }

    /// Sends what waits, within `span`, without trying again; the rest is dropped. Then closes the connection.
    public func finish(within span: TimeSpan) async {
        let deadline = time.uptime() + span
        while case let batch = queue.take(settings.batch), !batch.isEmpty {
            let left = deadline - time.uptime()
            let answer = left > .zero ? await send(message(batch), left) : .again(reason: "the engine stops", after: nil)
            guard settle(batch, answer) else {
                undelivered.add(batch.count + queue.count)
                _ = queue.take(.max)
                break
            }
        }
        await close()
    }

    private func message(_ batch: [Span]) -> [UInt8] {
        OTLPMessage.request(batch, resource: settings.resource, version: settings.version)
    }

    private func export(_ batch: [Span]) async {
        let message = message(batch)
        for attempt in 1...max(1, settings.attempts) {
            let answer = await send(message, nil)
            if Task.isCancelled, case .again = answer { return queue.giveBack(batch) }
            if settle(batch, answer) { return }
            guard attempt < settings.attempts else { break }
            await time.sleep(for: wait(answer, attempt))
            if Task.isCancelled { return queue.giveBack(batch) }
        }
        undelivered.add(batch.count)
    }

    /// - Returns: false when the batch may be sent again.
    private func settle(_ batch: [Span], _ answer: OTLPAnswer) -> Bool {
        switch answer {
        case .taken(let some):
            let some = min(some, batch.count)
            exported.add(batch.count - some)
            rejected.add(some)
            if some > 0 { told("the receiver rejected \(some) of \(batch.count) spans") } else { recovered() }
            return true
        case .refused(let reason):
            failures.add()
            rejected.add(batch.count)
            told(reason)
            return true
        case .again(let reason, _):
            failures.add()
            told(reason)
            return false
        }
    }

    /// What the receiver asks for; else twice as long each time, of which half is left to chance.
    private func wait(_ answer: OTLPAnswer, _ attempt: Int) -> TimeSpan {
        if case .again(_, let after?) = answer { return min(after, settings.longestWait) }
        let longest = min(settings.firstWait.multiplied(by: 1 << Int64(min(attempt - 1, 20))), settings.longestWait)
        let half = longest.microseconds / 2
        return TimeSpan(microseconds: half + Int64(entropy.next() % UInt64(half + 1)))
    }

    private func told(_ reason: String) {
        let isNews = isFailing.withLock { failing in
            defer { failing = true }
            return !failing
        }
        guard isNews else { return }
        diagnostics.report(
            Diagnostic(
                .warning, "tracing.export-failed",
                "Spans do not reach their receiver. They are tried again; those that find no room meanwhile are dropped.",
                fields: [("reason", reason)]))
    }

    private func recovered() {
        let isNews = isFailing.withLock { failing in
            defer { failing = false }
            return failing
        }
        guard isNews else { return }
        diagnostics.report(Diagnostic(.info, "tracing.export-recovered", "Spans are sent again."))
    }

    public var metricFamilies: [MetricFamily] {
        let queue = queue
        let dropped = [("queue-full", queue.dropped), ("undelivered", undelivered), ("rejected", rejected)].map { reason, counter in
            MetricFamily(
                "ledgerflow_spans_dropped", "Spans that reached nobody.", labels: [("reason", reason)], .counter(counter))
        }
        return dropped + [
            MetricFamily("ledgerflow_spans_exported", "Spans that the receiver took.", .counter(exported)),
            MetricFamily("ledgerflow_span_export_failures", "Requests with spans that failed.", .counter(failures)),
            MetricFamily("ledgerflow_spans_waiting", "Spans that wait to be sent.", .gauge { Int64(queue.count) }),
        ]
    }
}
