import Testing

@testable import Domain

@Suite("The audit chain")
struct AuditTests {
    private func segment(_ count: Int, after head: AuditHead = .start) throws -> AuditSegment {
        var segment = AuditSegment(tenant: try #require(TenantId("acme")), after: head)
        for index in 0..<count {
            segment.append(
                AuditEntry(
                    at: Instant(microseconds: Int64(index)), by: "ana", command: "invoice.issue", subject: "invoice/\(index)",
                    before: index == 0 ? [] : Array(repeating: 1, count: 32), after: Array(repeating: UInt8(index), count: 32)))
        }
        return segment
    }

    @Test func entriesComeBackAsTheyWereAppended() throws {
        let segment = try segment(3)
        let entries = try #require(segment.entries())
        #expect(entries.map(\.subject) == ["invoice/0", "invoice/1", "invoice/2"])
        #expect(entries[0].before.isEmpty && entries[1].before.count == 32)
        #expect(segment.head.count == 3)
        #expect(entries.reduce(AuditHead.start) { $0.adding($1) } == segment.head)
    }

    /// CM-4: no byte can be altered, no entry left out, put in or moved, without the chain breaking.
    @Test func anyEditIsFound() throws {
        let whole = try segment(3)
        for index in whole.bytes.indices {
            for flip in [UInt8(1), 0x80] {
                var bytes = whole.bytes
                bytes[index] ^= flip
                let edited = AuditSegment(tenant: whole.tenant, previous: whole.previous, head: whole.head, bytes: bytes)
                #expect(edited.entries() == nil, "byte \(index)")
            }
        }
        let shorter = try segment(2)
        #expect(AuditSegment(tenant: whole.tenant, previous: .start, head: whole.head, bytes: shorter.bytes).entries() == nil)
        let moved = AuditHead(count: 1, hash: AuditHead.start.hash)
        #expect(AuditSegment(tenant: whole.tenant, previous: moved, head: whole.head, bytes: whole.bytes).entries() == nil)
    }

    @Test func longTextsAreCutAtACharacter() throws {
        let entry = AuditEntry(
            at: Instant(microseconds: 0), by: String(repeating: "é", count: 200), command: "c", subject: "s", before: [], after: [])
        #expect(entry.by.utf8.count == 254)
        var segment = AuditSegment(tenant: try #require(TenantId("acme")), after: .start)
        segment.append(entry)
        #expect(segment.entries() == [entry])
    }
}
