import Domain
import PropertyKit
import Testing

@Suite("What a source is asked")
struct BatchRequestTests {
    @Test(
        "Names are XML names without a colon",
        arguments: [
            ("from", true), ("_a", true), ("a-b.c1", true), ("Ärger", true), ("数", true), ("", false), ("1a", false), ("-a", false),
            (".a", false),
            ("a:b", false), ("a b", false), ("a<b", false), ("a/", false), ("a\u{0}", false), ("a\u{37E}", false), ("\u{D7}", false),
            (String(repeating: "a", count: 255), true), (String(repeating: "a", count: 256), false),
        ])
    func names(name: String, isName: Bool) {
        #expect(((try? SOAPParameter(name: name, value: "")) != nil) == isName)
        #expect(((try? SOAPOperation(namespace: nil, localName: name)) != nil) == isName)
    }

    @Test("A value that XML cannot carry is refused by its parameter's name")
    func values() throws {
        for value in ["\u{0}", "a\u{B}", "\u{FFFE}", "\u{1B}[31m", String(repeating: "x", count: 16_385)] {
            #expect(throws: BatchRequestError.value(of: "from")) { try SOAPParameter(name: "from", value: value) }
        }
        for value in ["", "\t\r\n", "\u{10FFFF}", "<&>\"']]>", String(repeating: "x", count: 16_384)] {
            #expect(try SOAPParameter(name: "from", value: value).value == value)
        }
    }

    @Test("An action that could end its field is refused")
    func actions() throws {
        for action in ["a\"b", "a\\b", "a\r\nX-Evil: 1", "a\u{7F}", "ä", String(repeating: "a", count: 1_025)] {
            #expect(throws: BatchRequestError.action) { try Self.request(action: action) }
        }
        for action in ["", "urn:a/b?c=d&e", String(repeating: "a", count: 1_024)] {
            #expect(try Self.request(action: action).action == action)
        }
    }

    @Test("A namespace is a URI, or there is none")
    func namespaces() throws {
        for namespace in ["", "a b", "a\u{0}", "a\nb", "urn:ä", "urn:a\"", "urn:<", "urn:{b}", String(repeating: "a", count: 1_025)] {
            #expect(throws: BatchRequestError.namespace) { try SOAPOperation(namespace: namespace, localName: "a") }
        }
        #expect(try SOAPOperation(namespace: "urn:a?b&c'd", localName: "a").namespace == "urn:a?b&c'd")
    }

    @Test("Every refusal says what to do")
    func advice() throws {
        for error in [BatchRequestError.action, .namespace, .name("a b"), .value(of: "from"), .tooManyParameters] {
            #expect(error.description.count > 40)
        }
        #expect(throws: BatchRequestError.tooManyParameters) { try Self.request(action: nil, parameters: 65) }
        #expect(try Self.request(action: nil, parameters: 64).parameters.count == 64)
        #expect(throws: BatchRequestError.name("a\u{1}b")) { try SOAPParameter(name: "a\u{1}b", value: "") }
        #expect(BatchRequestError.name("a\u{1}b").description.hasPrefix("“a b”"))
    }

    private static func request(action: String?, parameters: Int = 0) throws -> BatchRequest {
        try BatchRequest(
            url: TargetURL("https://source.example/"), action: action, operation: SOAPOperation(namespace: nil, localName: "Get"),
            parameters: (0..<parameters).map { try SOAPParameter(name: "p\($0)", value: "") }, traceparent: "")
    }
}

