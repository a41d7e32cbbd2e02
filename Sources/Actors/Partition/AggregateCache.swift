internal import DequeModule
internal import Domain
internal import Ports

/// The calls that a partition keeps at hand, bounded in bytes; the least recently used go first.
///
/// Absence from the cache says nothing: what exists is for the store to say.
struct AggregateCache {
    private struct Entry {
        var stored: StoredServiceCall
        var bytes: Int
        var stamp: UInt64
    }

    private var entries: [ServiceCallKey: Entry] = [:]
    /// Uses in order; a use is outdated when the entry's stamp is another.
    private var uses = Deque<(key: ServiceCallKey, stamp: UInt64)>()
    private var clock: UInt64 = 0
    private(set) var bytes = 0
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { entries.count }

    mutating func value(_ key: ServiceCallKey) -> StoredServiceCall? {
        guard let stored = entries[key]?.stored else { return nil }
        touch(key)
        return stored
    }

    mutating func store(_ stored: StoredServiceCall) {
        let key = ServiceCallKey(tenant: stored.call.tenant, id: stored.call.id)
        let size = entries[key]?.bytes ?? stored.call.submission.approximateBytes
        if entries.updateValue(Entry(stored: stored, bytes: size, stamp: 0), forKey: key) == nil { bytes += size }
        touch(key)
        evict()
    }

    mutating func remove(_ key: ServiceCallKey) {
        if let entry = entries.removeValue(forKey: key) { bytes -= entry.bytes }
    }

    mutating func removeAll() {
        entries = [:]
        uses = []
        bytes = 0
    }

    private mutating func touch(_ key: ServiceCallKey) {
        clock += 1
        entries[key]?.stamp = clock
        uses.append((key, clock))
        if uses.count > 4 * entries.count + 64 {
            uses = Deque(uses.filter { entries[$0.key]?.stamp == $0.stamp })
        }
    }

    private mutating func evict() {
        while bytes > limit, let use = uses.popFirst() {
            if entries[use.key]?.stamp == use.stamp { remove(use.key) }
        }
    }
}
