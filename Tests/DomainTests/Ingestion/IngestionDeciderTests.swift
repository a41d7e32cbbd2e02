import Testing

@testable import Domain

private typealias S = BookScenario

@Suite("What was received is told once")
struct IngestionDeciderTests {
    @Test func anUnchangedRepeatTellsNothing() throws {
        var books = try S()
        #expect(try books.when(S.ingest("R-1", "<a/>")).names == ["ingestion.invoice-received"])
        let before = books.records
        #expect(try books.when(S.ingest("R-1", "<a/>", run: 2)).isEmpty)
        #expect(books.records == before)
        #expect(books.contents.map(\.version) == [1])
    }

    @Test func whatComesBackIsAVersionOfItsOwn() throws {
        var books = try S()
        for text in ["A", "B", "A"] { #expect(try books.when(S.ingest("R-1", text)).count == 1) }
        let invoice = try #require(try books.ingested("R-1"))
        #expect(invoice.latest.number == 3)
        #expect(invoice.version == 3)
        #expect(books.contents.map { String(decoding: $0.octets, as: UTF8.self) } == ["A", "B", "A"])
        #expect(books.contents.map(\.version) == [1, 2, 3])
    }

    @Test func theEncodingOfEachVersionStaysOnRecord() throws {
        var books = try S()
        for (index, encoding) in ["UTF-8", "ISO-8859-1", "ISO-8859-1", "UTF-16"].enumerated() {
            try books.when(
                .ingestion(
                    .ingest(
                        IngestedDocument(
                            source: try S.source(), number: "R-1", octets: [UInt8(index)], encoding: encoding, namespaces: [], run: nil,
                            trace: S.trace, topic: nil))))
        }
        let invoice = try #require(try books.ingested("R-1"))
        let known = [nil, "UTF-8", "ISO-8859-1", "ISO-8859-1", "UTF-16", nil]
        #expect((0...5).map { invoice.encoding(of: $0) } == known)
        let read = IngestionRecord(
            key: invoice.key, tenant: invoice.tenant, version: invoice.version, storedState: IngestionRecord.invoice(invoice).storedState)
        #expect(read == .invoice(invoice))
    }

    @Test func theNamespacesOfEachVersionStayOnRecordUpToABound() throws {
        var books = try S()
        func ingest(_ number: UInt8, _ namespaces: [InheritedNamespace]) throws {
            try books.when(
                .ingestion(
                    .ingest(
                        IngestedDocument(
                            source: try S.source(), number: "R-1", octets: [number], encoding: "UTF-8", namespaces: namespaces, run: nil,
                            trace: S.trace, topic: nil))))
        }
        let a = [InheritedNamespace(prefix: "", uri: "urn:a")]
        let b = [InheritedNamespace(prefix: "x", uri: "urn:b")]
        for (index, namespaces) in [a, a, [], b, a].enumerated() { try ingest(UInt8(index), namespaces) }
        var invoice = try #require(try books.ingested("R-1"))
        #expect((0...6).map { invoice.namespaces(of: $0) } == [nil, a, a, [], b, a, nil])
        #expect(invoice.forms.map(\.from) == [1, 3, 4, 5])
        let read = IngestionRecord(
            key: invoice.key, tenant: invoice.tenant, version: invoice.version, storedState: IngestionRecord.invoice(invoice).storedState)
        #expect(read == .invoice(invoice))
        // Those that are large and always others are kept of the newest alone.
        let large = String(repeating: "u", count: IngestedInvoice.maxNamespaceBytes / 3)
        for number in 6...9 { try ingest(UInt8(number), [InheritedNamespace(prefix: "\(number)", uri: large)]) }
        invoice = try #require(try books.ingested("R-1"))
        #expect((1...9).map { invoice.namespaces(of: $0) != nil } == [false, false, false, false, false, false, true, true, true])
        #expect((1...9).allSatisfy { invoice.encoding(of: $0) == "UTF-8" })
    }

    @Test func whatWasStoredBeforeNamespacesWereKeptIsReadAndGoesOn() throws {
        var books = try S()
        for text in ["A", "B"] { try books.when(S.ingest("R-1", text)) }
        let invoice = try #require(try books.ingested("R-1"))
        // As a version wrote it that kept the encodings alone.
        let state = String(decoding: IngestionRecord.invoice(invoice).storedState, as: UTF8.self)
        let older = state.replacing(
            #""encoding":"UTF-8","namespaces":[{"prefix":"","uri":"urn:erp"}]}"#, with: #""encoding":"UTF-8"}"#)
        try #require(older != state)
        guard
            case .invoice(let read)? = IngestionRecord(
                key: invoice.key, tenant: invoice.tenant, version: invoice.version, storedState: Array(older.utf8))
        else {
            Issue.record("it is not read")
            return
        }
        #expect(read.encoding(of: 1) == "UTF-8" && read.namespaces(of: 1) == nil)
        #expect(read.namespaces(of: 2) == invoice.latest.namespaces)
    }

    @Test func howManyChangesOfEncodingAreRememberedIsBounded() throws {
        var books = try S()
        let changes = IngestedInvoice.maxForms + 10
        for number in 1...changes {
            try books.when(
                .ingestion(
                    .ingest(
                        IngestedDocument(
                            source: try S.source(), number: "R-1", octets: [UInt8(number)],
                            encoding: number.isMultiple(of: 2) ? "UTF-8" : "UTF-16", namespaces: [], run: nil, trace: S.trace, topic: nil)))
            )
        }
        let invoice = try #require(try books.ingested("R-1"))
        #expect(invoice.encoding(of: 10) == nil)
        #expect(invoice.encoding(of: 11) == "UTF-16")
        #expect(invoice.encoding(of: Int64(changes)) == "UTF-8")
    }

    @Test func sourcesAndTenantsAndNumbersAreApart() throws {
        var books = try S()
        try books.when(S.ingest("R-1", "A"))
        try books.when(S.ingest("R-2", "A"))
        try books.when(.ingestion(.ingest(try S.document("R-1", "A", source: "other"))))
        #expect(Set(books.contents.map(\.key)).count == 3)
        let other = try #require(TenantId("other"))
        let source = try S.source()
        #expect(
            IngestionKey.invoice("R-1", of: source, tenant: other) != IngestionKey.invoice("R-1", of: source, tenant: books.tenant))
        // The names could be cut in more than one place.
        let long = try S.source("erp.a")
        #expect(IngestionKey.invoice("b", of: long, tenant: books.tenant) != .invoice("a\u{0}b", of: source, tenant: books.tenant))
    }

    @Test func aSliceIsKeptOnceAndToldAgainWhenItSaysSomethingElse() throws {
        var books = try S()
        #expect(try books.when(.ingestion(.quarantine(try S.slice("<a")))).names == ["ingestion.invoice-quarantined"])
        #expect(try books.when(.ingestion(.quarantine(try S.slice("<a")))).isEmpty)
        #expect(try books.when(.ingestion(.quarantine(try S.slice("<a", code: "no-number", detail: "none")))).count == 1)
        #expect(try books.quarantined("<a")?.finding.code == "no-number")
        #expect(try books.quarantined("<a")?.version == 2)
        #expect(books.contents.count == 1)
    }

    @Test func whatIsTakenAfterAllResolvesItsSliceInOneDecision() throws {
        var books = try S()
        try books.when(.ingestion(.quarantine(try S.slice("<a/>"))))
        let id = try #require(try books.quarantined("<a/>")).id
        let events = try books.when(.ingestion(.ingest(try S.document("R-1", "<a/>", run: nil, resolves: id))))
        #expect(events.names == ["ingestion.invoice-received", "ingestion.quarantine-resolved"])
        let slice = try #require(try books.quarantined("<a/>"))
        #expect(slice.status == .resolved)
        #expect(slice.resolvedAs == (try books.ingested("R-1"))?.id)
        #expect(try books.when(.ingestion(.ingest(try S.document("R-1", "<a/>", run: nil, resolves: id)))).isEmpty)
        // The document is in the books already: the slice is resolved by it all the same.
        try books.when(.ingestion(.quarantine(try S.slice("<b/>"))))
        try books.when(S.ingest("R-2", "<b/>"))
        let second = try #require(try books.quarantined("<b/>")).id
        let again = try books.when(.ingestion(.ingest(try S.document("R-2", "<b/>", run: nil, resolves: second))))
        #expect(again.names == ["ingestion.quarantine-resolved"])
        // Seen again, it is open again.
        #expect(try books.when(.ingestion(.quarantine(try S.slice("<a/>")))).count == 1)
        #expect(try books.quarantined("<a/>")?.status == .open)
        #expect(try books.quarantined("<a/>")?.resolvedAs == nil)
    }

    @Test func aSliceThatIsNotThereCannotBeResolved() throws {
        var books = try S()
        #expect(throws: BookError.noSuchIngestion(.quarantine)) {
            try books.when(.ingestion(.ingest(try S.document("R-1", "A", resolves: S.run(9)))))
        }
        #expect(books.records.isEmpty)
    }

