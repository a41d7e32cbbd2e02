import Testing

@testable import Domain

@Suite struct IdentityTests {
    @Test func version5FollowsRFC9562() throws {
        // RFC 9562, appendix A.4: www.example.com in the DNS namespace.
        let dns = try #require(UniqueId("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        let id = UniqueId.version5(namespace: dns, name: Array("www.example.com".utf8))
        #expect(id.description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func version7HoldsItsTimeAndVersion() {
        // RFC 9562, appendix A.6.
        let id = UniqueId.version7(at: Instant(microseconds: 1_645_557_742_000_000), random: (0xCC3, 0x18C4_DC0C_0C07_398F))
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func identifiersRoundTripThroughTextAndBytes() throws {
        let id = UniqueId(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
        #expect(UniqueId(id.description) == id)
        #expect(UniqueId(id.description.uppercased()) == id)
        #expect(UniqueId(bytes: id.bytes) == id)
        for wrong in ["", "0123", id.description + "0", id.description.replacing("-", with: "_"), String(repeating: "g", count: 36)] {
            #expect(UniqueId(wrong) == nil, "\(wrong)")
        }
        #expect(UniqueId(bytes: [1, 2, 3]) == nil)
    }

    @Test func theSameKeyIsTheSameCallAndTenantsNeverShareOne() throws {
        let (acme, beta) = (try #require(TenantId("acme")), try #require(TenantId("beta")))
        let key = try #require(IdempotencyKey("order-1"))
        #expect(ServiceCallId(tenant: acme, idempotencyKey: key) == ServiceCallId(tenant: acme, idempotencyKey: key))
        #expect(ServiceCallId(tenant: acme, idempotencyKey: key) != ServiceCallId(tenant: beta, idempotencyKey: key))
        #expect(ServiceCallId(tenant: acme, idempotencyKey: key).description == "fc2174a5-2443-5af6-9ef1-664d6613dcf3")
    }

    @Test func partitionsFollowTheGoldenVectors() throws {
        let acme = try #require(TenantId("acme"))
        let ids = (0..<8).map { UniqueId(high: $0, low: $0 &* 0x9E37_79B9_7F4A_7C15) }
        #expect(ids.map { PartitionHash.partition(tenant: acme, id: $0, count: 8) } == Self.golden8)
        #expect(ids.map { PartitionHash.partition(tenant: acme, id: $0, count: 1) } == Array(repeating: 0, count: 8))
        #expect(PartitionHash.partition(tenant: acme, id: ids[1], count: 0) == 0)
    }

    private static let golden8 = [1, 5, 7, 2, 4, 3, 2, 3]

    @Test func partitionsShareTheLoadEvenly() throws {
        let acme = try #require(TenantId("acme"))
        var counts = Array(repeating: 0, count: 8)
        for index in UInt64(0)..<8_000 {
            let id = UniqueId.version7(at: Instant(microseconds: Int64(index) * 1_000), random: (index, index &* 77))
            counts[PartitionHash.partition(tenant: acme, id: id, count: 8)] += 1
        }
        #expect(counts.allSatisfy { (800...1_200).contains($0) }, "\(counts)")
    }

    @Test func tenantNamesAreSafe() {
        for good in ["a", "acme", "0-x_y.z", String(repeating: "a", count: 64)] { #expect(TenantId(good)?.value == good) }
        for bad in ["", "Acme", ".a", "-a", "a b", "a/b", "ä", "a\u{0}", String(repeating: "a", count: 65)] {
            #expect(TenantId(bad) == nil)
        }
    }

    @Test func idempotencyKeysAreVisibleASCII() {
        #expect(IdempotencyKey("a b") == nil)
        #expect(IdempotencyKey("") == nil)
        #expect(IdempotencyKey(String(repeating: "k", count: 256)) == nil)
        #expect(IdempotencyKey("order-1/2")?.value == "order-1/2")
    }
}
