/// How ingestion's records are kept by a store: JSON that only ever gains members. Tenant, kind, identity and version are not in it.
extension IngestionRecord {
    public var storedState: [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.field("source", source.value)
            json.field("createdAt", createdAt.microseconds)
            switch self {
            case .invoice(let invoice): invoice.write(into: &json)
            case .quarantine(let slice): slice.write(into: &json)
            case .run(let run): run.write(into: &json)
            case .message(let message): message.write(into: &json)
            }
        }
        return json.bytes
    }

    /// - Returns: nil when `state` is not what `storedState` wrote.
    public init?(key: IngestionKey, tenant: TenantId, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let source = members.text("source").flatMap(SourceName.init(_:)),
            let createdAt = members.instant("createdAt")
        else { return nil }
        switch key.kind {
        case .invoice:
            guard let invoice = IngestedInvoice(members, tenant, source, version, createdAt) else { return nil }
            self = .invoice(invoice)
        case .quarantine:
            guard let slice = QuarantinedSlice(members, tenant, source, version, createdAt) else { return nil }
            self = .quarantine(slice)
        case .run:
            guard let run = IngestionRun(members, tenant, key.id, source, version, createdAt) else { return nil }
            self = .run(run)
        case .message:
            guard let message = IngestedMessage(members, tenant, source, createdAt) else { return nil }
            self = .message(message)
        }
    }
}

extension IngestedInvoice {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("number", number)
        json.field("updatedAt", updatedAt.microseconds)
        json.object("latest") { json in
            json.field("number", latest.number)
            json.field("sha256", latest.sha256.description)
            json.field("size", latest.size)
            json.field("encoding", latest.encoding)
            if !latest.namespaces.isEmpty { latest.namespaces.write(into: &json) }
            json.field("receivedAt", latest.receivedAt.microseconds)
            json.field("run", ifPresent: latest.run?.description)
            json.field("trace", latest.trace.description)
        }
        // Of a document in one version, or that was read from before there were such, they say nothing more.
        if forms.first?.from != latest.number {
            json.array("encodings") { json in
                for span in forms {
                    json.object { json in
                        json.field("from", span.from)
                        json.field("encoding", span.encoding)
                        // Also none, told from what is not known.
                        span.namespaces?.write(into: &json)
                    }
                }
            }
        }
        if let mapping {
            json.object("mapping") { json in
                json.field("revision", mapping.revision)
                json.field("invoice", ifPresent: mapping.invoice?.description)
                json.field("problems", mapping.problems)
            }
        }
    }

    fileprivate init?(_ members: StoredMembers, _ tenant: TenantId, _ source: SourceName, _ version: Int64, _ createdAt: Instant) {
        guard let number = members.text("number"), let updatedAt = members.instant("updatedAt"),
            let latest = Revision(StoredMembers(members.object("latest")))
        else { return nil }
        var mapping: Mapping?
        if let object = members.object("mapping") {
            let members = StoredMembers(object)
            guard let revision = members.integer("revision"), let problems = members.texts("problems") else { return nil }
            mapping = Mapping(revision: revision, invoice: members.text("invoice").flatMap(InvoiceId.init(_:)), problems: problems)
        }
        let forms = (members.objects("encodings") ?? []).compactMap { members in
            members.integer("from").flatMap { from in
                members.text("encoding").map { encoding in
                    FormSpan(from: from, encoding: encoding, namespaces: members.array("namespaces") == nil ? nil : members.namespaces)
                }
            }
        }
        self.init(
            tenant: tenant, source: source, number: number, version: version, latest: latest, forms: forms, mapping: mapping,
            createdAt: createdAt, updatedAt: updatedAt)
    }
}

extension IngestedInvoice.Revision {
    fileprivate init?(_ members: StoredMembers) {
        guard let number = members.integer("number"), let sha256 = members.text("sha256").flatMap(ContentDigest.init(_:)),
            let size = members.integer("size"), let encoding = members.text("encoding"), let namespaces = members.namespaces,
            let receivedAt = members.instant("receivedAt"), let trace = members.text("trace").flatMap(TraceId.init(_:))
        else { return nil }
        self.init(
            number: number, sha256: sha256, size: Int(clamping: size), encoding: encoding, namespaces: namespaces, receivedAt: receivedAt,
            run: members.text("run").flatMap { UniqueId($0) }, trace: trace)
    }
}

