import Testing

@testable import Domain

@Suite("What is secret in a source is taken out of its settings, and put back for the request alone")
struct SubmittedSourceTests {
    private static func read(_ url: String, _ further: String = "") throws -> (source: SubmittedSource?, problems: [String]) {
        let text = #"{"name":"erp","url":"\#(url)","invoiceElement":"Invoice","numberPath":"Number"\#(further)}"#
        var problems = JSONProblems()
        let source = problems.object(try JSONReader.read(Array(text.utf8))) { SubmittedSource.read(&$0, topics: []) }
        return (source, problems.listed.map { "\($0.pointer) \($0.message)" })
    }

    private static func plan(_ source: SubmittedSource) -> IngestionSource.Plan {
        source.plan(
            password: .sealed(SealedBytes(bytes: [1])), secrets: source.secretBytes.map { .sealed(SealedBytes(bytes: $0)) },
            fingerprint: Fingerprint(bytes: [1]))
    }

    @Test func theQueryAndParametersThatMayBeSecretAreHiddenAndRevealedInTheirPlaces() throws {
        let parameters = #"""
            [{"name":"from","value":"2026"},{"name":"apiKey","value":"k1"},{"name":"n","value":"7"},{"name":"Page_Size","value":"50"},
            {"name":"token","value":"t2"}]
            """#
        let (source, problems) = try Self.read("https://erp.example.com/soap?q=x&r", #","parameters":\#(parameters)"#)
        #expect(problems == [])
        let request = Self.plan(try #require(source)).request
        #expect(request.url.description == "https://erp.example.com/soap?[redacted]")
        #expect(request.parameters.map(\.value) == ["2026", "[redacted]", "[redacted]", "50", "[redacted]"])
        guard case .sealed(let sealed)? = request.secrets else {
            Issue.record("nothing is sealed")
            return
        }
        #expect(sealed.bytes == Array(#"{"secrets":["q=x&r","k1","7","t2"]}"#.utf8))
        let revealed = try #require(request.revealed(sealed.bytes))
        #expect(revealed.url.description == "https://erp.example.com/soap?q=x&r")
        #expect(revealed.parameters.map(\.value) == ["2026", "k1", "7", "50", "t2"])
        // Bytes of another request are found out.
        for text in [#"{"secrets":["q=x&r","k1","7"]}"#, #"{"secrets":["q=x&r","k1","7","t2","u3"]}"#, "{}", ""] {
            #expect(request.revealed(Array(text.utf8)) == nil)
        }
    }

    @Test(arguments: [
        ("from", "2026", false), ("page-size", "50", false), ("CHANGED.SINCE", "x", false), ("status", "open", false),
        ("companyId", "7f3a", true), ("n", "7", true), ("fromKey", "x", true), ("site", "x", true), ("from", "{from}", false),
        ("anything", "{from}/{to}", false), ("anything", "[{from}, {to}]", false), ("anything", "", false), ("anything", "{from}a", true),
        ("anything", "{from} 9", true), ("anything", "{other}", true), ("anything", "é", true),
    ])
    func aParameterIsSealedUnlessItsNameOrItsValueIsHarmless(_ name: String, _ value: String, _ isSecret: Bool) throws {
        let parameter = try SOAPParameter(name: name, value: value)
        #expect(parameter.isSecret == isSecret)
        #expect(parameter.shown(under: .standard) == (isSecret ? "[redacted]" : value))
    }

    @Test func aPolicyHidesMoreThanIsSealedButNotTheWindow() throws {
        let policy = RedactionPolicy(words: ["since"])
        #expect(try SOAPParameter(name: "since", value: "2026").shown(under: policy) == "[redacted]")
        #expect(try SOAPParameter(name: "since", value: "{from}").shown(under: policy) == "{from}")
    }

    @Test func whatWasSealedByNamesThatTellIsRevealedAsBefore() throws {
        // A version before sealed the query and `token`, and left `n` open.
        let stored = SourceRequest(
            url: try TargetURL("https://erp.example.com/soap?[redacted]"), secrets: .sealed(SealedBytes(bytes: [])),
            operation: try SOAPOperation(namespace: nil, localName: "List"),
            parameters: [try SOAPParameter(name: "n", value: "7"), try SOAPParameter(name: "token", value: "[redacted]")])
        #expect(stored.hasOpenSecrets)
        let revealed = try #require(stored.revealed(Array(#"{"secrets":["q=x","t2"]}"#.utf8)))
        #expect(revealed.parameters.map(\.value) == ["7", "t2"])
        let bytes = try #require(revealed.secretBytes)
        let sealed = revealed.sealed(password: nil, secrets: .sealed(SealedBytes(bytes: bytes)))
        #expect(!sealed.hasOpenSecrets)
        #expect(sealed.parameters.map(\.value) == ["[redacted]", "[redacted]"])
        #expect(sealed.revealed(bytes) == revealed)
    }

    /// The mark that stands for a query is longer than a short query is.
    @Test(arguments: ["", "q", "k=1", "a-query-that-is-longer-than-the-mark"])
    func theQueryOfTheLongestURLIsRevealedToo(_ query: String) throws {
        let start = "https://erp.example.com/"
        let path = String(repeating: "p", count: TargetURL.maxBytes - start.utf8.count - 1 - query.utf8.count)
        let url = try TargetURL("\(start)\(path)?\(query)")
        for parameters in [[], [("companyId", "7"), ("limit", "50")]] as [[(String, String)]] {
            let request = SourceRequest(
                url: url, operation: try SOAPOperation(namespace: nil, localName: "List"),
                parameters: try parameters.map { try SOAPParameter(name: $0.0, value: $0.1) })
            let bytes = try #require(request.secretBytes)
            let sealed = request.sealed(password: nil, secrets: .sealed(SealedBytes(bytes: bytes)))
            #expect(!sealed.url.description.hasSuffix("?" + query) && !sealed.hasOpenSecrets)
            // It is stored as a text, and read back as a URL.
            #expect(throws: Never.self) { try TargetURL(sealed.url.description) }
            #expect(sealed.revealed(bytes) == request)
            #expect(sealed.revealed(Array(#"{"secrets":["a","b","c"]}"#.utf8)) == nil)
        }
    }

    @Test func aSourceWithoutSecretsHasNothingToSeal() throws {
        let (source, _) = try Self.read("https://erp.example.com/soap", #","parameters":[{"name":"since","value":"{from}"}]"#)
        #expect(try #require(source).secretBytes == nil)
        let plan = Self.plan(try #require(source))
        #expect(plan.request.secrets == nil && plan.request.url.description == "https://erp.example.com/soap")
    }

    @Test func whatIsSealedIsReadBackFromTheStoreAndErasedWithTheSource() throws {
        let tenant = try #require(TenantId("acme"))
        let (source, _) = try Self.read("http://erp.example.com/?q=x", #","username":"a","password":"b","allowUnencryptedPassword":true"#)
        let plan = Self.plan(try #require(source))
        var state = IngestionSource.evolve(nil, .created(plan), name: try #require(SourceName("erp")), tenant: tenant, at: .earliest)
        for _ in 0..<2 {
            let stored = try #require(state)
            let read = IngestionSource(tenant: tenant, name: stored.name, version: stored.version, storedState: stored.storedState)
            #expect(read == stored)
            #expect(!String(decoding: stored.storedState, as: UTF8.self).contains("q=x"))
            state = IngestionSource.evolve(stored, .deleted, name: stored.name, tenant: tenant, at: .earliest)
        }
        #expect(state?.plan.request.secrets == .erased && state?.plan.request.password == .erased)
    }

    @Test(arguments: [
        "https://erp.example.com/", "http://localhost:8080/", "http://LOCALHOST/", "http://127.0.0.1/", "http://127.9.8.7:1/",
        "http://[::1]/soap",
    ])
    func aPasswordMayGoOverTLSAndWithinThisMachine(_ url: String) throws {
        #expect(try Self.read(url, #","username":"a","password":"b""#).problems == [])
    }

    @Test(arguments: [
        "http://erp.example.com/", "http://10.0.0.1/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
        "http://127.0.0.256/", "http://127.00.0.1/", "http://[::2]/",
    ])
    func aPasswordGoesOverPlainHTTPToAnotherMachineOnlyWhenItIsSaidSo(_ url: String) throws {
        let refused = try Self.read(url, #","username":"a","password":"b""#).problems
        #expect(refused.count == 1 && refused.allSatisfy { $0.hasPrefix("/url ") && $0.contains("allowUnencryptedPassword") }, "\(refused)")
        #expect(try Self.read(url, #","username":"a""#).problems == refused)
        #expect(try Self.read(url, #","username":"a","password":"b","allowUnencryptedPassword":true"#).problems == [])
        // Without a user there is nothing to carry.
        #expect(try Self.read(url).problems == [])
    }
}
