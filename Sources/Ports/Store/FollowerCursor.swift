public import Domain

/// How far the work that an item asks for is done: the occurrences of a schedule, the events that a subscription has seen.
///
/// It lies beside the item and the log, and is stored after what it stands for is committed: a crash in between repeats the last steps,
/// which have the same identifiers and so change nothing.
public struct FollowerCursor: Hashable, Sendable {
    /// The partition of the tenant's books.
    public let partition: PartitionId
    /// The owner's; what is read has the partition's at present.
    public let epoch: Int64
    public let tenant: TenantId
    public let kind: ItemKey.Kind
    public let id: String
    /// Rises when the item is to be followed anew from another place; then the place may lie before the one that is stored.
    public let generation: Int
    /// What the item's kind makes of it: an instant, or a position of each partition. As many numbers as long as the generation lasts.
    public let place: [Int64]
    /// JSON, short: what else has to be remembered.
    public let state: [UInt8]

    public init(
        partition: PartitionId, epoch: Int64, tenant: TenantId, kind: ItemKey.Kind, id: String, generation: Int, place: [Int64],
        state: [UInt8]
    ) {
        self.partition = partition
        self.epoch = epoch
        self.tenant = tenant
        self.kind = kind
        self.id = id
        self.generation = generation
        self.place = place
        self.state = state
    }

    /// Whether it may be stored in the place of `stored`, a cursor of the same item: it is of a higher generation, or of the same one and
    /// nowhere behind.
    public func replaces(_ stored: FollowerCursor) -> Bool {
        guard generation == stored.generation else { return generation > stored.generation }
        return place.count == stored.place.count && zip(place, stored.place).allSatisfy { $0 >= $1 }
    }
}
