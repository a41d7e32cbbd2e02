import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// A client that keeps a tenant's books: it drafts, issues, credits, cancels and voids invoices, and asks numbers for documents of its own; each
/// request until it is acknowledged, sometimes twice.
final class SimulatedBookkeeper: @unchecked Sendable {
    private let index: Int
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    private let tenant: TenantId
    private let invoice: InvoiceId
    private let creditNote: InvoiceId
    private let document: DocumentReference
    private let content: InvoiceContent
    private let creditContent: InvoiceContent
    private var waitingOn: SimulatedExecutor?
    private var request = 0
    private var remaining: [BookCommand] = []
    /// What was acknowledged once must stay.
    private var told: [BookKey: AssignedNumber] = [:]
    private(set) var isDone = false

    init?(index: Int, simulation: Simulation) {
        self.index = index
        self.simulation = simulation
        let world = simulation.world
        let tenants = ["acme", "beta"].compactMap { TenantId($0) }
        guard let document = DocumentReference("order-\(index / 2)"), let plan = Self.plan else { return nil }
        tenant = tenants[Int.random(in: 0..<tenants.count, using: &world.generator)]
        invoice = InvoiceId(UniqueId(high: 11, low: UInt64(index)))
        creditNote = InvoiceId(UniqueId(high: 12, low: UInt64(index)))
        self.document = document
        let amount = Int.random(in: 1...100, using: &world.generator)
        let isValid = !world.generator.chance(10)
        let year = Int.random(in: 2025...2026, using: &world.generator)
        content = Self.content(index, amount, isCredit: false, isValid: isValid, year: year)
        creditContent = Self.content(
            index, Int.random(in: 1...(amount + 5), using: &world.generator), isCredit: true, isValid: true, year: year)
        let origin = Invoice.Origin(
            source: .api, fingerprint: Fingerprint(bytes: [UInt8(truncatingIfNeeded: index)]), correlationId: "b\(index)")
        let series = world.generator.chance(30) ? plan.id : nil
        if series != nil || world.generator.chance(30) { remaining.append(.openSeries(plan)) }
        if world.generator.chance(60) {
            remaining.append(.allocate(plan.id, document, issueDate: nil))
            if remaining.count == 1 { remaining.insert(.openSeries(plan), at: 0) }
        }
        let atOnce = world.generator.chance(40)
        let draft = InvoiceDraft(id: invoice, content: content, origin: origin, issue: atOnce ? IssueOrder(series: series) : nil)
        remaining.append(.draft(draft))
        if world.generator.chance(30) { remaining.append(.draft(draft)) }
        if world.generator.chance(20) { remaining.append(.replace(invoice, creditContentAsInvoice, ifVersion: nil)) }
        if world.generator.chance(30) { remaining.append(.validate(invoice)) }
        if !atOnce || world.generator.chance(30) { remaining.append(.issue(invoice, IssueOrder(series: series))) }
        if world.generator.chance(20) { remaining.append(.transmission(invoice, .started)) }
        if world.generator.chance(50) {
            remaining.append(
                .draft(InvoiceDraft(id: creditNote, content: creditContent, creditOf: invoice, origin: origin, issue: IssueOrder())))
            if world.generator.chance(30) { remaining.append(.cancel(creditNote, reason: "wrong")) }
        }
        if world.generator.chance(20) { remaining.append(.void(invoice, reason: "test")) }
        if world.generator.chance(20) { remaining.append(.cancel(invoice, reason: "test")) }
        if world.generator.chance(15) { remaining.append(.voidNumber(plan.id, document, reason: "lost")) }
    }

    private static let plan: Series.Plan? = {
        guard let id = SeriesId("ORD"), let format = try? NumberFormat("O{seq:4}/{yyyy}") else { return nil }
        return try? Series.Plan(id: id, format: format, reset: .year, start: 7)
    }()

    private var creditContentAsInvoice: InvoiceContent {
        Self.content(index + 1_000, 55, isCredit: false, isValid: true, year: 2026)
    }

