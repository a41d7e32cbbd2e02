import PropertyKit
import Testing

@testable import Domain

@Suite("Webhook signatures")
struct WebhookSignatureTests {
    static let now = Instant(microseconds: 1_795_168_800_000_000)
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"

    /// The shared-secret example that the reference libraries test themselves with, and one for ed25519 made with another library.
    @Test("A signature is the one that other libraries make")
    func knownSignatures() throws {
        let at = Instant(microseconds: 1_614_265_330_999_999)
        let keys = [
            try WebhookSigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            try WebhookSigningKey("whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ]
        let body = Array(#"{"test": 2432232314}"#.utf8)
        let header = WebhookSignature.header(messageId: Self.id, timestamp: at, body: body, keys: Array(keys.prefix(1)))
        #expect(header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(keys[1].publicText == "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")
        let other = "v1a,yoUrgEkc12aGqm0n4Sydmdz55xJfTz4AsAgieHFjmkR7LJtqVCZOQYzvvHjI5kAey+r4iaBGxTFRrl2iBQxtDQ=="
        let verifier = WebhookVerifier(keys: [try WebhookVerificationKey("whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")])
        try verifier.verify(id: Self.id, timestamp: "1614265330", signature: other, body: body, now: at)
    }

    @Test("What is signed verifies with each of its keys alone, whatever the body, and with no other key")
    func verifiesWithEachKey() throws {
        try forAll(cases: 200, generate: { generator in Self.bytes(0...300, &generator) }) { body in
            var generator = SeededGenerator(seed: UInt64(body.count) &* 7_919 &+ UInt64(body.first ?? 0))
            let keys = try (0..<Int.random(in: 1...4, using: &generator)).map { _ in try Self.key(&generator) }
            let stranger = try Self.key(&generator)
            let fields = WebhookSignature.fields(messageId: Self.id, timestamp: Self.now, body: body, keys: keys)
            try #require(fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
            #expect(fields[2].value.split(separator: " ").map { $0.prefix { $0 != "," } } == keys.map { Substring($0.scheme.mark) })
            for key in keys {
                #expect(try WebhookVerificationKey(key.publicText ?? key.secretText).believes(fields, body))
                #expect(WebhookVerificationKey(key).believes(fields, body))
            }
            #expect(!WebhookVerificationKey(stranger).believes(fields, body))
        }
    }

    @Test("A message that is changed in any one place is not believed")
    func anyChangeIsFound() throws {
        try forAll(cases: 100, seed: 77, generate: { generator in Self.bytes(1...80, &generator) }) { body in
            guard !body.isEmpty else { return }
            var generator = SeededGenerator(seed: UInt64(body.count))
            for scheme in WebhookScheme.allCases {
                let key = try WebhookSigningKey(scheme, random: Self.bytes(32...32, &generator))
                let believer = WebhookVerificationKey(key)
                let fields = WebhookSignature.fields(messageId: Self.id, timestamp: Self.now, body: body, keys: [key])
                try #require(believer.believes(fields, body))
                for index in body.indices {
                    var changed = body
                    changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                    #expect(!believer.believes(fields, changed))
                }
                #expect(!believer.believes(fields, body + [0]))
                #expect(!believer.believes(fields, Array(body.dropLast())))
                for (field, value) in [(0, Self.id + "x"), (1, "1795168801")] {
                    var changed = fields
                    changed[field].value = value
                    #expect(!believer.believes(changed, body))
                }
                // The signature itself: any other character in any place, behind the mark too.
                let text = Array(fields[2].value.utf8)
                for index in text.indices {
                    var changed = text
                    changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                    var given = fields
                    given[2].value = String(decoding: changed, as: UTF8.self)
                    #expect(!believer.believes(given, body))
                }
            }
        }
    }

    @Test("The border between id, timestamp and body cannot be moved")
    func bordersHold() throws {
        let key = try WebhookSigningKey(.hmacSHA256, random: [UInt8](repeating: 1, count: 32))
        for id in ["", "a.b", "a.1795168800", " ", "a b", "ä", "a\n", String(repeating: "x", count: 256)] {
            #expect(!WebhookSignature.isMessageId(id))
            #expect(WebhookSignature.fields(messageId: id, timestamp: Self.now, body: [], keys: [key]).isEmpty)
        }
        #expect(WebhookSignature.isMessageId("01a2b3c4-0000-7000-8000-000000000000"))
        #expect(WebhookSignature.fields(messageId: Self.id, timestamp: Self.now, body: [], keys: []).isEmpty)
        // Signed as "a", "1795168800", "1.x"; read as other borders it must not be believed.
        let signature = WebhookSignature.header(messageId: "a", timestamp: Self.now, body: Array("1.x".utf8), keys: [key])
        let verifier = WebhookVerifier(keys: [WebhookVerificationKey(key)])
        #expect(throws: WebhookVerificationError.id) {
            try verifier.verify(id: "a.1795168800", timestamp: "1", signature: signature, body: Array("x".utf8), now: Self.now)
        }
    }

    @Test("A message is believed for five minutes, before and after, and not a second longer")
    func tolerance() throws {
        let key = try WebhookSigningKey(.hmacSHA256, random: [UInt8](repeating: 1, count: 24))
        let verifier = WebhookVerifier(keys: [WebhookVerificationKey(key)])
        for (offset, error) in [
            (0, nil), (300, nil), (-300, nil), (301, WebhookVerificationError.tooOld), (-301, .tooNew), (86_400, .tooOld),
            (-86_400, .tooNew),
        ] {
            let fields = WebhookSignature.fields(messageId: Self.id, timestamp: Self.now, body: [1], keys: [key])
            let now = Self.now + .seconds(Int64(offset))
            do throws(WebhookVerificationError) {
                try verifier.verify(id: fields[0].value, timestamp: fields[1].value, signature: fields[2].value, body: [1], now: now)
                #expect(error == nil, "\(offset)")
            } catch let thrown {
                #expect(thrown == error, "\(offset)")
            }
        }
    }

    @Test("Of signatures by key pairs few are looked at, since each costs as much as the body is long")
    func fewPairSignatures() throws {
        let key = try WebhookSigningKey(.ed25519, random: [UInt8](repeating: 1, count: 32))
        let verifier = WebhookVerifier(keys: [WebhookVerificationKey(key)])
        let good = WebhookSignature.fields(messageId: Self.id, timestamp: Self.now, body: [1], keys: [key]).map(\.value)
        let wrong = "v1a,\(Base64.encode([UInt8](repeating: 0, count: 64))) "
        for (count, isBelieved) in [(0, true), (WebhookVerifier.maxPairSignatures - 1, true), (WebhookVerifier.maxPairSignatures, false)] {
            let signature = String(repeating: wrong, count: count) + good[2]
            do throws(WebhookVerificationError) {
                try verifier.verify(id: good[0], timestamp: good[1], signature: signature, body: [1], now: Self.now)
                #expect(isBelieved, "\(count)")
            } catch {
                #expect(!isBelieved && error == .signature, "\(count)")
            }
        }
    }

    @Test("Fields that are missing or malformed are an error that names them")
    func malformedFields() throws {
        let key = try WebhookSigningKey(.hmacSHA256, random: [UInt8](repeating: 1, count: 32))
        let verifier = WebhookVerifier(keys: [WebhookVerificationKey(key)])
        let good = WebhookSignature.fields(messageId: Self.id, timestamp: Self.now, body: [], keys: [key]).map(\.value)
        func error(_ id: String?, _ timestamp: String?, _ signature: String?) -> WebhookVerificationError? {
            do throws(WebhookVerificationError) {
                try verifier.verify(id: id, timestamp: timestamp, signature: signature, body: [], now: Self.now)
                return nil
            } catch { return error }
        }
        #expect(error(good[0], good[1], good[2]) == nil)
        #expect(error(nil, good[1], good[2]) == .missing("webhook-id"))
        #expect(error(good[0], "", good[2]) == .missing("webhook-timestamp"))
        #expect(error(good[0], good[1], nil) == .missing("webhook-signature"))
        for timestamp in ["now", "1795168800.0", " 1795168800", "+1795168800", "-1", "0x6b000000", "1795168800000000000", "１７９５１６８８００"] {
            #expect(error(good[0], timestamp, good[2]) == .timestamp, "\(timestamp)")
        }
        let bare = String(good[2].dropFirst(3))
        for signature in [
            bare, "v1", "v1,", "v2,\(bare)", "v1a,\(bare)", "V1,\(bare)", "v1,\(bare.dropLast())", "v1,\(bare)=", "v1, \(bare)",
            "v1;\(bare)", "v1,\(bare),", "v1,AAAA", " ", ",", "v1,\(String(repeating: "A", count: 10_000))",
            String(repeating: "v1,AAAA ", count: WebhookVerifier.maxSignatures) + good[2],
        ] {
            #expect(error(good[0], good[1], signature) == .signature, "\(signature)")
        }
        // Others before and after it, and schemes of a later day, do no harm.
        #expect(error(good[0], good[1], "v2,x v1,AAAA  \(good[2]) v1a,AAAA") == nil)
        #expect(WebhookVerifier(keys: []).accepts(good) == false)
    }

    @Test("A key is read as it was written, and a text that is none says why")
    func keyTexts() throws {
        try forAll(cases: 200, generate: { generator in Self.bytes(24...64, &generator) }) { bytes in
            guard WebhookSigningKey.secretBytes.contains(bytes.count) else { return }
            let key = try WebhookSigningKey(.hmacSHA256, random: bytes)
            #expect(key.secretText == "whsec_" + Base64.encode(bytes))
            #expect(try WebhookSigningKey(key.secretText).secretText == key.secretText)
            #expect(try WebhookSigningKey(String(key.secretText.prefix { $0 != "=" })).secretText == key.secretText)
            #expect(key.publicText == nil)
            let pair = try WebhookSigningKey(.ed25519, random: Array(bytes.prefix(16) + bytes.suffix(16)).prefix(32).padded(to: 32))
            #expect(try WebhookSigningKey(pair.secretText).publicText == pair.publicText)
            let (seed, half) = (pair.secretText.dropFirst(5), try #require(pair.publicText).dropFirst(5))
            let both = try #require(Base64.decode(String(seed))) + (try #require(Base64.decode(String(half))))
            #expect(try WebhookSigningKey("whsk_" + Base64.encode(both)).secretText == pair.secretText)
            #expect(throws: WebhookKeyError.length) {
                try WebhookSigningKey("whsk_" + Base64.encode(Array(both.prefix(63)) + [~both[63]]))
            }
        }
    }

    @Test(
        "A text that is no key is refused with its reason",
        arguments: [
            ("", WebhookKeyError.prefix), ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .prefix),
            ("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .prefix),
            (" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .prefix), ("whsec_", .length), ("whsec_AAAA", .length),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La", .length), ("whsec_" + String(repeating: "A", count: 88), .length),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", .encoding), ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ", .encoding),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_", .encoding), ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .length),
            ("whsec_" + String(repeating: "A", count: 1_000_000), .length),
        ])
    func notAKey(text: String, error: WebhookKeyError) {
        #expect(throws: error) { try WebhookSigningKey(text) }
        #expect(throws: error) { try WebhookVerificationKey(text) }
        #expect(!error.description.isEmpty)
    }

    @Test("A public key verifies only, and is no key to sign with")
    func publicKeys() throws {
        #expect(throws: WebhookKeyError.prefix) { try WebhookSigningKey("whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=") }
        #expect(throws: WebhookKeyError.length) { try WebhookVerificationKey("whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMQ==") }
    }

    @Test("A key does not print itself")
    func keysAreSilent() throws {
        let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let key = try WebhookSigningKey("whsec_" + secret)
        var dumped = ""
        dump([key], to: &dumped)
        dump([WebhookVerificationKey(key)], to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\(WebhookVerificationKey(key))", "\([key])", "\(Optional(key) as Any)", dumped] {
            #expect(!text.contains(secret) && !text.contains("MfKQ"), "\(text)")
        }
        #expect("\(key)" == "a key for hmac-sha256")
    }

    private static func bytes(_ count: ClosedRange<Int>, _ generator: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: count, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private static func key(_ generator: inout SeededGenerator) throws -> WebhookSigningKey {
        generator.chance(50)
            ? try WebhookSigningKey(.hmacSHA256, random: bytes(24...64, &generator))
            : try WebhookSigningKey(.ed25519, random: bytes(32...32, &generator))
    }
}

extension WebhookVerificationKey {
    fileprivate func believes(_ fields: [(name: String, value: String)], _ body: [UInt8]) -> Bool {
        WebhookVerifier(keys: [self]).accepts(fields.map(\.value), body)
    }
}

extension WebhookVerifier {
    fileprivate func accepts(_ fields: [String], _ body: [UInt8] = []) -> Bool {
        do throws(WebhookVerificationError) {
            try verify(id: fields[0], timestamp: fields[1], signature: fields[2], body: body, now: WebhookSignatureTests.now)
            return true
        } catch { return false }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func padded(to count: Int) -> [UInt8] { Array(self) + [UInt8](repeating: 0, count: Swift.max(0, count - self.count)) }
}
