internal import Domain
internal import Ports

extension InvoiceHandlers {
    static let maxCheckedBytes = 16 << 20

    /// Looks at a document that is not kept: UBL or CII in XML, or an invoice in JSON.
    func check(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        let ruleset = query.value("ruleset", "must be one of " + Ruleset.names.joined(separator: ", "), Ruleset.named(_:)) ?? .en16931
        let language = query.choice("language", of: MessageLanguage.self) ?? .english
        try query.finish()
        let (name, findings): (String, [Finding])
        if MediaType.isXML(request.header("content-type")) {
            (name, findings) = (ruleset.name, ruleset.validate(try tree(of: request.bodyBytes), language: language))
        } else if MediaType.isJSON(request.header("content-type")) {
            (name, findings) = try checkJSON(request, ruleset, language)
        } else {
            throw Problem(
                .unsupportedMediaType, "The body must be declared as Content-Type: application/xml, or application/json in UTF-8.")
        }
        return Reply.json(capacity: 256 + findings.count * 256) { json in
            json.object { json in
                json.field("valid", !findings.contains { $0.severity == .fatal })
                json.field("ruleset", name)
                InvoiceWriter.findings(findings, to: &json)
            }
        }
    }

    /// A document without totals is a draft, and assessed first; one with totals is taken at its word.
    private func checkJSON(
        _ request: IncomingRequest, _ ruleset: Ruleset, _ language: MessageLanguage
    ) throws(Problem) -> (String, [Finding]) {
        let value = try request.json(limits: InvoiceDocument.inputLimits)
        var problems = JSONProblems()
        guard let document = problems.object(value, { InvoiceDocument.read(&$0, as: .complete) }) else { throw Problem(problems) }
        guard document.totals != nil else {
            let prepared = try prepare(document, language)
            return (prepared.content.verdict.ruleset, prepared.findings)
        }
        let bytes: [UInt8]
        do throws(XMLWriteError) {
            bytes = try UBLWriter.write(document)
        } catch {
            throw Problem(.unprocessableDocument, "The document cannot be written as XML: \(error).")
        }
        return (ruleset.name, ruleset.validate(try tree(of: bytes), language: language))
    }

    private func tree(of bytes: [UInt8]) throws(Problem) -> XMLTree {
        do throws(XMLError) {
            return try parse(bytes)
        } catch {
            throw Problem(error)
        }
    }
}
