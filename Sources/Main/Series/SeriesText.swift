internal import Domain

/// Number series as people read them.
enum SeriesText {
    static let heading = [
        Output.pad("ID", 16), Output.pad("FORMAT", 28), Output.pad("RESET", 14), Output.pad("START", 6), Output.pad("TIME ZONE", 18),
        "LAST NUMBERS",
    ].joined(separator: "  ")

    static func row(_ series: JSONValue) -> String {
        let counters = (series["counters"]?.elements ?? []).suffix(3).map(counter)
        return [
            Output.pad(text(series["id"]), 16), Output.pad(text(series["format"]), 28), Output.pad(reset(series), 14),
            Output.pad(number(series["start"]), 6), Output.pad(text(series["timeZone"]), 18),
            counters.isEmpty ? "none yet" : counters.joined(separator: ", "),
        ].joined(separator: "  ")
    }

    static func detail(_ series: JSONValue) -> String {
        var lines = [
            "id           \(text(series["id"]))" + (series["standard"] == .bool(true) ? " (standard)" : ""),
            "format       \(text(series["format"]))", "reset        \(reset(series))", "start        \(number(series["start"]))",
            "time zone    \(text(series["timeZone"]))",
            "opened       \(series["createdAt"]?.text.map(Output.plain) ?? "with the first number")",
        ]
        let counters = series["counters"]?.elements ?? []
        lines.append(counters.isEmpty ? "no numbers yet" : "last numbers")
        return (lines + counters.map { "  " + counter($0) }).joined(separator: "\n")
    }

    private static func reset(_ series: JSONValue) -> String {
        text(series["reset"]) + (series["fiscalYearStartMonth"]?.int.map { " (\($0))" } ?? "")
    }

    private static func counter(_ counter: JSONValue) -> String {
        let period = text(counter["period"])
        return (period.isEmpty ? "" : period + ": ") + number(counter["last"])
    }

    // MARK: Numbers

    static let numberHeading = [Output.pad("NUMBER", 24), Output.pad("STATUS", 10), Output.pad("ALLOCATED", 27), "DOCUMENT"]
        .joined(separator: "  ")

    static func number(_ record: JSONValue) -> String {
        [
            Output.pad(text(record["number"]), 24), Output.pad(text(record["status"]), 10), Output.pad(text(record["allocatedAt"]), 27),
            text(record["document"]) + (record["reason"]?.text.map { "  (\(Output.plain($0)))" } ?? ""),
        ].joined(separator: "  ")
    }

    static func gaps(_ report: JSONValue) -> String {
        let periods = report["periods"]?.elements ?? []
        var lines = ["\(text(report["series"])): " + (report["complete"] == .bool(true) ? "complete" : "NOT complete")]
        if periods.isEmpty { lines.append("  no numbers yet") }
        for period in periods {
            let name = text(period["period"])
            let isComplete = period["complete"] == .bool(true)
            lines.append(
                "  " + (name.isEmpty ? "" : name + ": ")
                    + "\(number(period["first"])) to \(number(period["last"])), \(number(period["count"])) on record, "
                    + "\(number(period["voids"])) void" + (isComplete ? "" : ", NOT complete"))
            for gap in period["gaps"]?.elements ?? [] { lines.append("    missing: \(range(gap))") }
        }
        return lines.joined(separator: "\n")
    }

    private static func range(_ gap: JSONValue) -> String {
        let (from, to) = (number(gap["from"]), number(gap["to"]))
        return from == to ? from : "\(from) to \(to)"
    }

    // MARK: Imports

    static func imported(_ answer: JSONValue) -> String {
        let (scan, repair) = (answer["scan"], answer["repair"])
        func count(_ list: JSONValue?) -> String { String(list?.elements.count ?? 0) }
        let isApplied = answer["applied"] == .bool(true)
        var lines = [
            "\(number(scan?["entries"])) numbers: \(number(scan?["readable"])) readable, \(count(scan?["duplicates"])) repeated, "
                + "\(count(scan?["taken"])) taken already, \(count(scan?["behindCounter"])) behind the counter, "
                + "\(number(scan?["gapCount"])) gaps"
        ]
        for gap in scan?["gaps"]?.elements ?? [] {
            let period = text(gap["period"])
            lines.append("  gap" + (period.isEmpty ? "" : " in " + period) + ": \(range(gap))")
        }
        for excluded in repair?["excluded"]?.elements ?? [] {
            lines.append("  left out: \(text(excluded["number"])) (entry \(number(excluded["index"]))) \(text(excluded["detail"]))")
        }
        lines.append(
            (isApplied ? "Taken over: " : "Would be taken over: ")
                + "\(count(repair?["adopt"])) numbers, and \(count(repair?["voids"])) of gaps on record as void."
                + (isApplied ? "" : " Nothing was changed."))
        return lines.joined(separator: "\n")
    }

    private static func number(_ value: JSONValue?) -> String { value?.int.map { String($0) } ?? "–" }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
