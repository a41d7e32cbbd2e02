public import Domain

/// A call that has ended, as far as retention needs to know it.
public struct EndedCall: Hashable, Sendable {
    /// Where its row lies within the partition.
    public let ordinal: Int64
    /// A call that was opened again since has another one.
    public let version: Int64
    public let tenant: TenantId
    public let end: CallEnd
    public let endedAt: Instant
    /// Whether there is something to erase: what was sent, or the beginning of an answer.
    public let hasPayload: Bool

    public init(ordinal: Int64, version: Int64, tenant: TenantId, end: CallEnd, endedAt: Instant, hasPayload: Bool) {
        self.ordinal = ordinal
        self.version = version
        self.tenant = tenant
        self.end = end
        self.endedAt = endedAt
        self.hasPayload = hasPayload
    }
}

/// A part of the ended calls. It may hold none although there are more: `next` tells.
public struct EndedCallPage: Hashable, Sendable {
    /// In the order of ordinals.
    public let calls: [EndedCall]
    /// The ordinal after which the next part begins; nil at the end.
    public let next: Int64?

    public init(calls: [EndedCall], next: Int64?) {
        self.calls = calls
        self.next = next
    }
}

/// What is done to calls that have ended.
public enum CallCleaning: Hashable, Sendable {
    /// Takes query, header fields, body and the beginnings of answers of calls that succeeded or were cancelled. A query goes from the
    /// stored address as well. The call is otherwise as it was.
    case erasePayloads
    /// Takes the calls with all that belongs to them, in every index and list. Their identifiers may be given again.
    case purge
}

/// Something received of which octets are still there, as far as retention needs to know it.
public struct KeptContent: Hashable, Sendable {
    /// Where its record lies within the partition.
    public let ordinal: Int64
    /// A record that has changed since has another one.
    public let version: Int64
    public let tenant: TenantId
    public let kind: IngestionKey.Kind
    /// `IngestionRecord.contentSince`.
    public let since: Instant

    public init(ordinal: Int64, version: Int64, tenant: TenantId, kind: IngestionKey.Kind, since: Instant) {
        self.ordinal = ordinal
        self.version = version
        self.tenant = tenant
        self.kind = kind
        self.since = since
    }

    /// - Returns: nil for a record that has no octets.
    public init?(_ record: IngestionRecord, ordinal: Int64) {
        guard let since = record.contentSince else { return nil }
        self.init(ordinal: ordinal, version: record.version, tenant: record.tenant, kind: record.key.kind, since: since)
    }
}

/// What every store holds to when it erases octets.
public enum ContentErasure {
    /// With more events than these unpublished, nothing is erased: which octets they speak of would take too long to find out.
    public static let mostUnpublished = 1_000
}

/// A part of what was received. It may hold nothing although there is more: `next` tells.
public struct KeptContentPage: Hashable, Sendable {
    /// In the order of ordinals.
    public let contents: [KeptContent]
    /// The ordinal after which the next part begins; nil at the end.
    public let next: Int64?

    public init(contents: [KeptContent], next: Int64?) {
        self.contents = contents
        self.next = next
    }
}

/// What came of a step of cleaning.
public struct CleaningStep: Hashable, Sendable {
    /// How many of the calls, from the front of what was given, were looked at: a step that has taken long enough ends early. At least one.
    public let looked: Int
    /// How many of them were erased or purged. The others have changed since they were found, are gone, or cannot be taken yet.
    public let done: Int

    public init(looked: Int, done: Int) {
        self.looked = looked
        self.done = done
    }
}

/// What came of a step of trimming.
public struct TrimStep: Hashable, Sendable {
    /// Events up to this position are gone.
    public let trimmed: Int64
    /// How many of them went in this step.
    public let removed: Int
    /// The time of the first event that is left; nil when there is none.
    public let oldest: Instant?

    public init(trimmed: Int64, removed: Int, oldest: Instant?) {
        self.trimmed = trimmed
        self.removed = removed
        self.oldest = oldest
    }
}

/// The room that a store takes, as far as it looks after it itself.
public struct StoreSpace: Hashable, Sendable {
    public let bytes: Int64
    /// Room within them that is not used; it is used again before the store grows.
    public let freeBytes: Int64
    /// Whether there is more free room to give back to the system than should be kept.
    public let hasMore: Bool

    public init(bytes: Int64, freeBytes: Int64, hasMore: Bool) {
        self.bytes = bytes
        self.freeBytes = freeBytes
        self.hasMore = hasMore
    }
}

/// Takes away what need not be kept, in small steps beside the partitions' commits.
///
/// A step lasts a few milliseconds at most and goes behind the commits that wait. Each is one transaction, so a crash leaves a call whole or
/// gone; what is lost of the last steps is found again. A step under another epoch than the partition's is refused with `ownershipLost`.
public protocol Housekeeping: Sendable {
    /// The partition's calls that ended at `latest` or before, of the next ordinals after `ordinal`. Looks at no more than a few
    /// thousand rows.
    func endedCalls(in partition: PartitionId, after ordinal: Int64, upTo latest: Instant) async throws(JournalError) -> EndedCallPage

    /// Cleans those of `calls` that are still at the version given and ended, from the front on.
    func clean(
        _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> CleaningStep

    /// The partition's received documents and parts in quarantine that have octets and are as they are since `latest` or before, of the next
    /// ordinals after `ordinal`. Looks at no more than a few thousand rows.
    func keptContents(in partition: PartitionId, after ordinal: Int64, upTo latest: Instant) async throws(JournalError) -> KeptContentPage

    /// Takes away the octets, of every version, of those of `contents` whose records are still at the version given, from the front on; the
    /// records stay as they are. None goes that is as young as an event which is not published, or while there are very many of those.
    func eraseContents(_ contents: [KeptContent], in partition: PartitionId, epoch: Int64) async throws(JournalError) -> CleaningStep

    /// Takes the oldest events out of the partition's log, in the order of positions, some hundreds at a time: those before `cutoff`, up to
    /// `position`, and never one that is not published or that the store itself still has to read.
    func trimEvents(
        in partition: PartitionId, through position: Int64, before cutoff: Instant, epoch: Int64
    ) async throws(JournalError) -> TrimStep

    /// Gives some free room back to the system when there is far more than is used again soon.
    ///
    /// - Returns: nil when the store leaves that to its database.
    func giveBackSpace() async throws(JournalError) -> StoreSpace?
}
