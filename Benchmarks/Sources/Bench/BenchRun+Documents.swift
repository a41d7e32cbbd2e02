import Foundation
import RowStore

/// P14, the whole path: a source's answer, split, hashed, and each document committed with its event, beside the store alone writing the
/// same rows.
extension BenchRun {
    /// A size of documents, how many a batch has, and how many the engine gives to one commit (256, or 2 MB as it counts them).
    private struct DocumentSize {
        let bytes: Int
        let documents: Int
        let documentsPerCommit: Int

        var id: String { "\(bytes / 1_000)kB" }
    }

    /// A run of the source, as the engine has it on record.
    struct RunRecord: Decodable {
        struct Counts: Decodable {
            var new: Int
            var bytes: Int
        }

        var id: String
        var status: String
        var trigger: String
        var startedAt: String
        var endedAt: String?
        var counts: Counts

        /// By the engine's own clock, from the commit that begins it to the one that ends it.
        var seconds: Double? {
            guard let endedAt, let end = Self.time(endedAt), let start = Self.time(startedAt) else { return nil }
            return end - start
        }

        /// RFC 3339 in UTC with any number of decimals, in seconds.
        private static func time(_ text: String) -> Double? {
            let parts = text.dropLast().split(separator: ".", maxSplits: 1)
            guard text.hasSuffix("Z"), let whole = parts.first, let date = try? Date("\(whole)Z", strategy: .iso8601) else { return nil }
            return date.timeIntervalSince1970 + (parts.count > 1 ? Double("0.\(parts[1])") ?? 0 : 0)
        }
    }

    mutating func measureDocuments() async throws {
        let service = try await BatchService.start()
        let sizes = [
            DocumentSize(bytes: 2_000, documents: options.quick ? 2_000 : 10_000, documentsPerCommit: 256),
            DocumentSize(bytes: 10_000, documents: options.quick ? 1_000 : 5_000, documentsPerCommit: 95),
        ]
        for size in sizes { try await measure(size, service) }
        for megabytes in options.quick ? [1, 10] : [1, 10, 100] { try await measureMemory(megabytes, service) }
        try await service.stop()
    }

    /// Rounds of the store alone and of a run in turns. A first run, which is not counted, teaches the rows.
    private mutating func measure(_ size: DocumentSize, _ service: BatchService) async throws {
        let name = "documents-\(size.id)"
        var next = 1
        var engine = try await startEngine(name)
        try await setUpSource(engine, service)
        _ = try await take(size, from: &next, service, engine)
        try await stopEngine()
        let sample = try documentRows(engine)
        var store = StoreRun(
            writer: try CLibraryWriter(path: "\(directory)/\(name)-alone.sqlite", sample: sample, settings: StoreSettings()), sample: sample
        )
        engine = try await startEngine(name)
        var (alone, whole) = (Samples(), Samples())
        for round in 1...options.effectiveRounds {
            progress("round \(round): the store alone, documents of \(size.id)")
            alone.rates.append(try store.callsPerSecond(callsPerCommit: size.documentsPerCommit, seconds: options.effectiveSeconds))
            progress("round \(round): \(size.documents) documents of \(size.id)")
            let cpu = engine.cpuSeconds()
            let run = try await take(size, from: &next, service, engine)
            guard let seconds = run.seconds, seconds > 0 else { throw ChildProcess.Failure(description: "the run \(run.id) has no time") }
            whole.rates.append(Double(size.documents) / seconds)
            whole.cpuPerUnit.append((engine.cpuSeconds() - cpu) * 1e6 / Double(size.documents))
        }
        noteMemory("whole path, documents of \(size.id)")
        try await stopEngine()
        let documents = median(whole.rates)
        report.measurements.append(
            alone.measurement(
                "store-\(size.id)", "limit: store alone, \(size.documentsPerCommit) documents of \(size.id) a commit", unit: "documents/s"))
        var row = whole.measurement(
            "P14-\(size.id)", "whole path to commit, \(size.documents) documents of \(size.id)", unit: "documents/s")
        row.note = String(format: "%.1f MB/s", documents * Double(size.bytes) / 1e6)
        report.measurements.append(row)
        let limit = median(alone.rates)
        report.verdicts.append(
            Verdict(
                requirement: "whole path, documents of \(size.id) ≥ 1/2 of the store alone",
                measured: String(
                    format: "%.2f (%@ of %@ documents/s)", documents / limit, Report.grouped(documents), Report.grouped(limit)),
                passed: documents >= limit / 2))
    }

