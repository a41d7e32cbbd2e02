import PropertyKit
import Testing

@testable import Domain

/// What a submission may hold, from wherever it comes.
@Suite struct SubmittedCallTests {
    private static let now = Instant(microseconds: 1_790_000_000_000_000)

    /// The submission, or the pointers of what is wrong with it.
    private func read(_ text: String) throws -> (call: SubmittedCall?, wrong: [String]) {
        var problems = JSONProblems()
        let call = problems.object(try JSONReader.read(Array(text.utf8))) { SubmittedCall.read(&$0, now: Self.now) }
        return (call, problems.listed.map(\.pointer))
    }

    private func submission(_ text: String) throws -> (ServiceCallSubmission, OutgoingRequest) {
        let tenant = try #require(TenantId("acme"))
        let call = try #require(try read(text).call)
        let sealed = SealedRequest(
            method: call.outgoing.method, url: call.outgoing.url, payload: .sealed(SealedBytes(bytes: [1])),
            bodyBytes: call.outgoing.body.count)
        let submission = call.submission(
            tenant: tenant, id: ServiceCallId(UniqueId(high: 1, low: 1)), request: sealed, fingerprint: Fingerprint(bytes: []),
            requestId: "r-1")
        return (submission, call.outgoing)
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let (submission, outgoing) = try submission(#"{"request":{"url":"https://example.com/a"}}"#)
        #expect(submission.request.method == .POST && outgoing.headers.isEmpty && outgoing.body.isEmpty && submission.redirects == 0)
        #expect(submission.dueAt == nil && submission.tags.isEmpty && submission.correlationId == "r-1")
        #expect(submission.timeout == ServiceCallSubmission.standardTimeout && submission.retry == .standard)
    }

    @Test func whatIsGivenIsTaken() throws {
        let (submission, outgoing) = try submission(
            #"""
            {"request":{"method":"PUT","url":"https://example.com/a","headers":{"A":"1"},"bodyBase64":"AAH/"},"dueAt":"2027-01-01T00:00:00Z",
            "tags":["x","y"],"timeoutMs":5000,"correlationId":"c-1","followRedirects":3,
            "retry":{"maxAttempts":3,"initialDelayMs":10,"maxDelayMs":20,"deadline":"2027-02-01T00:00:00Z","statuses":[500,503]}}
            """#)
        #expect(submission.request.method == .PUT && outgoing.body == [0, 1, 255] && submission.redirects == 3)
        #expect(outgoing.headers.map(\.name) == ["A"] && submission.tags == ["x", "y"] && submission.correlationId == "c-1")
        #expect(submission.dueAt == (try Instant(rfc3339: "2027-01-01T00:00:00Z")) && submission.timeout == .milliseconds(5_000))
        #expect(submission.retry.maxAttempts == 3 && submission.retry.statuses == [500, 503])
        #expect(submission.retry.initialDelay == .milliseconds(10) && submission.retry.maxDelay == .milliseconds(20))
        #expect(submission.retry.deadline == (try Instant(rfc3339: "2027-02-01T00:00:00Z")))
    }

    @Test(arguments: [
        (#"{}"#, ["/request"]), (#"{"request":{}}"#, ["/request/url"]), (#"{"request":{"url":"ftp://x"}}"#, ["/request/url"]),
        (#"{"request":{"url":"https://e.com","body":"a","bodyBase64":"YQ=="}}"#, ["/request/bodyBase64"]),
        (#"{"request":{"url":"https://e.com","bodyBase64":"Y"}}"#, ["/request/bodyBase64"]),
        (#"{"request":{"url":"https://e.com","headers":{"A B":"1"}}}"#, ["/request/headers/A B"]),
        (#"{"request":{"url":"https://e.com"},"dueAt":"1999-01-01T00:00:00Z"}"#, ["/dueAt"]),
        (#"{"request":{"url":"https://e.com"},"dueAt":"2999-01-01T00:00:00Z"}"#, ["/dueAt"]),
        (#"{"request":{"url":"https://e.com"},"followRedirects":6}"#, ["/followRedirects"]),
        (#"{"request":{"url":"https://e.com"},"tags":["a","a"]}"#, ["/tags/1"]),
        (#"{"request":{"url":"https://e.com"},"tags":["a\u0001"]}"#, ["/tags/0"]),
        (#"{"request":{"url":"https://e.com"},"correlationId":"a b"}"#, ["/correlationId"]),
        (#"{"request":{"url":"https://e.com"},"retry":{"initialDelayMs":2,"maxDelayMs":1}}"#, ["/retry/initialDelayMs"]),
        (#"{"request":{"url":"https://e.com"},"retry":{"deadline":"2020-01-01T00:00:00Z"}}"#, ["/retry/deadline"]),
        (#"{"request":{"url":"https://e.com","x":1},"y":2}"#, ["/request/x", "/y"]),
    ])
    func everythingThatIsWrongIsSaidAtItsPlace(text: String, wrong: [String]) throws {
        let result = try read(text)
        #expect(result.call == nil && result.wrong.sorted() == wrong.sorted(), "\(result.wrong)")
    }

    @Test func theSameSubmissionHasTheSameBytesHoweverItIsWritten() throws {
        let one = try read(#"{"request":{"url":"https://e.com/","headers":{"A":"1","B":"2"},"body":"x"},"dueAt":"2030-01-01T00:00:00Z"}"#)
        let other = try read(
            #" {"dueAt":"2030-01-01T02:00:00+02:00","request":{"bodyBase64":"eA==","headers":{"B":"2","A":"1"},"url":"https://e.com/"}}"#)
        #expect(one.call?.canonicalBytes == other.call?.canonicalBytes && one.call != nil)
    }

    /// Stored fingerprints depend on them.
    @Test func theBytesAreGolden() throws {
        let call = try #require(
            try read(
                #"{"request":{"url":"https://e.com/","headers":{"A":"1"}},"tags":["t"],"timeoutMs":1000,"retry":{"statuses":[503,500]}}"#
            )
            .call)
        var expected = Array("submission1".utf8) + [0]
        func field(_ bytes: [UInt8]) -> [UInt8] { [1, 0, 0, 0, UInt8(bytes.count)] + bytes }
        func item(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
        func number(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) } }
        expected += field(Array("https://e.com/".utf8))
        expected += [1, 0, 0, 0, 1] + item([0x41, 0, 0x31])
        expected += [0, 0]
        expected += [1, 0, 0, 0, 1] + item([0x74])
        expected += field(number(1_000_000)) + field(number(1))
        expected += [0, 0, 0, 0]
        expected += [1, 0, 0, 0, 2] + item(number(500)) + item(number(503))
        expected += [0]
        #expect(call.canonicalBytes == expected)
    }

    @Test func whatDiffersHasOtherBytes() throws {
        let texts = [
            #"{"request":{"url":"https://e.com/"}}"#, #"{"request":{"url":"https://e.com/b"}}"#,
            #"{"request":{"url":"https://e.com/","body":""}}"#,
            #"{"request":{"url":"https://e.com/","method":"POST"}}"#, #"{"request":{"url":"https://e.com/","headers":{}}}"#,
            #"{"request":{"url":"https://e.com/"},"tags":[]}"#, #"{"request":{"url":"https://e.com/"},"tags":["a","b"]}"#,
            #"{"request":{"url":"https://e.com/"},"tags":["ab"]}"#, #"{"request":{"url":"https://e.com/"},"retry":{}}"#,
            #"{"request":{"url":"https://e.com/"},"correlationId":"c"}"#, #"{"request":{"url":"https://e.com/"},"followRedirects":0}"#,
            #"{"request":{"url":"https://e.com/"},"followRedirects":1}"#,
        ]
        let bytes = try texts.map { try #require(try read($0).call).canonicalBytes }
        #expect(Set(bytes).count == texts.count)
    }
}

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"), ("Zm9vYmFy", "foobar"),
    ])
    func theVectorsOfTheStandardAreDecoded(text: String, decoded: String) {
        #expect(Base64.decode(text) == Array(decoded.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zh==", "Zg==Zg==", "Z===", "Zm9v\n", "Zm-_"])
    func onlyTheOneCanonicalFormIsTaken(text: String) { #expect(Base64.decode(text) == nil) }

    @Test func anyBytesComeBackFromTheURLForm() {
        var generator = SeededGenerator(seed: 1)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = Base64.encodeURL(bytes)
            #expect(Base64.decodeURL(text) == bytes)
            #expect(!text.contains { "+/=".contains($0) })
        }
    }
}
