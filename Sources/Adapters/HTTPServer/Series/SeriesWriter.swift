internal import Domain
internal import Ports

/// Writes number series as the API shows them.
enum SeriesWriter {
    /// - Parameter series: nil for a standard series that was not used yet.
    static func series(_ plan: Series.Plan, _ series: Series?, to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", plan.id.value)
            json.field("format", plan.format.text)
            json.field("reset", plan.reset.name)
            json.field("fiscalYearStartMonth", ifPresent: plan.reset.startMonth)
            json.field("start", plan.start)
            json.field("timeZone", plan.timeZone)
            json.field("standard", Series.standard(plan.id) != nil)
            json.field("createdAt", ifPresent: series?.createdAt)
            json.array("counters") { list in
                for (period, last) in (series?.last ?? [:]).sorted(by: { $0.key < $1.key }) {
                    list.object { json in
                        json.field("period", period)
                        json.field("last", last)
                    }
                }
            }
        }
    }

    static func number(_ record: NumberRecord, to writer: inout JSONWriter) {
        writer.object { json in
            json.field("number", record.number.printed)
            json.field("sequence", record.number.sequence)
            json.field("period", record.number.period)
            json.field("series", record.number.series.value)
            json.field("document", record.document.value)
            json.field("allocatedAt", record.allocatedAt)
            switch record.status {
            case .allocated: json.field("status", "allocated")
            case .released: break
            case .void(let reason, let at):
                json.field("status", "void")
                json.field("reason", reason)
                json.field("voidedAt", at)
            }
        }
    }

    /// - Parameter report: nil for a series that was not used yet.
    static func gaps(_ report: GapReport?, of plan: Series.Plan, to writer: inout JSONWriter) {
        writer.object { json in
            json.field("series", plan.id.value)
            json.field("start", plan.start)
            json.field("complete", report?.periods.allSatisfy { isComplete($0, start: plan.start) } ?? true)
            json.array("periods") { list in
                for period in report?.periods ?? [] {
                    list.object { json in
                        json.field("period", period.period)
                        json.field("first", period.first)
                        json.field("last", period.last)
                        json.field("count", period.count)
                        json.field("voids", period.voids)
                        json.field("complete", isComplete(period, start: plan.start))
                        json.array("gaps") { gaps in
                            for gap in period.gaps { range(gap, to: &gaps) }
                        }
                    }
                }
            }
        }
    }

    /// Whether the numbers run from the start to the last one without gap or repeat.
    private static func isComplete(_ period: GapReport.Period, start: Int64) -> Bool {
        period.gaps.isEmpty && period.first == start && period.last - period.first + 1 == period.count
    }

    private static func range(_ range: ClosedRange<Int64>, to list: inout JSONWriter) {
        list.object { json in
            json.field("from", range.lowerBound)
            json.field("to", range.upperBound)
        }
    }

    // MARK: Imports

    static func scan(_ scan: NumberImport, of entries: [NumberImport.Entry], isApplied: Bool, to writer: inout JSONWriter) {
        writer.object { json in
            json.object("scan") { json in
                json.field("entries", entries.count)
                json.field("readable", scan.readable)
                json.field("gapCount", scan.gaps.count)
                list("unreadable", scan, entries, to: &json) { $0 == .unreadable || $0 == .dateDiffers }
                list("duplicates", scan, entries, to: &json) { reason in
                    switch reason {
                    case .duplicate, .documentRepeated: true
                    default: false
                    }
                }
                list("taken", scan, entries, to: &json) { $0 == .taken }
                list("behindCounter", scan, entries, to: &json) { reason in
                    switch reason {
                    case .behindCounter, .beforeStart: true
                    default: false
                    }
                }
                json.array("gaps") { list in
                    for gap in scan.gaps {
                        list.object { json in
                            json.field("period", gap.period)
                            json.field("from", gap.numbers.lowerBound)
                            json.field("to", gap.numbers.upperBound)
                        }
                    }
                }
            }
            let filled = Set(scan.fillings.map(\.number))
            json.object("repair") { json in
                json.array("adopt") { list in
                    for adoption in scan.adoptions where !filled.contains(adoption.number) { self.adoption(adoption, to: &list) }
                }
                list("excluded", scan, entries, to: &json) { _ in true }
                json.array("voids") { list in
                    for adoption in scan.fillings { self.adoption(adoption, to: &list) }
                }
            }
            json.field("applied", isApplied)
        }
    }

    private static func adoption(_ adoption: BookCommand.Adoption, to list: inout JSONWriter) {
        list.object { json in
            json.field("number", adoption.number.printed)
            json.field("period", adoption.number.period)
            json.field("sequence", adoption.number.sequence)
            json.field("document", adoption.document.value)
            json.field("voidReason", ifPresent: adoption.voidReason)
        }
    }

    private static func list(
        _ name: StaticString, _ scan: NumberImport, _ entries: [NumberImport.Entry], to json: inout JSONWriter,
        where isListed: (NumberImport.Exclusion) -> Bool
    ) {
        json.array(name) { list in
            for excluded in scan.excluded where isListed(excluded.reason) && entries.indices.contains(excluded.index) {
                list.object { json in
                    json.field("index", excluded.index)
                    json.field("number", entries[excluded.index].number)
                    json.field("reason", excluded.reason.name)
                    json.field("detail", detail(excluded.reason))
                    if case .duplicate(let first) = excluded.reason { json.field("first", first) }
                    if case .documentRepeated(let first) = excluded.reason { json.field("first", first) }
                }
            }
        }
    }

    private static func detail(_ reason: NumberImport.Exclusion) -> String {
        switch reason {
        case .unreadable: "is not printed by the format of the series"
        case .dateDiffers: "is not the number that the series prints on that issue date"
        case .duplicate(let first): "repeats entry \(first), which keeps the number"
        case .documentRepeated(let first): "is for the document of entry \(first), which has a number already"
        case .taken: "stands on a document of the tenant already"
        case .beforeStart(let start): "lies before the start of the series, \(start)"
        case .behindCounter(let last): "lies behind the counter, which stands at \(last)"
        case .gapIsTaken(let printed): "cannot follow: \(printed), in the gap before it, stands on another document already"
        case .beyondLimit: "is more than is taken over at once, gaps included; import it in a next request"
        }
    }
}
