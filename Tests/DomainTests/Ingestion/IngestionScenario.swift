import Testing

@testable import Domain

/// Given / when / then on a tenant's ingestion.
extension BookScenario {
    static func source(_ name: String = "erp") throws -> SourceName { try #require(SourceName(name)) }
    static func run(_ number: UInt64) -> UniqueId { UniqueId(high: 7, low: number) }
    static let trace = TraceId(random: (1, 2))

    static func sourcePlan(
        _ fingerprint: UInt8 = 1, interval: TimeSpan = .minutes(5), topic: String? = nil,
        url: String = "https://erp.example.com/soap?key=secret",
        mapping: IngestionMapping? = nil
    ) throws -> IngestionSource.Plan {
        IngestionSource.Plan(
            request: SourceRequest(
                url: try TargetURL(url), user: "ana", password: .sealed(SealedBytes(bytes: [1, 2, 3])), action: "urn:erp#list",
                operation: try SOAPOperation(namespace: "urn:erp", localName: "ListInvoices"),
                parameters: [try SOAPParameter(name: "since", value: "{from}"), try SOAPParameter(name: "until", value: "{to}")]),
            interval: interval, overlap: .minutes(5), lookback: .hours(24),
            split: SplitPlan(
                invoiceElement: try #require(SplitName("{urn:erp}Invoice")), numberPath: try #require(SplitPath("Header/@number"))),
            topic: topic.flatMap(TopicName.init(_:)), mapping: mapping, fingerprint: Fingerprint(bytes: [fingerprint]))
    }

    static func document(
        _ number: String, _ text: String, source: String = "erp", run number2: UInt64? = 1, topic: String? = nil, resolves: UniqueId? = nil
    ) throws -> IngestedDocument {
        IngestedDocument(
            source: try self.source(source), number: number, octets: Array(text.utf8), encoding: "UTF-8",
            namespaces: [InheritedNamespace(prefix: "", uri: "urn:erp")], run: number2.map(run), trace: trace,
            topic: topic.flatMap(TopicName.init(_:)), resolves: resolves)
    }

    static func slice(_ text: String, code: String = "malformed", detail: String = "not well-formed: it ends early") throws -> RefusedSlice
    {
        RefusedSlice(
            source: try source(), octets: Array(text.utf8),
            finding: QuarantineFinding(
                code: code, text: detail, index: 4, encoding: "UTF-8", namespaces: [], run: run(1), trace: trace))
    }

    static func ingest(_ number: String, _ text: String, run: UInt64? = 1) throws -> BookCommand {
        .ingestion(.ingest(try document(number, text, run: run)))
    }

    static func make(_ plan: IngestionSource.Plan? = nil) throws -> BookCommand {
        .item(.source(try source(), .create(try plan ?? sourcePlan())))
    }

    static func begin(_ number: UInt64, _ trigger: IngestionRun.Trigger = .schedule) throws -> BookCommand {
        .ingestion(.begin(RunStart(id: run(number), source: try source(), trigger: trigger, trace: trace)))
    }

    static func end(_ number: UInt64, _ status: IngestionRun.Status = .succeeded) throws -> BookCommand {
        var counts = IngestionRun.Counts()
        (counts.received, counts.new, counts.bytes) = (2, 1, 700)
        let failure = status == .failed ? IngestionRun.Failure(code: "connection", text: "refused") : nil
        return .ingestion(.end(run: run(number), of: try source(), RunEnd(status: status, counts: counts, failure: failure, attempts: 3)))
    }

    static func receiverPlan(_ fingerprint: UInt8 = 1, topic: String? = "erp.in") throws -> Receiver.Plan {
        let field = try SignatureField(
            header: try #require(FieldName("X-Signature")), algorithm: .sha256, encoding: .hex, prefix: "sha256=",
            timestamp: FieldName("X-Time"), content: try SignedContent("{timestamp}.{body}"))
        return Receiver.Plan(
            scheme: .hmac(field), messageId: .body(try #require(MessagePointer("/a~1b/0"))), topic: topic.flatMap(TopicName.init(_:)),
            split: try sourcePlan().split, fingerprint: Fingerprint(bytes: [fingerprint]))
    }

    static func receiverSecret(_ number: UInt64) -> Receiver.Secret {
        Receiver.Secret(id: UniqueId(high: 8, low: number), sealed: sealed, createdAt: .earliest)
    }

    /// A receiver whose fingerprint and secret are told apart by `number`.
    static func put(_ number: UInt8, ifVersion: Int64? = nil) throws -> ReceiverCommand {
        .put(
            try receiverPlan(number), secret: receiverSecret(UInt64(number)), door: ReceiverAddress.door(random: (1, UInt64(number))),
            ifVersion: ifVersion)
    }

    static func receive(
        _ id: String, _ text: String, documents: [IngestedDocument] = [], refused: [RefusedSlice] = []
    ) throws -> BookCommand {
        .ingestion(
            .receive(
                ReceivedMessage(
                    receiver: try source(), messageId: id, octets: Array(text.utf8), contentType: "text/xml", trace: trace,
                    topic: TopicName("erp.in"), documents: documents, refused: refused)))
    }

    func receiver() throws -> Receiver? {
        if case .receiver(let receiver)? = item(.receiver(try Self.source())) { return receiver } else { return nil }
    }

    func message(_ id: String) throws -> IngestedMessage? {
        let key = IngestionKey.message(id, of: try Self.source(), tenant: tenant)
        if case .ingestion(.message(let message))? = records[.ingestion(tenant, key)] { return message } else { return nil }
    }

    func ingested(_ number: String) throws -> IngestedInvoice? {
        let key = IngestionKey.invoice(number, of: try Self.source(), tenant: tenant)
        if case .ingestion(.invoice(let invoice))? = records[.ingestion(tenant, key)] { return invoice } else { return nil }
    }

    func quarantined(_ text: String) throws -> QuarantinedSlice? {
        let digest = ContentDigest(of: Array(text.utf8)).bytes
        let key = IngestionKey.quarantine(digest, of: try Self.source(), tenant: tenant)
        if case .ingestion(.quarantine(let slice))? = records[.ingestion(tenant, key)] { return slice } else { return nil }
    }

    func run(_ number: UInt64) -> IngestionRun? {
        if case .ingestion(.run(let run))? = records[.ingestion(tenant, .run(Self.run(number)))] { run } else { nil }
    }

    func sourceItem() throws -> IngestionSource? {
        if case .source(let source)? = item(.source(try Self.source())) { return source } else { return nil }
    }

    func progress() throws -> SourceProgress? {
        if case .progress(let progress)? = item(.progress(try Self.source())) { return progress } else { return nil }
    }
}
