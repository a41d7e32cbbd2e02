internal import CSQLite
internal import Domain
internal import Ports
internal import Synchronization

/// Commits everything that is waiting in one transaction: the group grows with the load, and a lone request is not delayed.
///
/// An instance belongs to the writer's thread; other threads reach it through `shared` only.
final class Writer {
    /// What the rest of the store sees of the writer.
    final class Shared: Sendable {
        let queue = Monitor(WriteQueue())
        /// The head of each partition, as last committed.
        let heads: Mutex<[Int64]>
        let logPages = Atomic<Int>(0)
        /// Requests in the transaction that is under way.
        let inHand = Atomic<Int>(0)
        /// The tick of the last commit.
        let lastCommit = Atomic<Int64>(0)
        let metrics = StoreMetrics()

        init(heads: [Int64]) { self.heads = Mutex(heads) }
    }

    private let shared: Shared
    private let settings: Connection.Settings
    private let partitionCount: Int
    private let diagnostics: (any Diagnostics)?
    private let checkpoints: Monitor<Checkpointer.Signals>
    private let pageLimit: Int
    private let lists: ListProjection
    private var session: WriteSession?
    private var reopening = Backoff()
    private var aFlushHasFailed = false

    private static let patienceWithReaders: Int32 = 20

    init(
        shared: Shared, settings: Connection.Settings, partitionCount: Int, options: SQLiteStoreOptions,
        checkpoints: Monitor<Checkpointer.Signals>, lists: ListProjection
    ) {
        self.shared = shared
        self.settings = settings
        self.partitionCount = partitionCount
        self.checkpoints = checkpoints
        self.lists = lists
        diagnostics = options.diagnostics
        pageLimit = Checkpointer.pageLimit(options)
    }

    /// The body of the writer's thread; ends when the store is closed and nothing waits any more.
    func run() {
        let executor = WriterExecutor(shared)
        while true {
            let (jobs, group, finish, isOver) = next()
            for job in jobs { executor.run(job) }
            if finish { finishCheckpoint() }
            if !group.isEmpty {
                shared.inHand.store(group.count, ordering: .relaxed)
                process(group)
                shared.inHand.store(0, ordering: .relaxed)
            }
            if isOver { return }
        }
    }

    private func next() -> ([UnownedJob], WriteGroup, finish: Bool, isOver: Bool) {
        shared.queue.wait { queue in
            if !queue.jobs.isEmpty {
                defer { queue.jobs = [] }
                return .done((queue.jobs, WriteGroup(), finish: false, isOver: false))
            }
            let now = monotonicMicroseconds()
            let cursorsDue = queue.cursorsDue.map { $0 <= now } ?? false
            guard
                !queue.commits.isEmpty || !queue.takeovers.isEmpty || cursorsDue || queue.mayFinishCheckpoint || queue.mayEnd
                    || queue.isClosing && !queue.cursors.isEmpty
            else {
                return .sleep(until: queue.cursorsDue ?? now + 60_000_000)
            }
            let group = WriteGroup(commits: queue.commits, takeovers: queue.takeovers, cursors: queue.cursors)
            let finish = queue.mayFinishCheckpoint
            queue.commits = []
            queue.takeovers = []
            queue.cursors = []
            queue.cursorsDue = nil
            queue.mayFinishCheckpoint = false
            queue.hasEnded = queue.mayEnd && group.isEmpty
            return .done(([], group, finish, queue.hasEnded))
        }
    }

    /// What came of a transaction.
    private enum Outcome {
        case committed(takeovers: [Ownership?], cursors: [Bool])
        /// One of the items broke a constraint or the fence.
        case fault(JournalError)
        /// Nothing is stored.
        case unavailable(String)
        case ambiguous(String)
    }

    private func process(_ unsorted: WriteGroup) {
        var group = unsorted
        group.commits = stableSorted(group.commits)
        let started = monotonicMicroseconds()
        switch transact(group) {
        case .committed(let takeovers, let cursors):
            publishHeads(group, takeovers)
            let now = monotonicMicroseconds()
            shared.metrics.observe(group, microseconds: now - started)
            shared.lastCommit.store(now, ordering: .relaxed)
            succeed(group, takeovers, cursors)
            noteLogSize()
            lists.committed()
        case .fault(let error) where group.count == 1: group.fail(error)
        case .fault:
            shared.metrics.splitGroups.add()
            for alone in group.alone { process(alone) }
        case .unavailable(let reason): group.fail(.unavailable(reason))
        case .ambiguous(let reason): group.fail(.ambiguous(reason))
        }
    }

    /// Ascending partitions; batches of one partition stay in the order in which they came.
    private func stableSorted(_ commits: [WriteQueue.Commit]) -> [WriteQueue.Commit] {
        guard commits.count > 1 else { return commits }
        return commits.enumerated()
            .sorted { ($0.element.batch.partition, $0.offset) < ($1.element.batch.partition, $1.offset) }
            .map(\.element)
    }

    private func transact(_ group: WriteGroup) -> Outcome {
        let session: WriteSession
        do throws(StoreFailure) { session = try opened() } catch { return .unavailable(report(error, "the database cannot be opened")) }
        var takeovers: [Ownership?] = []
        var cursors: [Bool] = []
        do throws(StoreFailure) {
            try session.beginTransaction()
            for commit in group.commits { try session.apply(commit.batch, partitionCount: partitionCount) }
            for takeover in group.takeovers { takeovers.append(try session.takeOver(takeover.partition)) }
            for request in group.cursors {
                var areCurrent = true
                for cursor in request.cursors where try !session.store(cursor) { areCurrent = false }
                cursors.append(areCurrent)
            }
        } catch {
            session.connection.rollBack()
            return classify(error, session)
        }
        do throws(StoreFailure) { try session.end.run() } catch { return classifyCommit(error, session) }
        return .committed(takeovers: takeovers, cursors: cursors)
    }

