public import Domain

/// What a list of ingestion's records is narrowed by; nil means any.
public struct IngestionFilter: Hashable, Sendable {
    public var kind: IngestionKey.Kind
    public var source: SourceName?
    /// As `IngestionRecord.status` has it.
    public var status: String?
    /// A document's number, exactly: letters that are put together another way make another number.
    public var number: String?

    public init(_ kind: IngestionKey.Kind) { self.kind = kind }

    public func matches(_ record: IngestionRecord) -> Bool {
        if record.key.kind != kind { return false }
        if let source, record.source != source { return false }
        if let status, record.status != status { return false }
        if let number, !(record.number?.utf8.elementsEqual(number.utf8) ?? false) { return false }
        return true
    }
}

/// The place after which a list of ingestion's records goes on: newest first, by creation and then identifier.
public struct IngestionPlace: Hashable, Comparable, Sendable {
    public let createdAt: Instant
    public let id: UniqueId

    public init(createdAt: Instant, id: UniqueId) {
        self.createdAt = createdAt
        self.id = id
    }

    public init(_ record: IngestionRecord) { self.init(createdAt: record.createdAt, id: record.key.id) }

    public static func < (a: IngestionPlace, b: IngestionPlace) -> Bool {
        a.createdAt != b.createdAt ? a.createdAt < b.createdAt : a.id < b.id
    }
}

/// One page of ingestion's records. It may hold fewer than asked for, even none, and still have a next one.
public struct IngestionPage: Sendable, Equatable {
    public let records: [IngestionRecord]
    public let next: IngestionPlace?

    public init(records: [IngestionRecord], next: IngestionPlace?) {
        self.records = records
        self.next = next
    }
}
