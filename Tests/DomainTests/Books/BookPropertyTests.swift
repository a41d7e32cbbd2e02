import PropertyKit
import Testing

@testable import Domain

/// Any sequence of commands, legal or not, leaves the books in order.
@Suite struct BookPropertyTests {
    enum Step: CustomStringConvertible {
        case draft(UInt64, amount: Int, issue: Bool)
        case credit(UInt64, of: UInt64, amount: Int, issue: Bool)
        case replace(UInt64, amount: Int)
        case issue(UInt64, ownSeries: Bool)
        case validate(UInt64), cancel(UInt64), void(UInt64)
        case transmission(UInt64, Int)
        case allocate(Int), voidNumber(Int)
        case pass(days: Int64)

        var description: String {
            switch self {
            case .draft(let id, let amount, let issue): "draft \(id) of \(amount)\(issue ? " and issue" : "")"
            case .credit(let id, let of, let amount, let issue): "credit \(amount) of \(of) by \(id)\(issue ? " and issue" : "")"
            case .replace(let id, let amount): "replace \(id) by \(amount)"
            case .issue(let id, let own): "issue \(id)\(own ? " in a series of its own" : "")"
            case .validate(let id): "validate \(id)"
            case .cancel(let id): "cancel \(id)"
            case .void(let id): "void \(id)"
            case .transmission(let id, let step): "transmission \(step) of \(id)"
            case .allocate(let document): "allocate \(document)"
            case .voidNumber(let document): "void the number of \(document)"
            case .pass(let days): "\(days) days pass"
            }
        }
    }

    @Test func anySequenceKeepsTheBooksInOrder() throws {
        try forAll(cases: 3_000) { generator in
            (0..<Int.random(in: 1...40, using: &generator)).map { _ in Self.step(&generator) }
        } property: {
            try Self.check($0)
        }
    }

    private static func step(_ generator: inout SeededGenerator) -> Step {
        let id = UInt64.random(in: 1...6, using: &generator)
        let amount = Int.random(in: 1...30, using: &generator)
        switch Int.random(in: 0..<14, using: &generator) {
        case 0, 1: return .draft(id, amount: amount, issue: Bool.random(using: &generator))
        case 2, 3: return .credit(id + 10, of: id, amount: amount, issue: Bool.random(using: &generator))
        case 4: return .replace(id, amount: amount)
        case 5, 6: return .issue(Bool.random(using: &generator) ? id : id + 10, ownSeries: generator.chance(30))
        case 7: return .validate(id)
        case 8: return .cancel(Bool.random(using: &generator) ? id : id + 10)
        case 9: return .void(Bool.random(using: &generator) ? id : id + 10)
        case 10: return .transmission(id, Int.random(in: 0..<5, using: &generator))
        case 11: return .allocate(amount)
        case 12: return .voidNumber(amount)
        default: return .pass(days: Int64.random(in: 0...200, using: &generator))
        }
    }

    private static let own = SeriesId("OWN")

    private static func command(_ step: Step) throws -> BookCommand? {
        func id(_ number: UInt64) -> InvoiceId { BookScenario.id(number) }
        func content(_ amount: Int, isCreditNote: Bool = false) throws -> InvoiceContent {
            try BookScenario.content("\(amount).00", isCreditNote: isCreditNote, issueDate: nil, text: "[\(amount)]")
        }
        switch step {
        case .draft(let number, let amount, let issue):
            return try BookScenario.draft(number, content(amount), issue: issue ? IssueOrder() : nil)
        case .credit(let number, let of, let amount, let issue):
            return try BookScenario.draft(
                number, content(amount, isCreditNote: true), creditOf: id(of), issue: issue ? IssueOrder() : nil)
        case .replace(let number, let amount): return .replace(id(number), try content(amount), ifVersion: nil)
        case .issue(let number, let isOwn): return .issue(id(number), IssueOrder(series: isOwn ? own : nil))
        case .validate(let number): return .validate(id(number))
        case .cancel(let number): return .cancel(id(number), reason: "r")
        case .void(let number): return .void(id(number), reason: "r")
        case .transmission(let number, let step):
            let steps: [TransmissionStep] = [.signed, .started, .accepted, .rejected(reason: "r"), .failed(error: "e")]
            return .transmission(id(number), steps[step])
        case .allocate(let document): return .allocate(.invoices, try #require(DocumentReference("d\(document)")), issueDate: nil)
        case .voidNumber(let document):
            return .voidNumber(.invoices, try #require(DocumentReference("d\(document)")), reason: "r")
        case .pass: return nil
        }
    }

    private static func check(_ steps: [Step]) throws {
        var books = try BookScenario()
        let plan = try Series.Plan(id: try #require(own), format: NumberFormat("OWN-{yyyy}{mm}-{seq}"), reset: .month, start: 3)
        try books.when(.openSeries(plan))
        var issued: [BookKey: (content: InvoiceContent, number: AssignedNumber?)] = [:]
        for step in steps {
            if case .pass(let days) = step { books.pass(.hours(24 * days)) }
            guard let command = try command(step) else { continue }
            let before = books.records
            do {
                try books.when(command)
                // Deciding again what has just been decided changes nothing, but for what may be repeated: a transmission that failed.
                if case .transmission = command {} else { try #require(try books.deciding(command).isEmpty) }
            } catch is BookError {
                try #require(books.records == before)
            }
            for case .invoice(let invoice) in books.records.values where invoice.status.isIssued && invoice.number != nil {
                let key = BookRecord.invoice(invoice).key
                if let known = issued[key] { try #require(known.content == invoice.content && known.number == invoice.number) }
                issued[key] = (invoice.content, invoice.number)
            }
        }
        try checkNumbers(books)
        try checkCredits(books)
    }

    private static func checkNumbers(_ books: BookScenario) throws {
        var runs: [String: [Int64]] = [:]
        var keys: Set<String> = []
        for case .number(let record) in books.records.values {
            runs[record.number.series.value + " " + record.number.period, default: []].append(record.number.sequence)
            try #require(keys.insert(NumberFormat.key(of: record.number.printed)).inserted, "\(record.number.printed)")
        }
        for (run, sequences) in runs {
            let start: Int64 = run.hasPrefix("OWN") ? 3 : 1
            try #require(sequences.sorted() == Array(start..<start + Int64(sequences.count)), "\(run) \(sequences)")
        }
    }

    private static func checkCredits(_ books: BookScenario) throws {
        for case .invoice(let invoice) in books.records.values where !invoice.content.summary.isCreditNote {
            var sum = ExactDecimal.zero
            for case .invoice(let note) in books.records.values
            where note.creditOf == invoice.id && note.number != nil && note.status != .cancelled && note.status != .void {
                sum = try sum + note.content.summary.taxInclusive
            }
            try #require(sum == invoice.credited)
            try #require(sum <= invoice.content.summary.taxInclusive)
        }
    }
}
