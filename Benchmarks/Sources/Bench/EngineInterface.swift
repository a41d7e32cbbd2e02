import Foundation
import LoadGenerator

/// Everything that this benchmark knows of the engine's interface, in one place.
enum EngineInterface {
    /// Counter of calls that reached a terminal state, summed over its labels; Prometheus' suffix may be there or not.
    static let completedMetrics = ["ledgerflow_service_calls_completed_total", "ledgerflow_service_calls_completed"]

    private static let key = String(format: "%08x", UInt32.random(in: 0 ... .max))

    /// `POST /ping`: unauthenticated, answers 204; the limit of the HTTP server.
    static func ping(_ engine: EngineProcess) -> RequestTemplate {
        RequestTemplate(method: "POST", path: "/ping", host: engine.host)
    }

    /// `POST /v1/service-calls` for one call to the sink, with a fresh idempotency key.
    ///
    /// - Parameters:
    ///   - path: the empty route instead, which reads the same request and does nothing with it.
    ///   - carriesDueTime: the call carries its due time to the sink in `x-due-at-us`.
    static func submit(
        _ engine: EngineProcess, to path: String = "/v1/service-calls", token: String? = nil, sinkPort: Int, carriesDueTime: Bool
    ) -> RequestTemplate {
        RequestTemplate(
            method: "POST", path: path, host: engine.host,
            headers: headers(engine, token) + [("Idempotency-Key", "bench-\(key)-{seq}")],
            body: call(sinkPort: sinkPort, extra: "", carriesDueTime: carriesDueTime))
    }

    /// `POST /v1/service-calls/batch` with an idempotency key per item.
    static func batch(_ engine: EngineProcess, token: String? = nil, items: Int, sinkPort: Int) -> RequestTemplate {
        let item = call(sinkPort: sinkPort, extra: ",\"idempotencyKey\":\"bench-\(key)-{seq}\"", carriesDueTime: false)
        return RequestTemplate(
            method: "POST", path: "/v1/service-calls/batch", host: engine.host, headers: headers(engine, token),
            body: "{\"items\":[" + repeatElement(item, count: items).joined(separator: ",") + "]}", itemwise: true)
    }

    /// `POST /v1/series/INV/allocations` for one document of its own, or for `documents`.
    static func allocate(_ engine: EngineProcess, documents: Int? = nil) -> RequestTemplate {
        let document = "\"bench-\(key)-\(documents.map { "b\($0)" } ?? "one")-{seq}\""
        let body = documents.map { "{\"documents\":[" + repeatElement(document, count: $0).joined(separator: ",") + "]}" }
        return RequestTemplate(
            method: "POST", path: "/v1/series/INV/allocations" + (documents == nil ? "" : "/batch"), host: engine.host,
            headers: headers(engine),
            body: body ?? "{\"document\":\(document)}", itemwise: documents != nil)
    }

    /// `POST /v1/invoices?issue=true` for an invoice of three lines with two rates and an allowance.
    static func issue(_ engine: EngineProcess) -> RequestTemplate {
        let lines = (1...3).map { line in
            """
            {"id":"\(line)","name":"Thing \(line)","quantity":"\(line)","unit":"C62","unitPrice":"19.99",\
            "tax":{"category":"S","rate":"\(line == 3 ? 7 : 19)"}}
            """
        }
        return RequestTemplate(
            method: "POST", path: "/v1/invoices?issue=true", host: engine.host,
            headers: headers(engine) + [("Idempotency-Key", "bench-\(key)-i-{seq}")],
            body: """
                {"currency":"EUR","issueDate":"2026-11-20","dueDate":"2026-12-20","buyerReference":"order-{seq}",\
                "seller":{"name":"Seller GmbH","vatId":"DE123456789",\
                "address":{"street":"Weg 1","city":"Berlin","postalCode":"10115","country":"DE"}},\
                "buyer":{"name":"Buyer SA","vatId":"FR12345678901",\
                "address":{"street":"Rue 2","city":"Paris","postalCode":"75001","country":"FR"}},\
                "allowances":[{"amount":"5.00","reason":"Discount","tax":{"category":"S","rate":"19"}}],\
                "lines":[\(lines.joined(separator: ","))]}
                """)
    }

    /// A source of documents, and where its runs are listed, the newest first.
    static let sourcePath = "/v1/ingestion/sources/bench"
    static let runsPath = "/v1/ingestion/runs?limit=5"

    /// `POST /v1/ingestion/sources` for a source that runs when it is asked to.
    static func source(url: String) -> String {
        """
        {"name":"bench","url":"\(url)","intervalSeconds":2678400,"invoiceElement":"Invoice","numberPath":"\(SampleBatch.numberPath)"}
        """
    }

    /// A batch of one, by hand, to look at its answer.
    static func batchOfOne(sinkPort: Int) -> String {
        let due = Date(timeIntervalSinceNow: 40 * 86_400).formatted(.iso8601)
        let item = call(sinkPort: sinkPort, extra: ",\"idempotencyKey\":\"bench-\(key)-one\"", carriesDueTime: false)
        return "{\"items\":[\(item.replacingOccurrences(of: "{due}", with: due))]}"
    }

    /// What a call makes the engine send: the client alone sends the same.
    static let outgoingPath = "/call"
    static let outgoingBody = "{\"customer\":\"c-1042\",\"amount\":\"129.90\"}"

    /// Far enough ahead that no call of P1, P2 and P5 becomes due; spread, so that the due index is written as in life.
    static let farFuture = DueOffset.spread(from: 30 * 86_400_000_000, to: 60 * 86_400_000_000)

    /// - Parameter token: another tenant's.
    private static func headers(_ engine: EngineProcess, _ token: String? = nil) -> [(String, String)] {
        [("Authorization", "Bearer \(token ?? engine.token)"), ("Content-Type", "application/json")]
    }

    private static func call(sinkPort: Int, extra: String, carriesDueTime: Bool) -> String {
        let body = outgoingBody.replacingOccurrences(of: "\"", with: "\\\"")
        let due = carriesDueTime ? ",\"x-due-at-us\":\"{due_us}\"" : ""
        return """
            {"request":{"method":"POST","url":"http://127.0.0.1:\(sinkPort)\(outgoingPath)",\
            "headers":{"Content-Type":"application/json"\(due)},"body":"\(body)"},"dueAt":"{due}"\(extra)}
            """
    }
}
