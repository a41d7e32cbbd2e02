import Crypto
import Domain
import Ports
import Synchronization
import Testing

@testable import HTTPServerAdapter

@Suite struct ReceiverRoutesTests {
    static let path = "/v1/ingestion/receivers"
    static let one = path + "/bank"
    static let secret = "an-example-of-a-long-secret"

    @Test func aReceiverIsMadeWithAnAddressAndItsSecretKeptSealedAndNeverShown() async throws {
        try await withServer { server in
            let made = try await server.put(Self.one, Schemas.receiverExample)
            #expect(made.status == 201, "\(made.text)")
            #expect(made.header("location") == Self.one && made.header("etag") == "\"1\"")
            #expect(try made.string("address")?.hasPrefix("/v1/webhooks/demo~bank~") == true)
            #expect(try made.string("signature", "content") == "{timestamp}.{body}")
            #expect(try made.int("toleranceSeconds") == 300)
            for answer in [made, try await server.get(Self.one), try await server.get(Self.path)] {
                #expect(!answer.text.contains(Self.secret), "\(answer.text)")
            }
            let receiver = try #require(server.receiver())
            #expect(!String(decoding: TenantItem.receiver(receiver).storedState, as: UTF8.self).contains(Self.secret))
            let kept = try #require(receiver.secrets.first)
            #expect(try TestServer.sealer.open(kept.sealed, kept.context(in: receiver.tenant)) == Array(Self.secret.utf8))
            // The same again changes nothing.
            let again = try await server.put(Self.one, Schemas.receiverExample)
            #expect(again.status == 200 && again.header("etag") == "\"1\"")
            #expect(server.receiver() == receiver)
            #expect(try await server.get(Self.one, token: server.otherToken).status == 404)
        }
    }

