import Domain
import Ports
import Synchronization
import Testing

@testable import HTTPServerAdapter

@Suite struct WebhookSecretRoutesTests {
    static let path = "/v1/webhook-secrets"

    @Test func aSecretIsShownOnceAndKeptSealed() async throws {
        try await withServer { server in
            let made = try await server.send("POST", Self.path)
            #expect(made.status == 201, "\(made.text)")
            let secret = try #require(try made.string("secret"))
            #expect(secret.hasPrefix("whsec_"))
            #expect(try made.string("scheme") == "hmac-sha256")
            #expect(try made.json("publicKey") == nil)
            #expect(try made.json("expiresAt") == .null)
            let list = try await server.get(Self.path)
            #expect(try list.string("items", "0", "id") == made.string("id"))
            #expect(!list.text.contains("whsec_"))
            let path = "\(Self.path)/\(try made.string("id") ?? "")"
            #expect(made.header("location") == path)
            let shown = try await server.get(path)
            #expect(shown.status == 200)
            #expect(!shown.text.contains("whsec_"))
            #expect(try await server.get(path, token: server.otherToken).status == 404)
            let tenant = try #require(TenantId("demo"))
            guard case .item(.webhookKeys(let keys))? = server.books.state.withLock({ $0.records[.item(tenant, .webhookKeys)] }),
                let key = keys.keys.first
            else {
                Issue.record("no keys")
                return
            }
            let opened = try TestServer.sealer.open(key.sealed, key.context(in: tenant))
            #expect(opened == Array(secret.utf8))
            #expect(try await server.send("POST", Self.path).string("secret") != secret)
        }
    }

    @Test func ofAPairThePublicHalfIsGivenAndNeverTheOther() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, #"{"scheme":"ed25519"}"#)
            #expect(made.status == 201, "\(made.text)")
            #expect(try made.string("publicKey")?.hasPrefix("whpk_") == true)
            #expect(!made.text.contains("whsk_"))
            #expect(try made.json("secret") == nil)
            #expect(try await server.get(Self.path).string("items", "0", "publicKey") == made.string("publicKey"))
        }
    }

    @Test func anEarlierSecretSignsOnForTheOverlapAndThenIsGone() async throws {
        try await withServer { server in
            let first = try await server.send("POST", Self.path)
            let pair = try await server.post(Self.path, #"{"scheme":"ed25519"}"#)
            let second = try await server.post(Self.path, #"{"overlapSeconds":3600}"#)
            let list = try await server.get(Self.path)
            #expect(try list.count("items") == 3)
            #expect(try list.string("items", "0", "id") == second.string("id"))
            #expect(try list.json("items", "0", "expiresAt") == .null)
            #expect(try list.string("items", "1", "id") == pair.string("id"))
            #expect(try list.json("items", "1", "expiresAt") == .null)
            #expect(try list.string("items", "2", "id") == first.string("id"))
            #expect(try list.string("items", "2", "expiresAt") != nil)
            server.time.move(by: .hours(2))
            #expect(try await server.get(Self.path).count("items") == 2)
        }
    }

    @Test func anOwnSecretIsTakenAndAWrongOneIsNeverRepeated() async throws {
        try await withServer { server in
            let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            let made = try await server.post(Self.path, #"{"secret":"\#(own)","overlapSeconds":0}"#)
            #expect(made.status == 201, "\(made.text)")
            #expect(try made.string("secret") == own)
            for (body, pointers) in [
                (
                    #"{"secret":"c4n4ry","scheme":"rsa","overlapSeconds":-1,"colour":1}"#,
                    ["/secret", "/scheme", "/overlapSeconds", "/colour"]
                ),
                (#"{"secret":"whsec_c4n4ry"}"#, ["/secret"]), (#"{"secret":"\#(own)","scheme":"ed25519"}"#, ["/secret"]),
                (#"{"secret":""}"#, ["/secret"]),
            ] {
                let answer = try await server.post(Self.path, body)
                #expect(answer.status == 400, "\(answer.text)")
                for pointer in pointers { #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(answer.text)") }
                #expect(!answer.text.contains("c4n4ry") && !answer.text.contains("MfKQ"))
            }
        }
    }

    @Test func aSecretIsDeletedAndThereAreAtMostTen() async throws {
        try await withServer { server in
            var last: Answer?
            for _ in 0..<10 {
                last = try await server.send("POST", Self.path)
                #expect(last?.status == 201)
            }
            let refused = try await server.send("POST", Self.path)
            #expect(refused.status == 409)
            #expect(try refused.string("type") == "/problems/too-many")
            let path = "\(Self.path)/\(try last?.string("id") ?? "")"
            #expect(try await server.send("DELETE", path, token: server.otherToken).status == 404)
            #expect(try await server.send("DELETE", path).status == 204)
            #expect(try await server.send("DELETE", path).status == 404)
            #expect(try await server.send("DELETE", Self.path + "/x").status == 404)
            #expect(try await server.get(Self.path).count("items") == 9)
            #expect(try await server.get(Self.path, token: server.otherToken).count("items") == 0)
            #expect(try await server.send("POST", Self.path).status == 201)
        }
    }
}
