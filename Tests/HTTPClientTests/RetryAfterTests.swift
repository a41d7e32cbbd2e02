import Domain
import HTTPClientAdapter
import Testing

@Suite("Retry-After", .timeLimit(.minutes(2)))
struct RetryAfterTests {
    /// Wall time is Friday 2026-11-20T10:00:00Z.
    static let forms: [(value: String, expected: TimeSpan?)] = [
        ("0", .zero), ("120", .seconds(120)), ("  5 ", .seconds(5)), ("007", .seconds(7)),
        ("604800", .hours(24 * 7)), ("604801", .hours(24 * 7)), ("99999999999999999999999999", .hours(24 * 7)),
        ("Fri, 20 Nov 2026 10:00:30 GMT", .seconds(30)), ("Fri, 20 Nov 2026 09:59:59 GMT", .zero), ("Sun, 06 Nov 1994 08:49:37 GMT", .zero),
        ("Wed, 20 Nov 2030 10:00:00 GMT", .hours(24 * 7)), ("Friday, 20-Nov-26 10:01:00 GMT", .minutes(1)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", .zero),
        ("Fri Nov 20 10:00:02 2026", .seconds(2)), ("Sun Nov  6 08:49:37 1994", .zero),
        ("", nil), ("soon", nil), ("-1", nil), ("+1", nil), ("1.5", nil), ("1e3", nil), ("0x10", nil), ("5 seconds", nil), ("٣", nil),
        ("2026-11-20T10:00:30Z", nil), ("Fri, 20 Nov 2026 10:00:30", nil), ("Fri, 20 Nov 2026 10:00:30 CET", nil),
        ("Fri, 31 Feb 2026 10:00:30 GMT", nil),
        ("Fri, 20 Nov 2026 25:00:30 GMT", nil), ("Fri, 20 November 2026 10:00:30 GMT", nil), ("Fri 20 Nov 2026 10:00:30 GMT", nil),
        ("Fri, 20 Nov 26 10:00:30 GMT", nil), ("Friday, 20-Nov-2026 10:01:00 GMT", nil), ("Fri, 20 Nov 2026 10:00 GMT", nil),
        (String(repeating: "1", count: 65), nil),
    ]

    @Test("A wait is read from seconds and from dates, is never negative, and is capped", arguments: forms)
    func reads(value: String, expected: TimeSpan?) async throws {
        let target = try await ScriptedTarget.answering("HTTP/1.1 429 X\r\nRetry-After: \(value)\r\nContent-Length: 0\r\n\r\n")
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
            #expect(failure?.status == 429)
            #expect(failure?.retryAfter == expected)
        }
        await target.stop()
    }
}
