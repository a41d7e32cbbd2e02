internal import CSQLite
internal import Domain
internal import Ports
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Writes the lists behind the commits, on a thread of its own with low priority.
final class ListProjector {
    private let projection: ListProjection
    private let mainSettings: Connection.Settings
    private let path: String
    private let storeId: UniqueId
    private let partitionCount: Int
    private let delay: Int64
    private let diagnostics: (any Diagnostics)?
    private var store: ListStore?
    private var generation = 0
    private var reports = RepeatedReports()

    init(
        projection: ListProjection, mainSettings: Connection.Settings, path: String, storeId: UniqueId, partitionCount: Int,
        options: SQLiteStoreOptions
    ) {
        self.projection = projection
        self.mainSettings = mainSettings
        self.path = path
        self.storeId = storeId
        self.partitionCount = partitionCount
        delay = max(0, options.listDelay.microseconds)
        diagnostics = options.diagnostics
    }

    private enum Occasion { case work, rebuild, closing }

    /// The body of the thread; ends when the store is closed.
    func run() {
        #if canImport(Glibc)
            // On Linux this is the calling thread's own niceness: commits go first.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #endif
        var isBehind = true
        while true {
            let occasion = next(isBehind: isBehind)
            if occasion == .closing { break }
            if occasion == .rebuild { discard() }
            do throws(StoreFailure) {
                let store = try opened()
                isBehind = try store.catchUp()
                projection.lag.store(store.lag, ordering: .relaxed)
                reports.forget()
                let positions = store.positions
                projection.positions.withLock { $0 = positions }
                projection.release(store.isComplete ? positions : nil)
                try remove(projection.takeRemovals(store.isComplete ? positions : nil), store)
            } catch {
                giveUp(error)
                isBehind = true
            }
        }
        store = nil
        projection.release(nil, all: true)
        _ = projection.takeRemovals(nil)
    }

    /// Answers every one of them, whatever happens.
    private func remove(_ removals: [ListProjection.Removal], _ store: ListStore) throws(StoreFailure) {
        var failure: StoreFailure?
        for removal in removals {
            do throws(StoreFailure) { if failure == nil { try store.remove(removal.keys) } } catch { failure = error }
            removal.done.resume(returning: failure == nil)
        }
        if let failure { throw failure }
    }

    /// - Parameter isBehind: whether the last round left something to do.
    private func next(isBehind: Bool) -> Occasion {
        projection.requests.wait { requests in
            if requests.isClosing { return .done(.closing) }
            if requests.mustRebuild {
                requests.mustRebuild = false
                return .done(.rebuild)
            }
            let now = monotonicMicroseconds()
            if isBehind || !requests.waiters.isEmpty || !requests.removals.isEmpty {
                requests.newsSince = nil
                return .done(.work)
            }
            guard let since = requests.newsSince else { return .sleep(until: now + 60_000_000) }
            guard now >= since + self.delay else { return .sleep(until: since + self.delay) }
            requests.newsSince = nil
            return .done(.work)
        }
    }

    private func opened() throws(StoreFailure) -> ListStore {
        if let store { return store }
        let main = try ListSource(mainSettings)
        let store: ListStore
        if let kept = reuse(main) {
            store = kept
        } else {
            projection.generation.store(0, ordering: .releasing)
            StoreFiles.removeDatabase(path)
            do throws(SQLiteStoreError) { try StoreFiles.prepareFile(path) } catch { throw .unreadable(error.description) }
            store = try ListStore(settings, main: main, storeId: storeId, creating: true)
            diagnostics?.report(Diagnostic(.info, "store.lists-rebuild", "the lists are made anew from the calls"))
        }
        self.store = store
        generation += 1
        projection.generation.store(generation, ordering: .releasing)
        return store
    }

    /// The lists as they are on the disk, when they are usable.
    private func reuse(_ main: ListSource) -> ListStore? {
        guard StoreFiles.size(of: path) > 0 else { return nil }
        do throws(StoreFailure) {
            let store = try ListStore(settings, main: main, storeId: storeId, creating: false)
            return try store.isUsable(partitionCount: partitionCount) ? store : nil
        } catch { return nil }
    }

    private var settings: Connection.Settings {
        Connection.Settings(path: path, cacheBytes: 32 << 20, busyMilliseconds: 1_000, mayCreate: true, synchronous: "NORMAL")
    }

    private func discard() {
        projection.generation.store(0, ordering: .releasing)
        store = nil
        StoreFiles.removeDatabase(path)
    }

    /// After an error: damaged lists are thrown away, anything else is tried again after a pause.
    private func giveUp(_ failure: StoreFailure) {
        _ = projection.takeRemovals(nil)
        let isDamaged = [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR].contains(failure.primaryCode) && store?.isReading == false
        store = nil
        if isDamaged { discard() }
        let text = "the lists cannot be written: \(failure.reason)"
        if reports.tells(text, at: monotonicMicroseconds()) { diagnostics?.report(Diagnostic(.warning, "store.lists-failed", text)) }
        let until = monotonicMicroseconds() + 500_000
        while monotonicMicroseconds() < until {
            projection.release(nil)
            let isClosing = projection.requests.wait { requests -> Monitor<ListProjection.Requests>.Step<Bool> in
                let now = monotonicMicroseconds()
                if requests.isClosing || now >= until { return .done(requests.isClosing) }
                if requests.waiters.contains(where: { $0.deadline <= now }) { return .done(false) }
                return .sleep(until: min(until, requests.waiters.map(\.deadline).min() ?? until))
            }
            if isClosing { return }
        }
    }
}
