import Domain

/// A client of the API that keeps its connection. One thread at a time.
final class Client {
    let port: Int
    let token: String?
    private var connection: RawHTTP?

    init(port: Int, token: String? = nil) {
        self.port = port
        self.token = token
    }

    func get(_ path: String) throws -> Message { try send("GET", path) }

    func post(_ path: String, _ body: String, headers: [(String, String)] = []) throws -> Message {
        try send("POST", path, Array(body.utf8), headers: [("Content-Type", "application/json")] + headers)
    }

    func submit(_ body: String, key: String? = nil) throws -> Message {
        try post("/v1/service-calls", body, headers: key.map { [("Idempotency-Key", $0)] } ?? [])
    }

    func send(_ method: String, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = []) throws -> Message {
        let request = Self.request(method, path, body, token: token, headers: headers)
        let kept = connection
        connection = nil
        if let kept, let answer = try? exchange(request, kept, method) { return answer }
        return try exchange(request, RawHTTP(port: port), method)
    }

    /// Sends once, on a new connection: a test that must not repeat by itself uses it.
    func sendOnce(_ method: String, _ path: String, _ body: [UInt8]?, headers: [(String, String)]) throws -> Message {
        try exchange(Self.request(method, path, body, token: token, headers: headers), RawHTTP(port: port), method)
    }

    private func exchange(_ request: [UInt8], _ connection: RawHTTP, _ method: String) throws -> Message {
        try connection.send(request)
        guard let answer = try connection.message(hasBody: method != "HEAD") else { throw Socket.Failure.closed }
        if answer.header("connection") != "close" { self.connection = connection }
        return answer
    }

    static func request(_ method: String, _ path: String, _ body: [UInt8]?, token: String?, headers: [(String, String)]) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }

    /// Every page of a list or of the events.
    func pages(_ path: String, cursor name: String, limit: Int = 1_000) throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        while true {
            let separator = path.contains("?") ? "&" : "?"
            let answer = try get(path + separator + "limit=\(limit)" + (cursor.map { "&\(name)=\($0)" } ?? ""))
            guard answer.status == 200 else { throw Broken("\(path): \(answer.start) \(answer.text.prefix(300))") }
            let page = try answer.json()
            items += page["items"].list
            let next = page["nextCursor"].text
            // The log always has a next cursor; at its end it is the same.
            if next.isEmpty || next == cursor { return items }
            cursor = next
        }
    }

    func events(limit: Int = 1_000) throws -> [JSONValue] { try pages("/v1/events", cursor: "after", limit: limit) }

    func calls(_ query: String = "") throws -> [JSONValue] {
        try pages("/v1/service-calls" + (query.isEmpty ? "" : "?" + query), cursor: "cursor")
    }

    func call(_ id: String) throws -> JSONValue { try get("/v1/service-calls/\(id)").json() }

    /// The call once it has ended.
    func ended(_ id: String, within seconds: Int = 30) throws -> JSONValue {
        var call = JSONValue.null
        try eventually(within: seconds, "\(id) ends") {
            call = try self.call(id)
            return ["succeeded", "failed", "cancelled"].contains(call["status"].text)
        }
        return call
    }
}

extension JSONValue {
    subscript(name: String) -> JSONValue {
        if case .object(let object) = self { object[name] ?? .null } else { .null }
    }

    /// The string; empty for anything else.
    var text: String { if case .string(let text) = self { text } else { "" } }
    /// The elements; none for anything else.
    var list: [JSONValue] { if case .array(let list) = self { list } else { [] } }
    /// The whole number; -1 for anything else.
    var int: Int { if case .number(let number) = self { number.int64.map { Int($0) } ?? -1 } else { -1 } }
    /// The names of an object's members.
    var names: [String] { if case .object(let object) = self { object.members.map(\.name) } else { [] } }
    /// Microseconds of an instant; nil for anything else.
    var microseconds: Int64? { (try? Instant(rfc3339: text))?.microseconds }
}
