public import Domain

/// What ingestion puts on record, for the contracts; the same arguments give the same.
public enum IngestionSample {
    public static let trace = TraceId(random: (1, 2))

    public static func source(_ name: String) throws -> SourceName { try requireSome(SourceName(name), "a source's name") }
    public static func run(_ number: Int) -> UniqueId { ItemSample.id(number) }

    public static func plan() throws -> IngestionSource.Plan {
        IngestionSource.Plan(
            request: SourceRequest(
                url: try TargetURL("https://erp.example.com/soap"), user: "jörg", password: .sealed(SealedBytes(bytes: [0, 255, 1])),
                soapVersion: .v12, action: "urn:erp#list", operation: try SOAPOperation(namespace: "urn:erp", localName: "Liste"),
                parameters: [try SOAPParameter(name: "seit", value: "{from} 😀")]),
            interval: .seconds(90),
            split: SplitPlan(
                invoiceElement: try requireSome(SplitName("{urn:a/b}Rechnung"), "a name"),
                numberPath: try requireSome(SplitPath("{urn:a/b}Kopf/@nr"), "a path")), topic: TopicName("erp.in"),
            fingerprint: Fingerprint(bytes: [0, 255]))
    }

    /// A history of records: each step is what a command leads to.
    public struct History {
        public let tenant: TenantId
        public private(set) var records: [BookKey: BookRecord] = [:]

        public init(tenant: TenantId = Sample.acme) { self.tenant = tenant }

        /// What one command changes: the records as they are then, and the octets that come with them.
        public mutating func take(_ command: IngestionCommand, at now: Instant = Sample.start) throws -> (
            records: [BookRecord], contents: [IngestionContent]
        ) {
            let known = records
            let context = BookContext(now: now) { _ in nil }
            let events = try Books(tenant: tenant, find: { known[$0] }).decide(.ingestion(command), context)
            var changed: [BookRecord] = []
            var contents: [IngestionContent] = []
            for event in events {
                let key = try requireSome(Books.affected(by: event, tenant: tenant).first, "a key")
                let record = try requireSome(Books.evolve(records[key], event, tenant: tenant, at: now), "a record")
                records[key] = record
                changed.append(record)
                if let content = Books.content(of: event, record) { contents.append(content) }
            }
            return (changed, contents)
        }
    }

    public static func document(
        _ number: String, _ octets: [UInt8], source: String = "erp", resolves: UniqueId? = nil
    ) throws -> IngestionCommand {
        .ingest(
            IngestedDocument(
                source: try self.source(source), number: number, octets: octets, encoding: "ISO-8859-1",
                namespaces: [
                    InheritedNamespace(prefix: "", uri: "urn:erp"), InheritedNamespace(prefix: "é", uri: "urn:😀 '\"\\"),
                ], run: run(1), trace: trace, topic: nil, resolves: resolves))
    }

    public static func slice(_ octets: [UInt8], source: String = "erp", text: String = "not well-formed") throws -> IngestionCommand {
        .quarantine(
            RefusedSlice(
                source: try self.source(source), octets: octets,
                finding: QuarantineFinding(
                    code: "malformed", text: text, index: 3, encoding: nil, namespaces: [], run: run(1), trace: trace)))
    }

    /// A message with a document and a part that cannot be taken.
    public static func message(
        _ id: String, _ octets: [UInt8], document: [UInt8]? = nil, slice: [UInt8]? = nil, receiver: String = "erp"
    ) throws -> IngestionCommand {
        let name = try source(receiver)
        return .receive(
            ReceivedMessage(
                receiver: name, messageId: id, octets: octets, contentType: "text/xml; charset=\"é\"", trace: trace, topic: nil,
                documents: document.map {
                    [
                        IngestedDocument(
                            source: name, number: "M-" + id, octets: $0, encoding: "UTF-8", namespaces: [], run: nil, trace: trace,
                            topic: nil)
                    ]
                } ?? [],
                refused: slice.map {
                    [
                        RefusedSlice(
                            source: name, octets: $0,
                            finding: QuarantineFinding(
                                code: "malformed", text: "x", index: 0, encoding: nil, namespaces: [], run: nil, trace: trace))
                    ]
                } ?? []))
    }

    /// A run at `status`.
    public static func run(
        _ number: Int, _ status: IngestionRun.Status = .running, source: String = "erp", tenant: TenantId = Sample.acme,
        at now: Instant = Sample.start
    ) throws -> IngestionRecord {
        let start = RunStart(id: run(number), source: try self.source(source), trigger: .request, trace: trace)
        let window = IngestionRun.Window(from: now - .hours(1), to: now)
        var record = evolved(nil, .started(start, window, requests: 1), .run(start.id), tenant, now)
        if status != .running {
            var counts = IngestionRun.Counts()
            (counts.received, counts.bytes, counts.quarantined) = (number, 1 << 40, 1)
            let failure = status == .failed ? IngestionRun.Failure(code: "fault", text: "nein\u{0} 😀") : nil
            record = evolved(
                record, .ended(RunEnd(status: status, counts: counts, failure: failure, attempts: 5)), .run(start.id), tenant, now)
        }
        guard case .ingestion(let found)? = record else { throw ContractFailure("a run does not change as it should") }
        return found
    }

    private static func evolved(
        _ record: BookRecord?, _ event: IngestionEvent, _ key: IngestionKey, _ tenant: TenantId, _ now: Instant
    ) -> BookRecord? {
        Books.evolve(record, .ingestion(event, key), tenant: tenant, at: now)
    }

    static func kind(of record: IngestionRecord, isNew: Bool) -> IngestionEventKind {
        switch record {
        case .invoice: .invoiceReceived
        case .quarantine: isNew ? .invoiceQuarantined : .quarantineResolved
        case .run: isNew ? .runStarted : .runEnded
        case .message: .messageReceived
        }
    }
}
