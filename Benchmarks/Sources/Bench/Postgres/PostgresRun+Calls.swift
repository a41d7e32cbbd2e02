import Foundation
import LoadGenerator
import PostgresRows

/// P1, P2 and P3 beside their limits and the peers.
extension PostgresRun {
    mutating func measureSubmission() async throws {
        let engine = try await startEngine("submission")
        let ping = EngineInterface.ping(engine)
        let submit = EngineInterface.submit(engine, sinkPort: bench.sink.port, carriesDueTime: false)
        bench.report.settings["submitted body"] = "\(submit.bodyLength) B"
        var pings = [64: Samples(), 256: Samples()]
        var submits = [64: Samples(), 256: Samples()]
        for round in 1...options.effectiveRounds {
            for connections in [64, 256] {
                bench.progress("round \(round): POST /ping and P1, \(connections) connections")
                try await server.settle()
                let (pinged, pingCPU) = try await bench.timed(engine, bench.plan(engine, ping, connections: connections))
                pings[connections]?.add(pinged, cpuSeconds: pingCPU)
                let (submitted, submitCPU) = try await bench.timed(
                    engine, bench.plan(engine, submit, connections: connections, due: EngineInterface.farFuture))
                submits[connections]?.add(submitted, cpuSeconds: submitCPU)
            }
            try await measurePeers(.enqueue, round: round)
        }
        bench.noteMemory("P1")
        for connections in [64, 256] {
            guard let pinged = pings[connections], let submitted = submits[connections] else { continue }
            bench.report.measurements.append(
                pinged.measurement("ping-\(connections)", "limit: empty POST, \(connections) conn.", unit: "requests/s"))
            bench.report.measurements.append(
                submitted.measurement("P1-\(connections)", "durable submit, \(connections) conn.", unit: "calls/s"))
        }
        try await bench.stopEngine()
        try checkStored("submission", "call", acknowledged: submits.values.reduce(0) { $0 + $1.accepted })
        let rows = try PostgresRowSample(url: server.url("submission"))
        sample = ("submission", rows)
        let sizes = rows.tables.map { "\($0.name) \($0.averageBytes) B" }.joined(separator: ", ")
        bench.report.notes.append("The bare connection writes rows learnt from the engine's own database: \(sizes) of values.")
        if !rows.otherTables.isEmpty {
            let names = rows.otherTables.joined(separator: ", ")
            bench.report.notes.append("The engine also writes, the bare connection does not: \(names).")
        }
    }

    /// The bare connection: how its rows travel, and calls in one transaction.
    private static let bareKinds: [(shape: PipelinedWriter.Shape, calls: Int)] = [(.rows, 100), (.arrays, 512), (.arrays, 4_096)]

    mutating func measureBatches() async throws {
        let engine = try await startEngine("batches")
        if let sample { try await server.createDatabase("bare", likeSchemaOf: sample.database) }
        var nextCall: Int64 = 0
        var bare: [String: Samples] = [:]
        var batches = [1_000: Samples(), 10_000: Samples()]
        let templates = [1_000, 10_000].map { ($0, EngineInterface.batch(engine, items: $0, sinkPort: bench.sink.port)) }
        for round in 1...options.effectiveRounds {
            for (shape, calls) in Self.bareKinds {
                guard let sample else { continue }
                bench.progress("round \(round): the bare connection, \(shape), \(calls) calls a transaction")
                try await server.settle()
                let writer = try PipelinedWriter(
                    url: server.url("bare"), sample: sample.rows, shape: shape, calls: calls, firstCall: nextCall)
                let (rate, next) = try writer.callsPerSecond(seconds: options.effectiveSeconds)
                nextCall = next
                bare["bare-\(shape)-\(calls)", default: Samples()].rates.append(rate)
            }
            for (items, template) in templates {
                bench.progress("round \(round): P2, batches of \(items)")
                try await server.settle()
                let (tally, cpu) = try await bench.timed(
                    engine,
                    bench.plan(engine, template, connections: options.batchConnections, due: EngineInterface.farFuture))
                batches[items]?.add(tally, units: items, cpuSeconds: cpu)
            }
        }
        bench.noteMemory("P2")
        for (shape, calls) in Self.bareKinds {
            guard let samples = bare["bare-\(shape)-\(calls)"] else { continue }
            let how = shape == .rows ? "an INSERT a row" : "an INSERT a table from arrays"
            bench.report.measurements.append(
                samples.measurement(
                    "bare-\(shape)-\(calls)", "limit: bare pipelined connection, \(how), \(calls) calls a transaction",
                    unit: "calls/s"))
        }
        for items in [1_000, 10_000] {
            guard let samples = batches[items] else { continue }
            bench.report.measurements.append(
                samples.measurement(
                    "P2-\(items)", "batch submit, \(items) items, \(options.batchConnections) conn.", unit: "items/s"))
        }
        try await bench.stopEngine()
        try checkStored("batches", "item of a batch", acknowledged: batches.values.reduce(0) { $0 + $1.accepted })
    }

