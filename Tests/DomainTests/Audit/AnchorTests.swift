import PropertyKit
import Testing

@testable import Domain

@Suite("Anchors of the audit")
struct AnchorTests {
    private static let store = UniqueId(high: 1, low: 2)

    /// A chain of entries with its anchors, and what somebody does to it.
    private struct Chain {
        let tenant: TenantId
        let key: AuditAnchorKey
        var entries: [AuditEntry]
        var anchors: [AuditAnchor] = []

        init(_ count: Int, anchoredAt counts: [Int] = [], seed: UInt8 = 1) throws {
            tenant = try #require(TenantId("acme"))
            key = try AuditAnchorKey(seed: Array(repeating: seed, count: 32))
            entries = (0..<count).map { AnchorTests.entry("invoice/\($0)") }
            let heads = heads
            anchors = try counts.map { try anchor(heads[$0], minute: $0) }
        }

        /// The head before the first entry, and after each.
        var heads: [AuditHead] { entries.reduce(into: [.start]) { heads, entry in heads.append((heads.last ?? .start).adding(entry)) } }

        func anchor(
            _ head: AuditHead, minute: Int = 0, store: UniqueId = AnchorTests.store, partition: Int = 3
        ) throws -> AuditAnchor {
            try #require(
                key.anchor(
                    store: store, tenant: tenant, partition: partition, head: head,
                    at: Instant(microseconds: 1_790_000_000_000_000) + .minutes(Int64(minute))))
        }

