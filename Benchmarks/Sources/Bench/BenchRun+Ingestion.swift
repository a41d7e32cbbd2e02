import ArgumentParser
import Foundation
import XMLProbe

/// P14, the splitting alone: `ledgerflow ingest split --measure` beside libxml2's reader, each in a process of its own.
extension BenchRun {
    private struct SplitLine: Decodable {
        var bytes: Int
        var invoices: Int
        var refused: Int
        var nanoseconds: Double
        var hashedNanoseconds: Double
        var idleKibibytes: Double
        var highestKibibytes: Double
    }

    private struct ReaderLine: Decodable {
        var nanoseconds: Double
    }

    mutating func measureSplitting() async throws {
        let seconds = String(options.effectiveSeconds)
        var rates: [String: [Double]] = [:]
        var growth: [Int: Double] = [:]
        let sizes = options.quick ? [1, 10] : [1, 10, 100]
        let largest = sizes.last ?? 1
        for size in sizes { try SampleBatch.write(megabytes: size, .section, to: batchPath(size, .section)) }
        for carrier in [SampleBatch.Carrier.elements, .escaped] {
            try SampleBatch.write(megabytes: largest, carrier, to: batchPath(largest, carrier))
        }
        for round in 1...options.effectiveRounds {
            progress("round \(round): libxml2's reader, \(largest) MB")
            let plain = batchPath(largest, .elements)
            let peer: ReaderLine = try await line(of: ["/proc/self/exe", "reader", "--seconds", seconds, plain])
            let bytes = Double(try FileHandle(forReadingFrom: URL(fileURLWithPath: plain)).seekToEnd())
            rates["reader", default: []].append(bytes / peer.nanoseconds * 1e3)
            for (size, carrier) in sizes.map({ ($0, SampleBatch.Carrier.section) }) + [(largest, .elements), (largest, .escaped)] {
                progress("round \(round): split, \(size) MB, \(carrier.rawValue)")
                let found: SplitLine = try await line(
                    of: [
                        options.binary, "ingest", "split", "--measure", seconds, "--number-path", SampleBatch.numberPath,
                        batchPath(size, carrier),
                    ])
                guard found.refused == 0, found.invoices > 0 else {
                    throw ChildProcess.Failure(description: "split: \(found.invoices) invoices, \(found.refused) refused")
                }
                let bytes = Double(found.bytes)
                let name = carrier == .section ? "\(size)" : carrier.rawValue
                rates["P14-\(name)", default: []].append(bytes / found.nanoseconds * 1e3)
                if carrier == .section, size == largest {
                    rates["P14-sha256", default: []].append(bytes / found.hashedNanoseconds * 1e3)
                    rates["P14-invoices", default: []].append(Double(found.invoices) / found.nanoseconds * 1e9)
                }
                guard carrier == .section else { continue }
                growth[size] = max(growth[size] ?? 0, (found.highestKibibytes - found.idleKibibytes) / 1_024)
                report.memory.append(
                    MemoryReading(
                        after: "split, \(size) MB", resident: found.idleKibibytes / 1_024, highest: found.highestKibibytes / 1_024))
            }
        }
        let texts =
            [("reader", "libxml2's xmlTextReader, invoices as elements", "MB/s")]
            + sizes.map { ("P14-\($0)", "split \($0) MB, invoices in CDATA", "MB/s") }
            + [
                ("P14-escaped", "split \(largest) MB, invoices escaped", "MB/s"), ("P14-elements", "split the reader's file", "MB/s"),
                ("P14-sha256", "split \(largest) MB, SHA-256 of each invoice", "MB/s"),
                ("P14-invoices", "the same without hashing", "invoices/s"),
            ]
        for (id, what, unit) in texts {
            guard let samples = rates[id] else { continue }
            report.measurements.append(Measurement(id: id, what: what, unit: unit, value: median(samples), samples: samples))
        }
        judgeSplitting(growth, largest: largest)
    }

    private mutating func judgeSplitting(_ growth: [Int: Double], largest: Int) {
        for id in ["P14-elements", "P14-escaped", "P14-\(largest)"] {
            guard let split = report.rate(id), let reader = report.rate("reader"), reader > 0 else { continue }
            report.verdicts.append(
                Verdict(
                    requirement: "\(id) ≥ 1/2 of libxml2's reader",
                    measured: String(format: "%.2f (%.0f of %.0f MB/s)", split / reader, split, reader), passed: split >= reader / 2))
        }
        for (size, mebibytes) in growth.sorted(by: { $0.key < $1.key }) {
            report.verdicts.append(
                Verdict(
                    requirement: "splitting \(size) MB takes ≤ 64 MB above idle", measured: String(format: "%.1f MB", mebibytes),
                    passed: mebibytes <= 64))
        }
    }

    private func batchPath(_ megabytes: Int, _ carrier: SampleBatch.Carrier) -> String {
        "\(directory)/batch-\(megabytes)-\(carrier.rawValue).xml"
    }

    /// What a command prints as JSON on one line.
    private func line<Line: Decodable>(of arguments: [String]) async throws -> Line {
        let output = try await ChildProcess.output(of: arguments, in: directory, within: options.effectiveSeconds * 4 + 120)
        return try JSONDecoder().decode(Line.self, from: Data(output.utf8))
    }
}

/// `make bench-ingest`.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Measure the splitting of SOAP batches beside libxml2's own reader, and the whole path beside the store alone.")

    @OptionGroup var options: BenchOptions

    func run() async throws {
        ChildProcess.cleanUpOnExit()
        var bench = try await BenchRun(options: options)
        do {
            if !options.skips("split") { try await bench.measureSplitting() }
            if !options.skips("documents") { try await bench.measureDocuments() }
        } catch {
            print(bench.report.table)
            bench.explainFailure()
            throw error
        }
        print(bench.report.table)
        if let json = options.json { try bench.report.write(to: json) }
    }
}

/// libxml2's reader in a process of its own, so that its memory and its caches are nobody else's.
struct ReaderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reader", abstract: "Read an XML file by libxml2's reader again and again and print the median time.")

    @Option var seconds = 5.0
    @Argument var file: String

    func run() throws {
        let probe = try ReaderProbe(path: file, seconds: seconds)
        print("{\"nodes\":\(probe.nodes),\"nanoseconds\":\(probe.nanoseconds)}")
    }
}
