import PropertyKit
import Testing

@testable import Domain

@Suite("Number formats")
struct NumberFormatTests {
    private let date = CalendarDate(year: 2027, month: 2, day: 3)

    @Test(arguments: [
        ("INV-{yyyy}-{seq:6}", ResetRule.year, 7, "INV-2027-000007"),
        ("{yy}{mm}/{seq}", .month, 12, "2702/12"),
        ("A{seq:3}", .never, 1_234, "A1234"),
        ("{fy}/{seq:4}", .fiscalYear(startMonth: 4), 1, "26-27/0001"),
        ("{fyyyy}.{seq}", .fiscalYear(startMonth: 1), 1, "2027.1"),
        ("{seq:2}", .never, 0, "00"),
    ])
    func aNumberIsPrintedAsTheFormatSays(_ text: String, _ reset: ResetRule, _ sequence: Int64, _ expected: String) throws {
        #expect(try NumberFormat(text).printed(sequence, on: try #require(date), reset: reset) == expected)
    }

    @Test(arguments: [
        ("", NumberFormatError.length), ("INV-{yyyy}", .sequence), ("{seq}{seq}", .sequence), ("INV {seq}", .character),
        ("{seq", .unclosed), ("{seq:0}", .unknownPart("seq:0")), ("{seq:13}", .unknownPart("seq:13")),
        ("{month}{seq}", .unknownPart("month")),
        ("é{seq}", .character), (String(repeating: "A", count: 61) + "{seq}", .length),
    ])
    func aBadFormatIsRefused(_ text: String, _ error: NumberFormatError) {
        #expect(throws: error) { try NumberFormat(text) }
    }

    @Test func aSeriesThatCountsAnewMustPrintItsPeriod() throws {
        let id = try #require(SeriesId("X"))
        for (format, reset) in [
            ("{seq}", ResetRule.year), ("{yyyy}{seq}", .month), ("{yyyy}-{seq}", .fiscalYear(startMonth: 4)), ("{mm}{seq}", .year),
        ] {
            #expect(throws: SeriesPlanError.formatDoesNotTellApart) {
                try Series.Plan(id: id, format: NumberFormat(format), reset: reset)
            }
        }
        #expect(throws: SeriesPlanError.start) { try Series.Plan(id: id, format: NumberFormat("{seq}"), reset: .never, start: -1) }
    }

    @Test(arguments: [
        (ResetRule.never, ""), (.year, "2027"), (.month, "2027-02"), (.fiscalYear(startMonth: 4), "FY2026"),
        (.fiscalYear(startMonth: 2), "FY2027"),
    ])
    func thePeriodIsThatOfTheIssueDate(_ reset: ResetRule, _ expected: String) throws {
        #expect(reset.period(of: try #require(date)) == expected)
    }

    /// CT-7: no two numbers of a series print alike, with punctuation or without; and what is printed can be read back.
    @Test func printedNumbersAreToldApartAlsoWithoutPunctuation() throws {
        struct Step { let format: Int, a: (Int64, CalendarDate), b: (Int64, CalendarDate) }
        let plans: [(NumberFormat, ResetRule)] = try [
            (NumberFormat("INV-{yyyy}-{seq:6}"), .year), (NumberFormat("{seq}{yyyy}"), .year), (NumberFormat("{yy}{mm}{seq}"), .month),
            (NumberFormat("{seq:3}-{fy}"), .fiscalYear(startMonth: 4)), (NumberFormat("{fyyyy}1{seq}"), .fiscalYear(startMonth: 7)),
            (NumberFormat("9{seq}9"), .never),
        ]
        try forAll(cases: 2_000) { generator in
            func draw() -> (Int64, CalendarDate)? {
                let sequence = Int64.random(in: 0...12_000, using: &generator)
                let month = Int.random(in: 1...12, using: &generator)
                return CalendarDate(year: Int.random(in: 2020...2035, using: &generator), month: month, day: 1).map { (sequence, $0) }
            }
            return (0..<plans.count).compactMap { format in
                guard let a = draw(), let b = draw() else { return nil }
                return Step(format: format, a: a, b: b)
            }
        } property: { (steps: [Step]) in
            for step in steps {
                let (format, reset) = plans[step.format]
                let (first, second) = (
                    format.printed(step.a.0, on: step.a.1, reset: reset), format.printed(step.b.0, on: step.b.1, reset: reset)
                )
                let isOne = step.a.0 == step.b.0 && reset.period(of: step.a.1) == reset.period(of: step.b.1)
                if !isOne { try #require(NumberFormat.key(of: first) != NumberFormat.key(of: second), "\(first) \(second)") }
                try #require(format.reading(first)?.sequence == step.a.0, "\(first)")
            }
        }
    }

    @Test(arguments: ["INV-2027-1", "INV-2027-000001x", "inv-2027-000001", "INV-2027-", "INV-20a7-000001", "INV-2027-0000001", ""])
    func whatTheFormatDidNotPrintIsNotRead(_ text: String) throws {
        #expect(try NumberFormat("INV-{yyyy}-{seq:6}").reading(text) == nil)
    }

    @Test func fiscalYearsMustFollowEachOther() throws {
        #expect(try NumberFormat("{fy}/{seq}").reading("26-28/1") == nil)
        #expect(try NumberFormat("{fy}/{seq}").reading("99-00/1")?.shortFiscalYear == 99)
    }
}
