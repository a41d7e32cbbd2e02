/// The JSON of each event's `data`, version 1. A field may be added; none is renamed, removed or given another meaning without a new
/// version of the event's type. Golden files in the tests hold it. What an invoice says is not in it: it is found by the event's subject.
extension BookEvent {
    /// - Parameter record: the aggregate after the event.
    public func wireData(of record: BookRecord) -> [UInt8] {
        var json = JSONWriter(capacity: expectedBytes)
        json.object { json in
            switch (self, record) {
            case (.series(let event, let id), _): event.write(id, into: &json)
            case (.invoice(let event, _), .invoice(let invoice)): event.write(invoice, into: &json)
            case (.item(let event, let key), .item(let item)): event.write(item, key, into: &json)
            case (.ingestion(let event, let key), .ingestion(let record)): event.write(record, key, into: &json)
            case (.invoice, _), (.item, _), (.ingestion, _): break
            }
        }
        return json.bytes
    }

    private var expectedBytes: Int {
        switch self {
        case .ingestion(.received(let document, _), _) where document.isInline: document.octets.count / 3 * 4 + 1_024
        case .ingestion(.messageReceived(let message), _) where message.isInline: message.octets.count / 3 * 4 + 1_024
        default: 256
        }
    }

    public var type: EventType {
        switch self {
        case .series(let event, _): .series(event.kind)
        case .invoice(let event, _): .invoice(event.kind)
        case .item(let event, _): event.type
        case .ingestion(let event, _): .ingestion(event.kind)
        }
    }

    /// The identity of the aggregate.
    public func subject(in tenant: TenantId) -> UniqueId {
        switch self {
        case .series(_, let id): id.subject(in: tenant)
        case .invoice(_, let id): id.value
        case .item(_, let key): key.subject(in: tenant)
        case .ingestion(_, let key): key.id
        }
    }
}

extension SeriesEvent {
    fileprivate func write(_ id: SeriesId, into json: inout JSONWriter) {
        json.field("series", id.value)
        switch self {
        case .opened(let plan):
            json.field("format", plan.format.text)
            json.field("reset", plan.reset.name)
            json.field("fiscalYearStartMonth", ifPresent: plan.reset.startMonth)
            json.field("start", plan.start)
            json.field("timeZone", plan.timeZone)
        case .numberAllocated(let number, let document): Self.write(number, document, into: &json)
        case .numberVoided(let number, let document, let reason):
            Self.write(number, document, into: &json)
            json.field("reason", reason)
        case .numbersAdopted(let adoptions), .numbersReleased(let adoptions):
            json.field("count", adoptions.count)
            json.field("voids", adoptions.count { $0.voidReason != nil })
            Self.write(adoptions, into: &json)
        }
    }

    private static func write(_ number: AssignedNumber, _ document: DocumentReference, into json: inout JSONWriter) {
        json.field("period", number.period)
        json.field("sequence", number.sequence)
        json.field("number", number.printed)
        json.field("document", document.value)
    }

    private static func write(_ adoptions: [BookCommand.Adoption], into json: inout JSONWriter) {
        var ranges: [String: (from: Int64, to: Int64)] = [:]
        for adoption in adoptions {
            let sequence = adoption.number.sequence
            let known = ranges[adoption.number.period] ?? (sequence, sequence)
            ranges[adoption.number.period] = (min(known.from, sequence), max(known.to, sequence))
        }
        json.array("periods") { json in
            for (period, range) in ranges.sorted(by: { $0.key < $1.key }) {
                json.object { json in
                    json.field("period", period)
                    json.field("from", range.from)
                    json.field("to", range.to)
                }
            }
        }
    }
}

extension InvoiceEvent {
    fileprivate func write(_ invoice: Invoice, into json: inout JSONWriter) {
        switch self {
        case .drafted(let content, let creditOf, let origin):
            Self.write(content.summary, into: &json)
            Self.write(content.verdict, into: &json)
            json.field("creditOf", ifPresent: creditOf?.description)
            json.field("source", origin.source.rawValue)
        case .replaced(let content):
            Self.write(content.summary, into: &json)
            Self.write(content.verdict, into: &json)
        case .validated:
            json.field("ruleset", invoice.content.verdict.ruleset)
            Self.write(invoice.content.verdict, into: &json)
        case .issued(let number, let issueDate):
            json.field("number", number.printed)
            json.field("series", number.series.value)
            json.field("period", number.period)
            json.field("sequence", number.sequence)
            json.field("issueDate", issueDate.description)
            Self.write(invoice.content.summary, into: &json)
            json.field("creditOf", ifPresent: invoice.creditOf?.description)
            json.field("contentDigest", invoice.content.digestText)
        case .credited(let by, let amount, let total, _), .creditReversed(let by, let amount, let total):
            json.field("number", ifPresent: invoice.number?.printed)
            json.field("creditNote", by.description)
            json.field("amount", amount.description)
            json.field("credited", total.description)
            json.field("currency", invoice.content.summary.currency)
        case .signed, .transmissionStarted, .accepted:
            json.field("number", ifPresent: invoice.number?.printed)
        case .transmissionFailed(let error):
            json.field("number", ifPresent: invoice.number?.printed)
            json.field("error", error)
        case .rejected(let reason), .cancelled(let reason), .voided(let reason):
            json.field("number", ifPresent: invoice.number?.printed)
            json.field("reason", reason)
        }
    }

    private static func write(_ summary: InvoiceContent.Summary, into json: inout JSONWriter) {
        json.field("typeCode", summary.typeCode)
        json.field("currency", summary.currency)
        json.field("taxExclusive", summary.taxExclusive.description)
        json.field("taxInclusive", summary.taxInclusive.description)
        json.field("payable", summary.payable.description)
    }

    private static func write(_ verdict: InvoiceContent.Verdict, into json: inout JSONWriter) {
        json.field("fatal", verdict.fatal)
        json.field("warnings", verdict.warnings)
    }
}

extension InvoiceContent {
    /// The digest in lower-case hexadecimal.
    public var digestText: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
