internal import HeapModule

/// Entries that an index is owed, and the order in which it gets them: upwards from where the last ones went, then from the beginning
/// again, like an elevator. Neighbours come together, so that a few pages take what would have gone to a page each.
///
/// What comes up behind the present place waits for the next way up (replacement selection: D. E. Knuth, "The Art of Computer
/// Programming", vol. 3, §5.4.1). Entries that are taken are gone only with `written`; `putBack` returns them.
struct Elevator<Entry: Comparable & Sendable> {
    /// Entries at the place or past it, and those before it.
    private var current: Heap<Entry>
    private var next = Heap<Entry>()
    private var place: Entry?
    /// By partition, ordinals: all up to `indexed` are in the index; all up to `onWay` are, or belong to the present way up.
    private var indexed: [Int64]
    private var onWay: [Int64]
    /// The tick at which the present way up began.
    private var began: Int64
    /// The entries that were taken since `written` are the last of the way up.
    private var hasTurned = false

    /// - Parameters:
    ///   - entries: those that are owed among the ordinals above `indexed`, up to `last`.
    init(_ entries: [Entry], indexed: [Int64], last: [Int64], at now: Int64) {
        current = Heap(entries)
        self.indexed = indexed
        onWay = last
        began = now
    }

    var count: Int { current.count + next.count }

    /// All entries, in no order.
    var entries: [Entry] { current.unordered + next.unordered }

    /// How long the present way up has lasted, in microseconds.
    func age(at now: Int64) -> Int64 { now - began }

    mutating func add(_ entry: Entry) {
        if let place, entry < place { next.insert(entry) } else { current.insert(entry) }
    }

    /// The next entries, at most `limit`.
    mutating func take(_ limit: Int) -> [Entry] {
        var taken: [Entry] = []
        taken.reserveCapacity(max(0, min(limit, count)))
        while taken.count < limit {
            if let entry = current.popMin() {
                taken.append(entry)
            } else if !next.isEmpty {
                swap(&current, &next)
                hasTurned = true
            } else {
                break
            }
        }
        if let last = taken.last { place = last }
        return taken
    }

    /// Returns what was taken and is not written. The place need not be what it was: it only helps neighbours to meet.
    mutating func putBack(_ entries: [Entry]) {
        for entry in entries { current.insert(entry) }
        hasTurned = false
    }

    /// What was taken is in the index now.
    ///
    /// - Parameter last: by partition, the last ordinal before those that are added from here on.
    /// - Returns: whether a new way up begins.
    mutating func written(last: [Int64], at now: Int64) -> Bool {
        guard hasTurned || current.isEmpty else { return false }
        // Whatever waited when the way up began has been taken.
        indexed = onWay
        onWay = last
        began = now
        hasTurned = false
        if current.isEmpty {
            swap(&current, &next)
            place = nil
        }
        return true
    }

    /// The ordinal of a partition up to which all are in the index; `last` is the last ordinal that there is.
    func indexedThrough(_ partition: Int, last: Int64) -> Int64 { current.isEmpty && next.isEmpty ? last : indexed[partition] }

    /// Takes note of an ordinal below the last one.
    mutating func lower(_ partition: Int, below ordinal: Int64) {
        indexed[partition] = min(indexed[partition], ordinal - 1)
        onWay[partition] = min(onWay[partition], ordinal - 1)
    }
}
