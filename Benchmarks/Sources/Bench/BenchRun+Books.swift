import Foundation
import LoadGenerator
import RowStore

/// P7 beside one hot row, P11, and P10 by the program's own measurement.
extension BenchRun {
    mutating func measureBooks() async throws {
        let hotRow = try HotRow(path: "\(directory)/hot-row.sqlite", settings: StoreSettings())
        let engine = try await startEngine("books")
        try await measureBooks(engine, clients: [1, 4]) { try await hotRow.numbersPerSecond(clients: $0, seconds: $1) }
    }

    /// - Parameter hotRow: numbers a second that so many clients get in so many seconds from one row of the same database.
    mutating func measureBooks(
        _ engine: EngineProcess, clients: [Int], hotRow: (_ clients: Int, _ seconds: Double) async throws -> Double
    ) async throws {
        let single = EngineInterface.allocate(engine)
        let batch = EngineInterface.allocate(engine, documents: 500)
        let issue = EngineInterface.issue(engine)
        report.settings["issued invoice"] = "\(issue.bodyLength) B"
        var rows: [Int: Samples] = [:]
        var samples = ["P7-64": Samples(), "P7-256": Samples(), "P7-500": Samples(), "P11": Samples()]
        for round in 1...options.effectiveRounds {
            for clients in clients {
                progress("round \(round): UPDATE … RETURNING, \(clients) clients")
                rows[clients, default: Samples()].rates.append(try await hotRow(clients, options.effectiveSeconds))
            }
            for connections in [64, 256] {
                progress("round \(round): P7, \(connections) connections")
                let (tally, cpu) = try await timed(engine, plan(engine, single, connections: connections))
                samples["P7-\(connections)"]?.add(tally, cpuSeconds: cpu)
            }
            progress("round \(round): P7, batches of 500")
            let (batches, batchCPU) = try await timed(engine, plan(engine, batch, connections: options.batchConnections))
            samples["P7-500"]?.add(batches, units: 500, cpuSeconds: batchCPU)
            progress("round \(round): P11")
            let (issued, issueCPU) = try await timed(engine, plan(engine, issue, connections: 64))
            samples["P11"]?.add(issued, cpuSeconds: issueCPU)
        }
        noteMemory("books")
        for clients in clients {
            guard let row = rows[clients] else { continue }
            report.measurements.append(row.measurement("hot-row-\(clients)", "UPDATE … RETURNING, \(clients) clients", unit: "numbers/s"))
        }
        let names = [
            ("P7-64", "number by HTTP, 64 conn.", "numbers/s"), ("P7-256", "number by HTTP, 256 conn.", "numbers/s"),
            ("P7-500", "numbers in batches of 500", "numbers/s"), ("P11", "draft, assess, validate, issue; 64 conn.", "invoices/s"),
        ]
        for (id, what, unit) in names {
            if let sample = samples[id] { report.measurements.append(sample.measurement(id, what, unit: unit)) }
        }
        let numbers = samples.values.reduce(0) { $0 + $1.accepted }
        try await checkNumbers(engine, acknowledged: numbers)
        try await stopEngine()
    }

    /// The gap report after the load: as many numbers as were acknowledged, and no gap.
    private mutating func checkNumbers(_ engine: EngineProcess, acknowledged: Int) async throws {
        struct GapReport: Decodable {
            struct Period: Decodable {
                struct Gap: Decodable {}
                var count: Int
                var gaps: [Gap]
            }
            var periods: [Period]
        }
        let text = try await control.get("\(engine.url)/v1/series/INV/gap-report", token: engine.token)
        let report = try JSONDecoder().decode(GapReport.self, from: Data(text.utf8))
        let count = report.periods.reduce(0) { $0 + $1.count }
        let gaps = report.periods.reduce(0) { $0 + $1.gaps.count }
        self.report.verdicts.append(
            Verdict(
                requirement: "every acknowledged number is on record, without gap",
                measured: "\(Report.grouped(Double(count))) on record, \(Report.grouped(Double(acknowledged))) acknowledged, \(gaps) gaps",
                passed: count >= acknowledged && gaps == 0))
    }

    /// P10: `ledgerflow validate --measure` reads, validates and writes each document again and again on one core.
    mutating func measureValidation() async throws {
        struct Line: Decodable {
            var file: String
            var bytes: Int
            var nanoseconds: Double
        }
        let folder = "\(directory)/documents"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var paths: [String] = []
        for (name, lines) in [("12kB", 9), ("100", 100), ("1000", 1_000), ("4000", 4_000)] {
            let path = "\(folder)/\(name).xml"
            try Data(SampleInvoice.ubl(lines: lines).utf8).write(to: URL(fileURLWithPath: path))
            paths.append(path)
        }
        var times: [String: [Double]] = [:]
        var sizes: [String: Int] = [:]
        for round in 1...options.effectiveRounds {
            progress("round \(round): P10")
            let output = try await ChildProcess.output(
                of: [options.binary, "validate", "--measure", String(options.effectiveSeconds / 4)] + paths, in: directory, within: 120)
            for text in output.split(separator: "\n") {
                let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
                let name = URL(fileURLWithPath: line.file).deletingPathExtension().lastPathComponent
                times[name, default: []].append(line.nanoseconds)
                sizes[name] = line.bytes
            }
        }
        for name in ["12kB", "100", "1000", "4000"] {
            guard let values = times[name], !values.isEmpty else { continue }
            let microseconds = values.map { $0 / 1e3 }
            report.measurements.append(
                Measurement(
                    id: "P10-\(name)", what: "read, validate, write: \(name == "12kB" ? "one invoice" : "\(name) lines")", unit: "µs",
                    value: median(microseconds), samples: microseconds, note: sizes[name].map { "\(Report.grouped(Double($0))) B" }))
        }
    }

    mutating func judgeBooks() {
        let rows = report.measurements.filter { $0.id.hasPrefix("hot-row-") }.compactMap(\.value)
        if let row = rows.max(), row > 0, let numbers = best("P7-64", "P7-256", "P7-500") {
            report.verdicts.append(
                Verdict(
                    requirement: "P7 ≥ 5 × UPDATE … RETURNING",
                    measured: String(format: "%.1f (%@ of %@)", numbers / row, Report.grouped(numbers), Report.grouped(row)),
                    passed: numbers >= 5 * row))
        }
        if let rate = report.rate("P11") {
            report.verdicts.append(
                Verdict(requirement: "P11 ≥ 2,000/s", measured: "\(Report.grouped(rate))/s", passed: rate >= 2_000))
        }
        if let small = report.rate("P10-12kB") {
            report.verdicts.append(
                Verdict(requirement: "P10 ≤ 0.3 ms for 12 kB", measured: String(format: "%.3f ms", small / 1e3), passed: small <= 300))
        }
        if let thousand = report.rate("P10-1000"), let four = report.rate("P10-4000"), thousand > 0 {
            report.verdicts.append(
                Verdict(
                    requirement: "P10 is linear: 4,000 lines ≤ 4.4 × 1,000 lines", measured: String(format: "%.2f ×", four / thousand),
                    passed: four <= 4.4 * thousand))
        }
    }
}