    /// An error before COMMIT: the transaction is rolled back, so nothing of it is stored.
    private func classify(_ failure: StoreFailure, _ session: WriteSession) -> Outcome {
        switch failure {
        case .fault(.ownershipLost): return .fault(.ownershipLost)
        case .fault(.rejected(let reason)): return .fault(.rejected(reason))
        default: break
        }
        switch failure.primaryCode {
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG: return .fault(.rejected(failure.reason))
        case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM: break
        default: self.session = nil
        }
        return .unavailable(report(failure, "the store cannot write"))
    }

    /// An error of COMMIT. What the library refused before it wrote the last page is not stored; where it wrote and then failed, for
    /// instance to flush, the pages may or may not be on the disk.
    private func classifyCommit(_ failure: StoreFailure, _ session: WriteSession) -> Outcome {
        switch failure.primaryCode {
        case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CONSTRAINT, SQLITE_INTERRUPT:
            session.connection.rollBack()
            return .unavailable(report(failure, "the store cannot commit"))
        default:
            session.connection.rollBack()
            self.session = nil
            aFlushHasFailed = true
            return .ambiguous(report(failure, "the outcome of a commit is not known"))
        }
    }

    /// The session, opened again when it was given up, not more often than the back-off allows.
    private func opened() throws(StoreFailure) -> WriteSession {
        if let session { return session }
        let now = monotonicMicroseconds()
        guard reopening.allows(now) else { throw .unreadable("the database could not be opened a moment ago") }
        do throws(StoreFailure) {
            let session = try WriteSession(settings)
            // Whatever is visible now must be durable before anybody builds on it: after a failed flush the log's own file cannot be
            // trusted to be flushed later, so its valid part is copied into the database and flushed there, and the log emptied.
            try makeLogDurable(session)
            reopening.reset()
            self.session = session
            return session
        } catch {
            reopening.failed(now)
            throw error
        }
    }

    /// A full disk has no room for the copy. As long as no flush has failed here, flushing the log's file is as good.
    private func makeLogDurable(_ session: WriteSession) throws(StoreFailure) {
        do throws(StoreFailure) {
            guard try session.connection.checkpoint(.truncate) != nil else { throw .unreadable("the log is in use") }
        } catch {
            guard error.primaryCode == SQLITE_FULL, !aFlushHasFailed, StoreFiles.flush(settings.path + "-wal") else { throw error }
        }
    }

    private func publishHeads(_ group: WriteGroup, _ takeovers: [Ownership?]) {
        shared.heads.withLock { heads in
            for commit in group.commits { heads[commit.batch.partition.index] = commit.batch.head }
            for (takeover, ownership) in zip(group.takeovers, takeovers) {
                if let ownership, heads.indices.contains(takeover.partition.index) { heads[takeover.partition.index] = ownership.head }
            }
        }
    }

    private func succeed(_ group: WriteGroup, _ takeovers: [Ownership?], _ cursors: [Bool]) {
        for commit in group.commits { commit.done.resume(returning: .success(())) }
        for (takeover, ownership) in zip(group.takeovers, takeovers) {
            let result = ownership.map { Result<Ownership, JournalError>.success($0) }
            takeover.done.resume(returning: result ?? .failure(.rejected("there is no partition \(takeover.partition)")))
        }
        for (request, isCurrent) in zip(group.cursors, cursors) {
            request.done.resume(returning: isCurrent ? .success(()) : .failure(.ownershipLost))
        }
    }

    /// Copies what is left of the log, so that the next transaction starts the log anew. Only the writer can do it under load: while it is
    /// here, nothing is added. It waits a moment for readers of the log, which are short; those that come meanwhile need the log no more.
    private func finishCheckpoint() {
        defer { checkpoints.withLock { $0.isWithWriter = false } }
        guard let session else { return }
        session.connection.setBusyMilliseconds(Self.patienceWithReaders)
        defer { session.connection.setBusyMilliseconds(settings.busyMilliseconds) }
        do throws(StoreFailure) {
            _ = try session.connection.checkpoint(.restart)
            shared.metrics.writerCheckpoints.add()
        } catch { _ = report(error, "a checkpoint failed") }
    }

    private func noteLogSize() {
        let pages = session?.connection.logPages ?? 0
        shared.logPages.store(pages, ordering: .relaxed)
        let limit = pageLimit
        if checkpoints.withLock({ $0.committed(pages: pages, limit: limit) }) { checkpoints.signal { _ in } }
    }

    /// Tells the operator, and returns the text for the caller.
    private func report(_ failure: StoreFailure, _ what: String) -> String {
        let text = "\(what): \(failure.reason)"
        switch failure.primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            let advice = "stop the engine and restore the data directory from a backup, or see docs/runbooks/corrupt-database.md"
            diagnostics?.report(Diagnostic(.error, "store.corrupt", text, fields: [("advice", advice)]))
        case SQLITE_BUSY, SQLITE_LOCKED: diagnostics?.report(Diagnostic(.warning, "store.busy", text))
        default: diagnostics?.report(Diagnostic(.error, "store.write-failed", text))
        }
        return text
    }
}

/// Spaces out attempts to open the database again: 100 ms, doubling to 5 s.
struct Backoff {
    private var failures: Int64 = 0
    private var notBefore: Int64 = 0

    func allows(_ now: Int64) -> Bool { now >= notBefore }

    mutating func failed(_ now: Int64) {
        notBefore = now + min(5_000_000, 100_000 << min(failures, 10))
        failures += 1
    }

    mutating func reset() {
        failures = 0
        notBefore = 0
    }
}
