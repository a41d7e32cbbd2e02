public import Domain
public import Ports

/// What a partition writes while documents come in, for benchmarks of stores.
public enum IngestionLoad {
    /// About `bytes` octets that compress as business documents do.
    public static func document(_ number: Int, bytes: Int) -> [UInt8] {
        var text = "<Invoice xmlns=\"urn:example:invoice\"><InvoiceNumber>R-\(number)</InvoiceNumber>"
        var line = 0
        while text.utf8.count < bytes {
            line += 1
            let item = UInt64(truncatingIfNeeded: number &* 131 &+ line) &* 0x9E37_79B9_7F4A_7C15 >> 40
            text +=
                "<Line><Number>\(line)</Number><Item>ITEM-\(item)</Item><Quantity>\(item % 97)</Quantity><Price>\(item % 9_973).95</Price></Line>"
        }
        return Array((text + "</Invoice>").utf8)
    }

    /// Commits of one partition that bring `count` new documents in groups, with records, octets, events that hold them, and audit.
    public static func batches(_ owner: inout Owner, count: Int, bytes: Int, group: Int, tenant: TenantId) throws -> [CommitBatch] {
        var history = IngestionSample.History(tenant: tenant)
        var batches: [CommitBatch] = []
        var chain = AuditHead.start
        for first in stride(from: 0, to: count, by: group) {
            let numbers = first..<min(first + group, count)
            var records: [BookRecord] = []
            var contents: [IngestionContent] = []
            var data: [[UInt8]] = []
            for number in numbers {
                let octets = document(number, bytes: bytes)
                let taken = try history.take(IngestionSample.document("R-\(number)", octets))
                records += taken.records
                contents += taken.contents
                data.append(Array("{\"document\":\"".utf8) + base64(octets) + Array("\"}".utf8))
            }
            let audit = BookSample.audit(tenant, after: chain, records.count)
            let changes = owner.numbered(records)
            let batch = owner.batch(books: changes, contents: contents, audit: [audit])
            let events = zip(batch.events, data).map { event, data in
                CommittedEvent(
                    partition: event.partition, position: event.position, tenant: event.tenant, subject: event.subject,
                    ordinal: event.ordinal, version: event.version, type: event.type, time: event.time, correlationId: event.correlationId,
                    data: data)
            }
            batches.append(
                CommitBatch(
                    partition: batch.partition, epoch: batch.epoch, expectedHead: batch.expectedHead, serviceCalls: [], books: batch.books,
                    contents: contents, events: events, audit: [audit]))
            owner.head = batch.head
            owner.lastOrdinal += Int64(changes.count)
            chain = audit.head
        }
        return batches
    }

    private static func base64(_ octets: [UInt8]) -> [UInt8] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(octets.count / 3 * 4 + 4)
        for start in stride(from: 0, to: octets.count - octets.count % 3, by: 3) {
            let word = Int(octets[start]) << 16 | Int(octets[start + 1]) << 8 | Int(octets[start + 2])
            for shift in [18, 12, 6, 0] { text.append(letters[word >> shift & 63]) }
        }
        return text
    }
}
