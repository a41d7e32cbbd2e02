internal import Domain
public import Ports

/// What every sealer promises.
public enum SealerContract {
    public static let cases: [ContractCase<any Sealer>] = [
        .init("what was sealed comes back, whatever its length") { sealer in
            for count in [0, 1, 15, 16, 17, 31, 32, 33, 4_095, 70_000] {
                let clear = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
                try requireEqual(try sealer.open(try sealer.seal(clear, context()), context()), clear, "\(count) bytes")
            }
        },
        .init("it opens for its own tenant, record and field alone") { sealer in
            let sealed = try sealer.seal(Array("canary".utf8), context())
            for other in [context(tenant: "zenith"), context(id: 2), context(field: .answer), context(field: .signingKey)] {
                try requireFailure("under \(other)") { () throws(SealError) in _ = try sealer.open(sealed, other) }
            }
        },
        .init("a change of any byte, and any cut, is noticed") { sealer in
            let sealed = try sealer.seal(Array("canary".utf8), context()).bytes
            for index in sealed.indices {
                var changed = sealed
                changed[index] ^= 0x10
                try requireFailure("byte \(index)") { () throws(SealError) in _ = try sealer.open(SealedBytes(bytes: changed), context()) }
                let cut = SealedBytes(bytes: Array(sealed.prefix(index)))
                try requireFailure("cut at \(index)") { () throws(SealError) in _ = try sealer.open(cut, context()) }
            }
            try requireFailure("more") { () throws(SealError) in _ = try sealer.open(SealedBytes(bytes: sealed + [0]), context()) }
        },
        .init("nothing of what is sealed can be found in the seal") { sealer in
            let canary = Array("canary-canary-canary-canary".utf8)
            let sealed = try sealer.seal(canary, context()).bytes
            for start in 0..<(canary.count - 4) {
                let part = Array(canary[start..<(start + 4)])
                let found = sealed.indices.contains { sealed[$0...].starts(with: part) }
                try require(!found, "a part of it stands in the seal")
            }
        },
        .init("a request comes back as it was, and shows only where it goes") { sealer in
            let url = try TargetURL("https://example.com/a/b?token=canary")
            let request = OutgoingRequest(
                method: .PUT, url: url, headers: [try .init(name: "X-A", value: "b"), try .init(name: "x-a", value: "ü")], body: [0, 255])
            let sealed = try sealer.seal(request, context())
            try requireEqual(try sealer.open(sealed, context()), request, "the request")
            try requireEqual(sealed.url.description, "https://example.com/a/b", "the URL in the clear")
            try requireEqual(sealed.bodyBytes, 2, "the size of the body")
            let bare = OutgoingRequest(method: .GET, url: try TargetURL("http://example.com"))
            try requireEqual(try sealer.seal(bare, context()).payload, .empty, "a request without anything to seal")
            try requireEqual(try sealer.open(try sealer.seal(bare, context()), context()), bare, "the bare request")
        },
        .init("what retention erased is told from what is damaged, and an old payload is taken as it is") { sealer in
            let url = try TargetURL("https://example.com/a")
            let erased = SealedRequest(method: .POST, url: url, payload: .erased, bodyBytes: 9)
            try requireFailure("erased", .erased) { () throws(SealError) in _ = try sealer.open(erased, context()) }
            let broken = SealedRequest(method: .POST, url: url, payload: .clear([9]), bodyBytes: 0)
            try requireFailure("no payload", .damaged) { () throws(SealError) in _ = try sealer.open(broken, context()) }
            let old = OutgoingRequest(method: .POST, url: try TargetURL("https://example.com/a?x=1"), body: [1])
            let clear = SealedRequest(method: .POST, url: old.url, payload: .clear(old.payloadBytes ?? []), bodyBytes: 1)
            try requireEqual(try sealer.open(clear, context()), old, "an old request")
        },
    ]

    private static func context(
        tenant: String = "acme", id: UInt64 = 1, field: SealContext.Field = .request
    ) -> SealContext {
        SealContext(tenant: Sample.tenant(tenant), id: UniqueId(high: 7, low: id), field: field)
    }

    private static func requireFailure(
        _ what: String, _ expected: SealError? = nil, line: Int = #line, _ body: () throws(SealError) -> Void
    ) throws {
        do { try body() } catch {
            return try require(expected.map { $0 == error } ?? true, "\(what): \(error)", line: line)
        }
        throw ContractFailure("\(what): it opened (line \(line))")
    }
}
