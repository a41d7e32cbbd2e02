import Domain
import InMemoryAdapter
import Ports

/// What must be true of the books after any history.
struct BookChecks {
    let simulation: Simulation
    static let anchorKey = try? AuditAnchorKey(seed: Array(repeating: 6, count: AuditAnchorKey.seedBytes))
    private var store: InMemoryStore { simulation.store }

    func run(_ eventsBySubject: [UniqueId: [CommittedEvent]]) {
        var invoices: [BookKey: Invoice] = [:]
        var numbers: [NumberRecord] = []
        for record in store.allBooks {
            switch record {
            case .invoice(let invoice):
                invoices[record.key] = invoice
                checkVersions("Invoice \(invoice.id)", invoice.version, eventsBySubject[invoice.id.value] ?? [])
                checkContent(invoice, eventsBySubject[invoice.id.value] ?? [])
            case .series(let series):
                let subject = series.plan.id.subject(in: series.tenant)
                checkVersions("Series \(series.plan.id)", series.version, eventsBySubject[subject] ?? [])
            case .number(let record): numbers.append(record)
            case .item(.counts), .item(.progress): break
            case .ingestion(let ingested):
                checkVersions(record.auditSubject, ingested.version, eventsBySubject[ingested.key.id] ?? [])
            case .item(let item):
                checkVersions(record.auditSubject, item.version, eventsBySubject[item.key.subject(in: item.tenant)] ?? [])
            }
        }
        checkNumbers(numbers)
        checkBinding(numbers, invoices)
        checkCredits(invoices)
        checkAudit()
    }

    private func checkVersions(_ what: String, _ version: Int64, _ events: [CommittedEvent]) {
        if events.map(\.version) != Array(1...Int64(max(1, events.count))) || version != Int64(events.count) {
            violate("\(what) has version \(version) and events \(events.map(\.version)).")
        }
    }

    /// An issued invoice says what it said when it was issued.
    private func checkContent(_ invoice: Invoice, _ events: [CommittedEvent]) {
        guard let issued = events.first(where: { $0.type == .invoice(.issued) }) else { return }
        let text = String(decoding: issued.data, as: UTF8.self)
        if !text.contains(invoice.content.digestText) { violate("Invoice \(invoice.id) changed after it was issued.") }
        if events.count(where: { $0.type == .invoice(.issued) }) != 1 { violate("Invoice \(invoice.id) was issued twice.") }
        if events.contains(where: { $0.type == .invoice(.replaced) && $0.version > issued.version }) {
            violate("Invoice \(invoice.id) was replaced after it was issued.")
        }
    }

    /// Invariant 5: from the start, without gap or repeat, each bound to one document.
    private func checkNumbers(_ numbers: [NumberRecord]) {
        struct Run: Hashable {
            let tenant: TenantId
            let series: SeriesId
            let period: String
        }
        var runs: [Run: [NumberRecord]] = [:]
        var printed: [String: DocumentReference] = [:]
        for record in numbers {
            runs[Run(tenant: record.tenant, series: record.number.series, period: record.number.period), default: []].append(record)
            let key = record.tenant.value + " " + NumberFormat.key(of: record.number.printed)
            if printed.updateValue(record.document, forKey: key) != nil { violate("Number \(record.number.printed) was given twice.") }
        }
        for (run, records) in runs {
            let sequences = records.map(\.number.sequence).sorted()
            guard case .series(let series)? = store.current(.series(run.tenant, run.series)) else {
                violate("Series \(run.series) has numbers and no record.")
                continue
            }
            let expected = (0..<sequences.count).map { series.plan.start + Int64($0) }
            if sequences != expected { violate("Series \(run.series) of \(run.tenant) in \(run.period) has \(sequences).") }
            if series.last[run.period] != sequences.last { violate("Series \(run.series) counts otherwise than its numbers.") }
        }
    }

