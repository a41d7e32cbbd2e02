import Testing

@testable import Domain

@Suite struct RequestTests {
    @Test(arguments: [
        ("https://Example.COM", "example.com", 443, "/"), ("http://a.b:8080/x?y=1", "a.b", 8080, "/x?y=1"),
        ("http://[::1]:81/", "::1", 81, "/"), ("HTTPS://127.0.0.1?q", "127.0.0.1", 443, "/?q"), ("http://host./%20", "host.", 80, "/%20"),
    ])
    func urlsAreTakenApart(_ text: String, _ host: String, _ port: Int, _ path: String) throws {
        let url = try TargetURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.pathAndQuery == path)
        #expect(url.description == text)
    }

    @Test(arguments: [
        ("", TargetURLError.schemeNotSupported), ("ftp://a", .schemeNotSupported), ("//a", .schemeNotSupported),
        ("http://", .schemeNotSupported),
        ("http:///x", .host), ("http://a b", .illegalCharacter), ("http://a\r\nb", .illegalCharacter), ("http://ä", .illegalCharacter),
        ("http://u:p@a", .userInformation), ("http://a#b", .fragment), ("http://a:0", .port), ("http://a:65536", .port),
        ("http://a:x", .port),
        ("http://[::1", .host), ("http://[zz]", .host), ("http://[::1]x", .host), ("http://a..b", .host), ("http://a/%2", .percentEncoding),
        ("http://a/%zz", .percentEncoding), ("http://a/<x>", .illegalCharacter), ("javascript:alert(1)", .schemeNotSupported),
    ])
    func illegalURLsAreRefusedWithTheirReason(_ text: String, _ error: TargetURLError) {
        #expect(throws: error) { try TargetURL(text) }
        #expect(!error.description.isEmpty)
    }

    @Test func aLongURLIsRefused() {
        #expect(throws: TargetURLError.tooLong) { try TargetURL("http://a/" + String(repeating: "x", count: 9_000)) }
    }

    @Test func theQueryIsLeftOutWhereOthersLook() throws {
        #expect(try TargetURL("https://a/b?token=1").withoutQuery == "https://a/b")
        #expect(try TargetURL("https://a/b").withoutQuery == "https://a/b")
    }

    @Test(arguments: [
        ("X-A", "b\r\nX-B: c", HeaderError.value), ("X-A", "b\u{0}", .value), ("X A", "b", .name), ("", "b", .name), ("X:A", "b", .name),
        ("Host", "b", .reserved), ("content-LENGTH", "1", .reserved), ("Idempotency-Key", "1", .reserved),
        ("Transfer-Encoding", "x", .reserved),
    ])
    func headersThatCouldChangeTheMessageAreRefused(_ name: String, _ value: String, _ error: HeaderError) {
        #expect(throws: error) { try OutgoingRequest.Header(name: name, value: value) }
        #expect(!error.description.isEmpty)
    }

    @Test func ordinaryHeadersAreKeptAsGiven() throws {
        let header = try OutgoingRequest.Header(name: "X-Custom", value: "ä\tb")
        #expect(header.name == "X-Custom" && header.value == "ä\tb")
        #expect(throws: HeaderError.tooLong) { try OutgoingRequest.Header(name: "a", value: String(repeating: "x", count: 9_000)) }
    }

    @Test func theBackOffDoublesUpToItsCap() {
        let policy = RetryPolicy(maxAttempts: 100, initialDelay: .seconds(1), maxDelay: .seconds(10))
        #expect((1...6).map { policy.backOff(after: $0, entropy: .max).milliseconds } == [1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
        #expect(policy.backOff(after: 5, entropy: 0) == .zero)
        #expect(policy.backOff(after: .max, entropy: .max) == .seconds(10))
    }

    @Test func policiesStayWithinTheirBounds() {
        let policy = RetryPolicy(maxAttempts: 1_000, initialDelay: .hours(1_000), maxDelay: .hours(1_000))
        #expect(policy.maxAttempts == 100)
        #expect(policy.maxDelay == RetryPolicy.longestDelay)
        #expect(policy.initialDelay == policy.maxDelay)
    }

    @Test func detailsAreCut() {
        #expect(ExecutionFailure(kind: .connection, detail: String(repeating: "ä", count: 9_000)).detail.utf8.count <= 512)
    }

    @Test func instantsAndSpansSaturate() {
        #expect(Instant.latest + .seconds(1) == .latest)
        #expect(Instant.earliest - .hours(1) == .earliest)
        #expect(TimeSpan.hours(.max) > .zero)
        #expect(TimeSpan.hours(.min) < .zero)
        #expect(TimeSpan.seconds(.max).multiplied(by: .max) > .zero)
        #expect(TimeSpan.milliseconds(1) + .milliseconds(1) - .milliseconds(2) == .zero)
        #expect(Instant(microseconds: .max) == .latest)
    }
}
