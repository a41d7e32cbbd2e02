import Foundation

extension BadRequests {
    /// Tokens that are missing, forged, altered, or of another kind.
    static func tokens(_ good: String) -> [BadRequest] {
        let parts = good.split(separator: ".").map(String.init)
        let header = { (text: String) in base64URL(Array(text.utf8)) }
        let claims = #"{"iss":"ledgerflow","sub":"cli","tenant":"stranger","iat":1,"exp":99999999999,"jti":"x"}"#
        let forged: [(String, String)] = [
            ("empty", ""), ("not a token", "x"), ("two parts", parts[0] + "." + parts[1]),
            ("no signature", parts[0] + "." + parts[1] + "."),
            ("alg none", header(#"{"alg":"none","typ":"JWT"}"#) + "." + parts[1] + "."),
            ("alg None with a signature", header(#"{"alg":"None","typ":"JWT"}"#) + "." + parts[1] + "." + parts[2]),
            ("alg HS256", header(#"{"alg":"HS256","typ":"JWT"}"#) + "." + parts[1] + "." + parts[2]),
            (
                "a key of its own",
                header(#"{"alg":"EdDSA","typ":"JWT","jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}}"#) + "." + parts[1] + "." + parts[2]
            ),
            ("a key identifier", header(#"{"alg":"EdDSA","kid":"../../dev/null"}"#) + "." + parts[1] + "." + parts[2]),
            ("another tenant under the same signature", parts[0] + "." + header(claims) + "." + parts[2]),
            ("an altered signature", parts[0] + "." + parts[1] + "." + String(parts[2].reversed())),
            ("a signature of zeros", parts[0] + "." + parts[1] + "." + base64URL([UInt8](repeating: 0, count: 64))),
            ("twice", good + "." + good), ("a long token", String(repeating: "a", count: 9_000)), ("spaces", good + " x"),
        ]
        return forged.map { request("the token is \($0.0)", .text($0.1)) } + [request("there is no token", .none)]
            + ["Basic dTpw", "bearer", "Token \(good)", good].map {
                BadRequest(
                    name: "Authorization: \($0.prefix(20))", method: "GET", headers: [("Authorization", $0)], status: 401, token: .none)
            }
            + ["/v1/events", "/v1/service-calls", "/v1/service-calls/00000000-0000-7000-8000-000000000000"].map {
                BadRequest(name: "GET \($0) without a token", method: "GET", path: $0, headers: [], status: 401, token: .none)
            }
            + [
                BadRequest(
                    name: "an oversize batch without a token", path: "/v1/service-calls/batch",
                    body: [UInt8](repeating: 0x20, count: 200_000), status: 401, token: .none)
            ]
    }

    private static func request(_ name: String, _ token: BadRequest.Token) -> BadRequest {
        BadRequest(name: name, body: Array(submission("http://127.0.0.1:1/", farAway).utf8), status: 401, token: token)
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// Good HTTP that asks for what there is not.
    static var protocolErrors: [BadRequest] {
        let good = Array(submission("http://127.0.0.1:1/", farAway).utf8)
        func type(_ type: String?) -> BadRequest {
            BadRequest(
                name: "content type \(type ?? "absent")", headers: type.map { [("Content-Type", $0)] } ?? [], body: good, status: 415)
        }
        func key(_ name: String, _ keys: [String]) -> BadRequest {
            BadRequest(
                name: "an Idempotency-Key that is \(name)",
                headers: [("Content-Type", "application/json")] + keys.map { ("Idempotency-Key", $0) },
                body: good, pointer: "Idempotency-Key")
        }
        return [
            type("text/plain"), type("application/xml"), type("application/x-www-form-urlencoded"),
            type("application/json; charset=utf-16"), type(nil),
            type("multipart/form-data; boundary=x"), type("x"),
            key("empty", [""]), key("too long", [String(repeating: "k", count: 256)]), key("given twice", ["a", "b"]),
            key("not ASCII", ["schlüssel"]),
            key("of two words", ["a b"]),
            BadRequest(name: "DELETE", method: "DELETE", headers: [], status: 405),
            BadRequest(name: "PUT", method: "PUT", body: good, status: 405),
            BadRequest(name: "TRACE", method: "TRACE", headers: [], status: 405),
            BadRequest(name: "GET of a batch", method: "GET", path: "/v1/service-calls/batch/", headers: [], status: 404),
            BadRequest(name: "POST of the metrics", path: "/metrics", headers: [], body: [], status: 405),
            BadRequest(name: "an unknown path", method: "GET", path: "/v2/service-calls", headers: [], status: 404),
            BadRequest(name: "a path out", method: "GET", path: "/../../etc/passwd", headers: [], status: 404),
            BadRequest(name: "a double slash", method: "GET", path: "//v1/service-calls", headers: [], status: 404),
            BadRequest(name: "an encoded path", method: "GET", path: "/%2e%2e/%00", headers: [], status: 404),
            BadRequest(name: "what the server cannot give", method: "GET", headers: [("Accept", "image/png")], status: 406),
            BadRequest(name: "a body over a megabyte", body: [UInt8](repeating: 0x20, count: (1 << 20) + 1), status: 413),
            BadRequest(
                name: "a declared length of a terabyte",
                headers: [("Content-Type", "application/json"), ("Content-Length", "1099511627776")], status: 413),
        ]
    }
}

/// Bytes that are not one whole HTTP/1.1 request.
enum BrokenFraming {
    static func all(_ token: String) -> [(String, [UInt8])] {
        let authorization = "Host: x\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
        let post = "POST /v1/service-calls HTTP/1.1\r\n" + authorization
        let body = submission("http://127.0.0.1:1/", farAway)
        let texts: [(String, String)] = [
            ("nonsense", "hello\r\n\r\n"), ("binary", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n"),
            ("a TLS hello", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\r\n\r\n"),
            ("no version", "GET /\r\n\r\n"), ("an unknown version", "GET / HTTP/9.9\r\n\r\n"),
            ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            ("a header without colon", "GET / HTTP/1.1\r\nHost x\r\n\r\n"),
            ("a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
            ("a NUL in a header", "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\u{0}b\r\n\r\n"),
            ("a negative length", post + "Content-Length: -1\r\n\r\n"), ("a length in letters", post + "Content-Length: ten\r\n\r\n"),
            ("two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}"),
            ("a length beyond 64 bits", post + "Content-Length: 99999999999999999999999\r\n\r\n"),
            ("a length and chunks", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("an unknown coding", post + "Transfer-Encoding: banana\r\n\r\n{}"),
            ("a chunk size in letters", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
            ("a chunk size beyond 64 bits", post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
            (
                "a chunked body over a megabyte",
                post + "Transfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n", count: 20)
            ),
            ("a header of 64 kB", "GET / HTTP/1.1\r\nHost: x\r\nX-A: \(String(repeating: "a", count: 65_536))\r\n\r\n"),
            ("5,000 headers", "GET / HTTP/1.1\r\n" + (0..<5_000).map { "X-\($0): 1\r\n" }.joined() + "\r\n"),
            ("a path of 200 kB", "GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("a method of 100 kB", String(repeating: "A", count: 100_000) + " / HTTP/1.1\r\n\r\n"),
            ("a space in the path", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("a body longer than its length", post + "Connection: close\r\nContent-Length: 2\r\n\r\n{}" + body),
            ("a folded header", "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b: c\r\nContent-Length: x\r\n\r\n"),
        ]
        return texts.map { ($0.0, Array($0.1.utf8)) }
    }
}
