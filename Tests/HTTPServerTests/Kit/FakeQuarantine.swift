import Domain
import Ports
import Testing
import XMLAdapter

/// Judges what lies in quarantine by the real splitter, and puts what comes of it into the books.
struct FakeQuarantine: QuarantineDesk {
    let books: FakeBooks

    func retry(_ id: UniqueId, tenant: TenantId, by: String) async throws(QuarantineError) -> QuarantineOutcome {
        let key = IngestionKey(kind: .quarantine, id: id)
        let (record, octets): (IngestionRecord?, [UInt8]?)
        do {
            record = try await books.ingestionRecord(key, tenant: tenant)
            octets = try await books.ingestionContent(key, version: 1, tenant: tenant)
        } catch {
            throw .unreadable(error)
        }
        guard case .quarantine(let slice)? = record else { throw .noSuchSlice }
        guard slice.status == .open else { throw .resolved(slice.resolvedAs) }
        guard let octets else { throw .erased }
        let item: TenantItem?
        do { item = try await books.item(.source(slice.source), tenant: tenant) } catch { throw .unreadable(error) }
        guard case .source(let source)? = item, source.status != .deleted else { throw .noSuchSource(slice.source) }
        let part = XMLBatchSplitting().judge(octets, encoding: "UTF-8", namespaces: [], by: source.plan.split)
        guard case .invoice(let invoice) = part else { return .refused(slice) }
        let document = IngestedDocument(
            source: slice.source, number: invoice.number, octets: invoice.octets, encoding: invoice.encoding,
            namespaces: invoice.namespaces, run: nil, trace: slice.finding.trace, topic: nil, resolves: id)
        do {
            let reply = try await books.send(
                BookIntent(tenant: tenant, command: .ingestion(.ingest(document)), by: by, correlationId: "x"))
            guard case .ingestion(.invoice(let invoice)) = reply.record else { throw IntentError.stopping }
            return .ingested(invoice)
        } catch let error as IntentError {
            throw .refused(error)
        } catch {
            throw .notOffered
        }
    }
}

extension TestServer {
    static let trace = TraceId(random: (1, 2))

    /// Has the books take what a run of the source `trading-house` would bring: a document in two versions and a part without a number.
    @discardableResult func ingested(tenant name: String = "demo", further: Int = 0) async throws -> TestServer {
        let tenant = try #require(TenantId(name))
        let source = try #require(SourceName("trading-house"))
        let run = UniqueId(high: 9, low: 9)
        func send(_ command: IngestionCommand) async throws {
            _ = try await books.send(
                BookIntent(tenant: tenant, command: .ingestion(command), by: "engine", correlationId: Self.trace.description))
        }
        func document(_ text: String, encoding: String, number: String = "A/1") -> IngestedDocument {
            IngestedDocument(
                source: source, number: number, octets: Array(text.utf8), encoding: encoding,
                namespaces: [InheritedNamespace(prefix: "x", uri: "urn:x")], run: run, trace: Self.trace, topic: nil)
        }
        try await send(.begin(RunStart(id: run, source: source, trigger: .schedule, trace: Self.trace)))
        try await send(.ingest(document("<Invoice><InvoiceNumber>A/1</InvoiceNumber></Invoice>", encoding: "UTF-8")))
        try await send(.ingest(document("<x:Invoice><InvoiceNumber>A/1</InvoiceNumber></x:Invoice>", encoding: "ISO-8859-1")))
        for index in 0..<further {
            try await send(.ingest(document("<Invoice/>", encoding: "UTF-8", number: "B/\(index)")))
        }
        let refused = Array("<Invoice><Number>A/2</Number></Invoice>".utf8)
        let finding = QuarantineFinding(
            code: "no-number", text: "nothing stands where the number should be", index: 2, encoding: "UTF-8", namespaces: [], run: run,
            trace: Self.trace)
        try await send(.quarantine(RefusedSlice(source: source, octets: refused, finding: finding)))
        var counts = IngestionRun.Counts()
        (counts.received, counts.new, counts.quarantined, counts.bytes) = (3, 1, 1, 700)
        try await send(.end(run: run, of: source, RunEnd(status: .partial, counts: counts, attempts: 1)))
        return self
    }
}
