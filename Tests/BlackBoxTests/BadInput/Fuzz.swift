import PropertyKit

/// Good requests with something changed: bytes, pieces of JSON, heads. All follow from the seed.
struct Fuzz {
    private let token: String
    private var generator: SeededGenerator

    init(token: String, seed: UInt64) {
        self.token = token
        generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> [UInt8] {
        var body = Array(self.body().utf8)
        let mutatesBody = generator.chance(70)
        if mutatesBody { for _ in 0..<generator.number(1...4) { mutate(&body) } }
        // Mutated bodies get their true length, or little would come as far as the JSON reader.
        var request = Client.request(
            "POST", generator.chance(80) ? "/v1/service-calls" : "/v1/service-calls/batch", body, token: token,
            headers: [("Content-Type", "application/json"), ("Connection", "close")]
                + (generator.chance(30) ? [("Idempotency-Key", "f\(generator.number(0...50))")] : []))
        if generator.chance(10) {
            request = Array("GET \(path()) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
        }
        if !mutatesBody { for _ in 0..<generator.number(1...3) { mutate(&request) } }
        return request
    }

    private mutating func path() -> String {
        var bytes = Array(
            [
                "/v1/events?limit=5&after=AAAAAAAA", "/v1/service-calls?status=failed&tag=a&limit=5",
                "/v1/service-calls/01a1fc31-0620-7c75-8a63-0cc3e974670c", "/openapi.json", "/metrics",
            ][
                generator.number(0...4)
            ].utf8)
        if generator.chance(80) { bytes[generator.number(1...(bytes.count - 1))] = UInt8(generator.number(0x21...0x7E)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func body() -> String {
        let call =
            #"{"request":{"method":"PUT","url":"http://127.0.0.1:1/a?b=c","headers":{"X-A":"b"},"bodyBase64":"aGVsbG8="},"dueAt":"2035-01-01T00:00:00.5+01:00","#
            + #""tags":["a","ü😀"],"timeoutMs":5000,"retry":{"maxAttempts":3,"initialDelayMs":10,"maxDelayMs":100,"deadline":"2036-01-01T00:00:00Z","statuses":[500]},"correlationId":"c"}"#
        return generator.chance(80) ? call : #"{"items":[\#(call),\#(call)]}"#
    }

    private static let pieces: [[UInt8]] = [
        "null", "true", "-0", "1e999", "[]", "{}", "\"\"", "\\u0000", "\\ud83d", "\u{0}", "\r\n", "\r\n\r\n", "{{{{", "]]]]", ",", ":",
        "99999999999999999999",
        "\"dueAt\":\"0000-00-00T00:00:00Z\",", "\u{FEFF}", "Transfer-Encoding: chunked\r\n", "Content-Length: 1\r\n", "%00", "../",
        "Infinity",
    ].map { Array($0.utf8) }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard bytes.count > 2 else { return }
        let place = generator.number(0...(bytes.count - 1))
        switch generator.number(0...6) {
        case 0: bytes[place] = UInt8(generator.number(0...255))
        case 1: bytes[place] ^= 1 << UInt8(generator.number(0...7))
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(contentsOf: Self.pieces[generator.number(0...(Self.pieces.count - 1))], at: place)
        case 4: bytes.removeSubrange(place..<min(bytes.count, place + generator.number(1...40)))
        case 5:
            let end = min(bytes.count, place + generator.number(1...60))
            let piece = Array(bytes[place..<end])
            for _ in 0..<generator.number(1...20) { bytes.insert(contentsOf: piece, at: place) }
        default: bytes.removeLast(bytes.count - place)
        }
    }
}
