import Foundation
import Histogram
import KafkaProbe
import LoadGenerator

/// P8: committed events on their way to the broker.
extension PostgresRun {
    private static let topic = "ledgerflow.service-call"
    private static let partitions: Int32 = 12
    /// The rate at which the delay is measured: what P8 requires.
    private static let requiredRate = 10_000.0
    /// Items of one request of the constant load.
    private static let burst = 100
    private static let publishedMetrics = ["ledgerflow_events_published_total", "ledgerflow_events_published"]

    mutating func measureEvents() async throws {
        let broker = try await BrokerProcess.start(in: bench.directory, topic: Self.topic, partitions: Self.partitions)
        let engine = try await startEngine("events", further: ["--kafka-brokers", broker.servers])
        let reader = try EventReader(servers: broker.servers, topic: Self.topic, partitions: Self.partitions)
        let message = try await firstMessage(engine, reader)
        bench.report.settings["event on the wire"] = "\(message.bytes) B in key, headers and value"
        let producer = try BareProducer(servers: broker.servers, topic: Self.topic, message: message)
        reader.stop()
        var (bare, published) = (Samples(), Samples())
        for round in 1...options.effectiveRounds {
            bench.progress("round \(round): the bare producer, and P8 under full load")
            bare.rates.append(try producer.messagesPerSecond(seconds: options.effectiveSeconds))
            try await publish(engine, into: &published)
        }
        let peak = published.rates.isEmpty ? 0 : median(published.rates)
        let rate = peak >= Self.requiredRate * 1.1 ? Self.requiredRate : peak / 2
        let delays = try await measureDelay(engine, producer, broker, rate: rate)
        bench.noteMemory("P8")
        bench.report.measurements.append(
            bare.measurement("producer", "limit: bare producer, same message and settings", unit: "messages/s"))
        bench.report.measurements.append(
            published.measurement("P8", "submitted in batches until the last event is acknowledged", unit: "events/s"))
        let text = Report.grouped(rate)
        var row = Measurement(id: "producer-delay", what: "limit: bare producer at \(text)/s, sent → read back", unit: "messages/s")
        row.latency = Percentiles(medianOf: delays.bare)
        row.note = "sent → acknowledged \(Percentiles(medianOf: delays.bareAcknowledged).text)"
        bench.report.measurements.append(row)
        row = Measurement(id: "P8-delay", what: "decided → read back by another client, at \(text)/s", unit: "events/s")
        (row.value, row.samples, row.latency) = (median(delays.rates), delays.rates, Percentiles(medianOf: delays.engine))
        row.note = delays.complaints.isEmpty ? nil : delays.complaints.joined(separator: "; ")
        bench.report.measurements.append(row)
        if !delays.acknowledged.isEmpty {
            row = Measurement(id: "P8-ack", what: "committed → acknowledged by the broker, at \(text)/s", unit: "events/s")
            (row.value, row.samples) = (median(delays.acknowledgedRates), delays.acknowledgedRates)
            row.latency = Percentiles(medianOf: delays.acknowledged)
            row.note =
                "from the engine's own histogram: each figure is the upper bound of its bucket; "
                + "batches answered \(Percentiles(medianOf: delays.answered).text)"
            bench.report.measurements.append(row)
        }
        bench.report.notes.append(
            "P8's delay as another client sees it (P8-delay) runs from the event's own time (decided, before its commit) until an independent consumer has it, so it "
                + "contains the commit, the acknowledgement and the way back: an upper bound of committed → acknowledged.")
        try await bench.stopEngine()
        try await broker.stop()
    }

    /// Submits until the reader, which starts at the end of the topic, has seen an event.
    private func firstMessage(_ engine: EngineProcess, _ reader: EventReader) async throws -> ReadMessage {
        let one = EngineInterface.batch(engine, items: 1, sinkPort: bench.sink.port)
        for _ in 0..<100 {
            var plan = bench.plan(engine, one, connections: 1, due: EngineInterface.farFuture)
            (plan.warmUpSeconds, plan.seconds) = (0, 0.1)
            _ = try await bench.load.run(plan)
            try await Task.sleep(for: .milliseconds(100))
            if let message = reader.lastMessage { return message }
        }
        throw ChildProcess.Failure(description: "no event arrived at the broker\n\(engine.lastLines)")
    }

