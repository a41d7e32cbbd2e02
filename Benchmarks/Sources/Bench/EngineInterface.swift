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
    /// - Parameter carriesDueTime: the call carries its due time to the sink in `x-due-at-us`.
    static func submit(_ engine: EngineProcess, sinkPort: Int, carriesDueTime: Bool) -> RequestTemplate {
        RequestTemplate(
            method: "POST", path: "/v1/service-calls", host: engine.host,
            headers: headers(engine) + [("Idempotency-Key", "bench-\(key)-{seq}")],
            body: call(sinkPort: sinkPort, extra: "", carriesDueTime: carriesDueTime))
    }

    /// `POST /v1/service-calls/batch` with an idempotency key per item.
    static func batch(_ engine: EngineProcess, items: Int, sinkPort: Int) -> RequestTemplate {
        let item = call(sinkPort: sinkPort, extra: ",\"idempotencyKey\":\"bench-\(key)-{seq}\"", carriesDueTime: false)
        return RequestTemplate(
            method: "POST", path: "/v1/service-calls/batch", host: engine.host, headers: headers(engine),
            body: "{\"items\":[" + repeatElement(item, count: items).joined(separator: ",") + "]}", itemwise: true)
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

    private static func headers(_ engine: EngineProcess) -> [(String, String)] {
        [("Authorization", "Bearer \(engine.token)"), ("Content-Type", "application/json")]
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