    private static func content(_ index: Int, _ amount: Int, isCredit: Bool, isValid: Bool, year: Int) -> InvoiceContent {
        let total = ExactDecimal(amount)
        return InvoiceContent(
            encoded: Array("{\"n\":\(index),\"amount\":\(amount)}".utf8),
            summary: .init(
                typeCode: isCredit ? "381" : "380", currency: "EUR", issueDate: CalendarDate(year: year, month: 12, day: 31), dueDate: nil,
                sellerName: "S", buyerName: "B", taxExclusive: total, taxInclusive: total, payable: total, isCreditNote: isCredit),
            verdict: .init(ruleset: "en16931", fatal: isValid ? 0 : 1, warnings: 0))
    }

    func begin() { next(after: TimeSpan(microseconds: Int64.random(in: 0...40_000_000, using: &world.generator))) }

    private func next(after delay: TimeSpan) { world.after(delay) { self.step() } }

    private func step() {
        guard let command = remaining.first else {
            isDone = true
            return
        }
        guard waitingOn == nil else { return }
        guard let (engine, executor) = simulation.current else { return next(after: .milliseconds(300)) }
        waitingOn = executor
        request += 1
        let ticket = request
        world.note("bookkeeper \(index) sends \(command.name)")
        let intent = BookIntent(tenant: tenant, command: command, by: "keeper-\(index)", correlationId: "b\(index)")
        Task(executorPreference: executor) {
            let outcome: Result<BookReply, IntentError>
            if ticket % 3 == 0 {
                outcome = await engine.router.send([intent])[0]
            } else {
                do throws(IntentError) { outcome = .success(try await engine.router.send(intent)) } catch { outcome = .failure(error) }
            }
            self.answered(ticket, command, outcome)
        }
        world.after(.seconds(20)) { self.timedOut(ticket) }
    }

    private func answered(_ ticket: Int, _ command: BookCommand, _ outcome: Result<BookReply, IntentError>) {
        world.note("bookkeeper \(index) got \(outcome.summary)")
        if case .success(let reply) = outcome { check(reply, command) }
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        switch outcome {
        case .success, .failure(.refused), .failure(.refusedByBooks):
            remaining.removeFirst()
            next(after: TimeSpan(microseconds: Int64.random(in: 0...8_000_000, using: &world.generator)))
        case .failure: next(after: TimeSpan(microseconds: Int64.random(in: 1_000...2_000_000, using: &world.generator)))
        }
    }

    /// What a reply reports must be committed when it is given, and a number that was told once stays for ever.
    private func check(_ reply: BookReply, _ command: BookCommand) {
        let key = reply.record.key
        guard key == command.subject(in: tenant) else { return world.violate("Bookkeeper \(index) got another's record.") }
        guard let stored = simulation.store.current(key), stored.version >= reply.record.version else {
            return world.violate("Bookkeeper \(index) was told of a version of \(key) that is not committed.")
        }
        let number: AssignedNumber?
        switch reply.record {
        case .invoice(let invoice): number = invoice.number
        case .number(let record): number = record.number
        case .series, .item, .ingestion: number = nil
        }
        if let known = told[key], number != known { world.violate("Bookkeeper \(index): the number of \(key) changed.") }
        if let number { told[key] = number }
    }

    private func timedOut(_ ticket: Int) {
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        next(after: .milliseconds(100))
    }

    func engineDied(_ executor: SimulatedExecutor) {
        guard waitingOn === executor else { return }
        waitingOn = nil
        next(after: TimeSpan(microseconds: Int64.random(in: 0...2_000_000, using: &world.generator)))
    }
}

extension Result where Success == BookReply, Failure == IntentError {
    fileprivate var summary: String {
        switch self {
        case .success(let reply): "\(reply.record.auditSubject) v\(reply.record.version) changed=\(reply.changed)"
        case .failure(let error): "\(error)"
        }
    }
}
