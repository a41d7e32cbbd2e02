import Foundation
import Histogram

/// Three percentiles in milliseconds.
struct Percentiles: Codable, Sendable {
    var p50: Double
    var p99: Double
    var p999: Double

    init(nanoseconds histogram: Histogram<UInt64>) {
        func at(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1e6 }
        (p50, p99, p999) = (at(50), at(99), at(99.9))
    }

    init(p50: Double, p99: Double, p999: Double) {
        (self.p50, self.p99, self.p999) = (p50, p99, p999)
    }

    /// Each percentile's median over some runs.
    init(medianOf all: [Percentiles]) {
        (p50, p99, p999) = (median(all.map(\.p50)), median(all.map(\.p99)), median(all.map(\.p999)))
    }

    var text: String { String(format: "p50 %.2f  p99 %.2f  p99.9 %.2f ms", p50, p99, p999) }
}

/// The middle value, or the mean of the two middle ones; 0 of none.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.indices.last else { return 0 }
    return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
}

/// One line of the table: a rate with its samples, latencies, or both.
struct Measurement: Codable, Sendable {
    var id: String
    var what: String
    var unit: String
    /// The median of `samples`.
    var value: Double?
    var samples: [Double] = []
    var latency: Percentiles?
    /// The engine's processor time for one request, call or item, in microseconds.
    var engineCPUMicroseconds: Double?
    var note: String?
}

/// A measured figure beside what is asked of it.
struct Verdict: Codable, Sendable {
    var requirement: String
    var measured: String
    var passed: Bool
    var note: String?
}

/// How far a figure is from its goal in `performance.md`.
struct GoalDistance: Codable, Sendable {
    var goal: String
    var measured: String
    /// Measured over wanted for rates, wanted over measured for latencies: 1 or more is there.
    var reached: Double
}

/// The engine's memory after a part of the run, in MiB.
struct MemoryReading: Codable, Sendable {
    var after: String
    var resident: Double
    var highest: Double
}

/// All that one run found.
struct Report: Codable, Sendable {
    var machine: Machine
    var settings: [String: String] = [:]
    var probeBefore: FdatasyncProbe
    var probeAfter: FdatasyncProbe?
    var measurements: [Measurement] = []
    var memory: [MemoryReading] = []
    var verdicts: [Verdict] = []
    var goals: [GoalDistance] = []
    var notes: [String] = []

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
    }

    func rate(_ id: String) -> Double? {
        measurements.first { $0.id == id }?.value
    }
}