extension QuarantinedSlice {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("updatedAt", updatedAt.microseconds)
        json.field("status", status.rawValue)
        json.field("sha256", sha256.description)
        json.field("size", size)
        json.field("resolvedAs", ifPresent: resolvedAs?.description)
        json.object("finding") { json in
            json.field("code", finding.code)
            json.field("text", finding.text)
            json.field("index", finding.index)
            json.field("encoding", ifPresent: finding.encoding)
            if !finding.namespaces.isEmpty { finding.namespaces.write(into: &json) }
            json.field("run", ifPresent: finding.run?.description)
            json.field("trace", finding.trace.description)
        }
    }

    fileprivate init?(_ members: StoredMembers, _ tenant: TenantId, _ source: SourceName, _ version: Int64, _ createdAt: Instant) {
        let found = StoredMembers(members.object("finding"))
        guard let updatedAt = members.instant("updatedAt"), let status = members.text("status").flatMap(Status.init(rawValue:)),
            let sha256 = members.text("sha256").flatMap(ContentDigest.init(_:)), let size = members.integer("size"),
            let code = found.text("code"), let text = found.text("text"), let index = found.integer("index"),
            let namespaces = found.namespaces, let trace = found.text("trace").flatMap(TraceId.init(_:))
        else { return nil }
        self.init(
            tenant: tenant, source: source, version: version, status: status,
            finding: QuarantineFinding(
                code: code, text: text, index: Int(clamping: index), encoding: found.text("encoding"), namespaces: namespaces,
                run: found.text("run").flatMap { UniqueId($0) }, trace: trace),
            sha256: sha256, size: Int(clamping: size), resolvedAs: members.text("resolvedAs").flatMap { UniqueId($0) },
            createdAt: createdAt,
            updatedAt: updatedAt)
    }
}

extension IngestionRun {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("status", status.rawValue)
        json.field("trigger", trigger.rawValue)
        json.field("trace", trace.description)
        json.field("from", window.from.microseconds)
        json.field("to", window.to.microseconds)
        json.field("endedAt", ifPresent: endedAt?.microseconds)
        json.object("counts") { counts.write(into: &$0) }
        json.field("failureCode", ifPresent: failure?.code)
        json.field("failureText", ifPresent: failure?.text)
        json.field("attempts", attempts)
    }

    fileprivate init?(
        _ members: StoredMembers, _ tenant: TenantId, _ id: UniqueId, _ source: SourceName, _ version: Int64, _ createdAt: Instant
    ) {
        guard let status = members.text("status").flatMap(Status.init(rawValue:)),
            let trigger = members.text("trigger").flatMap(Trigger.init(rawValue:)),
            let trace = members.text("trace").flatMap(TraceId.init(_:)), let from = members.instant("from"), let to = members.instant("to"),
            let counts = Counts(StoredMembers(members.object("counts"))), let attempts = members.integer("attempts")
        else { return nil }
        var failure: Failure?
        if let code = members.text("failureCode") { failure = Failure(code: code, text: members.text("failureText") ?? "") }
        self.init(
            tenant: tenant, id: id, source: source, version: version, status: status, trigger: trigger, trace: trace,
            window: Window(from: from, to: to), createdAt: createdAt, endedAt: members.instant("endedAt"), counts: counts,
            failure: failure, attempts: Int(clamping: attempts))
    }
}

extension IngestionRun.Counts {
    fileprivate init?(_ members: StoredMembers) {
        let names = ["received", "new", "changed", "unchanged", "quarantined", "bytes"]
        let numbers = names.compactMap { members.integer($0) }.map { Int(clamping: $0) }
        guard numbers.count == names.count else { return nil }
        self.init()
        (received, new, changed, unchanged, quarantined, bytes) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    }
}

extension StoredMembers {
    /// nil when they are there and not readable.
    fileprivate var namespaces: [InheritedNamespace]? {
        guard array("namespaces") != nil else { return [] }
        guard let objects = objects("namespaces") else { return nil }
        let found = objects.compactMap { members in
            members.text("prefix").flatMap { prefix in members.text("uri").map { InheritedNamespace(prefix: prefix, uri: $0) } }
        }
        return found.count == objects.count ? found : nil
    }
}
