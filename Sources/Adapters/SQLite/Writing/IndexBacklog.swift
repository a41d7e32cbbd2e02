internal import Domain
internal import Ports
internal import Synchronization

/// What the calls that are committed still owe to the two indexes that are written behind them: by id, and by a due time that is far.
///
/// Used by the writer's thread alone; other threads see `waiting`. A transaction stages its new calls and takes entries to write; both
/// become true with `committed`, or never were with `rolledBack`.
final class IndexBacklog {
    /// What is found in the database when it is opened.
    struct Found: Sendable {
        /// By partition: the last ordinal, and the one up to which all are in the indexes.
        var last: [Int64] = []
        var indexedThrough: [Int64] = []
        var ids: [WaitingId] = []
        var dues: [WaitingDue] = []
    }

    /// Entries that a transaction writes.
    struct Slice {
        var ids: [WaitingId] = []
        var dues: [WaitingDue] = []
        /// Partitions of which the database is to say, with this, that all calls up to an ordinal are entered.
        var entered: [(partition: Int, last: Int64)] = []
    }

    let waiting: WaitingCalls
    /// Entries of an index that may wait; more are paid back by the commits that bring them.
    let limit: Int
    private var ids: Elevator<WaitingId>
    private var dues: Elevator<WaitingDue>
    private var last: [Int64]
    /// Up to which ordinal the database says, at least, that all of a partition's calls are in the indexes.
    private var stored: [Int64]
    private var stagedKeys: [RowKey] = []
    private var staged: [ServiceCallKey: RowKey] = [:]
    private var stagedDues: [WaitingDue] = []
    private var taken = Slice()

    /// A way up that lasts longer, because little is committed, is hurried on: no entry waits for minutes.
    private static let patience: Int64 = 30_000_000
    private static let hurried = 256
    /// Entries of each index that an idle store writes in one transaction.
    static let idleSlice = 500

    /// - Parameter waiting: made of the same.
    init(_ found: Found, waiting: WaitingCalls, limit: Int) {
        self.waiting = waiting
        self.limit = max(1, limit)
        let now = monotonicMicroseconds()
        ids = Elevator(found.ids, indexed: found.indexedThrough, last: found.last, at: now)
        dues = Elevator(found.dues, indexed: found.indexedThrough, last: found.last, at: now)
        last = found.last
        stored = found.indexedThrough
    }

    /// Starts again from what the database holds, after it was not known.
    func replace(_ found: Found) {
        let now = monotonicMicroseconds()
        (stagedKeys, staged, stagedDues, taken) = ([], [:], [], Slice())
        ids = Elevator(found.ids, indexed: found.indexedThrough, last: found.last, at: now)
        dues = Elevator(found.dues, indexed: found.indexedThrough, last: found.last, at: now)
        last = found.last
        stored = found.indexedThrough
        waiting.replace(found)
    }

    private var count: Int { ids.count + dues.count }

    /// Whether everything is entered, and the database says so.
    var isSettled: Bool { count == 0 && stored == last }

    /// The last ordinal of a partition that is known here.
    func lastOrdinal(_ partition: Int) -> Int64 { last[partition] }

    /// Up to which ordinal all of a partition's calls are in the indexes, as far as is committed. Ordinals from `lowest` come with the
    /// transaction; they rise, but nothing is lost when one does not.
    func indexedThrough(_ partition: Int, lowest: Int64) -> Int64 {
        if lowest <= last[partition] {
            ids.lower(partition, below: lowest)
            dues.lower(partition, below: lowest)
        }
        let through = min(ids.indexedThrough(partition, last: last[partition]), dues.indexedThrough(partition, last: last[partition]))
        return min(through, lowest - 1)
    }

    /// Whether the call was made and waits to be entered.
    func isWaiting(_ call: ServiceCallKey) -> Bool { staged[call] != nil || waiting.key(of: call) != nil }

    /// Takes note of a new call.
    ///
    /// - Parameters:
    ///   - owesId: whether it is still to be entered by its id.
    ///   - farDue: when it is due, if it is still to be entered by that.
    func stage(_ call: ServiceCallKey, _ key: RowKey, owesId: Bool, farDue: Int64?) {
        stagedKeys.append(key)
        if owesId { staged[call] = key }
        if let farDue { stagedDues.append(WaitingDue(tenant: call.tenant, dueAt: farDue, key: key)) }
    }

    /// Takes note of an ordinal that is not a call's, and so owes nothing.
    func stage(ordinal key: RowKey) { stagedKeys.append(key) }

    func stage(_ found: Found) {
        for entry in found.ids {
            stagedKeys.append(entry.key)
            staged[entry.call] = entry.key
        }
        stagedDues += found.dues
    }

    /// Whether a commit may go without paying anything back.
    var hasRoom: Bool { ids.count <= 2 * limit && dues.count <= 2 * limit }

    /// What a commit writes besides its own: as much as goes past the limit, and some more, so that a way up comes to its end.
    func takeForCommit() -> Slice {
        let now = monotonicMicroseconds()
        func share(_ waiting: Int, _ new: Int, _ age: Int64) -> Int {
            max(waiting + new - limit, stagedKeys.count / 4, age > Self.patience ? Self.hurried : 0)
        }
        return take(share(ids.count, staged.count, ids.age(at: now)), share(dues.count, stagedDues.count, dues.age(at: now)))
    }

    /// What an idle store writes.
    func takeForIdle() -> Slice {
        _ = take(Self.idleSlice, Self.idleSlice)
        if count == 0 { taken.entered = last.indices.filter { stored[$0] != last[$0] }.map { ($0, last[$0]) } }
        return taken
    }

    private func take(_ idCount: Int, _ dueCount: Int) -> Slice {
        taken = Slice(ids: ids.take(idCount), dues: dues.take(dueCount))
        return taken
    }

    func committed() {
        let now = monotonicMicroseconds()
        for (partition, ordinal) in taken.entered { stored[partition] = ordinal }
        _ = ids.written(last: last, at: now)
        let isNewWay = dues.written(last: last, at: now)
        waiting.change(add: staged, remove: taken.ids)
        for (call, key) in staged { ids.add(WaitingId(call: call, key: key)) }
        for key in stagedKeys {
            if last.indices.contains(key.partition) { last[key.partition] = max(last[key.partition], key.ordinal) }
        }
        for entry in stagedDues { dues.add(entry) }
        noteEarliestDue(exactly: isNewWay)
        waiting.count.store(count, ordering: .relaxed)
        (stagedKeys, staged, stagedDues, taken) = ([], [:], [], Slice())
    }

    /// A lower bound that is made exact at the beginning of each way up.
    private func noteEarliestDue(exactly: Bool) {
        var earliest = waiting.earliestDue.load(ordering: .relaxed)
        if exactly {
            earliest = dues.entries.lazy.map(\.dueAt).min() ?? .max
        } else {
            for entry in stagedDues { earliest = min(earliest, entry.dueAt) }
        }
        waiting.earliestDue.store(earliest, ordering: .releasing)
    }

    func rolledBack() {
        ids.putBack(taken.ids)
        dues.putBack(taken.dues)
        (stagedKeys, staged, stagedDues, taken) = ([], [:], [], Slice())
    }
}
