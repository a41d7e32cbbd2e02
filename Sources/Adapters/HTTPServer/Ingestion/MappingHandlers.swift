internal import Domain
internal import Ports

/// What the route does that tries a mapping on a document. Nothing is kept.
struct MappingHandlers: Sendable {
    let documents: IngestionHandlers
    let desk: InvoiceDesk
    let parse: InvoiceDesk.Parse
    let parseReceived: HTTPServerDependencies.ReceivedParse
    let calendar: any LocalCalendar
    let time: any TimeSource

    static let path = "/v1/ingestion/mappings/preview"
    static let maxBytes = 16 << 20

    private enum Document {
        case given([UInt8])
        case received(UniqueId)
    }

    /// A large document and a mapping that looks far take half a second: its route is a costly one.
    func preview(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let language = try InvoiceHandlers.language(request)
        let value = try request.json(limits: JSONLimits(maxBytes: Self.maxBytes))
        var problems = JSONProblems()
        let read = problems.object(value) { fields -> (IngestionMapping, Document)? in
            let mapping = fields.object("mapping") { IngestionMapping.read(&$0) }
            let document = Self.document(&fields)
            guard let mapping, let document else { return nil }
            return (mapping, document)
        }
        guard let (mapping, document) = read else { throw Problem(problems) }
        let tree = try await tree(of: document, principal.tenant)
        guard let today = calendar.date(of: time.now(), in: "UTC") else {
            throw Problem(.internalError, "The calendar knows no UTC.")
        }
        let run = mapping.dryRun(tree, desk: desk, today: today, language: language)
        return Reply.json(capacity: 4_096) { run.write(to: &$0) }
    }

    private static func document(_ fields: inout JSONFields) -> Document? {
        let text = fields.optionalString("document", minBytes: 1, maxBytes: maxBytes)
        let encoded = fields.optionalString("documentBase64", minBytes: 1, maxBytes: maxBytes)
        let id = fields.optionalString("received", maxBytes: 64)
        guard [text, encoded, id].count(where: { $0 != nil }) == 1 else {
            // One that is there and wrong is told already.
            if fields.isClean { fields.report("needs either document, documentBase64 or received, and one of them only") }
            return nil
        }
        if let text { return .given(Array(text.utf8)) }
        if let encoded {
            guard let bytes = Base64.decode(encoded) else {
                fields.report("documentBase64", "must be Base64")
                return nil
            }
            return .given(bytes)
        }
        guard let id = id.flatMap({ UniqueId($0) }) else {
            fields.report("received", "must be the identifier of a received document")
            return nil
        }
        return .received(id)
    }

    private func tree(of document: Document, _ tenant: TenantId) async throws(Problem) -> XMLTree {
        switch document {
        case .given(let bytes):
            do throws(XMLError) { return try parse(bytes) } catch { throw Problem(error) }
        case .received(let id):
            let key = IngestionKey(kind: .invoice, id: id)
            guard case .invoice(let invoice) = try await documents.record(key, tenant) else { throw ItemDesk.wrongRecord }
            // Of many at one time few are looked at; the others wait with their octets.
            let share = try documents.room.take(invoice.latest.size, of: tenant)
            defer { share?.release() }
            let octets = try await documents.content(key, version: invoice.latest.number, latest: invoice.latest.number, tenant)
            do throws(XMLError) {
                return try parseReceived(octets, invoice.latest.encoding, invoice.latest.namespaces)
            } catch {
                throw Problem(error)
            }
        }
    }
}