    /// An engine of its own for each batch: what it held at most while it took it, above what it held when it had started.
    private mutating func measureMemory(_ megabytes: Int, _ service: BatchService) async throws {
        let size = DocumentSize(bytes: 10_000, documents: megabytes * 100, documentsPerCommit: 95)
        let engine = try await startEngine("memory-\(megabytes)")
        // What the start has freed goes back by then, and the first looks at the store are over.
        try await Task.sleep(for: .seconds(2))
        let idle = engine.memory().resident
        engine.forgetHighest()
        try await setUpSource(engine, service)
        var next = 1
        progress("memory: a batch of \(megabytes) MB")
        _ = try await take(size, from: &next, service, engine)
        let (resident, highest) = engine.memory()
        report.memory.append(
            MemoryReading(after: "whole path, \(megabytes) MB (idle \(Report.grouped(idle)))", resident: resident, highest: highest))
        report.verdicts.append(
            Verdict(
                requirement: "the whole path of \(megabytes) MB takes ≤ 64 MB above idle",
                measured: String(format: "%.1f MB", highest - idle), passed: highest - idle <= 64))
        try await stopEngine()
    }

    /// Registers the source and waits for its first run, which finds nothing; from then on it runs when it is asked to.
    private func setUpSource(_ engine: EngineProcess, _ service: BatchService) async throws {
        service.give(SampleBatch.answer(documents: 0, bytes: 1_000, from: 1))
        let answer = try await control.post(
            "\(engine.url)/v1/ingestion/sources", token: engine.token, json: EngineInterface.source(url: service.url))
        guard (200..<300).contains(answer.status) else {
            throw ChildProcess.Failure(description: "the source was answered \(answer.status): \(answer.body)")
        }
        _ = try await run(engine, within: 60) { _ in true }
    }

    /// Has the source run with documents that are new, and waits until all are committed.
    private func take(
        _ size: DocumentSize, from next: inout Int, _ service: BatchService, _ engine: EngineProcess
    ) async throws -> RunRecord {
        service.give(SampleBatch.answer(documents: size.documents, bytes: size.bytes, from: next))
        next += size.documents
        let known = Set(try await runs(engine).map(\.id))
        let asked = try await control.post(
            "\(engine.url)\(EngineInterface.sourcePath)/run", token: engine.token, json: "")
        guard asked.status == 202 else { throw ChildProcess.Failure(description: "a run was answered \(asked.status): \(asked.body)") }
        let run = try await run(engine, within: 300) { !known.contains($0.id) }
        guard run.status == "succeeded", run.counts.new == size.documents else {
            throw ChildProcess.Failure(
                description: "the run ended as \(run.status) with \(run.counts.new) new of \(size.documents) documents")
        }
        return run
    }

    private func run(_ engine: EngineProcess, within seconds: Double, _ isWanted: (RunRecord) -> Bool) async throws -> RunRecord {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            // Its end is read off its record, so looking seldom costs nothing but the engine's time.
            if let run = try await runs(engine).first(where: isWanted), run.endedAt != nil { return run }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw ChildProcess.Failure(description: "no run ended within \(seconds) s\n\(engine.lastLines)")
    }

    private func runs(_ engine: EngineProcess) async throws -> [RunRecord] {
        struct Page: Decodable {
            var items: [RunRecord]
        }
        let text = try await control.get("\(engine.url)\(EngineInterface.runsPath)", token: engine.token)
        return try JSONDecoder().decode(Page.self, from: Data(text.utf8)).items
    }

    /// The rows of all tables that get one for each document, learnt from a stopped engine.
    private func documentRows(_ engine: EngineProcess) throws -> RowSample {
        let tables = RowSample.tablesPerDocument
        for path in try engine.databases() {
            guard let found = try? RowSample(path: path, tables: tables) else { continue }
            return found.otherTables.isEmpty ? found : try RowSample(path: path, tables: tables + found.otherTables)
        }
        throw ChildProcess.Failure(description: "no database of the engine holds documents")
    }
}