    @Test func aReplacementKeepsTheSecretsAsLongAsTheSchemeStays() async throws {
        try await withServer { server in
            let without = #"{"scheme":"hmac","signature":{"header":"x-s"},"toleranceSeconds":60}"#
            let refused = try await server.put(Self.one, without)
            #expect(refused.status == 400 && refused.text.contains("\"pointer\":\"/secret\""), "\(refused.text)")
            _ = try await server.put(Self.one, Schemas.receiverExample)
            let before = try #require(server.receiver())
            let changed = try await server.put(Self.one, without)
            #expect(changed.status == 200 && changed.header("etag") == "\"2\"", "\(changed.text)")
            #expect(server.receiver()?.secrets == before.secrets && server.receiver()?.door == before.door)
            let other = try await server.put(Self.one, #"{"scheme":"shared-secret","secretHeader":"x-s"}"#)
            #expect(other.status == 400 && other.text.contains("the scheme is another one now"), "\(other.text)")
            let stale = try await server.send(
                "PUT", Self.one, headers: [("Content-Type", "application/json"), ("If-Match", "\"1\"")], body: Array(without.utf8))
            #expect(stale.status == 412)
        }
    }

    @Test func aSecretIsAddedWhileTheOtherIsGoodStill() async throws {
        try await withServer { server in
            #expect(try await server.post(Self.one + "/secrets", Schemas.receiverSecretExample).status == 404)
            _ = try await server.put(Self.one, Schemas.receiverExample)
            let added = try await server.post(Self.one + "/secrets", Schemas.receiverSecretExample)
            #expect(added.status == 200, "\(added.text)")
            #expect(try added.count("secrets") == 2)
            #expect(try added.string("secrets", "0", "expiresAt") != nil)
            #expect(try added.json("secrets", "1", "expiresAt") == .null)
            #expect(!added.text.contains("another-example"))
            for (index, secret) in [Self.secret, "another-example-of-a-secret"].enumerated() {
                #expect(try await server.deliver(#"{"id":"m-\#(index)"}"#, secret: secret).status == 200)
            }
            server.time.move(by: .hours(2))
            #expect(try await server.deliver(#"{"id":"m-3"}"#).status == 401)
            #expect(try await server.deliver(#"{"id":"m-3"}"#, secret: "another-example-of-a-secret").status == 200)
            let missing = try await server.post(Self.one + "/secrets", "{}")
            #expect(missing.status == 400 && missing.text.contains("\"pointer\":\"/secret\""), "\(missing.text)")
        }
    }

    @Test func whoMayNotDraftSetsNoMapping() async throws {
        try await withServer { server in
            let token = try await server.token(roles: [.integrator])
            let mapped = Schemas.receiverExample.replacing(
                #""secret""#, with: #""invoiceElement":"I","numberPath":"N","mapping":{"fields":{"currency":"C"}},"secret""#)
            #expect(try await server.put(Self.one, mapped, token: .some(token)).status == 403)
            #expect(try await server.put(Self.one, Schemas.receiverExample, token: .some(token)).status == 201)
            let made = try await server.put(Self.one, mapped)
            #expect(made.status == 200, "\(made.text)")
        }
    }

    @Test func aPausedOneHasItsSenderTryAgainAndADeletedOneIsNoMore() async throws {
        try await withServer { server in
            _ = try await server.put(Self.one, Schemas.receiverExample)
            let address = server.receiver()?.address
            #expect(try await server.send("POST", Self.one + "/pause").string("status") == "paused")
            let paused = try await server.deliver(#"{"id":"m-1"}"#)
            #expect(paused.status == 503 && paused.header("retry-after") != nil)
            // Who does not sign is not told that there is one.
            #expect(try await server.deliver(#"{"id":"m-1"}"#, secret: "other").status == 401)
            #expect(try await server.send("POST", Self.one + "/resume").string("status") == "active")
            #expect(try await server.deliver(#"{"id":"m-1"}"#).status == 200)
            #expect(try await server.send("DELETE", Self.one).status == 204)
            #expect(try await server.deliver(#"{"id":"m-2"}"#, at: address).status == 401)
            #expect(try await server.get(Self.one).status == 404)
            #expect(try await server.get("/v1/ingestion/messages").count("items") == 1)
        }
    }
}

@Suite struct WebhookRoutesTests {
    @Test func aMessageIsTakenOnceAndItsBodyGivenByteForByte() async throws {
        try await withServer { server in
            _ = try await server.put(ReceiverRoutesTests.one, Schemas.receiverExample)
            let body = #"{"id": "m-1", "text": "é \u0000"}"#
            let first = try await server.deliver(body)
            #expect(first.status == 200, "\(first.text)")
            #expect(try first.json("repeated") == .bool(false))
            let again = try await server.deliver(body)
            #expect(again.status == 200)
            #expect(try again.json("repeated") == .bool(true))
            #expect(try again.string("id") == first.string("id"))
            let list = try await server.get("/v1/ingestion/messages?source=bank")
            #expect(try list.count("items") == 1)
            let id = try #require(try first.string("id"))
            let one = try await server.get("/v1/ingestion/messages/\(id)")
            #expect(try one.string("messageId") == "m-1")
            let raw = try await server.get("/v1/ingestion/messages/\(id)/raw")
            #expect(raw.text == body && raw.header("content-disposition")?.hasPrefix("attachment") == true)
            for path in ["messages/\(id)", "messages/\(id)/raw"] {
                #expect(try await server.get("/v1/ingestion/\(path)", token: server.otherToken).status == 404)
            }
            #expect(try await server.get("/v1/ingestion/messages", token: server.otherToken).count("items") == 0)
        }
    }

    @Test func whoIsNotBelievedGetsTheSameAnswerAsWhoHasNoAddress() async throws {
        try await withServer { server in
            _ = try await server.put(ReceiverRoutesTests.one, Schemas.receiverExample)
            let address = try #require(server.receiver()?.address)
            let nobody = ReceiverAddress("demo~bank~\(ReceiverAddress.door(random: (1, 1)))")
            let body = #"{"id":"m-1"}"#
            let answers = [
                try await server.deliver(body, secret: "wrong"), try await server.deliver(body, at: nobody),
                try await server.send("POST", "/v1/webhooks/\(address)", body: Array(body.utf8), token: .some(nil)),
                try await server.send("POST", "/v1/webhooks/anything", body: Array(body.utf8), token: .some(nil)),
                // A token is worth nothing here.
                try await server.send("POST", "/v1/webhooks/\(address)", body: Array(body.utf8)),
            ]
            for answer in answers {
                #expect(answer.status == 401)
                #expect(try answer.string("type") == "/problems/signature-refused")
                #expect(try answer.string("detail") == answers[0].string("detail"))
                #expect(answer.header("www-authenticate") != nil)
                // It may be the engine's fault, which is not told; so a sender that is right sends it again.
                #expect(answer.header("retry-after") != nil)
            }
            #expect(try await server.get("/v1/ingestion/messages").count("items") == 0)
        }
    }

    @Test func whatIsNotOfNowIsRefusedToWhoSigned() async throws {
        try await withServer { server in
            _ = try await server.put(ReceiverRoutesTests.one, Schemas.receiverExample)
            for (seconds, word) in [(-400, "ago"), (400, "from now")] as [(Int64, String)] {
                let answer = try await server.deliver(#"{"id":"m-1"}"#, at: nil, later: .seconds(seconds))
                #expect(answer.status == 400 && answer.text.contains(word), "\(answer.text)")
            }
            let unnamed = try await server.deliver(#"{"other":"m-1"}"#)
            #expect(unnamed.status == 400 && unnamed.text.contains("\"pointer\":\"/id\""), "\(unnamed.text)")
            #expect(try await server.get("/v1/ingestion/messages").count("items") == 0)
        }
    }

    @Test func nothingIsAcknowledgedThatIsNotKnownToBeOnRecord() async throws {
        try await withServer { server in
            _ = try await server.put(ReceiverRoutesTests.one, Schemas.receiverExample)
            for error in [IntentError.unavailable("x"), .unknownOutcome("x"), .busy(retryAfter: .seconds(2)), .stopping] {
                server.books.fail(intents: error)
                let answer = try await server.deliver(#"{"id":"m-1"}"#)
                #expect(answer.status == 503 && answer.header("retry-after") != nil, "\(error): \(answer.status)")
            }
            server.books.fail(intents: nil)
            for (error, status) in [(WebhookError.notHandled, 503), (.notOffered, 503), (.crowded, 429)] {
                server.door.failure.withLock { $0 = error }
                let answer = try await server.deliver(#"{"id":"m-1"}"#)
                #expect(answer.status == status && answer.header("retry-after") != nil, "\(error)")
            }
            // A sender has no Idempotency-Key that it could be told of.
            server.door.failure.withLock { $0 = .notTaken(.unknownOutcome("x")) }
            let unknown = try await server.deliver(#"{"id":"m-1"}"#)
            #expect(try unknown.string("type") == "/problems/unknown-outcome" && !unknown.text.contains("Idempotency-Key"))
            server.door.failure.withLock { $0 = nil }
            #expect(try await server.deliver(#"{"id":"m-1"}"#).json("repeated") == .bool(false))
        }
    }

    @Test func whatIsTooLargeIsRefused() async throws {
        try await withServer { server in
            let small = Schemas.receiverExample.replacing(#""secret""#, with: #""maxBytes":40,"secret""#)
            let made = try await server.put(ReceiverRoutesTests.one, small)
            #expect(made.status == 201, "\(made.text)")
            let text = #"{"id":"m-1","text":"\#(String(repeating: "x", count: 40))"}"#
            #expect(try await server.deliver(text).status == 413)
            // Nobody's body is read beyond what any receiver takes.
            let huge = [UInt8](repeating: 0x20, count: Receiver.Plan.bodyBytes.upperBound + 1)
            #expect(try await server.send("POST", "/v1/webhooks/anything", body: huge, token: .some(nil)).status == 413)
        }
    }
}

extension TestServer {
    func receiver() -> Receiver? {
        books.state.withLock { state in
            state.records.values.compactMap { if case .item(.receiver(let receiver)) = $0 { receiver } else { nil } }
                .first { $0.name.value == "bank" }
        }
    }

    /// Delivers to the receiver `bank`, signed as its example says.
    func deliver(
        _ body: String, secret: String = ReceiverRoutesTests.secret, at address: ReceiverAddress? = nil, later: TimeSpan = .zero
    ) async throws -> Answer {
        let address = try #require(address ?? receiver()?.address)
        let timestamp = String((time.now() + later).microseconds / 1_000_000)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array((timestamp + "." + body).utf8), using: SymmetricKey(data: Array(secret.utf8)))
        let signature = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return try await send(
            "POST", "/v1/webhooks/\(address)",
            headers: [("Content-Type", "text/plain"), ("X-Timestamp", timestamp), ("X-Signature-256", "sha256=" + signature)],
            body: Array(body.utf8), token: .some(nil))
    }
}