        /// As `audit verify` goes through it.
        func check(_ more: [AuditAnchor] = [], trusted: [AuditAnchorKey]? = nil) -> AnchorCheck {
            var check = AnchorCheck(
                store: AnchorTests.store, tenant: tenant, partition: 3, anchors: anchors + more,
                trusted: Set((trusted ?? [key]).map(\.publicKey)))
            let heads = heads
            for head in heads.dropFirst() { check.reached(head) }
            check.ended(at: heads.last ?? .start)
            return check
        }
    }

    private static func entry(_ subject: String) -> AuditEntry {
        AuditEntry(at: Instant(microseconds: 7), by: "ana", command: "invoice.issue", subject: subject, before: [], after: [1])
    }

    @Test func anchorsHoldOverAChainThatNobodyTouched() throws {
        let check = try Chain(10, anchoredAt: [3, 7, 10]).check()
        #expect(check.faults == [] && check.holding == 3 && check.newest?.head.count == 10)
        let young = try Chain(10).check()
        #expect(young.faults == [] && young.holding == 0 && young.newest == nil)
        #expect(try Chain(0).check().faults == [])
    }

    /// What a hash chain alone cannot show: it is whole in itself, and another one.
    @Test func aChainThatWasComputedAnewIsFoundFromTheFirstAnchorBehindTheChange() throws {
        var chain = try Chain(10, anchoredAt: [3, 7, 10])
        chain.entries[4] = Self.entry("invoice/forged")
        let check = chain.check()
        #expect(check.holding == 1 && check.newest?.head.count == 3)
        #expect(check.faults.map(\.entries) == [4...10])
        #expect(check.faults.first?.reason.contains("computed anew") == true)
    }

    @Test func anEndThatWasCutOffIsFound() throws {
        var chain = try Chain(10, anchoredAt: [3, 7, 10])
        chain.entries.removeLast(4)
        let check = chain.check()
        #expect(check.holding == 1)
        #expect(check.faults.map(\.entries) == [7...10])
        #expect(check.faults.first?.reason.contains("cut off") == true)
        chain.entries = []
        #expect(chain.check().faults.map(\.entries) == [1...10])
    }

    @Test func whoTakesTheAnchorsAwayAsWellIsFoundByThoseThatAreKeptElsewhere() throws {
        var chain = try Chain(10, anchoredAt: [3, 7, 10])
        let kept = chain.anchors
        chain.entries.removeLast(4)
        chain.anchors.removeAll { $0.head.count > 6 }
        #expect(chain.check().faults == [])
        #expect(chain.check(kept).faults.map(\.entries) == [7...10])
        #expect(chain.check(kept).holding == 1, "an anchor that is given twice counts once")
    }

    /// As `audit verify` does, which never has all of them at once.
    @Test func anchorsThatComeWhileTheChainIsReadProveTheSame() throws {
        var cut = try Chain(10, anchoredAt: [1, 2, 4, 5, 8, 9, 10])
        let kept = [cut.anchors[1], cut.anchors[6]]
        cut.entries.removeLast(4)
        var anew = try Chain(10, anchoredAt: [2, 5, 8, 10])
        anew.entries[3] = Self.entry("invoice/forged")
        for chain in [try Chain(10, anchoredAt: [1, 3, 7, 10]), cut, anew] {
            let whole = chain.check(kept)
            for size in 1...4 {
                var check = AnchorCheck(
                    store: Self.store, tenant: chain.tenant, partition: 3, anchors: kept, trusted: [chain.key.publicKey])
                var rest = chain.anchors[...]
                let heads = chain.heads
                for head in heads.dropFirst() {
                    while let first = rest.first, first.head.count <= head.count {
                        check.add(rest.prefix(size))
                        rest = rest.dropFirst(size)
                    }
                    check.reached(head)
                }
                check.ended(at: heads.last ?? .start)
                while !rest.isEmpty {
                    check.add(rest.prefix(size))
                    rest = rest.dropFirst(size)
                }
                #expect(check.faults == whole.faults && check.faultCount == whole.faultCount)
                #expect(check.holding == whole.holding && check.newest == whole.newest)
            }
        }
    }

    @Test func anyNumberOfForgedAnchorsIsCountedAndTheFirstHundredAreTold() throws {
        var chain = try Chain(120)
        let forger = try Chain(120, anchoredAt: Array(1...120), seed: 9)
        chain.anchors = forger.anchors
        let check = chain.check()
        #expect(check.faults.count == 100 && check.faultCount == 120 && check.holding == 0)
    }

    @Test func aForgedAnchorIsFound() throws {
        var chain = try Chain(6, anchoredAt: [6])
        let forger = try Chain(6, anchoredAt: [6], seed: 9)
        // With a key of the forger's own.
        chain.anchors = forger.anchors
        #expect(chain.check().faults.first?.reason.contains("not trusted") == true)
        #expect(chain.check(trusted: [chain.key, forger.key]).faults == [])
        // With the engine's key written beside the forger's signature.
        let signed = forger.anchors[0]
        let claimed = AuditAnchor(
            store: signed.store, tenant: signed.tenant, partition: signed.partition, head: signed.head, at: signed.at,
            publicKey: chain.key.publicKey, signature: signed.signature)
        chain.anchors = [claimed]
        #expect(chain.check().faults.first?.reason.contains("signature does not hold") == true)
    }

    @Test func aSignatureCoversEveryMember() throws {
        let chain = try Chain(4, anchoredAt: [4])
        let anchor = chain.anchors[0]
        #expect(anchor.isSigned)
        let other = try #require(TenantId("zenith"))
        let head = AuditHead(count: 5, hash: anchor.head.hash)
        let hash = AuditHead(count: 4, hash: AuditHead.start.hash)
        for (store, tenant, partition, head, at) in [
            (UniqueId(high: 1, low: 3), anchor.tenant, anchor.partition, anchor.head, anchor.at),
            (anchor.store, other, anchor.partition, anchor.head, anchor.at), (anchor.store, anchor.tenant, 4, anchor.head, anchor.at),
            (anchor.store, anchor.tenant, anchor.partition, head, anchor.at),
            (anchor.store, anchor.tenant, anchor.partition, hash, anchor.at),
            (anchor.store, anchor.tenant, anchor.partition, anchor.head, anchor.at + TimeSpan(microseconds: 1)),
        ] {
            let changed = AuditAnchor(
                store: store, tenant: tenant, partition: partition, head: head, at: at, publicKey: anchor.publicKey,
                signature: anchor.signature)
            #expect(!changed.isSigned)
        }
        for index in [0, 31, 32, 63] {
            var signature = anchor.signature
            signature[index] ^= 1
            let changed = AuditAnchor(
                store: anchor.store, tenant: anchor.tenant, partition: anchor.partition, head: anchor.head, at: anchor.at,
                publicKey: anchor.publicKey, signature: signature)
            #expect(!changed.isSigned)
        }
    }

    @Test func anAnchorOfAnotherStoreProvesNothingAndThoseOfOtherChainsAreLeftOut() throws {
        let chain = try Chain(4)
        let foreign = try chain.anchor(chain.heads[4], store: UniqueId(high: 8, low: 8))
        #expect(chain.check([foreign]).faults.first?.reason.contains("another store") == true)
        let neighbour = try chain.anchor(chain.heads[2], partition: 2)
        #expect(chain.check([neighbour]).faults == [] && chain.check([neighbour]).holding == 0)
    }

    @Test func theStatementIsTextThatAnyToolCanCheck() throws {
        let chain = try Chain(1, anchoredAt: [1])
        let lines = chain.anchors[0].statement.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 8 && lines.last == "")
        #expect(lines[0] == "ledgerflow audit anchor v1" && lines[2] == "tenant acme" && lines[4] == "entries 1")
    }

    @Test func aKeyPrintsAsItsPublicHalf() throws {
        let key = try AuditAnchorKey(seed: Array(repeating: 5, count: 32))
        #expect(String(describing: key) == Hexadecimal.text(key.publicKey) && "\(Array(Mirror(reflecting: key).children))" == "[]")
        #expect(throws: AuditAnchorKeyError(bytes: 31)) { try AuditAnchorKey(seed: Array(repeating: 5, count: 31)) }
    }

    @Test func hexadecimalIsReadAsItIsWritten() {
        #expect(Hexadecimal.text([0, 10, 255]) == "000aff" && Hexadecimal.bytes("000aFF") == [0, 10, 255])
        for text in ["0", "0g", "é0", "0x00", " 00"] { #expect(Hexadecimal.bytes(text) == nil, "\(text)") }
        #expect(Hexadecimal.bytes("") == [])
    }

    // MARK: - Any forgery

    private enum Step: CustomStringConvertible {
        case replace(Int), remove(Int), insert(Int), cut(Int), swap(Int)

        var description: String {
            switch self {
            case .replace(let at): "replace the entry at \(at)"
            case .remove(let at): "remove the entry at \(at)"
            case .insert(let at): "insert an entry at \(at)"
            case .cut(let at): "cut off from \(at)"
            case .swap(let at): "swap the entries at \(at)"
            }
        }
    }

    private struct Missed: Error {}

    /// Whatever is done to entries that an anchor covers, with all hashes computed anew, is found; what is done to none is not.
    @Test func whateverIsDoneToWhatIsCoveredIsFound() throws {
        try forAll(cases: 600) { generator in
            (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                let at = Int.random(in: 0..<12, using: &generator)
                return switch Int.random(in: 0..<5, using: &generator) {
                case 0: Step.replace(at)
                case 1: Step.remove(at)
                case 2: Step.insert(at)
                case 3: Step.cut(at)
                default: Step.swap(at)
                }
            }
        } property: { steps in
            var chain = try Chain(12, anchoredAt: [2, 5, 9])
            let covered = Array(chain.entries.prefix(9))
            for (number, step) in steps.enumerated() {
                let count = chain.entries.count
                switch step {
                case .replace(let at) where at < count: chain.entries[at] = Self.entry("forged/\(number)")
                case .remove(let at) where at < count: chain.entries.remove(at: at)
                case .insert(let at) where at <= count: chain.entries.insert(Self.entry("forged/\(number)"), at: at)
                case .cut(let at) where at <= count: chain.entries.removeLast(count - at)
                case .swap(let at) where at + 1 < count: chain.entries.swapAt(at, at + 1)
                default: break
                }
            }
            let isSame = Array(chain.entries.prefix(9)) == covered
            if chain.check().faults.isEmpty != isSame { throw Missed() }
        }
    }
}
