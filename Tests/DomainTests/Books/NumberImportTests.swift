import PropertyKit
import Testing

@testable import Domain

@Suite("Import of numbers")
struct NumberImportTests {
    private func plan(_ format: String = "INV-{yyyy}-{seq:3}", _ reset: ResetRule = .year, start: Int64 = 1) throws -> Series.Plan {
        try Series.Plan(id: try #require(SeriesId("IMP")), format: NumberFormat(format), reset: reset, start: start)
    }

    private func entries(_ numbers: [String]) -> [NumberImport.Entry] { numbers.map { NumberImport.Entry(number: $0) } }

    private func excluded(_ scan: NumberImport) -> [Int: NumberImport.Exclusion] {
        Dictionary(scan.excluded.map { ($0.index, $0.reason) }) { first, _ in first }
    }

    @Test func numbersWithoutFaultAreTakenOverInTheOrderOfTheSeries() throws {
        let scan = NumberImport(entries(["INV-2026-002", "INV-2025-001", "INV-2026-001"]), into: try plan())
        #expect(scan.adoptions.map(\.number.printed) == ["INV-2025-001", "INV-2026-001", "INV-2026-002"])
        #expect(scan.adoptions.map(\.number.period) == ["2025", "2026", "2026"])
        #expect(scan.adoptions.map(\.document.value) == ["number:INV-2025-001", "number:INV-2026-001", "number:INV-2026-002"])
        #expect(scan.excluded.isEmpty && scan.gaps.isEmpty && scan.fillings.isEmpty)
    }

    @Test func whatTheFormatDoesNotPrintIsUnreadable() throws {
        let scan = NumberImport(
            entries(["INV-26-001", "INV-2026-01", "INV-2026-0001", "inv-2026-001", "INV-2026-001 ", "", "INV-2026-1000"]),
            into: try plan(start: 1_000))
        #expect(scan.excluded.map(\.index) == [0, 1, 2, 3, 4, 5])
        #expect(scan.excluded.allSatisfy { $0.reason == .unreadable })
        #expect(scan.readable == 1)
    }

    @Test func theFirstOfDuplicatesKeepsTheNumber() throws {
        let scan = NumberImport(entries(["INV-2026-001", "INV-2026-002", "INV-2026-001"]), into: try plan())
        #expect(excluded(scan) == [2: .duplicate(of: 0)])
        // One sequence for two years, where the series does not count anew.
        let never = NumberImport(entries(["INV-2025-001", "INV-2026-001"]), into: try plan("INV-{yyyy}-{seq:3}", .never))
        #expect(excluded(never) == [1: .duplicate(of: 0)])
    }

    @Test func oneDocumentHasOneNumber() throws {
        let document = try #require(DocumentReference("order-1"))
        let scan = NumberImport(
            [
                NumberImport.Entry(number: "INV-2026-001", document: document),
                NumberImport.Entry(number: "INV-2026-002", document: document),
            ], into: try plan())
        #expect(excluded(scan) == [1: .documentRepeated(at: 0)])
    }

    @Test func aGapIsPutOnRecordAsVoid() throws {
        let scan = NumberImport(entries(["INV-2026-004", "INV-2026-006"]), into: try plan())
        #expect(scan.gaps == [.init(period: "2026", numbers: 1...3), .init(period: "2026", numbers: 5...5)])
        #expect(scan.adoptions.map(\.number.sequence) == [1, 2, 3, 4, 5, 6])
        #expect(scan.fillings.map(\.number.printed) == ["INV-2026-001", "INV-2026-002", "INV-2026-003", "INV-2026-005"])
        #expect(scan.fillings.allSatisfy { $0.voidReason == NumberImport.voidReason })
    }

    @Test func aNumberKeepsItsVoidReason() throws {
        let scan = NumberImport([NumberImport.Entry(number: "INV-2026-001", voidReason: "spoilt form")], into: try plan())
        #expect(scan.adoptions.map(\.voidReason) == ["spoilt form"])
        #expect(scan.fillings.isEmpty)
    }

    @Test func theIssueDateMustBeOneOnWhichTheNumberIsPrinted() throws {
        let entry = { NumberImport.Entry(number: "26-27/001", issueDate: CalendarDate($0)) }
        let plan = try plan("{fy}/{seq:3}", .fiscalYear(startMonth: 4))
        #expect(NumberImport([entry("2027-03-31")], into: plan).adoptions.map(\.number.period) == ["FY2026"])
        #expect(excluded(NumberImport([entry("2027-04-01")], into: plan)) == [0: .dateDiffers])
        #expect(NumberImport([NumberImport.Entry(number: "26-27/001")], into: plan).adoptions.map(\.number.period) == ["FY2026"])
    }

    @Test func theCounterTheStartAndOtherDocumentsAreRespected() throws {
        let numbers = entries(["INV-2026-005", "INV-2026-006", "INV-2025-001", "INV-2026-007"])
        let scan = NumberImport(numbers, into: try plan(start: 2), last: ["2026": 5], taken: ["INV/2026/007"])
        #expect(excluded(scan) == [0: .behindCounter(5), 2: .beforeStart(2), 3: .taken])
        #expect(scan.adoptions.map(\.number.printed) == ["INV-2026-006"])
    }

    @Test func whatFollowsAGapThatCannotBeFilledIsLeftOut() throws {
        let scan = NumberImport(
            entries(["INV-2026-001", "INV-2026-003", "INV-2026-004", "INV-2027-001"]), into: try plan(), taken: ["INV2026002"])
        #expect(excluded(scan) == [1: .gapIsTaken(printed: "INV-2026-002"), 2: .gapIsTaken(printed: "INV-2026-002")])
        #expect(scan.adoptions.map(\.number.printed) == ["INV-2026-001", "INV-2027-001"])
        #expect(scan.gaps == [.init(period: "2026", numbers: 2...2)])
    }

    @Test func moreThanTheLimitIsLeftForTheNextImport() throws {
        let numbers = entries(["INV-2026-001", "INV-2026-002", "INV-2026-900", "INV-2027-001"])
        let scan = NumberImport(numbers, into: try plan(), limit: 4)
        #expect(excluded(scan) == [2: .beyondLimit])
        let next = NumberImport(numbers, into: try plan(), last: ["2026": 2, "2027": 1])
        #expect(next.adoptions.count == 898)
        let huge = NumberImport(entries(["INV-2026-999999999999999999"]), into: try plan())
        #expect(excluded(huge) == [0: .beyondLimit])
    }

    /// CT-8: whatever comes in, what is proposed is what the books take, none of it twice; and a second look finds nothing more to do.
    @Test func theRepairIsAlwaysTakenAndLeavesNoGap() throws {
        struct Step { let year: Int, sequence: Int64, isDated: Bool, garbled: Bool }
        let plan = try plan("{seq:2}.{yy}{mm}", .month)
        try forAll(cases: 500) { generator in
            (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                Step(
                    year: Int.random(in: 2025...2026, using: &generator), sequence: Int64.random(in: 0...12, using: &generator),
                    isDated: Bool.random(using: &generator), garbled: Int.random(in: 0...9, using: &generator) == 0)
            }
        } property: { (steps: [Step]) in
            let entries = steps.compactMap { step -> NumberImport.Entry? in
                guard let date = CalendarDate(year: step.year, month: Int(step.sequence % 2) + 1, day: 9) else { return nil }
                let printed = plan.format.printed(step.sequence, on: date, reset: plan.reset)
                return NumberImport.Entry(number: step.garbled ? printed + "x" : printed, issueDate: step.isDated ? date : nil)
            }
            var scenario = try BookScenario()
            try scenario.when(.openSeries(plan))
            let scan = NumberImport(entries, into: plan)
            try scenario.when(.adopt(plan.id, scan.adoptions))
            let series = try #require(scenario.series(plan.id))
            try #require(scan.adoptions.count - scan.fillings.count + scan.excluded.count == entries.count)
            try #require(Set(scan.adoptions.map { NumberFormat.key(of: $0.number.printed) }).count == scan.adoptions.count)
            try #require(Set(scan.adoptions.map(\.document)).count == scan.adoptions.count)
            for (period, last) in series.last.sorted(by: { $0.key < $1.key }) {
                let sequences = scan.adoptions.filter { $0.number.period == period }.map(\.number.sequence)
                try #require(sequences == Array(plan.start...last))
            }
            let again = NumberImport(entries, into: plan, last: series.last, taken: Set(scan.adoptions.map(\.number.printed)))
            try #require(again.adoptions.isEmpty)
        }
    }
}
