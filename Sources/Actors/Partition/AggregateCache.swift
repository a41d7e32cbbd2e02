internal import DequeModule
internal import Domain
internal import Ports

/// What a partition keeps at hand of one kind, bounded in bytes; the least recently used goes first.
///
/// Absence from the cache says nothing: what exists is for the store to say.
struct AggregateCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        var bytes: Int
        var stamp: UInt64
    }

    private var entries: [Key: Entry] = [:]
    /// Uses in order; a use is outdated when the entry's stamp is another.
    private var uses = Deque<(key: Key, stamp: UInt64)>()
    private var clock: UInt64 = 0
    private(set) var bytes = 0
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { entries.count }

    mutating func value(_ key: Key) -> Value? {
        guard let value = entries[key]?.value else { return nil }
        touch(key)
        return value
    }

    /// - Parameter size: about how many bytes `value` takes.
    mutating func store(_ value: Value, for key: Key, bytes size: Int) {
        if let old = entries.updateValue(Entry(value: value, bytes: size, stamp: 0), forKey: key) { bytes -= old.bytes }
        bytes += size
        touch(key)
        evict()
    }

    mutating func remove(_ key: Key) {
        if let entry = entries.removeValue(forKey: key) { bytes -= entry.bytes }
    }

    mutating func removeAll() {
        entries = [:]
        uses = []
        bytes = 0
    }

    private mutating func touch(_ key: Key) {
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
