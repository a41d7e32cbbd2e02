import Testing

@testable import Domain

@Suite("What is asked of a receiver is understood, or refused field by field")
struct SubmittedReceiverTests {
    private func read(_ json: String) throws -> (SubmittedReceiver?, [String]) {
        let value = try JSONReader.read(Array(json.utf8))
        let name = try #require(SourceName("bank"))
        let topics = [try #require(TopicName("erp.in"))]
        var problems = JSONProblems()
        let receiver = problems.object(value) { SubmittedReceiver.read(&$0, named: name, topics: topics) }
        return (receiver, problems.listed.map(\.pointer))
    }

    @Test(arguments: [
        #"{"scheme":"standard-webhooks","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#,
        #"{"scheme":"standard-webhooks"}"#,
        #"{"scheme":"hmac","signature":{"header":"X-Hub-Signature-256","prefix":"sha256="},"secret":"0123456789abcdef"}"#,
        #"{"scheme":"hmac","signature":{"header":"x-s","algorithm":"sha512","encoding":"base64","timestampHeader":"x-t","content":"{id}.{timestamp}.{body}"},"messageId":{"header":"x-id"}}"#,
        #"{"scheme":"shared-secret","secretHeader":"mono-webhook-secret","messageId":{"pointer":"/data/id"},"secret":"0123456789abcdef"}"#,
        #"{"scheme":"standard-webhooks","name":"bank","toleranceSeconds":60,"maxBytes":1000,"topic":"erp.in","invoiceElement":"Invoice","numberPath":"Number","mapping":{"fields":{"currency":"Currency"}}}"#,
    ])
    func whatIsRightIsTaken(_ json: String) throws {
        let (receiver, problems) = try read(json)
        #expect(problems.isEmpty, "\(problems)")
        let found = try #require(receiver)
        // What it says again is the same, member by member.
        #expect(try read(String(decoding: found.canonicalBytes, as: UTF8.self)).0 == found)
    }

    @Test(arguments: [
        (#"{}"#, "/scheme"), (#"{"scheme":"other"}"#, "/scheme"),
        (#"{"scheme":"standard-webhooks","secret":"too-simple"}"#, "/secret"),
        (#"{"scheme":"standard-webhooks","messageId":{"header":"x"}}"#, "/messageId"),
        (#"{"scheme":"standard-webhooks","signature":{"header":"x"}}"#, "/signature"),
        (#"{"scheme":"hmac"}"#, "/signature"), (#"{"scheme":"hmac","signature":{}}"#, "/signature/header"),
        (#"{"scheme":"hmac","signature":{"header":"a b"}}"#, "/signature/header"),
        (#"{"scheme":"hmac","signature":{"header":"x","content":"{timestamp}{body}"}}"#, "/signature/content"),
        (#"{"scheme":"hmac","signature":{"header":"x","timestampHeader":"t"}}"#, "/signature/content"),
        (#"{"scheme":"hmac","signature":{"header":"x"},"secret":"short"}"#, "/secret"),
        (#"{"scheme":"hmac","signature":{"header":"x"},"messageId":{"header":"x-id"}}"#, "/messageId/header"),
        (#"{"scheme":"hmac","signature":{"header":"x","content":"{id}.{body}"}}"#, "/messageId"),
        (#"{"scheme":"hmac","signature":{"header":"x"},"messageId":{"pointer":"id"}}"#, "/messageId/pointer"),
        (#"{"scheme":"hmac","signature":{"header":"x"},"messageId":{"header":"a","pointer":"/b"}}"#, "/messageId"),
        (#"{"scheme":"shared-secret"}"#, "/secretHeader"),
        (#"{"scheme":"standard-webhooks","name":"other"}"#, "/name"),
        (#"{"scheme":"standard-webhooks","toleranceSeconds":0}"#, "/toleranceSeconds"),
        (#"{"scheme":"standard-webhooks","maxBytes":1048577}"#, "/maxBytes"),
        (#"{"scheme":"standard-webhooks","topic":"any"}"#, "/topic"),
        (#"{"scheme":"standard-webhooks","invoiceElement":"Invoice"}"#, "/numberPath"),
        (#"{"scheme":"standard-webhooks","mapping":{"fields":{"currency":"Currency"}}}"#, "/mapping"),
        (#"{"scheme":"standard-webhooks","unknown":1}"#, "/unknown"),
    ])
    func whatIsWrongIsNamed(_ json: String, _ pointer: String) throws {
        let (receiver, problems) = try read(json)
        #expect(receiver == nil)
        #expect(problems.contains(pointer), "\(problems)")
    }

    @Test func noSecretIsInAnyProblem() throws {
        let value = try JSONReader.read(Array(#"{"scheme":"standard-webhooks","secret":"whsec_canary!"}"#.utf8))
        let name = try #require(SourceName("bank"))
        var problems = JSONProblems()
        _ = problems.object(value) { SubmittedReceiver.read(&$0, named: name, topics: []) }
        #expect(!problems.listed.isEmpty && problems.listed.allSatisfy { !$0.message.contains("canary") })
    }
}
