internal import Crypto

/// One change on record: who had what changed when, from which state to which (CM-4).
///
/// Entries of one tenant in one partition form a chain: each hash covers the one before, so that no entry can be altered, left out or put in
/// without breaking every later one.
public struct AuditEntry: Hashable, Sendable {
    public let at: Instant
    /// The subject of the token, or `bus`, `engine`.
    public let by: String
    /// As `invoice.issue`.
    public let command: String
    /// As `invoice/<id>`, `series/<id>`, `service-call/<id>`.
    public let subject: String
    /// SHA-256 of the subject's state before; empty when there was none.
    public let before: [UInt8]
    /// SHA-256 of the subject's state after.
    public let after: [UInt8]

    /// Texts are cut to 255 bytes.
    public init(at: Instant, by: String, command: String, subject: String, before: [UInt8], after: [UInt8]) {
        self.at = at
        self.by = Self.cut(by)
        self.command = Self.cut(command)
        self.subject = Self.cut(subject)
        self.before = before
        self.after = after
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > 255 else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: 255)
        while String(text.utf8[..<end]) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}

/// Where a chain stands.
public struct AuditHead: Hashable, Sendable {
    /// How many entries the chain has.
    public let count: Int64
    /// The hash of the last one; 32 zero bytes before the first.
    public let hash: [UInt8]

    public init(count: Int64, hash: [UInt8]) {
        self.count = count
        self.hash = hash
    }

    public static let start = AuditHead(count: 0, hash: Array(repeating: 0, count: 32))

    /// The head after `entry`: SHA-256 over this hash, the entry's number as eight bytes, and the entry's bytes.
    public func adding(_ entry: AuditEntry) -> AuditHead {
        var encoded: [UInt8] = []
        entry.encode(into: &encoded)
        return adding(encoded: encoded[...])
    }

    func adding(encoded: ArraySlice<UInt8>) -> AuditHead {
        let number = count + 1
        var sha = SHA256()
        hash.withUnsafeBytes { sha.update(bufferPointer: $0) }
        withUnsafeBytes(of: number.bigEndian) { sha.update(bufferPointer: $0) }
        encoded.withUnsafeBytes { sha.update(bufferPointer: $0) }
        return AuditHead(count: number, hash: Array(sha.finalize()))
    }
}

/// Entries that follow each other in one chain, as one commit appended them.
public struct AuditSegment: Hashable, Sendable {
    public let tenant: TenantId
    /// The chain before the first entry.
    public let previous: AuditHead
    /// The chain after the last entry.
    public private(set) var head: AuditHead
    /// The entries, one after the other; see `AuditEntry.encode`.
    public private(set) var bytes: [UInt8]

    public init(tenant: TenantId, after previous: AuditHead) {
        self.tenant = tenant
        self.previous = previous
        head = previous
        bytes = []
    }

    /// As a store kept it.
    public init(tenant: TenantId, previous: AuditHead, head: AuditHead, bytes: [UInt8]) {
        self.tenant = tenant
        self.previous = previous
        self.head = head
        self.bytes = bytes
    }

    public mutating func append(_ entry: AuditEntry) {
        let start = bytes.count
        entry.encode(into: &bytes)
        head = head.adding(encoded: bytes[start...])
    }

    /// The entries, checked against the chain.
    ///
    /// - Returns: nil when the bytes are not entries, or do not lead from `previous` to `head`: somebody altered them.
    public func entries() -> [AuditEntry]? {
        var rest = bytes[...]
        var reached = previous
        var entries: [AuditEntry] = []
        while !rest.isEmpty {
            let before = rest
            guard let entry = AuditEntry(decoding: &rest) else { return nil }
            reached = reached.adding(encoded: before.prefix(before.count - rest.count))
            entries.append(entry)
        }
        return reached == head ? entries : nil
    }
}

extension AuditEntry {
    /// Eight bytes of microseconds, big-endian; then by, command and subject, each after one byte of length; then before and after likewise.
    func encode(into bytes: inout [UInt8]) {
        withUnsafeBytes(of: at.microseconds.bigEndian) { bytes.append(contentsOf: $0) }
        for text in [by, command, subject] {
            bytes.append(UInt8(truncatingIfNeeded: text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        for digest in [before, after] {
            bytes.append(UInt8(truncatingIfNeeded: digest.count))
            bytes.append(contentsOf: digest)
        }
    }

    init?(decoding rest: inout ArraySlice<UInt8>) {
        guard rest.count >= 8 else { return nil }
        var microseconds: UInt64 = 0
        for byte in rest.prefix(8) { microseconds = microseconds << 8 | UInt64(byte) }
        rest = rest.dropFirst(8)
        var fields: [ArraySlice<UInt8>] = []
        for _ in 0..<5 {
            guard let length = rest.popFirst(), rest.count >= Int(length) else { return nil }
            fields.append(rest.prefix(Int(length)))
            rest = rest.dropFirst(Int(length))
        }
        let texts = fields.prefix(3).compactMap { String(validating: $0, as: UTF8.self) }
        guard texts.count == 3 else { return nil }
        self.init(
            at: Instant(microseconds: Int64(bitPattern: microseconds)), by: texts[0], command: texts[1], subject: texts[2],
            before: Array(fields[3]), after: Array(fields[4]))
    }
}