@Suite("Basic credentials")
struct BasicCredentialsTests {
    @Test(
        "Are sent as RFC 7617 has them",
        arguments: [("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), ("test", "123£", "dGVzdDoxMjPCow==")])
    func authorization(user: String, password: String, token: String) throws {
        #expect(try BasicCredentials(user: user, password: password).authorization == "Basic " + token)
    }

    @Test("What cannot be sent is refused")
    func refused() throws {
        let long = String(repeating: "a", count: 256)
        for (user, password, error) in [
            ("", "a", BasicCredentialsError.userMissing), ("a:b", "", .userHoldsColon), (long, "", .tooLong), ("a", long, .tooLong),
            ("a\n", "", .controlCharacter), ("a", "b\u{0}", .controlCharacter), ("a", "\u{85}", .controlCharacter),
        ] {
            #expect(throws: error) { try BasicCredentials(user: user, password: password) }
            #expect(!error.description.isEmpty)
        }
        #expect(try BasicCredentials(user: "a", password: "b:c").password == "b:c")
    }

    @Test("Never print the password")
    func printed() throws {
        let credentials = try BasicCredentials(user: "ada", password: "s3cret")
        var dumped = ""
        dump(["a": credentials], to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped, "\([credentials])"] {
            #expect(text.contains("ada") && !text.contains("s3cret"))
        }
    }

    @Test("The password is taken out of any text that holds it, also at an end that was cut")
    func redacted() throws {
        let credentials = try BasicCredentials(user: "u", password: "xyzä")
        try forAll { random in
            // Letters that are in the password are among them, but never it.
            (0..<Int.random(in: 0...12, using: &random)).map { _ in ["a", "ü", "x", "y", "xyz", nil].randomElement(using: &random) ?? nil }
        } property: { (pieces: [String?]) in
            let text = pieces.map { $0 ?? "xyzä" }.joined()
            let told = pieces.map { $0 ?? "[redacted]" }.joined()
            try #require(credentials.redacted(text) == told)
            for cut in ["xyz", "x"] where !told.hasSuffix("x") {
                try #require(credentials.redacted(text + "-" + cut, isCut: true) == told + "-[redacted]")
            }
        }
        #expect(credentials.redacted("sent \(credentials.authorization)") == "sent Basic [redacted]")
        let fault = SOAPFault(version: .v11, code: .other("E-xyzä"), reason: String(repeating: "b", count: 497) + "xyzä")
        #expect(fault.without(nil) == fault)
        let told = SOAPFault(version: .v11, code: .other("E-[redacted]"), reason: String(repeating: "b", count: 497) + "[redacted]")
        #expect(fault.without(credentials) == told)
    }
}

@Suite("How a fetch fails")
struct FetchFailureTests {
    @Test("A fault's text is one short line that shows what it is")
    func shown() {
        func reason(_ text: String) -> String { SOAPFault(version: .v11, code: .server, reason: text).reason }
        #expect(reason("  a\r\n\tb  ") == "a b")
        #expect(reason("a\u{1B}[31mb\u{0}") == "a [31mb")
        #expect(reason("a\u{202E}b\u{200B}c") == "abc")
        #expect(reason(String(repeating: "ä", count: 400)) == String(repeating: "ä", count: 250))
        #expect(reason("") == "")
        #expect(SOAPFault.Code(localName: String(repeating: "e", count: 200)) == .other(String(repeating: "e", count: 100)))
        #expect(SOAPFault(version: .v12, code: .client, reason: "").description == "fault Client")
        #expect(SOAPFault(version: .v12, code: .other("E"), reason: "x").description == "fault E: x")
    }

    @Test("Every failure has a word of its own, or says in which phase it came, and a sentence")
    func codes() {
        let fault = SOAPFault(version: .v11, code: .server, reason: "late")
        let failures: [FetchFailure] =
            [
                .refusedTarget("a"), .connection("b"), .status(500, retryAfter: nil), .fault(fault, status: 500),
                .notXML(contentType: "text/html"),
                .tooLarge(limit: 5), .badEncoding("c"), .cancelled, .stopped,
            ] + FetchPhase.allCases.map { .timedOut($0) }
        #expect(Set(failures.map(\.code)).count == failures.count)
        #expect(Set(failures.map(\.description)).count == failures.count)
        #expect(FetchFailure.status(302, retryAfter: nil).description.contains("redirects are not followed"))
        #expect(FetchFailure.status(401, retryAfter: nil).description.contains("password"))
        #expect(FetchFailure.status(404, retryAfter: nil).description.contains("URL"))
        #expect(FetchFailure.notXML(contentType: nil).description.contains("content type"))
        #expect(FetchFailure.fault(fault, status: 500).description.contains("fault Server: late"))
    }
}
