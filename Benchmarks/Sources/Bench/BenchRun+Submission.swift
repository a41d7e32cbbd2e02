import LoadGenerator
import RowStore

/// The empty route, P1 and P5: all on one engine that only accepts far-future calls.
extension BenchRun {
    mutating func measureSubmission() async throws {
        let engine = try await startEngine("submission")
        let ping = EngineInterface.ping(engine)
        let submit = EngineInterface.submit(engine, sinkPort: sink.port, carriesDueTime: false)
        let posted = EngineInterface.submit(engine, to: "/ping", sinkPort: sink.port, carriesDueTime: false)
        report.settings["submitted body"] = "\(submit.bodyLength) B"
        let peer = try await PingPeer.start(in: directory)
        var pings = [64: Samples(), 256: Samples()]
        var peerPings = [64: Samples(), 256: Samples()]
        var posts = [64: Samples(), 256: Samples()]
        var submits = [64: Samples(), 256: Samples()]
        for round in 1...options.effectiveRounds {
            for connections in [64, 256] {
                progress("round \(round): POST /ping and P1, \(connections) connections")
                if let peer {
                    let before = peer.cpuSeconds()
                    let tally = try await load.run(peer.plan(like: plan(engine, ping, connections: connections)))
                    peerPings[connections]?.add(tally, cpuSeconds: peer.cpuSeconds() - before)
                }
                let (pinged, pingCPU) = try await timed(engine, plan(engine, ping, connections: connections))
                pings[connections]?.add(pinged, cpuSeconds: pingCPU)
                let (same, sameCPU) = try await timed(
                    engine, plan(engine, posted, connections: connections, due: EngineInterface.farFuture))
                posts[connections]?.add(same, cpuSeconds: sameCPU)
                let (submitted, submitCPU) = try await timed(
                    engine, plan(engine, submit, connections: connections, due: EngineInterface.farFuture))
                submits[connections]?.add(submitted, cpuSeconds: submitCPU)
            }
        }
        try await peer?.stop()
        noteMemory("P1")
        for connections in [64, 256] {
            guard let pinged = pings[connections], let submitted = submits[connections] else { continue }
            if let row = peerPings[connections], !row.rates.isEmpty {
                report.measurements.append(
                    row.measurement("hummingbird-\(connections)", "peer: hummingbird, empty POST, \(connections) conn.", unit: "requests/s")
                )
            }
            report.measurements.append(
                pinged.measurement("ping-\(connections)", "limit: empty POST, \(connections) conn.", unit: "requests/s"))
            if let row = posts[connections] {
                report.measurements.append(
                    row.measurement(
                        "posted-\(connections)", "limit: P1's request to the empty route, \(connections) conn.", unit: "requests/s"))
            }
            report.measurements.append(
                submitted.measurement("P1-\(connections)", "durable submit, \(connections) conn.", unit: "calls/s"))
        }
        var acknowledged = submits.values.reduce(0) { $0 + $1.accepted }
        if !options.skips("p5") { acknowledged += try await measureAcknowledgement(engine, submit) }
        try await stopEngine()
        try checkStored(engine, "call", acknowledged: acknowledged)
        try takeSample(of: engine)
    }

    /// P5: open loop at half of P1. Returns how many calls were acknowledged.
    private mutating func measureAcknowledgement(_ engine: EngineProcess, _ submit: RequestTemplate) async throws -> Int {
        let rate = max(report.rate("P1-64") ?? 0, report.rate("P1-256") ?? 0) / 2
        guard rate >= 1 else { return 0 }
        var samples = Samples()
        var delays: [Percentiles] = []
        for round in 1...options.effectiveRounds {
            progress("round \(round): P5 at \(Report.grouped(rate))/s")
            let (tally, cpu) = try await timed(
                engine,
                plan(
                    engine, submit, connections: options.openLoopConnections,
                    pace: .openLoop(perSecond: rate, poisson: true), due: EngineInterface.farFuture))
            samples.add(tally, cpuSeconds: cpu)
            delays.append(Percentiles(nanoseconds: tally.sendDelay))
        }
        noteMemory("P5")
        var row = samples.measurement("P5", "acknowledgement, open loop at P1/2", unit: "calls/s")
        let delay = "generator's send delay \(Percentiles(medianOf: delays).text)"
        row.note = [row.note, delay].compactMap { $0 }.joined(separator: "; ")
        report.measurements.append(row)
        return samples.accepted
    }

    /// Runs a plan and tells the processor time that the engine spent meanwhile.
    func timed(_ engine: EngineProcess, _ plan: LoadPlan) async throws -> (tally: LoadTally, cpuSeconds: Double) {
        let before = engine.cpuSeconds()
        let tally = try await load.run(plan)
        return (tally, engine.cpuSeconds() - before)
    }

    /// Learns the engine's rows from its database.
    private mutating func takeSample(of engine: EngineProcess) throws {
        progress("reading the rows that the engine wrote")
        let databases = try engine.databases()
        for path in databases {
            guard let rows = try? RowSample(path: path) else { continue }
            sample = (path, rows)
            let sizes = rows.tables.map { "\($0.name) \($0.averageBytes) B" }.joined(separator: ", ")
            report.notes.append(
                "The store alone writes rows learnt from the engine's own database: \(sizes) of text and blobs.")
            let others = rows.otherTables + databases.filter { $0 != path }.map { String($0.dropFirst(directory.count + 1)) }
            if !others.isEmpty {
                report.notes.append("The engine also writes, the store alone does not: \(others.joined(separator: ", ")).")
            }
            return
        }
        let tables = RowSample.tablesPerCall.joined(separator: ", ")
        report.notes.append("No database of the engine holds \(tables): the store alone is not measured.")
    }
}