    private func checkBinding(_ numbers: [NumberRecord], _ invoices: [BookKey: Invoice]) {
        var bound = 0
        for record in numbers {
            guard let id = InvoiceId(record.document.value) else { continue }
            bound += 1
            guard let invoice = invoices[.invoice(record.tenant, id)], invoice.number == record.number else {
                violate("Number \(record.number.printed) is bound to an invoice that does not carry it.")
                continue
            }
            if (invoice.status == .void) != record.isVoid {
                violate("Number \(record.number.printed) and its invoice differ on being void.")
            }
        }
        if bound != invoices.values.count(where: { $0.number != nil }) { violate("An invoice carries a number that is not on record.") }
    }

    private func checkCredits(_ invoices: [BookKey: Invoice]) {
        for invoice in invoices.values where !invoice.content.summary.isCreditNote {
            let notes = invoices.values.filter {
                $0.creditOf == invoice.id && $0.tenant == invoice.tenant && $0.number != nil && $0.status != .cancelled
                    && $0.status != .void
            }
            guard let sum = try? notes.reduce(ExactDecimal.zero, { try $0 + $1.content.summary.taxInclusive }) else { continue }
            if sum != invoice.credited { violate("Invoice \(invoice.id) says \(invoice.credited) credited, its notes \(sum).") }
            if sum > invoice.content.summary.taxInclusive { violate("Invoice \(invoice.id) is credited beyond its amount.") }
            if (sum == invoice.content.summary.taxInclusive) != (invoice.status == .credited) {
                violate("Invoice \(invoice.id) is \(invoice.status) with \(sum) credited.")
            }
        }
    }

    /// The chains hold, and end in what is stored.
    private func checkAudit() {
        for (partition, segments) in store.allAudit.enumerated() {
            checkAnchors(segments, partition)
            var heads: [TenantId: AuditHead] = [:]
            var last: [TenantId: [String: [UInt8]]] = [:]
            for segment in segments {
                if segment.previous != heads[segment.tenant] ?? .start {
                    violate("The audit chain of \(segment.tenant) in \(partition) is broken.")
                }
                guard let entries = segment.entries() else {
                    violate("An audit segment of \(segment.tenant) does not verify.")
                    continue
                }
                for entry in entries {
                    if let known = last[segment.tenant]?[entry.subject], known != entry.before, !entry.subject.hasPrefix("service-call/") {
                        violate("The audit of \(entry.subject) misses a change.")
                    }
                    last[segment.tenant, default: [:]][entry.subject] = entry.after
                }
                heads[segment.tenant] = segment.head
            }
            for record in store.allBooks {
                switch record {
                case .number, .item(.counts), .item(.progress): continue
                case .series, .invoice, .item, .ingestion: break
                }
                let tenant = record.key.tenant
                guard PartitionHash.partition(tenant: tenant, count: store.partitionCount) == partition else { continue }
                if last[tenant]?[record.auditSubject] != record.digest { violate("\(record.auditSubject) is not as the audit says.") }
            }
        }
    }

    /// Whatever was sworn to is so.
    private func checkAnchors(_ segments: [AuditSegment], _ partition: Int) {
        let chains = Dictionary(grouping: segments, by: \.tenant)
        for tenant in Set(store.allAnchors[partition].map(\.tenant)).union(chains.keys).sorted() {
            var check = AnchorCheck(
                store: store.storeId, tenant: tenant, partition: partition, anchors: store.allAnchors[partition],
                trusted: Set([Self.anchorKey?.publicKey].compactMap { $0 }))
            var head = AuditHead.start
            for entry in (chains[tenant] ?? []).compactMap({ $0.entries() }).joined() {
                head = head.adding(entry)
                check.reached(head)
            }
            check.ended(at: head)
            if let fault = check.faults.first {
                violate("The audit of \(tenant) in \(partition): entries \(fault.entries) \(fault.reason).")
            }
        }
    }

    private func violate(_ what: String) { simulation.world.violate(what) }
}
