/// How the books are kept by a store: JSON that only ever gains members. What a store also keeps in columns (tenant, identity, ordinal,
/// version, the document itself) is not in it.
extension Series {
    public var storedState: [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.field("format", plan.format.text)
            json.field("reset", plan.reset.name)
            json.field("startMonth", ifPresent: plan.reset.startMonth)
            json.field("start", plan.start)
            json.field("timeZone", plan.timeZone)
            json.field("createdAt", createdAt.microseconds)
            json.object("last") { json in
                for (period, sequence) in last.sorted(by: { $0.key < $1.key }) { json.field(dynamic: period, sequence) }
            }
            json.object("allocated") { json in
                for (period, sequence) in allocated.sorted(by: { $0.key < $1.key }) { json.field(dynamic: period, sequence) }
            }
        }
        return json.bytes
    }

    /// - Returns: nil when `state` is not what `storedState` wrote.
    public init?(tenant: TenantId, id: SeriesId, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let format = members.text("format").flatMap({ try? NumberFormat($0) }),
            let reset = members.text("reset").flatMap({ ResetRule(name: $0, startMonth: members.integer("startMonth").map { Int($0) }) }),
            let start = members.integer("start"), let timeZone = members.text("timeZone"), let createdAt = members.integer("createdAt"),
            let plan = try? Plan(id: id, format: format, reset: reset, start: start, timeZone: timeZone)
        else { return nil }
        guard let last = Self.counters(members.object("last")) else { return nil }
        // A series of before took no note of what was given and what was taken over: all counts as given.
        let allocated = members.object("allocated").map { Self.counters($0) } ?? last
        guard let allocated else { return nil }
        self.init(
            tenant: tenant, plan: plan, createdAt: Instant(microseconds: createdAt), version: version, last: last, allocated: allocated)
    }

    private static func counters(_ object: JSONObject?) -> [String: Int64]? {
        var counters: [String: Int64] = [:]
        for member in object?.members ?? [] {
            guard case .number(let number) = member.value, let sequence = number.int64 else { return nil }
            counters[member.name] = sequence
        }
        return counters
    }
}

extension Invoice {
    /// Everything but the document, which is `content.encoded`.
    public var storedState: [UInt8] {
        var json = JSONWriter(capacity: 768)
        json.object { json in
            json.field("status", status.rawValue)
            if let number {
                json.object("number") { json in
                    json.field("series", number.series.value)
                    json.field("period", number.period)
                    json.field("sequence", number.sequence)
                    json.field("printed", number.printed)
                }
            }
            json.field("issueDate", ifPresent: issueDate?.description)
            json.field("creditOf", ifPresent: creditOf?.description)
            json.field("credited", credited.description)
            json.field("statusBeforeCredit", ifPresent: statusBeforeCredit?.rawValue)
            json.field("reason", ifPresent: reason)
            json.field("retryCount", retryCount)
            json.field("lastError", ifPresent: lastError)
            json.field("source", origin.source.rawValue)
            json.field("fingerprint", Base64.encodeURL(origin.fingerprint.bytes))
            json.field("correlationId", origin.correlationId)
            json.field("createdAt", createdAt.microseconds)
            json.field("updatedAt", updatedAt.microseconds)
            json.field("issuedAt", ifPresent: issuedAt?.microseconds)
            let verdict = content.verdict
            json.field("ruleset", verdict.ruleset)
            json.field("fatal", verdict.fatal)
            json.field("warnings", verdict.warnings)
            json.object("summary") { content.summary.write(into: &$0) }
        }
        return json.bytes
    }

    /// - Returns: nil when `state` is not what `storedState` wrote.
    public init?(tenant: TenantId, id: InvoiceId, version: Int64, storedState state: [UInt8], content encoded: [UInt8]) {
        guard let members = StoredMembers(state), let status = members.text("status").flatMap(Status.init(rawValue:)),
            let credited = members.decimal("credited"), let source = members.text("source").flatMap(Origin.Source.init(rawValue:)),
            let fingerprint = members.text("fingerprint").flatMap({ Base64.decodeURL($0) }),
            let correlationId = members.text("correlationId"),
            let createdAt = members.instant("createdAt"), let updatedAt = members.instant("updatedAt"),
            let retryCount = members.integer("retryCount"), let ruleset = members.text("ruleset"), let fatal = members.integer("fatal"),
            let warnings = members.integer("warnings"),
            let summary = InvoiceContent.Summary(StoredMembers(members.object("summary")))
        else { return nil }
        var number: AssignedNumber?
        let numbered = StoredMembers(members.object("number"))
        if let series = numbered.text("series").flatMap(SeriesId.init(_:)), let period = numbered.text("period"),
            let sequence = numbered.integer("sequence"), let printed = numbered.text("printed")
        {
            number = AssignedNumber(series: series, period: period, sequence: sequence, printed: printed)
        }
        let verdict = InvoiceContent.Verdict(ruleset: ruleset, fatal: Int(clamping: fatal), warnings: Int(clamping: warnings))
        self.init(
            tenant: tenant, id: id, version: version, status: status,
            content: InvoiceContent(encoded: encoded, summary: summary, verdict: verdict), number: number,
            issueDate: members.text("issueDate").flatMap(CalendarDate.init(_:)),
            creditOf: members.text("creditOf").flatMap(InvoiceId.init(_:)),
            credited: credited, statusBeforeCredit: members.text("statusBeforeCredit").flatMap(Status.init(rawValue:)),
            reason: members.text("reason"), retryCount: Int(clamping: retryCount), lastError: members.text("lastError"),
            origin: Origin(source: source, fingerprint: Fingerprint(bytes: fingerprint), correlationId: correlationId),
            createdAt: createdAt,
            updatedAt: updatedAt, issuedAt: members.instant("issuedAt"))
    }
}

extension InvoiceContent.Summary {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("typeCode", typeCode)
        json.field("currency", currency)
        json.field("issueDate", ifPresent: issueDate?.description)
        json.field("dueDate", ifPresent: dueDate?.description)
        json.field("sellerName", ifPresent: sellerName)
        json.field("buyerName", ifPresent: buyerName)
        json.field("taxExclusive", taxExclusive.description)
        json.field("taxInclusive", taxInclusive.description)
        json.field("payable", payable.description)
        json.field("isCreditNote", isCreditNote)
    }

    fileprivate init?(_ members: StoredMembers) {
        guard let typeCode = members.text("typeCode"), let currency = members.text("currency"),
            let taxExclusive = members.decimal("taxExclusive"), let taxInclusive = members.decimal("taxInclusive"),
            let payable = members.decimal("payable"), let isCreditNote = members.flag("isCreditNote")
        else { return nil }
        self.init(
            typeCode: typeCode, currency: currency, issueDate: members.text("issueDate").flatMap(CalendarDate.init(_:)),
            dueDate: members.text("dueDate").flatMap(CalendarDate.init(_:)), sellerName: members.text("sellerName"),
            buyerName: members.text("buyerName"), taxExclusive: taxExclusive, taxInclusive: taxInclusive, payable: payable,
            isCreditNote: isCreditNote)
    }
}
