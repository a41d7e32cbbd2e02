import Foundation

extension Report {
    /// The report as text: machine, one table, verdicts, goals.
    var table: String {
        var parts = [machine.text]
        parts.append(settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        parts.append("before: \(probeBefore.text)")
        if let probeAfter { parts.append("after:  \(probeAfter.text)") }
        parts.append("")
        parts.append(Self.aligned(measurementRows))
        if !memory.isEmpty {
            parts.append("")
            parts.append(Self.aligned(memoryRows))
        }
        if !verdicts.isEmpty {
            parts.append("")
            parts.append(Self.aligned(verdictRows))
        }
        if !goals.isEmpty {
            parts.append("")
            parts.append(Self.aligned(goalRows))
        }
        for note in notes { parts.append("* \(note)") }
        return parts.joined(separator: "\n")
    }

    private var measurementRows: [[String]] {
        let head = ["row", "what", "median", "unit", "p50 ms", "p99 ms", "p99.9 ms", "engine CPU µs", "samples", "note"]
        return [head]
            + measurements.map { row in
                [
                    row.id, row.what, row.value.map { Self.grouped($0) } ?? "", row.unit,
                    row.latency.map { Self.milliseconds($0.p50) } ?? "",
                    row.latency.map { Self.milliseconds($0.p99) } ?? "",
                    row.latency.map { Self.milliseconds($0.p999) } ?? "",
                    row.engineCPUMicroseconds.map { String(format: "%.1f", $0) } ?? "",
                    row.samples.map { Self.grouped($0) }.joined(separator: " "), row.note ?? "",
                ]
            }
    }

    private var memoryRows: [[String]] {
        [["engine memory after", "resident MiB", "highest MiB"]]
            + memory.map { [$0.after, String(format: "%.0f", $0.resident), String(format: "%.0f", $0.highest)] }
    }

    private var verdictRows: [[String]] {
        [["required", "measured", "", "note"]]
            + verdicts.map { [$0.requirement, $0.measured, $0.passed ? "pass" : "FAIL", $0.note ?? ""] }
    }

    private var goalRows: [[String]] {
        [["goal", "measured", "of the goal"]]
            + goals.map { [$0.goal, $0.measured, String(format: "%.0f %%", $0.reached * 100)] }
    }

    /// Columns as wide as their widest cell.
    private static func aligned(_ rows: [[String]]) -> String {
        guard let columns = rows.first?.count else { return "" }
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
        let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
        return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
    }

    private static func milliseconds(_ value: Double) -> String { String(format: "%.2f", value) }

    /// A whole number with commas between thousands.
    static func grouped(_ value: Double) -> String {
        var digits = String(format: "%.0f", value)
        var result = ""
        while digits.count > 3 {
            result = "," + digits.suffix(3) + result
            digits.removeLast(3)
        }
        return digits + result
    }
}
