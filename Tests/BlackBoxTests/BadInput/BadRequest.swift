/// A request that must be refused, and how.
struct BadRequest {
    enum Token {
        case good, none
        case text(String)

        func given(_ token: String) -> String? {
            switch self {
            case .good: token
            case .none: nil
            case .text(let text): text
            }
        }
    }

    let name: String
    var method = "POST"
    var path = "/v1/service-calls"
    var headers: [(String, String)] = [("Content-Type", "application/json")]
    var body: [UInt8]?
    var status = 400
    /// The field, parameter or header that the problem must name.
    var pointer: String?
    var token = Token.good
}

enum BadRequests {
    static func all(token: String, foreignId: String) -> [BadRequest] {
        json + fields + targets + times + queries(foreignId) + tokens(token) + protocolErrors + identifiers(foreignId) + batches
            + ingestion
    }

    private static func body(_ name: String, _ text: String, status: Int = 400, at pointer: String? = nil) -> BadRequest {
        BadRequest(name: name, body: Array(text.utf8), status: status, pointer: pointer)
    }

    private static func call(_ name: String, _ more: String, at pointer: String?) -> BadRequest {
        body(name, submission("http://127.0.0.1:1/", more), at: pointer)
    }

    private static let json: [BadRequest] =
        [
            ("empty", ""), ("white space", "  \n"), ("half an object", "{\"request\":"), ("trailing comma", "{\"request\":{},}"),
            ("single quotes", "{'request':1}"), ("comment", "/*x*/{}"), ("two values", "{}{}"), ("a byte order mark", "\u{FEFF}{}"),
            ("NaN", "{\"timeoutMs\":NaN}"), ("leading zero", "{\"timeoutMs\":01}"), ("a lone surrogate", #"{"tags":["\ud800"]}"#),
            ("a repeated name", #"{"request":{},"request":{}}"#), ("a control character in a string", "{\"tags\":[\"a\u{1}\"]}"),
            ("10,000 deep arrays", String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)),
            ("10,000 deep objects", String(repeating: #"{"a":"#, count: 10_000) + "1" + String(repeating: "}", count: 10_000)),
            ("400,000 open arrays", String(repeating: "[", count: 400_000)),
            ("a number of 100,000 digits", #"{"timeoutMs":\#(String(repeating: "9", count: 100_000))}"#),
            ("300,000 values", "[" + String(repeating: "1,", count: 300_000) + "1]"),
        ].map { body($0.0, $0.1) }
        + [
            BadRequest(name: "bad UTF-8", body: Array("{\"tags\":[\"".utf8) + [0xC3, 0x28] + Array("\"]}".utf8)),
            BadRequest(name: "overlong UTF-8", body: Array("{\"tags\":[\"".utf8) + [0xC0, 0xAF] + Array("\"]}".utf8)),
            BadRequest(name: "UTF-16", body: [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00]),
            BadRequest(name: "no body at all", headers: [("Content-Type", "application/json")], body: nil),
        ]

    private static let fields: [BadRequest] = [
        body("an array", "[]"), body("a string", "\"x\""), body("null", "null"), body("nothing in it", "{}", at: "/request"),
        body("the request is a list", #"{"request":[]}"#, at: "/request"), body("no url", #"{"request":{}}"#, at: "/request/url"),
        body("the url is a number", #"{"request":{"url":1}}"#, at: "/request/url"),
        call("an unknown field", #""dueat":"2030-01-01T00:00:00Z""#, at: "/dueat"),
        body("an unknown field within", #"{"request":{"url":"http://127.0.0.1/","verb":"GET"}}"#, at: "/request/verb"),
        body("an unknown method", #"{"request":{"url":"http://127.0.0.1/","method":"BREW"}}"#, at: "/request/method"),
        body("a method in lower case", #"{"request":{"url":"http://127.0.0.1/","method":"post"}}"#, at: "/request/method"),
        call("tags as text", #""tags":"a""#, at: "/tags"), call("an empty tag", #""tags":[""]"#, at: "/tags/0"),
        call("a tag twice", #""tags":["a","a"]"#, at: "/tags/1"), call("a number as tag", #""tags":["a",1]"#, at: "/tags/1"),
        call("too many tags", #""tags":[\#((0..<17).map { "\"t\($0)\"" }.joined(separator: ","))]"#, at: "/tags"),
        call("a long tag", #""tags":["\#(String(repeating: "t", count: 65))"]"#, at: "/tags/0"),
        call("a time-out of text", #""timeoutMs":"5""#, at: "/timeoutMs"), call("a fraction", #""timeoutMs":1.5"#, at: "/timeoutMs"),
        call("a time-out of zero", #""timeoutMs":0"#, at: "/timeoutMs"), call("a negative one", #""timeoutMs":-1"#, at: "/timeoutMs"),
        call("a huge one", #""timeoutMs":99999999999999999999"#, at: "/timeoutMs"),
        call("no attempts", #""retry":{"maxAttempts":0}"#, at: "/retry/maxAttempts"),
        call("too many attempts", #""retry":{"maxAttempts":101}"#, at: "/retry/maxAttempts"),
        call("a negative delay", #""retry":{"initialDelayMs":-1}"#, at: "/retry/initialDelayMs"),
        call("delays in the wrong order", #""retry":{"initialDelayMs":9,"maxDelayMs":1}"#, at: "/retry/initialDelayMs"),
        call("a deadline that has passed", #""retry":{"deadline":"2001-01-01T00:00:00Z"}"#, at: "/retry/deadline"),
        call("a correlation with a line break", #""correlationId":"a\nb""#, at: "/correlationId"),
        body("a body twice", #"{"request":{"url":"http://127.0.0.1/","body":"a","bodyBase64":"YQ=="}}"#, at: "/request/bodyBase64"),
        body("bad Base64", #"{"request":{"url":"http://127.0.0.1/","bodyBase64":"Y"}}"#, at: "/request/bodyBase64"),
        body(
            "a body too large", #"{"request":{"url":"http://127.0.0.1/","body":"\#(String(repeating: "b", count: 262_145))"}}"#,
            at: "/request/body"),
        header("a line break in a header's value", "X-A", #"a\r\nX-Evil: 1"#), header("a line feed alone", "X-A", #"a\nb"#),
        header("a NUL", "X-A", #"a\u0000b"#),
        header("a line break in a header's name", #"X-A\r\nX-Evil"#, "1", pointer: "/request/headers/X-A\r\nX-Evil"),
        header("a space in a header's name", "X A", "1"), header("a header that the engine sets", "Host", "evil"),
        header("framing", "Content-Length", "5"), header("other framing", "Transfer-Encoding", "chunked"),
        header("the engine's own key", "Idempotency-Key", "x"),
        body("an empty header name", #"{"request":{"url":"http://127.0.0.1/","headers":{"":"a"}}}"#),
        body("a header of numbers", #"{"request":{"url":"http://127.0.0.1/","headers":{"X-A":1}}}"#, at: "/request/headers/X-A"),
    ]

    private static func header(_ name: String, _ field: String, _ value: String, pointer: String? = nil) -> BadRequest {
        body(
            name, #"{"request":{"url":"http://127.0.0.1/","headers":{"\#(field)":"\#(value)"}}}"#,
            at: pointer ?? "/request/headers/\(field)")
    }

    private static let targets: [BadRequest] = [
        "", "/", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "gopher://x/",
        "http:/example.com", "http://", "http:///x", "http://exa mple.com/", "http://user:secret@example.com/", "http://example.com/#part",
        "http://example.com:0/", "http://example.com:99999/", "http://example.com:x/", "http://[::1/", "http://[zz]/", "http://a..b/",
        "http://example.com/%zz", "http://example.com/\\u0000", "http://example.com/\\r\\nX: 1", "http://exämple.com/",
        "http://example.com/<x>",
        "http://\(String(repeating: "a", count: 64)).com/", "http://example.com/\(String(repeating: "a", count: 8_200))",
    ].map { body("the target \($0.prefix(60))", submission($0, farAway), at: "/request/url") }

    private static let times: [BadRequest] =
        [
            "2030-01-01T00:00:00", "2030-01-01", "2030-01-01 00:00", "yesterday", "", "2030-13-01T00:00:00Z", "2030-02-30T00:00:00Z",
            "2030-01-01T25:00:00Z", "2030-01-01T00:61:00Z", "2030-01-01T00:00:00+25:00", "1969-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z", "99999-01-01T00:00:00Z", "2030-01-01T00:00:00Z ", "2030-01-01T00:00:00.Z",
        ].map { call("due at “\($0)”", #""dueAt":"\#($0)""#, at: "/dueAt") } + [
            call("due at a number", #""dueAt":1900000000"#, at: "/dueAt")
        ]

    private static func get(_ path: String, at pointer: String? = nil) -> BadRequest {
        BadRequest(name: "GET \(path.prefix(80))", method: "GET", path: path, headers: [], body: nil, pointer: pointer)
    }

    private static func queries(_ id: String) -> [BadRequest] {
        let calls = "/v1/service-calls?"
        return [
            get(calls + "status=done", at: "status"), get(calls + "limit=0", at: "limit"), get(calls + "limit=1001", at: "limit"),
            get(calls + "limit=-1", at: "limit"), get(calls + "limit=x", at: "limit"), get(calls + "limit=1e3", at: "limit"),
            get(calls + "limit=1&limit=2", at: "limit"), get(calls + "stauts=failed", at: "stauts"), get(calls + "tag=", at: "tag"),
            get(calls + "tag=%zz"), get(calls + "tag=%C3%28"), get(calls + "dueFrom=2030-01-01", at: "dueFrom"),
            get(calls + "dueTo=x", at: "dueTo"), get(calls + "createdFrom=2030-01-01T00:00:00", at: "createdFrom"), get(calls + "cursor=x"),
            get(calls + "cursor=AAAA"), get(calls + "cursor=" + String(repeating: "A", count: 64)), get(calls + "cursor=..%2F..%2Fetc"),
            get("/v1/events?after=x"), get("/v1/events?after=" + String(repeating: "A", count: 4_000)),
            get("/v1/events?limit=0", at: "limit"),
            get("/v1/events?waitMs=-1", at: "waitMs"), get("/v1/events?waitMs=999999", at: "waitMs"), get("/v1/events?from=1", at: "from"),
            get("/v1/service-calls/\(id)?x=1", at: "x"),
        ]
    }

    private static func identifiers(_ id: String) -> [BadRequest] {
        let named = [
            ("another tenant's call", id), ("no such call", "00000000-0000-7000-8000-000000000000"), ("no identifier", "x"),
            ("a path out", "..%2f..%2fetc%2fpasswd"), ("a long identifier", String(repeating: "1", count: 2_000)),
        ]
        return named.flatMap { name, id in
            [
                BadRequest(name: "show \(name)", method: "GET", path: "/v1/service-calls/\(id)", headers: [], status: 404),
                BadRequest(name: "cancel \(name)", path: "/v1/service-calls/\(id)/cancel", headers: [], body: [], status: 404),
                BadRequest(name: "retry \(name)", path: "/v1/service-calls/\(id)/retry", headers: [], body: [], status: 404),
                BadRequest(
                    name: "reschedule \(name)", path: "/v1/service-calls/\(id)/reschedule", body: Array("{\(farAway)}".utf8), status: 404),
            ]
        }
    }

    private static let batches: [BadRequest] = [
        ("no items", "{}"), ("empty items", #"{"items":[]}"#), ("items of text", #"{"items":"x"}"#),
        ("an unknown field beside", #"{"items":[{}],"x":1}"#),
        ("too many items", #"{"items":[\#(String(repeating: "{},", count: 10_000)){}]}"#), ("a list", "[]"),
    ].map { BadRequest(name: "a batch: \($0.0)", path: "/v1/service-calls/batch", body: Array($0.1.utf8)) }
}
