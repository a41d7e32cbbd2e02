import Testing

@testable import Domain

/// What schedules and subscriptions are told to send.
@Suite struct SubmittedTemplateTests {
    /// The template, or the pointers of what is wrong with it.
    private func read(_ text: String, isTarget: Bool = false) throws -> (template: SubmittedTemplate?, wrong: [String]) {
        var problems = JSONProblems()
        let template = problems.object(try JSONReader.read(Array(text.utf8))) {
            isTarget ? SubmittedTemplate.readTarget(&$0) : SubmittedTemplate.readRequest(&$0)
        }
        return (template, problems.listed.map(\.pointer))
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        for isTarget in [false, true] {
            let member = isTarget ? "target" : "request"
            let template = try #require(try read(#"{"\#(member)":{"url":"https://example.com/a?b=c"}}"#, isTarget: isTarget).template)
            #expect(template.outgoing == OutgoingRequest(method: .POST, url: try TargetURL("https://example.com/a?b=c")))
            #expect(template.tags.isEmpty && template.redirects == 0)
            #expect(template.timeout == ServiceCallSubmission.standardTimeout && template.retry == .standard)
        }
    }

    @Test func whatIsGivenIsTaken() throws {
        let policy = #""tags":["x","y"],"timeoutMs":5000,"followRedirects":3,"retry":{"maxAttempts":3,"statuses":[500,503]}"#
        let request = try #require(
            try read(#"{"request":{"method":"PUT","url":"https://e.com/","headers":{"A":"1"},"bodyBase64":"AAH/"},\#(policy)}"#).template)
        #expect(request.outgoing.method == .PUT && request.outgoing.body == [0, 1, 255])
        let target = try #require(
            try read(#"{"target":{"url":"https://e.com/","headers":{"A":"1"}},\#(policy)}"#, isTarget: true).template)
        // What is delivered is the event.
        #expect(target.outgoing.method == .POST && target.outgoing.body.isEmpty)
        for template in [request, target] {
            #expect(template.outgoing.headers.map(\.name) == ["A"] && template.tags == ["x", "y"])
            #expect(template.timeout == .milliseconds(5_000) && template.redirects == 3)
            #expect(template.retry.maxAttempts == 3 && template.retry.statuses == [500, 503] && template.retry.deadline == nil)
        }
    }

    /// A deadline is a moment, and what recurs has none; a subscription says neither method nor body, which are the event's.
    @Test(arguments: [
        ("{}", false, ["/request"]), ("{}", true, ["/target"]), (#"{"request":{}}"#, false, ["/request/url"]),
        (#"{"target":{}}"#, true, ["/target/url"]), (#"{"target":{"url":"http://user@e.com/"}}"#, true, ["/target/url"]),
        (#"{"request":{"url":"https://e.com/"},"retry":{"deadline":"2030-01-01T00:00:00Z"}}"#, false, ["/retry/deadline"]),
        (#"{"target":{"url":"https://e.com/"},"retry":{"deadline":"2030-01-01T00:00:00Z"}}"#, true, ["/retry/deadline"]),
        (#"{"request":{"url":"https://e.com/"},"dueAt":"2030-01-01T00:00:00Z"}"#, false, ["/dueAt"]),
        (#"{"target":{"url":"https://e.com/","method":"PUT","body":"x"}}"#, true, ["/target/body", "/target/method"]),
        // What an answer shows in place of a secret does not become it.
        (
            #"{"request":{"url":"https://e.com/?k=[redacted]","headers":{"A":"[redacted]"}}}"#, false,
            ["/request/headers/A", "/request/url"]
        ),
        (#"{"target":{"url":"https://e.com/?k=[redacted]","headers":{"A":"[redacted]"}}}"#, true, ["/target/headers/A", "/target/url"]),
        (
            #"{"target":{"url":"https://e.com/","headers":{"Host":"x"}},"tags":["a","a"],"timeoutMs":1,"followRedirects":6}"#, true,
            ["/followRedirects", "/tags/1", "/target/headers/Host", "/timeoutMs"]
        ),
    ])
    func everythingThatIsWrongIsSaidAtItsPlace(_ text: String, _ isTarget: Bool, _ wrong: [String]) throws {
        let result = try read(text, isTarget: isTarget)
        #expect(result.template == nil && result.wrong.sorted() == wrong, "\(result.wrong)")
    }
}