    mutating func measureExecution() async throws {
        let engine = try await startEngine("execution")
        let template = EngineInterface.submit(engine, sinkPort: bench.sink.port, carriesDueTime: true)
        let connections = options.executionConnections
        var clientAlone = Samples()
        var executed = Samples()
        var drained = Samples()
        var lateness: [Percentiles] = []
        for round in 1...options.effectiveRounds {
            bench.progress("round \(round): the client alone, and P3")
            let client = ClientAlone(port: bench.sink.port, concurrency: connections)
            clientAlone.rates.append(try await client.requestsPerSecond(seconds: options.effectiveSeconds))
            try await server.settle()
            lateness.append(try await bench.execute(engine, template, into: &executed))
            try await measurePeers(.execute, round: round)
            bench.progress("round \(round): P3 without the submission")
            try await server.settle()
            try await drain(engine, into: &drained)
            try await measurePeers(.drain, round: round)
        }
        bench.noteMemory("P3")
        bench.report.measurements.append(
            clientAlone.measurement("client", "limit: client alone, \(connections) concurrent", unit: "requests/s"))
        var row = executed.measurement("P3", "submit, call, terminal event, \(connections) conn.", unit: "calls/s")
        let late = "lateness under full load \(Percentiles(medianOf: lateness).text)"
        row.note = [row.note, late].compactMap { $0 }.joined(separator: "; ")
        bench.report.measurements.append(row)
        bench.report.measurements.append(
            drained.measurement("P3-drain", "call, terminal event; submitted before, all due at once", unit: "calls/s"))
        try await bench.stopEngine()
    }

    /// Calls that are due together some seconds after their submission: from the first request that the sink gets to the last
    /// terminal state.
    private func drain(_ engine: EngineProcess, into samples: inout Samples) async throws {
        let ahead: Int64 = 4_000_000
        let template = EngineInterface.batch(engine, items: 1_000, sinkPort: bench.sink.port)
        try await bench.sink.reset()
        let before = try await bench.completed(engine)
        let dueAt = MachineClock.wallMicroseconds() + ahead
        var submitted = 0
        while Double(submitted) < 1_000 * options.effectiveSeconds {
            let left = dueAt - MachineClock.wallMicroseconds()
            guard left > 500_000 else { break }
            var plan = bench.plan(engine, template, connections: 1, due: .spread(from: left, to: left + 1))
            (plan.warmUpSeconds, plan.seconds) = (0, 0.01)
            submitted += try await bench.load.run(plan).accepted * 1_000
        }
        while try await bench.sink.stats().received == 0 { try await Task.sleep(for: .milliseconds(1)) }
        let start = ContinuousClock.now
        let early = try await bench.sink.stats().received
        let missing = try await bench.drain(engine, until: before + Double(submitted))
        let spent = (ContinuousClock.now - start).seconds
        samples.rates.append((Double(submitted - early) - missing) / spent)
        samples.complaints.append(String(format: "%d calls in %.1f s", submitted, spent))
        if missing > 0 { samples.complaints.append("\(Int(missing)) without terminal state") }
    }
}
