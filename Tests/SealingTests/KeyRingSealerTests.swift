import Domain
import PortContract
import Ports
import SealingAdapter
import Testing

@Suite struct KeyRingSealerTests {
    private static let first = (0..<32).map { UInt8($0) }
    private static let second = (0..<32).map { UInt8(100 + $0) }
    private static let salt = (0..<12).map { UInt8($0) }
    private let context = SealContext(tenant: Sample.acme, id: UniqueId(high: 1, low: 2), field: .request)

    @Test("contract", arguments: SealerContract.cases)
    func contract(_ contract: ContractCase<any Sealer>) async throws { try await contract.run(KeyRingSealer(try KeyRing([Self.first]))) }

    /// Computed with Python's `cryptography` 48: HKDF-SHA256 over key and salt, then AES-256-GCM with the nonce 1.
    @Test func theFormIsGolden() throws {
        let sealer = KeyRingSealer(try KeyRing([Self.first]), salt: Self.salt)
        let sealed = try sealer.seal(Array("hello".utf8), context)
        #expect(sealed.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == Self.golden)
        #expect(try KeyRingSealer(try KeyRing([Self.first])).open(sealed, context) == Array("hello".utf8))
    }

    private static let golden = "014d69b7bd000102030405060708090a0b00000000000000019b294e2fedf8ab29b3036870e04096744323f168ae"

    @Test func afterARotationTheNewKeySealsAndTheOldOneStillOpens() throws {
        let before = KeyRingSealer(try KeyRing([Self.first]))
        let old = try before.seal([1, 2, 3], context)
        let after = KeyRingSealer(try KeyRing([Self.first, Self.second]))
        let new = try after.seal([4, 5, 6], context)
        #expect(try after.open(old, context) == [1, 2, 3] && after.open(new, context) == [4, 5, 6])
        #expect(throws: SealError.keyMissing(key: KeyRing.id(of: Self.second))) { try before.open(new, context) }
        let without = KeyRingSealer(try KeyRing([Self.second]))
        #expect(throws: SealError.keyMissing(key: KeyRing.id(of: Self.first))) { try without.open(old, context) }
    }

    @Test func theSameBytesSealedTwiceDifferAlsoAcrossStarts() throws {
        let ring = try KeyRing([Self.first])
        var seen: Set<[UInt8]> = []
        for _ in 0..<3 {
            let sealer = KeyRingSealer(ring)
            for _ in 0..<100 { seen.insert(try sealer.seal([1], context).bytes) }
        }
        #expect(seen.count == 300)
    }

    @Test func aRingNeedsKeysOfTheRightLength() {
        #expect(throws: KeyRingError.empty) { try KeyRing([]) }
        #expect(throws: KeyRingError.length) { try KeyRing([Array(Self.first.dropLast())]) }
    }

    @Test func anIdentifierTellsKeysApartAndNothingOfThem() throws {
        let ring = try KeyRing([Self.first, Self.second])
        #expect(Set(ring.ids).count == 2 && ring.ids.allSatisfy { $0.utf8.count == 8 })
        #expect(ring.ids == [KeyRing.id(of: Self.first), KeyRing.id(of: Self.second)])
    }
}
