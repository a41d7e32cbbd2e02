internal import Domain
internal import Synchronization

/// Remembers, within bounds, which events were handled, so that repetitions are dropped: by id, and by the version of their aggregate.
///
/// It may outlive its consumer and serve the next one. It does not outlive the process: a handler that must not see an event twice keeps the
/// event's id with what it stores.
public final class SeenEvents: Sendable {
    /// What an event is known by: CloudEvents 1.0, `source` and `id` together.
    struct Identity: Hashable, Sendable {
        private let source: String
        private let id: String

        /// Above what events of ours have. Longer ones are not remembered: whoever may write could fill the memory with them.
        private static let maxBytes = 1_024

        /// - Returns: nil for a record that is not an event, or whose name is too long to be kept.
        init?(_ record: KafkaRecord) {
            guard let id = record.header("ce_id") else { return nil }
            source = record.header("ce_source") ?? ""
            self.id = id
            guard source.utf8.count + id.utf8.count <= Self.maxBytes else { return nil }
        }
    }

    private struct Memory {
        var ids: Recent<Identity, Void>
        var versions: Recent<[UInt8], Int64>
    }

    private let memory: Mutex<Memory>

    /// - capacity: how many ids and how many aggregates are remembered at least.
    public init(capacity: Int = 65_536) {
        memory = Mutex(Memory(ids: Recent(capacity), versions: Recent(capacity)))
    }

    /// Whether the record repeats one that was handled. A record that is not an event never does.
    func contains(_ record: KafkaRecord) -> Bool {
        guard let id = Identity(record) else { return false }
        let version = Self.version(record)
        return memory.withLock { memory in
            if memory.ids[id] != nil { return true }
            guard let (key, version) = version, let seen = memory.versions[key] else { return false }
            return version <= seen
        }
    }

    /// Called when the record was handled.
    func insert(_ record: KafkaRecord) {
        guard let id = Identity(record) else { return }
        let version = Self.version(record)
        memory.withLock { memory in
            memory.ids[id] = ()
            if let (key, version) = version { memory.versions[key] = max(version, memory.versions[key] ?? version) }
        }
    }

    private static let maxKeyBytes = 1_024

    /// Nil for what is replayed: it comes late on purpose.
    private static func version(_ record: KafkaRecord) -> (key: [UInt8], version: Int64)? {
        guard let key = record.key, key.count <= maxKeyBytes, record.header(DeadLetter.replayedFrom) == nil else { return nil }
        return record.header("ce_version").flatMap(Int64.init).map { (key, $0) }
    }
}

/// A map that forgets what was not touched for long: between `capacity` and twice as many entries.
private struct Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(_ capacity: Int) { self.capacity = max(1, capacity) }

    subscript(key: Key) -> Value? {
        get { young[key] ?? old[key] }
        set {
            young[key] = newValue
            if young.count >= capacity {
                old = young
                young = [:]
            }
        }
    }
}
