internal import AsyncHTTPClient
internal import Domain
internal import NIOCore
internal import NIOHTTP1

/// The routes of invoices, number series and the audit.
extension APIClient {
    /// Pages of a thousand documents, and batches of them, fit.
    private static let answerLimits = JSONLimits(maxBytes: maxAnswerBytes, maxDepth: 64, maxValues: 4_000_000)

    /// - Parameters:
    ///   - query: parameters with a value; nil is left out.
    ///   - naming: how a place in the body is told to the user.
    /// - Returns: the value, and whether the answer was 201.
    /// - Throws: `CommandFailure` for anything but an answer of 2xx that is JSON. The findings that a refusal brings are noted first.
    func books(
        _ method: Method, _ path: String, query: [(String, String?)] = [], headers: [(String, String)] = [], body: [UInt8]? = nil,
        naming: BodyNaming = .options
    ) async throws -> (value: JSONValue, isCreated: Bool) {
        let query = query.compactMap { name, value in value.map { (name, $0) } }
        let answer = try await exchange(method, path, query: query, headers: headers, body: body)
        guard (200...299).contains(answer.status) else { throw CommandFailure(books: answer.status, answer.body, naming) }
        do {
            return (try JSONReader.read(answer.body, limits: Self.answerLimits), answer.status == 201)
        } catch {
            throw CommandFailure(
                .refused, "the server answered with something that is not JSON", advice: "Check that --server is the address of an engine.")
        }
    }

    /// A document in one of its formats, as it came, and how many places of it the format has no room for.
    func document(_ path: String, query: [(String, String?)]) async throws -> (bytes: [UInt8], notCarried: Int) {
        let request = request(.get, path, query: query.compactMap { name, value in value.map { (name, $0) } }, headers: [])
        do {
            let response = try await http.execute(request, timeout: .seconds(70))
            let body = try await Array(response.body.collect(upTo: Self.maxAnswerBytes).readableBytesView)
            guard response.status == .ok else { throw CommandFailure(books: Int(response.status.code), body, .pointers) }
            return (body, response.headers.first(name: "Ledgerflow-Not-Carried").flatMap { Int($0) } ?? 0)
        } catch { throw failure(error) }
    }
}

/// How the place of an error is told.
enum BodyNaming {
    /// The body was made of options.
    case options
    /// The body is the user's own; a place is a JSON pointer into it.
    case pointers
}

extension CommandFailure {
    /// What an answer of those routes other than 2xx says (RFC 9457).
    fileprivate init(books status: Int, _ body: [UInt8], _ naming: BodyNaming) {
        let limits = JSONLimits(maxBytes: APIClient.maxAnswerBytes)
        guard let problem = try? JSONReader.read(body, limits: limits), let title = problem["title"]?.text else {
            self.init(status: status, body: body)
            return
        }
        let findings = problem["findings"]?.elements ?? []
        for finding in findings.prefix(100) { Output.note(InvoiceText.finding(finding)) }
        if findings.count > 100 { Output.note("  and \(findings.count - 100) more") }
        let faults = problem["errors"]?.elements ?? []
        guard faults.isEmpty else {
            var lines = faults.prefix(20).map { Self.place($0, naming) + " " + ($0["detail"]?.text ?? "is wrong") }
            let more = Int64(max(0, faults.count - 20)) + (problem["furtherErrors"]?.int ?? 0)
            if more > 0 { lines.append("and \(more) more") }
            self.init(.refused, "\(title) (\(status))", advice: "Mend: " + lines.joined(separator: "; ") + ".")
            return
        }
        guard let advice = Self.advice(problem) else {
            self.init(status: status, body: body)
            return
        }
        var detail = problem["detail"]?.text ?? "no more is known"
        if detail.hasSuffix(".") { detail.removeLast() }
        self.init(.refused, "\(title): \(detail) (\(status))", advice: advice)
    }

    private static func advice(_ problem: JSONValue) -> String? {
        switch problem["type"]?.text {
        case "/problems/not-found": "Check the identifier, and that the token is for the right tenant."
        case "/problems/idempotency-conflict": "Use a new --key for a new document; repeat an earlier one unchanged."
        case "/problems/illegal-transition", "/problems/credit-refused": "`ledgerflow invoice show` tells where the invoice stands."
        case "/problems/invoice-not-valid": "Mend what is fatal in the document, and send it again."
        case "/problems/series-differs", "/problems/import-refused", "/problems/number-void":
            "`ledgerflow series show` tells how the series counts, and where it stands."
        default: nil
        }
    }

    private static func place(_ fault: JSONValue, _ naming: BodyNaming) -> String {
        if let header = fault["header"]?.text { return header == "Idempotency-Key" ? "--key" : header }
        if let parameter = fault["parameter"]?.text { return option(parameter) }
        guard let pointer = fault["pointer"]?.text, !pointer.isEmpty else { return "the document" }
        guard naming == .options else { return pointer }
        let steps = pointer.split(separator: "/")
        if steps.first == "lines" { return "--line" + (steps.dropFirst().first.flatMap { Int($0) }.map { " (number \($0 + 1))" } ?? "") }
        let name = String(steps.last ?? "")
        return name == "id" || name == "document" ? name : option(name)
    }

    /// `issueDate` is given as `--issue-date`.
    private static func option(_ name: String) -> String {
        "--" + name.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
    }
}
