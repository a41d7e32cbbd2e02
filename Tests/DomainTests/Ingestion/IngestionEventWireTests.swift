import Testing

@testable import Domain

private typealias S = BookScenario

/// The wire form of the events of ingestion, version 1. A difference here breaks consumers: it needs a new version, not a new golden text.
@Suite struct IngestionEventWireTests {
    private static let plan =
        #""url":"https://erp.example.com/soap","intervalSeconds":300,"invoiceElement":"{urn:erp}Invoice","numberPath":"Header/@number","topic":"erp.in""#
    private static let trace = #""traceId":"00000000000000010000000000000002""#
    private static let runId = #""runId":"00000000-0000-0007-0000-000000000001""#
    private static let sha256 = "6dfa0ffe0f1ac7eb4f5bec6c38d04aa16d5ff98ab7ef12e9a8af29c3bb1e5aa3"

    static let golden: [IngestionEventKind: String] = [
        .sourceCreated: #"{"source":"erp",\#(plan)}"#,
        .sourceChanged: #"{"source":"erp",\#(plan)}"#,
        .sourcePaused: #"{"source":"erp"}"#,
        .sourceResumed: #"{"source":"erp"}"#,
        .sourceRunRequested: #"{"source":"erp"}"#,
        .sourceDeleted: #"{"source":"erp"}"#,
        .invoiceReceived:
            #"{"source":"erp","number":"R-1","version":1,"sha256":"SHA","encoding":"UTF-8","size":4,\#(runId),\#(trace),"topic":"erp.in","namespaces":[{"prefix":"","uri":"urn:erp"}],"document":"PGEvPg=="}"#,
        .invoiceMapped:
            #"{"source":"erp","number":"R-1","version":1,"invoice":"00000000-0000-0001-0000-000000000001","problems":[]}"#,
        .invoiceQuarantined:
            #"{"source":"erp","reason":"malformed","detail":"not well-formed: it ends early","index":4,"sha256":"SHA","size":4,\#(runId),\#(trace)}"#,
        .quarantineResolved: #"{"source":"erp","document":"DOCUMENT"}"#,
        .runStarted:
            #"{"source":"erp","trigger":"schedule",\#(trace),"window":{"from":"2026-09-20T14:13:20Z","to":"2026-09-21T14:13:20Z"}}"#,
        .runEnded:
            #"{"source":"erp","trigger":"schedule",\#(trace),"status":"failed","counts":{"received":2,"new":1,"changed":0,"unchanged":0,"quarantined":0,"bytes":700},"attempts":3,"failure":{"code":"connection","detail":"refused"}}"#,
        .receiverCreated: #"{"source":"erp","scheme":"hmac","topic":"erp.in"}"#,
        .receiverChanged: #"{"source":"erp","scheme":"hmac","topic":"erp.in"}"#,
        .receiverPaused: #"{"source":"erp"}"#,
        .receiverResumed: #"{"source":"erp"}"#,
        .receiverSecretAdded:
            #"{"source":"erp","key":"00000000-0000-0008-0000-000000000003","othersExpireAt":"2026-09-21T15:13:20Z"}"#,
        .receiverDeleted: #"{"source":"erp"}"#,
        .messageReceived:
            #"{"source":"erp","messageId":"m-1","sha256":"SHA","size":4,"contentType":"text/xml",\#(trace),"topic":"erp.in","documents":1,"quarantined":0,"body":"PGEvPg=="}"#,
    ]

    @Test(arguments: IngestionEventKind.allCases)
    func theWireFormIsGolden(_ kind: IngestionEventKind) throws {
        let (wire, document) = try examples()
        let sha = ContentDigest(of: Array("<a/>".utf8)).description
        let golden = try #require(Self.golden[kind]).replacing("SHA", with: sha).replacing("DOCUMENT", with: document.description)
        #expect(try #require(wire[kind]) == golden)
    }

    @Test func theNumbersAreGolden() {
        let codes = IngestionEventKind.allCases.map { EventType.ingestion($0).code }
        #expect(codes == Array(801...806) + [811, 812, 821, 822, 831, 832] + Array(841...846) + [851])
        for kind in IngestionEventKind.allCases {
            let type = EventType.ingestion(kind)
            #expect(EventType(code: type.code) == type)
            #expect(type.name == "ledgerflow.ingestion.\(kind.rawValue).v1")
        }
    }

    @Test func theSubjectOfADocumentIsItsIdentity() throws {
        // Stored records and consumers depend on it.
        let key = IngestionKey.invoice("R-1", of: try S.source(), tenant: try S().tenant)
        #expect(key.id.description == "2c042588-65ba-56ac-b89a-9f6d85d6d6f5")
    }

    @Test func aLargeDocumentIsTold() throws {
        var books = try S()
        let octets = Array(repeating: UInt8(ascii: "x"), count: IngestionLimits.inlineBytes + 1)
        let document = IngestedDocument(
            source: try S.source(), number: "R-1", octets: octets, encoding: "UTF-8", namespaces: [], run: nil, trace: S.trace, topic: nil)
        let event = try #require(try books.when(.ingestion(.ingest(document))).first)
        let invoice = try #require(try books.ingested("R-1"))
        let data = event.wireData(of: .ingestion(.invoice(invoice)))
        #expect(data.count < 1_024)
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.hasSuffix(#""documentUrl":"/v1/ingestion/invoices/\#(invoice.id)/raw?version=1"}"#))
        #expect(books.contents.first?.octets == octets)
    }

    @Test func noEventOfASourceHoldsASecret() throws {
        for (_, wire) in try examples().wire { #expect(!wire.contains("secret") && !wire.contains("ana")) }
    }

    /// A history that holds every event once.
    private func examples() throws -> (wire: [IngestionEventKind: String], document: UniqueId) {
        var books = try S()
        var found: [IngestionEventKind: String] = [:]
        func run(_ command: BookCommand) throws {
            for event in try books.when(command) {
                guard case .ingestion(let kind) = event.type else { continue }
                let key = try #require(Books.affected(by: event, tenant: books.tenant).first)
                let record = try #require(books.records[key])
                if found[kind] == nil { found[kind] = String(decoding: event.wireData(of: record), as: UTF8.self) }
            }
        }
        func source(_ command: SourceCommand) throws { try run(.item(.source(S.source(), command))) }
        try source(.create(S.sourcePlan(topic: "erp.in")))
        try source(.put(S.sourcePlan(2, topic: "erp.in"), ifVersion: nil))
        try run(S.begin(1))
        try run(.ingestion(.quarantine(S.slice("<a/>"))))
        let slice = try #require(try books.quarantined("<a/>")).id
        try run(.ingestion(.ingest(S.document("R-1", "<a/>", topic: "erp.in", resolves: slice))))
        try run(.ingestion(.mapped(number: "R-1", of: S.source(), .init(revision: 1, invoice: S.id(1), problems: []))))
        try run(S.end(1, .failed))
        for command in [SourceCommand.pause, .resume, .run, .delete] { try source(command) }
        func receiver(_ command: ReceiverCommand) throws { try run(.item(.receiver(S.source(), command))) }
        try receiver(S.put(1))
        try receiver(S.put(2))
        try receiver(.addSecret(S.receiverSecret(3), overlap: .hours(1)))
        try run(S.receive("m-1", "<a/>", documents: [S.document("R-2", "<a/>")]))
        for command in [ReceiverCommand.pause, .resume, .delete] { try receiver(command) }
        return (found, try #require(try books.ingested("R-1")).id)
    }
}
