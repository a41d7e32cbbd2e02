import PropertyKit
import Testing

@testable import Domain

@Suite struct RedactionTests {
    private let policy = RedactionPolicy.standard

    private func preview(_ text: String, isCut: Bool = false) -> String? { policy.preview(of: Array(text.utf8), isCut: isCut) }

    // MARK: Names

    @Test(arguments: [
        ("Authorization", true), ("X-Api-Key", true), ("Set-Cookie", true), ("X-AUTH-TOKEN", true), ("X-Hub-Signature-256", true),
        ("Content-Type", false), ("Accept", false), ("X-Author", false), ("", false),
    ])
    func aNameTellsASecret(_ name: String, _ isSecret: Bool) { #expect(policy.isSecret(name.utf8) == isSecret) }

    @Test func aHeaderLosesItsValueByNameAndWhatTheDetectorsFind() throws {
        #expect(policy.shown(try .init(name: "X-Password", value: "a")) == "[redacted]")
        #expect(policy.shown(try .init(name: "From", value: "call jo@example.com now")) == "call [redacted] now")
        #expect(policy.shown(try .init(name: "Content-Type", value: "text/plain")) == "text/plain")
        let own = RedactionPolicy(words: [], headerNames: ["X-Internal"])
        #expect(own.shown(try .init(name: "x-internal", value: "a")) == "[redacted]")
        #expect(own.shown(try .init(name: "X-Password", value: "a")) == "a")
    }

    @Test(arguments: [
        ("https://e.com/a", "https://e.com/a"), ("https://e.com/a?b=c&d=e", "https://e.com/a?b=[redacted]&d=[redacted]"),
        ("https://e.com/?s3cret", "https://e.com/?[redacted]"), ("https://e.com/?a=&b", "https://e.com/?a=[redacted]&[redacted]"),
        ("https://e.com/?", "https://e.com/?"), ("https://e.com?a=b=c", "https://e.com?a=[redacted]"),
    ])
    func aQueryLosesItsValues(_ url: String, _ shown: String) throws { #expect(policy.shown(try TargetURL(url)) == shown) }

    // MARK: JSON

    @Test(arguments: [
        (#"{"password":"s3cret","n":1}"#, #"{"password":"[redacted]","n":1}"#),
        (
            #"{ "Api_Key" : 17 , "n" : [1, {"token": ["s3cret", {"a": "s3cret"}]}, 2] }"#,
            #"{ "Api_Key" : "[redacted]" , "n" : [1, {"token": "[redacted]"}, 2] }"#
        ),
        (#"{"secret":null,"a":"b"}"#, #"{"secret":null,"a":"b"}"#),
        (#"{"a":{"secret":true}}"#, #"{"a":{"secret":"[redacted]"}}"#),
        (#"{"p\u0061ssword":"s3cret"}"#, #"{"p\u0061ssword":"[redacted]"}"#),
        (#"{"secret":"a\"s3cret","b":1}"#, #"{"secret":"[redacted]","b":1}"#),
        (#"["a","b"]"#, #"["a","b"]"#),
        (#"{"a":"4111 1111 1111 1111","mail":"jo@example.com"}"#, #"{"a":"[redacted]","mail":"[redacted]"}"#),
        (#"{"pan":4111111111111111}"#, #"{"pan":[redacted]}"#),
        (#"{"a":1}{"secret":"s3cret"}"#, #"{"a":1}{"secret":"[redacted]"}"#),
    ])
    func membersOfAJSONBodyLoseTheirValuesAndAllElseStays(_ body: String, _ shown: String) { #expect(preview(body) == shown) }

    @Test func aSecretIsTakenWhereverTheBodyIsCut() {
        let body = #"{"a":[{"x":"y","token":{"s3cret":["s3cret","s3cret"]}}],"password":"s3cret","z":"bearer s3cret"}"#
        for count in 0...body.utf8.count {
            let shown = preview(String(decoding: body.utf8.prefix(count), as: UTF8.self), isCut: true) ?? ""
            #expect(!shown.contains("s3c"), "\(count): \(shown)")
        }
    }

    @Test func pointersNameFurtherPlaces() {
        let policy = RedactionPolicy(words: [], pointers: ["/a/1/b~1c", "/d", "/a/0", "no pointer"])
        let body = #"{"a":[{"x":1},{"b/c":"s3cret","d":2}],"d":[1,2],"b/c":3}"#
        #expect(policy.preview(of: Array(body.utf8)) == #"{"a":["[redacted]",{"b/c":"[redacted]","d":2}],"d":"[redacted]","b/c":3}"#)
    }

    // MARK: Other texts

    @Test(arguments: [
        ("user=jo&password=s3cret&x=1", "user=jo&password=[redacted]&x=1"),
        ("Authorization: Basic s3cret\nHost: e.com", "Authorization: [redacted]\nHost: e.com"),
        (#"<user name="jo" api-key="s3cret s3cret"/>"#, #"<user name="jo" api-key="[redacted]"/>"#),
        ("<a><password>s3cret</password><b>x</b></a>", "<a><password>[redacted]</password><b>x</b></a>"),
        ("<n:token>s3cret</n:token>", "<n:token>[redacted]</n:token>"),
        ("{broken: 'x', \"token\": \"s3cret\"", "{broken: 'x', \"token\": \"s3cret\""),
    ])
    func fieldsOfOtherTextsLoseTheirValues(_ body: String, _ shown: String) {
        if body.hasPrefix("{broken") {
            #expect(preview(body)?.contains("s3cret") == false)
        } else {
            #expect(preview(body) == shown)
        }
    }

    @Test(arguments: [
        ("send Bearer abc.def-123 on", "send Bearer [redacted] on"), ("BEARER x", "BEARER [redacted]"), ("bearer", "bearer"),
        ("forbearer x", "forbearer x"),
        ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln b", "a [redacted] b"),
        ("card 4111-1111-1111-1111.", "card [redacted]."), ("5500005555555559", "[redacted]"), ("378282246310005", "[redacted]"),
        ("4111111111111112", "4111111111111112"), ("0000000000000000", "0000000000000000"),
        ("id 20261120 4111111111111111", "id 20261120 [redacted]"), ("on 2026-11-20", "on 2026-11-20"),
        ("n 12345678901234567890", "n 12345678901234567890"),
        ("jo.doe+x@mail.example.com, hi", "[redacted], hi"), ("jürgen@example.org.", "[redacted]."), ("a@b", "a@b"), ("@handle", "@handle"),
        ("mail%40x jo%40example.com", "mail%40x [redacted]"), ("", nil as String?),
    ])
    func detectorsFindSecretsByTheirShape(_ body: String, _ shown: String?) { #expect(preview(body) == shown) }

    // MARK: Length

    @Test func aPreviewIsAtMostOneKibibyteOfWholeCharacters() throws {
        for pad in 0..<8 {
            let text = String(repeating: "x", count: pad) + String(repeating: "é😀", count: 2_000)
            let shown = try #require(preview(text))
            #expect(shown.utf8.count <= RedactionPolicy.maxPreviewBytes && shown.utf8.count > RedactionPolicy.maxPreviewBytes - 8)
            #expect(shown.hasSuffix("…") && text.hasPrefix(shown.dropLast()))
        }
    }

    @Test func aSecretAcrossTheEndOfThePreviewIsTakenToo() {
        for pad in 960...1_030 {
            for secret in ["4111 1111 1111 1111", "jo@example.com", "Bearer s3cret-s3cret-s3cret", #"token=s3cret-s3cret-s3cret"#] {
                let shown = preview(String(repeating: "-", count: pad - 1) + " " + secret + " and more") ?? ""
                for part in ["4111 1", "jo@", "s3cret"] { #expect(!shown.contains(part), "\(pad) \(secret)") }
            }
        }
    }

    @Test func whatIsNoTextIsNotShown() {
        for bytes: [UInt8] in [[0], [0xFF, 0xFE], Array("a\u{0}b".utf8), [0x1F, 0x8B, 8, 0], [0xC3], []] {
            #expect(policy.preview(of: bytes) == nil)
        }
        #expect(policy.preview(of: Array("a".utf8) + [0xC3], isCut: true) == "a")
    }

    // MARK: All together

    @Test func noSecretSurvivesWhateverStandsAroundIt() throws {
        let secrets = ["4111111111111111", "jo@example.com", "Bearer s3cr3t", "eyJhbGciOi.eyJzdWIi.c2ln"]
        let around = ["", " ", "{", "\"", ",", "[1,", ":", "=", "<a>", "\\", "é", "\n", "a", "\"x\":\"y\"", "}", "/"]
        try forAll(cases: 2_000) { generator in
            (0..<Int.random(in: 0...12, using: &generator)).map { _ in Int.random(in: 0..<around.count, using: &generator) }
        } property: { places in
            let before = places.map { around[$0] }.joined()
            for secret in secrets {
                guard let shown = preview(before + " " + secret + " " + before) else { continue }
                for part in ["4111111111111111", "jo@example", "s3cr3t", "eyJzdWIi"] where shown.contains(part) {
                    throw SecretSurvived(description: "\(part) in \(shown)")
                }
            }
        }
    }

    private struct SecretSurvived: Error, CustomStringConvertible { let description: String }

    @Test func redactingTwiceChangesNothingMore() {
        for body in [#"{"password":"x","a":"jo@example.com"}"#, "token=abc&b=c", "Bearer abc"] {
            let once = preview(body) ?? ""
            #expect(preview(once) == once)
        }
    }
}