    @Test func aDocumentCountsAsMappedOnlyWhileItsLatestVersionIs() throws {
        var books = try S()
        func status() throws -> String { IngestionRecord.invoice(try #require(try books.ingested("R-1"))).status }
        func map(_ revision: Int64, _ invoice: InvoiceId?) throws {
            let mapping = IngestedInvoice.Mapping(revision: revision, invoice: invoice, problems: invoice == nil ? ["no buyer"] : [])
            try books.when(.ingestion(.mapped(number: "R-1", of: S.source(), mapping)))
        }
        try books.when(S.ingest("R-1", "A"))
        #expect(try status() == "received")
        try map(1, S.id(1))
        #expect(try status() == "mapped")
        try books.when(S.ingest("R-1", "B", run: 2))
        #expect(try status() == "received")
        try map(2, nil)
        #expect(try status() == "not-mapped")
    }

    @Test func whatCameOfMappingAnEarlierVersionIsNotKept() throws {
        var books = try S()
        try books.when(S.ingest("R-1", "A"))
        let source = try S.source()
        func note(_ revision: Int64, _ problems: [String]) -> BookCommand {
            .ingestion(
                .mapped(number: "R-1", of: source, .init(revision: revision, invoice: problems.isEmpty ? S.id(1) : nil, problems: problems))
            )
        }
        #expect(try books.when(note(1, ["/seller is missing"])).names == ["ingestion.invoice-mapped"])
        #expect(try books.when(note(1, ["/seller is missing"])).isEmpty)
        try books.when(S.ingest("R-1", "B"))
        #expect(try books.when(note(1, [])).isEmpty)
        #expect(try books.when(note(2, [])).count == 1)
        #expect(try books.ingested("R-1")?.mapping?.invoice == S.id(1))
        #expect(throws: BookError.noSuchIngestion(.invoice)) {
            try books.when(.ingestion(.mapped(number: "R-2", of: source, .init(revision: 1, invoice: nil, problems: []))))
        }
    }

    /// One that could not be read would hold up whatever is read with it.
    @Test func aRecordIsReadBackHoweverLargeItHasBecome() throws {
        var books = try S()
        try books.when(S.make())
        try books.when(
            .ingestion(.quarantine(try S.slice("<a", detail: String(repeating: "\"\\\u{1}", count: 1 << 20)))))
        let slice = IngestionRecord.quarantine(try #require(try books.quarantined("<a")))
        #expect(slice.storedState.count > 4 << 20)
        #expect(
            IngestionRecord(key: slice.key, tenant: slice.tenant, version: slice.version, storedState: slice.storedState) == slice)
    }

    @Test func recordsAreReadBackAsTheyWereStored() throws {
        var books = try S()
        try books.when(S.make())
        try books.when(S.begin(1))
        try books.when(S.ingest("\"Rechnung\" ١٢٣", "A"))
        try books.when(S.ingest("R-2", "A", run: nil))
        try books.when(
            .ingestion(.mapped(number: "R-2", of: S.source(), .init(revision: 1, invoice: nil, problems: ["a", "b"]))))
        try books.when(.ingestion(.quarantine(try S.slice("<a"))))
        try books.when(S.end(1, .failed))
        try books.when(S.begin(2, .request))
        try books.when(S.receive("m \"1\"", "B", documents: [S.document("R-3", "B")]))
        var kinds: Set<IngestionKey.Kind> = []
        for case .ingestion(let record) in books.records.values {
            kinds.insert(record.key.kind)
            let read = IngestionRecord(
                key: record.key, tenant: record.tenant, version: record.version, storedState: record.storedState)
            #expect(read == record)
            #expect(
                IngestionRecord(key: record.key, tenant: record.tenant, version: 1, storedState: Array("{}".utf8)) == nil)
        }
        #expect(kinds == Set(IngestionKey.Kind.allCases))
    }
}
