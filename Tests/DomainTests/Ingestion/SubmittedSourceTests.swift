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

    @Test func theQueryAndParametersWithTellingNamesAreHiddenAndRevealedInTheirPlaces() throws {
        let parameters =
            #"[{"name":"since","value":"{from}"},{"name":"apiKey","value":"k1"},{"name":"n","value":"7"},{"name":"token","value":"t2"}]"#
        let (source, problems) = try Self.read("https://erp.example.com/soap?q=x&r", #","parameters":\#(parameters)"#)
        #expect(problems == [])
        let request = Self.plan(try #require(source)).request
        #expect(request.url.description == "https://erp.example.com/soap?[redacted]")
        #expect(request.parameters.map(\.value) == ["{from}", "[redacted]", "7", "[redacted]"])
        guard case .sealed(let sealed)? = request.secrets else {
            Issue.record("nothing is sealed")
            return
        }
        #expect(sealed.bytes == Array(#"{"secrets":["q=x&r","k1","t2"]}"#.utf8))
        let revealed = try #require(request.revealed(sealed.bytes))
        #expect(revealed.url.description == "https://erp.example.com/soap?q=x&r")
        #expect(revealed.parameters.map(\.value) == ["{from}", "k1", "7", "t2"])
        // Bytes of another request are found out.
        for text in [#"{"secrets":["q=x&r","k1"]}"#, #"{"secrets":["q=x&r","k1","t2","u3"]}"#, "{}", ""] {
            #expect(request.revealed(Array(text.utf8)) == nil)
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
