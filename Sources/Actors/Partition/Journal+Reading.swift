internal import Domain
internal import Ports

/// Reading all of something in a partition, a page at a time. It goes to the end also when the task is cancelled: a part would pass for the
/// whole.
extension Journal {
    /// The items of a kind that are in use, in the order of tenant and identifier.
    func readItems(of kind: ItemKey.Kind, in partition: PartitionId, _ take: (TenantItem) -> Void) async throws(JournalError) {
        var after: (TenantId, String)?
        repeat {
            let page = try await items(of: kind, in: partition, after: after, limit: readingPage)
            page.forEach(take)
            after = page.count < readingPage ? nil : page.last.map { ($0.tenant, $0.key.id) }
        } while after != nil
    }

    /// How far the items of a kind are followed, in the same order.
    func readCursors(of kind: ItemKey.Kind, in partition: PartitionId, _ take: (FollowerCursor) -> Void) async throws(JournalError) {
        var after: (TenantId, String)?
        repeat {
            let page = try await cursors(of: kind, in: partition, after: after, limit: readingPage)
            page.forEach(take)
            after = page.count < readingPage ? nil : page.last.map { ($0.tenant, $0.id) }
        } while after != nil
    }
}

private let readingPage = 256
