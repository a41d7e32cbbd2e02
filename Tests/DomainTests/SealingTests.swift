import PropertyKit
import Testing

@testable import Domain

/// What is sealed of a request, and what it is bound to.
@Suite struct SealedFormTests {
    @Test func thePayloadOfARequestComesBackByteForByte() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let headers = try (0..<Int.random(in: 0...64, using: &generator)).map { index in
                let value = String(repeating: "ü\t x", count: Int.random(in: 0...200, using: &generator))
                return try OutgoingRequest.Header(name: "X-\(index)", value: value)
            }
            let query = ["", "?", "?a=b", "?a=b&c=%20?x"].randomElement(using: &generator) ?? ""
            let body = (0..<Int.random(in: 0...700, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let request = OutgoingRequest(method: .PATCH, url: try TargetURL("https://h:8080/p" + query), headers: headers, body: body)
            guard let bytes = request.payloadBytes else {
                #expect(headers.isEmpty && body.isEmpty && query.isEmpty)
                continue
            }
            let (url, _) = request.url.parted
            #expect(!url.description.contains("?") && !url.pathAndQuery.contains("?"))
            #expect(try OutgoingRequest(method: .PATCH, url: url, payloadBytes: bytes) == request)
        }
    }

    /// The first byte is the format; stored payloads depend on it.
    @Test func thePayloadsFormIsGolden() throws {
        let request = OutgoingRequest(
            method: .POST, url: try TargetURL("https://e.com/?q=1"), headers: [try .init(name: "A", value: "bc")], body: [9])
        #expect(request.payloadBytes == [1, 1, 0, 3] + Array("q=1".utf8) + [0, 1, 0, 1, 0x41, 0, 2, 0x62, 0x63, 9])
        #expect(OutgoingRequest(method: .POST, url: try TargetURL("https://e.com/"), body: [9]).payloadBytes == [1, 0, 0, 0, 9])
        #expect(OutgoingRequest(method: .POST, url: try TargetURL("https://e.com/")).payloadBytes == nil)
    }

    @Test func bytesThatAreNoPayloadAreRefusedAndNeverTrap() throws {
        let url = try TargetURL("https://e.com/")
        let whole: [UInt8] = [1, 1, 0, 3] + Array("q=1".utf8) + [0, 1, 0, 1, 0x41, 0, 2, 0x62, 0x63]
        for count in 0..<whole.count {
            #expect(throws: PayloadUnreadable.self) {
                try OutgoingRequest(method: .GET, url: url, payloadBytes: Array(whole.prefix(count)))
            }
        }
        #expect(throws: PayloadUnreadable.self) { try OutgoingRequest(method: .GET, url: url, payloadBytes: [2, 0, 0, 0]) }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try? OutgoingRequest(method: .GET, url: url, payloadBytes: bytes)
        }
    }

    @Test func whatASealIsBoundToIsGolden() throws {
        let context = SealContext(tenant: try #require(TenantId("acme")), id: UniqueId(high: 1, low: 2), field: .signingKey)
        let id: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]
        #expect(context.bytes == Array("acme".utf8) + [0] + id + Array("signing-key".utf8))
        let fields = ["request", "answer", "signing-key", "password", "source-secrets", "receiver-secret"]
        #expect(SealContext.Field.allCases.map(\.rawValue) == fields)
    }

    @Test func aSealedRequestHoldsNoQuery() throws {
        let sealed = SealedRequest(method: .GET, url: try TargetURL("https://e.com?key=secret"), payload: .empty, bodyBytes: 0)
        #expect(sealed.url.description == "https://e.com" && sealed.url.pathAndQuery == "/")
    }

    @Test(arguments: [
        "schedule/00000000-0000-0001-0000-000000000002/2026-11-20T10:00:00Z",
        "subscription/00000000-0000-0001-0000-000000000002/00000000-0000-0003-0000-000000000004",
    ])
    func anOriginIsReadAsItIsWritten(_ text: String) throws { #expect(try #require(CallOrigin(text)).description == text) }

    @Test(arguments: ["", "schedule", "schedule/x/2026-11-20T10:00:00Z", "job/00000000-0000-0001-0000-000000000002/x", "a/b/c/d"])
    func whatIsNoOriginIsNotTaken(_ text: String) { #expect(CallOrigin(text) == nil) }
}
