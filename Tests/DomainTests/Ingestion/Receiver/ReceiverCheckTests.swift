import PropertyKit
import Testing

@testable import Domain

@Suite("A message of a webhook is believed when it is signed, and of now")
struct ReceiverCheckTests {
    static let now = Instant(microseconds: 1_790_000_000_000_000)
    static let secret = "a-secret-of-some-length"

    static func plan(
        _ scheme: ReceiverScheme, _ place: MessageIdPlace = .digest, tolerance: TimeSpan = .minutes(5)
    ) -> Receiver.Plan {
        Receiver.Plan(scheme: scheme, messageId: place, tolerance: tolerance, fingerprint: Fingerprint(bytes: []))
    }

    static func hmac(
        _ header: String = "x-signature", _ algorithm: SignatureField.Algorithm = .sha256, _ encoding: SignatureField.Encoding = .hex,
        prefix: String = "", timestamp: String? = nil, content: String = "{body}"
    ) throws -> ReceiverScheme {
        .hmac(
            try SignatureField(
                header: try #require(FieldName(header)), algorithm: algorithm, encoding: encoding, prefix: prefix,
                timestamp: timestamp.flatMap(FieldName.init(_:)), content: try SignedContent(content)))
    }

    /// The message's identity, or why it is not taken.
    static func judge(
        _ plan: Receiver.Plan, _ fields: [(String, String)], _ body: [UInt8], secrets: [String] = [secret], at now: Instant = now
    ) -> Result<String, ReceiverRefusal> {
        let check = ReceiverCheck(plan, secrets: secrets.map { Array($0.utf8) })
        return Result { () throws(ReceiverRefusal) in
            try check.admit(SignedMessage(fields: fields.map { (name: $0.0, value: $0.1) }, body: body), now: now)
        }
    }

    // MARK: - Vectors

    @Test("HMACs are those of RFC 4231 (case 2), and of a well-known sender's documentation")
    func knownMACs() throws {
        let plan = Self.plan(try Self.hmac("X-Hub-Signature-256", prefix: "sha256="))
        let digest = "sha256:" + ContentDigest(of: Array("Hello, World!".utf8)).description
        let given = [("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")]
        #expect(Self.judge(plan, given, Array("Hello, World!".utf8), secrets: ["It's a Secret to Everybody"]) == .success(digest))
        let text = Array("what do ya want for nothing?".utf8)
        let hex = "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"
        let id = "sha256:" + ContentDigest(of: text).description
        #expect(Self.judge(Self.plan(try Self.hmac()), [("X-Signature", hex)], text, secrets: ["Jefe"]) == .success(id))
        let base64 = "Fkt6e/z4GeLjlfvnO1bgo4e9ZCIugx/WECcM1+olBVSXWL91wFqZSm0DT2X48Ob9yuqxo01Ka0tjbgcKOLznNw=="
        let long = Self.plan(try Self.hmac("x-signature", .sha512, .base64))
        #expect(Self.judge(long, [("X-Signature", base64)], text, secrets: ["Jefe"]) == .success(id))
    }