    /// One sample under full load: from the first submission until the bus has acknowledged every event.
    private func publish(_ engine: EngineProcess, into samples: inout Samples) async throws {
        let template = EngineInterface.batch(engine, items: 1_000, sinkPort: bench.sink.port)
        try await settle(engine)
        let before = try await publishedCount(engine)
        let cpuBefore = engine.cpuSeconds()
        var plan = bench.plan(engine, template, connections: options.batchConnections, due: EngineInterface.farFuture)
        plan.warmUpSeconds = 0
        let start = ContinuousClock.now
        let tally = try await bench.load.run(plan)
        let submitted = (ContinuousClock.now - start).seconds
        let goal = before + Double(tally.accepted * 1_000)
        while try await publishedCount(engine) < goal {
            guard (ContinuousClock.now - start).seconds < submitted + 60 else { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        let spent = (ContinuousClock.now - start).seconds
        let events = try await publishedCount(engine) - before
        samples.rates.append(events / spent)
        samples.cpuPerUnit.append((engine.cpuSeconds() - cpuBefore) * 1e6 / max(1, events))
        samples.complaints.append(String(format: "%.0f events, submitted in %.1f s, all acknowledged in %.1f s", events, submitted, spent))
        if events < goal - before { samples.complaints.append("\(Int(goal - before - events)) not acknowledged") }
        if let complaint = tally.complaint { samples.complaints.append(complaint) }
    }

    /// Batches at a constant rate, in turns with the bare producer: first until the broker has acknowledged them, with nobody reading,
    /// then read back by the same client. The reader asks the broker again every few milliseconds, which costs the broker in memory
    /// most of a processor: beside it an acknowledgement would wait for the measuring.
    private func measureDelay(
        _ engine: EngineProcess, _ producer: BareProducer, _ broker: BrokerProcess, rate: Double
    ) async throws -> Delays {
        var delays = Delays()
        guard rate >= 1 else { return delays }
        let template = EngineInterface.batch(engine, items: Self.burst, sinkPort: bench.sink.port)
        let plan = bench.plan(
            engine, template, connections: options.openLoopConnections,
            pace: .openLoop(perSecond: rate / Double(Self.burst), poisson: false), due: EngineInterface.farFuture)
        for round in 1...options.effectiveRounds {
            bench.progress("round \(round): the bare producer and P8 at \(Report.grouped(rate))/s, until acknowledged")
            try await settle(engine)
            _ = try producer.latency(rate: rate, burst: Self.burst, seconds: options.warmUpSeconds)
            let acknowledged = try producer.latency(rate: rate, burst: Self.burst, seconds: options.effectiveSeconds)
            delays.bareAcknowledged.append(Percentiles(nanoseconds: acknowledged))
            try await acknowledge(engine, plan, into: &delays)

            bench.progress("round \(round): the bare producer and P8 at \(Report.grouped(rate))/s, until read back")
            let reader = try EventReader(servers: broker.servers, topic: Self.topic, partitions: Self.partitions)
            defer { reader.stop() }
            try await Task.sleep(for: .milliseconds(500))
            _ = try producer.latency(rate: rate, burst: Self.burst, seconds: options.warmUpSeconds)
            _ = reader.take()
            _ = try producer.latency(rate: rate, burst: Self.burst, seconds: options.effectiveSeconds)
            try await Task.sleep(for: .milliseconds(300))
            delays.bare.append(Self.percentiles(reader.take()))
            try await readBack(engine, plan, reader, into: &delays)
        }
        return delays
    }

    /// The constant load, from commit to acknowledgement, by the engine's own histogram.
    private func acknowledge(_ engine: EngineProcess, _ plan: LoadPlan, into delays: inout Delays) async throws {
        let load = bench.load
        async let running = load.run(plan)
        try await Task.sleep(for: .seconds(plan.warmUpSeconds))
        let before = try await delayHistogram(engine)
        let tally = try await running
        try await settle(engine)
        if let acknowledged = try await delayHistogram(engine).since(before) { delays.acknowledged.append(acknowledged) }
        delays.answered.append(Percentiles(nanoseconds: tally.latency))
        delays.acknowledgedRates.append(tally.perSecond * Double(Self.burst))
        if let complaint = tally.complaint { delays.complaints.append(complaint) }
    }

    /// The constant load, from decision to another client's hands.
    private func readBack(_ engine: EngineProcess, _ plan: LoadPlan, _ reader: EventReader, into delays: inout Delays) async throws {
        let load = bench.load
        async let running = load.run(plan)
        try await Task.sleep(for: .seconds(plan.warmUpSeconds))
        let warmUp = reader.take()
        let tally = try await running
        try await settle(engine)
        try await Task.sleep(for: .milliseconds(300))
        let read = reader.take()
        delays.engine.append(Self.percentiles(read))
        delays.rates.append(tally.perSecond * Double(Self.burst))
        let missing = tally.accepted * Self.burst - warmUp.count - read.count
        if missing > 0 { delays.complaints.append("\(missing) events not read back") }
        if let complaint = tally.complaint { delays.complaints.append(complaint) }
    }

    private struct Delays {
        var bare: [Percentiles] = []
        var bareAcknowledged: [Percentiles] = []
        var engine: [Percentiles] = []
        /// From commit to acknowledgement.
        var acknowledged: [Percentiles] = []
        /// The HTTP requests of the constant load: from when one was due to its answer.
        var answered: [Percentiles] = []
        var rates: [Double] = []
        var acknowledgedRates: [Double] = []
        var complaints: [String] = []
    }

    private static func percentiles(_ tally: EventReader.Tally) -> Percentiles {
        func milliseconds(_ percentile: Double) -> Double { Double(tally.ages.valueAtPercentile(percentile)) / 1_000 }
        return Percentiles(p50: milliseconds(50), p99: milliseconds(99), p999: milliseconds(99.9))
    }

    private func delayHistogram(_ engine: EngineProcess) async throws -> HistogramReading {
        HistogramReading("ledgerflow_publish_delay_seconds", in: try await bench.control.text("\(engine.url)/metrics"))
    }

    /// Waits until the count of published events stands still.
    private func settle(_ engine: EngineProcess) async throws {
        var last = -1.0
        for _ in 0..<100 {
            let now = try await publishedCount(engine)
            if now == last { return }
            last = now
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func publishedCount(_ engine: EngineProcess) async throws -> Double {
        try await bench.control.metric(Self.publishedMetrics, of: engine) ?? 0
    }
}
