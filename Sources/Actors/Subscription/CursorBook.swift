internal import Domain
internal import Ports
internal import Synchronization

/// How far schedules and subscriptions are followed: noted here at each step, and stored from time to time. After a crash what came since
/// is done again, under the same identities.
final class CursorBook: Sendable {
    private struct Key: Hashable, Comparable {
        let tenant: TenantId
        let item: ItemKey
        static func < (a: Key, b: Key) -> Bool { (a.tenant, a.item) < (b.tenant, b.item) }
    }

    private struct Place {
        let generation: Int
        let place: [Int64]
        let state: [UInt8]
    }

    private struct State {
        /// By partition; nil until it is ours, and once the store has said that it is not any more.
        var epochs: [Int64?]
        /// At most one of each item.
        var unstored: [Key: Place] = [:]
        var reports = RepeatedReports()
    }

    private static let batch = 1_000
    private let state: Mutex<State>
    private let ports: EnginePorts
    private let interval: TimeSpan

    init(ports: EnginePorts, interval: TimeSpan) {
        self.ports = ports
        self.interval = interval
        state = Mutex(State(epochs: Array(repeating: nil, count: ports.journal.partitionCount)))
    }

    func open(_ ownership: Ownership, in partition: PartitionId) {
        state.withLock { state in
            if state.epochs.indices.contains(partition.index) { state.epochs[partition.index] = ownership.epoch }
        }
    }

    /// To be told once everything up to `place` is committed.
    func moved(_ item: ItemKey, of tenant: TenantId, generation: Int = 0, to place: [Int64], state health: [UInt8] = []) {
        let key = Key(tenant: tenant, item: item)
        state.withLock { $0.unstored[key] = Place(generation: generation, place: place, state: health) }
    }

    /// Stores until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await ports.time.sleep(for: interval)
            await store()
        }
    }

    /// Those of partitions that are not ours wait until they are again.
    func store() async {
        let (waiting, epochs) = state.withLock { state in
            let ours = state.unstored.filter { epoch(of: $0.key, state.epochs) != nil }
            for key in ours.keys { state.unstored[key] = nil }
            return (ours.sorted { $0.key < $1.key }, state.epochs)
        }
        var rest = waiting[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.batch)
            do throws(JournalError) {
                try await ports.journal.storeCursors(some.compactMap { cursor($0.key, $0.value, epochs) })
            } catch .ownershipLost {
                await storeApart(some, epochs)
            } catch {
                keep(rest)
                return report(error)
            }
            rest = rest.dropFirst(some.count)
        }
    }

    /// One of the partitions is not ours any more, which is told elsewhere: the others must not suffer by it.
    private func storeApart(_ places: ArraySlice<(key: Key, value: Place)>, _ epochs: [Int64?]) async {
        let parts = Dictionary(grouping: places) { partition(of: $0.key) }
        for (partition, places) in parts.sorted(by: { $0.key < $1.key }) {
            do throws(JournalError) {
                try await ports.journal.storeCursors(places.compactMap { cursor($0.key, $0.value, epochs) })
            } catch {
                keep(places[...])
                guard error == .ownershipLost else {
                    report(error)
                    continue
                }
                state.withLock { state in
                    if state.epochs[partition] == epochs[partition] { state.epochs[partition] = nil }
                }
            }
        }
    }

    /// What goes on failing in the same way is told once a minute.
    private func report(_ error: JournalError) {
        let (reason, tick) = (String(describing: error), ports.time.uptime().microseconds)
        guard state.withLock({ $0.reports.tells(reason, at: tick) }) else { return }
        ports.diagnostics.report(
            Diagnostic(
                .warning, "follower.cursor-not-stored",
                "How far schedules and subscriptions are followed could not be stored; trying again.",
                fields: [("reason", reason)]))
    }

    /// Takes back what could not be stored, where nothing newer has come.
    private func keep(_ places: ArraySlice<(key: Key, value: Place)>) {
        state.withLock { state in
            for (key, place) in places where state.unstored[key] == nil { state.unstored[key] = place }
        }
    }

    private func partition(of key: Key) -> Int { PartitionHash.partition(tenant: key.tenant, count: ports.journal.partitionCount) }

    private func epoch(of key: Key, _ epochs: [Int64?]) -> Int64? {
        let partition = partition(of: key)
        return epochs.indices.contains(partition) ? epochs[partition] : nil
    }

    private func cursor(_ key: Key, _ place: Place, _ epochs: [Int64?]) -> FollowerCursor? {
        guard let epoch = epoch(of: key, epochs) else { return nil }
        return FollowerCursor(
            partition: PartitionId(partition(of: key)), epoch: epoch, tenant: key.tenant, kind: key.item.kind, id: key.item.id,
            generation: place.generation, place: place.place, state: place.state)
    }
}
