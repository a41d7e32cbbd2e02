import PropertyKit
import Testing

@testable import Domain

/// How values of a source are read.
@Suite struct MappingFormatTests {
    private struct Wrong: Error, CustomStringConvertible { let description: String }

    @Test(arguments: [
        ("yyyyMMdd", "20261120", "2026-11-20"), ("dd/MM/yyyy", "20/11/2026", "2026-11-20"), ("d.M.yyyy", "1.2.2026", "2026-02-01"),
        ("d.M.yyyy", "01.02.2026", "2026-02-01"), ("MM/dd/yyyy*", "11/20/2026 23:59:59", "2026-11-20"),
        ("MM/dd/yyyy*", "11/20/2026", "2026-11-20"), ("d-MMM-yyyy", "20-NOV-2026", "2026-11-20"),
        ("MMM d, yyyy", "May 1, 2026", "2026-05-01"),
        ("yyyy-MM-dd'T'*", "2026-11-20T10:00:00+02:00", "2026-11-20"), ("ddMMyy", "201126", "2026-11-20"),
        ("yyyy'年'M'月'd'日'", "2026年2月3日", "2026-02-03"),
    ])
    func aDayIsReadByItsFormat(_ format: String, _ text: String, _ day: String) throws {
        #expect(try MappingDateFormat(format).day(text)?.description == day)
    }

    @Test(arguments: [
        ("yyyyMMdd", "20261320"), ("yyyyMMdd", "20260229"), ("yyyyMMdd", "2026112"), ("yyyyMMdd", "202611201"), ("yyyyMMdd", ""),
        ("dd/MM/yyyy", "20-11-2026"), ("dd/MM/yyyy", "1/11/2026"), ("d/M/yyyy", "/11/2026"), ("d-MMM-yyyy", "20-Nox-2026"),
        ("yyyy-MM-dd", "2026-11-20T10:00:00"), ("yyyyMMdd", "٢٠٢٦١١٢٠"), ("yyyyMMdd", "00001120"), ("yyyyMMdd", "+2026112"),
    ])
    func whatIsNotOfTheFormatIsNoDay(_ format: String, _ text: String) throws {
        #expect(try MappingDateFormat(format).day(text) == nil)
    }

    @Test(arguments: [
        "", "yyyy-MM", "yyyy-MM-dd-dd", "YYYY-MM-dd", "yyy-MM-dd", "dMyyyy", "yyyyMd1", "yyyy-MM-ddTHH", "*yyyyMMdd", "yyyyMMdd'x",
        String(repeating: "-", count: 80) + "yyyyMMdd",
    ])
    func aFormatThatIsNoneIsRefused(_ format: String) {
        #expect(throws: MappingDateFormat.Problem.self) { try MappingDateFormat(format) }
    }

    @Test func everyDayIsReadAsItIsWritten() throws {
        let formats = ["yyyyMMdd", "dd/MM/yyyy", "d.M.yyyy", "d-MMM-yyyy"]
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let read = try formats.map { try MappingDateFormat($0) }
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        for month in 1...12 {
            for number in 1...CalendarDate.days(in: month, of: 2028) {
                let day = try #require(CalendarDate(year: 2028, month: month, day: number))
                let written = [
                    "2028\(two(month))\(two(number))", "\(two(number))/\(two(month))/2028", "\(number).\(month).2028",
                    "\(number)-\(names[month - 1])-2028",
                ]
                for (format, text) in zip(read, written) { #expect(format.day(text) == day, "\(format.text) \(text)") }
            }
        }
    }

    // MARK: - Decimals

    private func format(
        point: MappingDecimalFormat.Point = .comma, group: MappingDecimalFormat.Group? = nil, minus: MappingDecimalFormat.Minus = .before,
        scale: Int = 0, negates: Bool = false
    ) -> MappingDecimalFormat {
        MappingDecimalFormat(point: point, group: group, minus: minus, scale: scale, negates: negates)
    }

    @Test func aDecimalIsReadDigitByDigit() {
        #expect(format().decimal("1234,50")?.description == "1234.50")
        #expect(format(group: .point).decimal("1.234.567,8")?.description == "1234567.8")
        #expect(format(point: .point, group: .comma).decimal("12,34,567.00")?.description == "1234567.00")
        #expect(format(group: .space).decimal("1\u{A0}234\u{202F}567,8")?.description == "1234567.8")
        #expect(format(point: .point, group: .apostrophe).decimal("1’234'567.05")?.description == "1234567.05")
        #expect(format(minus: .after).decimal("12,50-")?.description == "-12.50")
        #expect(format(minus: .after).decimal("-12,50")?.description == "-12.50")
        #expect(format(minus: .parentheses).decimal("(12,50)")?.description == "-12.50")
        #expect(format(scale: 2).decimal("000123450")?.description == "1234.50")
        #expect(format(scale: 2).decimal("7")?.description == "0.07")
        #expect(format(negates: true).decimal("-3,0")?.description == "3.0")
        #expect(format(negates: true).decimal("0,00")?.description == "0.00")
        #expect(format().decimal("0,1000000000000000055")?.description == "0.1000000000000000055")
    }

    @Test func whatIsAmbiguousOrNoNumberIsRefused() {
        for text in ["", "-", ",", "1.5", "1,2,3", "1 5", "12,5-", "(1)", "1e5", "+-1", "١", "NaN", String(repeating: "9", count: 60)] {
            #expect(format().decimal(text) == nil, "\(text)")
        }
        // A point where groups are separated by it must separate groups.
        for text in ["1.5", "1.23", "1234.567", ".123", "1..234", "1.2345", "1.234.56", "1,234.567"] {
            #expect(format(group: .point).decimal(text) == nil, "\(text)")
        }
        #expect(format(minus: .after).decimal("-1-") == nil)
        #expect(format(minus: .parentheses).decimal("(1") == nil)
        #expect(format(minus: .parentheses).decimal("(-1)") == nil)
        #expect(format(scale: 2).decimal("1,5") == nil)
    }

    @Test func everyDecimalIsReadAsItIsWritten() throws {
        try forAll(
            cases: 3_000,
            generate: { random in
                let mantissa = Int128(Int64.random(in: .min ... .max, using: &random)) >> Int128(Int.random(in: 0..<60, using: &random))
                return [(ExactDecimal(unchecked: mantissa, Int.random(in: 0...9, using: &random)), random.chance(50))]
            },
            property: { cases in
                for (value, isGrouped) in cases {
                    var text = value.description.replacing(".", with: ",")
                    if isGrouped {
                        let parts = text.split(separator: ",")
                        let whole = parts[0].drop { $0 == "-" }
                        var grouped = ""
                        for (index, digit) in whole.enumerated() {
                            if index > 0, (whole.count - index) % 3 == 0 { grouped += "." }
                            grouped.append(digit)
                        }
                        text = (text.hasPrefix("-") ? "-" : "") + grouped + (parts.count > 1 ? "," + parts[1] : "")
                    }
                    guard format(group: isGrouped ? .point : nil).decimal(text)?.description == value.description else {
                        throw Wrong(description: "\(text) is not read as \(value)")
                    }
                }
            })
    }
}
