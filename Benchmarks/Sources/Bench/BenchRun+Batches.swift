import Foundation
import LoadGenerator
import RowStore

/// P2 beside the store alone, and GRDB beside the C library.
extension BenchRun {
    mutating func measureBatches() async throws {
        let engine = try await startEngine("batches")
        try await tryBatch(engine)
        var store = try sample.map { sample in
            StoreRun(
                writer: try CLibraryWriter(
                    path: "\(directory)/store-alone.sqlite", sample: sample.rows, settings: StoreSettings()),
                sample: sample.rows)
        }
        var alone = [64: Samples(), 512: Samples()]
        var batches = [1_000: Samples(), 10_000: Samples()]
        let templates = [1_000, 10_000].map { ($0, EngineInterface.batch(engine, items: $0, sinkPort: sink.port)) }
        for round in 1...options.effectiveRounds {
            for calls in [64, 512] where store != nil {
                progress("round \(round): the store alone, \(calls) calls a commit")
                if let rate = try store?.callsPerSecond(callsPerCommit: calls, seconds: options.effectiveSeconds) {
                    alone[calls]?.rates.append(rate)
                }
            }
            for (items, template) in templates {
                progress("round \(round): P2, batches of \(items)")
                let (tally, cpu) = try await timed(
                    engine,
                    plan(engine, template, connections: options.batchConnections, due: EngineInterface.farFuture))
                batches[items]?.add(tally, units: items, cpuSeconds: cpu)
            }
        }
        noteMemory("P2")
        for calls in [64, 512] where store != nil {
            guard let samples = alone[calls] else { continue }
            report.measurements.append(
                samples.measurement("store-\(calls)", "limit: store alone, \(calls) calls a commit", unit: "calls/s"))
        }
        for items in [1_000, 10_000] {
            guard let samples = batches[items] else { continue }
            report.measurements.append(
                samples.measurement(
                    "P2-\(items)", "batch submit, \(items) items, \(options.batchConnections) conn.", unit: "items/s"))
        }
        // A batch is answered 200 although some of its items were refused, each with a 503 of its own.
        let refused = Int(try await control.metric(["ledgerflow_commands_refused_total"], of: engine) ?? 0)
        if refused > 0 { report.notes.append("Of the items of batches \(refused) were refused, since too much was waiting.") }
        try await stopEngine()
        try checkStored(engine, "item of a batch", acknowledged: batches.values.reduce(1 - refused) { $0 + $1.accepted })
    }

    /// Sends one small batch first: a batch may answer 2xx with a refusal in every item.
    private func tryBatch(_ engine: EngineProcess) async throws {
        let answer = try await control.post(
            "\(engine.url)/v1/service-calls/batch", token: engine.token,
            json: EngineInterface.batchOfOne(sinkPort: sink.port))
        guard (200..<300).contains(answer.status), answer.body.contains("\"id\"") else {
            throw ChildProcess.Failure(description: "a batch of one was answered \(answer.status): \(answer.body)")
        }
    }

    /// GRDB in its own executable, which is only built when it is asked for.
    mutating func compareGRDB() async throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: own).deletingLastPathComponent().path + "/ledgerflow-bench-grdb"
        guard let sample, FileManager.default.isExecutableFile(atPath: program) else {
            let reason = sample == nil ? "no rows to write" : "ledgerflow-bench-grdb is not built"
            report.notes.append("GRDB was not compared: \(reason).")
            return
        }
        progress("GRDB beside the C library")
        let seconds = options.quick ? 0.5 : 2.0
        let output = try await ChildProcess.output(
            of: [
                program, "--sample", sample.path, "--directory", directory, "--seconds", String(seconds), "--rounds",
                String(options.effectiveRounds),
            ], in: directory, within: 300)
        struct Result: Decodable {
            var callsPerCommit: Int
            var cLibrary: [Double]
            var grdb: [Double]
        }
        for result in try JSONDecoder().decode([Result].self, from: Data(output.utf8)) {
            let calls = result.callsPerCommit
            let library = Samples(rates: result.cLibrary)
            let grdb = Samples(rates: result.grdb)
            report.measurements.append(
                library.measurement("clib-\(calls)", "C library, \(calls) calls a commit", unit: "calls/s"))
            var row = grdb.measurement("grdb-\(calls)", "GRDB, \(calls) calls a commit", unit: "calls/s")
            row.note = String(format: "%.2f of the C library", median(result.grdb) / median(result.cLibrary))
            report.measurements.append(row)
        }
    }
}