    @Test("A time and an identity that are signed are part of what is signed")
    func signedTimeAndIdentity() throws {
        let body = Array(#"{"id":"m-7"}"#.utf8)
        let timed = Self.plan(
            try Self.hmac(timestamp: "x-time", content: "{timestamp}.{body}"), .body(try #require(MessagePointer("/id"))))
        let signature = String(repeating: "0a", count: 32)
        #expect(Self.judge(timed, [("x-time", "1790000000"), ("x-signature", signature)], body) == .failure(.notBelieved))
        // Made by Python's hmac.
        let right = "3ada1ae467cce452c24678b45af75a3c9c699defa46b964ed1f675ec33c00f28"
        #expect(Self.judge(timed, [("x-time", "1790000000"), ("x-signature", right)], body) == .success("m-7"))
        // Several signatures, as a sender gives them who changes its secret.
        #expect(
            Self.judge(timed, [("x-time", "1790000000"), ("x-signature", "00,\(signature), \(right)")], body) == .success("m-7"))
        let named = Self.plan(
            try Self.hmac(timestamp: "x-time", content: "{id}|{timestamp}|{body}"), .header(try #require(FieldName("x-id"))))
        let other = try #require(Signer.hmac("m-7|1790000000|", body))
        let fields = [("x-id", "m-7"), ("x-time", "1790000000"), ("x-signature", other)]
        #expect(Self.judge(named, fields, body) == .success("m-7"))
        #expect(Self.judge(named, [("x-id", "m-8")] + fields.dropFirst(), body) == .failure(.notBelieved))
        // The border between them cannot be moved.
        let moved = [("x-id", "m-7|1790000000"), ("x-time", "1790000000"), ("x-signature", other)]
        #expect(Self.judge(named, moved, body) == .failure(.notBelieved))
    }

    @Test("Standard Webhooks are taken by either of its schemes, and by any secret in force")
    func standardWebhooks() throws {
        let body = Array(#"{"test": 2432232314}"#.utf8)
        let at = Instant(microseconds: 1_614_265_330_000_000)
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="]
        let signatures = [
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            "v1a,yoUrgEkc12aGqm0n4Sydmdz55xJfTz4AsAgieHFjmkR7LJtqVCZOQYzvvHjI5kAey+r4iaBGxTFRrl2iBQxtDQ==",
        ]
        let plan = Self.plan(.standardWebhooks, .standard)
        func judge(_ signature: String, _ secrets: [String], at now: Instant) -> Result<String, ReceiverRefusal> {
            let fields = [("Webhook-Id", id), ("Webhook-Timestamp", "1614265330"), ("Webhook-Signature", signature)]
            return Self.judge(plan, fields, body, secrets: secrets, at: now)
        }
        for (index, signature) in signatures.enumerated() {
            #expect(judge(signature, secrets, at: at) == .success(id))
            #expect(judge(signature, [secrets[index]], at: at + .minutes(5)) == .success(id))
            #expect(judge(signature, [secrets[1 - index]], at: at) == .failure(.notBelieved))
            #expect(judge(signature, secrets, at: at + .seconds(301)) == .failure(.tooOld(.minutes(5))))
            #expect(judge(signature, secrets, at: at - .seconds(301)) == .failure(.tooNew(.minutes(5))))
            // Who has not signed it is not told that it is old.
            #expect(judge("v1,AAAA", secrets, at: at + .hours(1)) == .failure(.notBelieved))
            #expect(judge(signature, [], at: at) == .failure(.notBelieved))
        }
    }

    @Test("A shared secret is the whole field's value, and none other")
    func sharedSecret() throws {
        let plan = Self.plan(.sharedSecret(try #require(FieldName("mono-webhook-secret"))), .body(try #require(MessagePointer("/data/id"))))
        let body = Array(#"{"event":"x","data":{"id":71}}"#.utf8)
        let second = "another-secret-that-is-in-force"
        for secret in [Self.secret, second] {
            #expect(Self.judge(plan, [("Mono-Webhook-Secret", secret)], body, secrets: [Self.secret, second]) == .success("71"))
        }
        for wrong in ["", "a", Self.secret + " ", Self.secret.uppercased(), String(Self.secret.dropLast())] {
            #expect(Self.judge(plan, [("mono-webhook-secret", wrong)], body) == .failure(.notBelieved), "\(wrong)")
        }
        #expect(Self.judge(plan, [], body) == .failure(.notBelieved))
        // Of two fields nobody knows which is meant.
        let twice = [("mono-webhook-secret", Self.secret), ("mono-webhook-secret", Self.secret)]
        #expect(Self.judge(plan, twice, body) == .failure(.notBelieved))
        #expect(Self.judge(plan, [("mono-webhook-secret", "")], body, secrets: []) == .failure(.notBelieved))
    }

    // MARK: - Properties

    @Test("A message of which the body, the time, the identity or the signature was changed is not believed")
    func anyChangeIsFound() throws {
        let plan = Self.plan(
            try Self.hmac(timestamp: "x-time", content: "{id}.{timestamp}.{body}"), .header(try #require(FieldName("x-id"))),
            tolerance: .hours(24))
        try forAll(
            cases: 200,
            generate: { generator in
                (0..<Int.random(in: 1...60, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
        ) { body in
            guard !body.isEmpty else { return }
            var generator = SeededGenerator(seed: UInt64(body.count) &* 31 &+ UInt64(body[0]))
            let signature = try #require(Signer.hmac("m-1.1790000000.", body))
            func judge(_ id: String, _ time: String, _ signature: String, _ body: [UInt8]) -> Bool {
                let fields = [("x-id", id), ("x-time", time), ("x-signature", signature)]
                return Self.judge(plan, fields, body) == .success(id)
            }
            try #require(judge("m-1", "1790000000", signature, body))
            for index in body.indices {
                var changed = body
                changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                #expect(!judge("m-1", "1790000000", signature, changed))
            }
            #expect(!judge("m-1", "1790000000", signature, body + [0]))
            #expect(!judge("m-1", "1790000000", signature, Array(body.dropLast())))
            for time in ["1790000001", "01790000000", "1790000000 ", "", "179000000", "-1790000000"] {
                #expect(!judge("m-1", time, signature, body), "\(time)")
            }
            for id in ["m-2", "m-1.1790000000", "m", ""] { #expect(!judge(id, "1790000000", signature, body), "\(id)") }
            let text = Array(signature.utf8)
            for index in text.indices {
                var changed = text
                changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                #expect(!judge("m-1", "1790000000", String(decoding: changed, as: UTF8.self), body))
            }
        }
    }

    // MARK: - Identity

    @Test(
        "A message without an identity where one should be is told so",
        arguments: [#"{"id":""}"#, #"{"id":null}"#, #"{"id":1.5}"#, #"{"id":{}}"#, "{}", "[]", "no JSON", #"{"id":"a\u0000b"}"#])
    func noIdentity(_ body: String) throws {
        let pointer = MessageIdPlace.body(try #require(MessagePointer("/id")))
        let plan = Self.plan(.sharedSecret(try #require(FieldName("x"))), pointer)
        #expect(Self.judge(plan, [("x", Self.secret)], Array(body.utf8)) == .failure(.noMessageId(pointer)))
    }

    @Test("Pointers are those of RFC 6901")
    func pointers() throws {
        let document = try JSONReader.read(Array(#"{"a":{"b/c":["x",{"~":"y"}]},"":{"0":"z"}}"#.utf8))
        for (text, found) in [("/a/b~1c/0", "x"), ("/a/b~1c/1/~0", "y"), ("//0", "z")] {
            #expect(MessagePointer(text)?.text(in: document) == found, "\(text)")
        }
        for text in ["/a/b~1c/2", "/a/b~1c/01", "/a/b~1c/-", "/a", "/a/x", "/a/b~1c/0/x"] {
            #expect(MessagePointer(text)?.text(in: document) == nil, "\(text)")
        }
        for text in ["", "a", "/~", "/~2", "/a~"] { #expect(MessagePointer(text) == nil, "\(text)") }
    }

    @Test("What is signed must hold the body, and no two values side by side")
    func contents() throws {
        for text in ["{body}", "v0:{timestamp}:{body}", "{id}.{timestamp}.{body}", "{timestamp}.{body}."] {
            #expect(throws: Never.self, "\(text)") { try SignedContent(text) }
        }
        for text in ["", "x", "{timestamp}", "{timestamp}{body}", "{body}.{body}", "{body}.{timestamp}", "{other}{body}", "{body"] {
            #expect(throws: SignedContentError.self, "\(text)") { try SignedContent(text) }
        }
        #expect(throws: SignedContentError.timestampUncovered) { try Self.hmac(timestamp: "x-time") }
        #expect(throws: SignedContentError.timestampUnnamed) { try Self.hmac(content: "{timestamp}.{body}") }
    }

    @Test("An address is read back as it was written, and nothing else is one")
    func addresses() throws {
        let door = ReceiverAddress.door(random: (0x0123_4567_89ab_cdef, 2))
        let address = try #require(ReceiverAddress("acme.eu~the_bank~\(door)"))
        #expect(address.tenant.value == "acme.eu" && address.name.value == "the_bank" && address.door == door)
        #expect(ReceiverAddress(address.description) == address)
        for text in ["", "a~b", "a~b~", "a~b~AAAA", "A~b~\(door)", "a~b~\(door)~", "~b~\(door)", "a~b~\(door)=="] {
            #expect(ReceiverAddress(text) == nil, "\(text)")
        }
    }
}
