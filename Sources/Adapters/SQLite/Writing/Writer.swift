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
        /// Why commits fail at present.
        let trouble = Mutex<WriteTrouble?>(nil)
        let metrics = StoreMetrics()
        let waiting: WaitingCalls
        /// As it was when the store was opened, or when room was last looked for.
        let space: Mutex<StoreSpace>

        init(heads: [Int64], waiting: WaitingCalls, space: StoreSpace) {
            self.heads = Mutex(heads)
            self.space = Mutex(space)
            self.waiting = waiting
        }
    }

    let shared: Shared
    let backlog: IndexBacklog
    private let settings: Connection.Settings
    private let partitionCount: Int
    private let diagnostics: (any Diagnostics)?
    private let checkpoints: Monitor<Checkpointer.Signals>
    private let pageLimit: Int
    private let lists: ListProjection
    private var session: WriteSession?
    private var reopening = Backoff()
    private var reports = RepeatedReports()
    private var aFlushHasFailed = false
    /// A commit may have been stored or not, and with it what it wrote into the indexes.
    private var backlogIsUncertain = false
    /// The tick from which an idle store writes what it owes to the indexes; in between it waits for commits.
    private var payBackAt: Int64 = 0
    var payingBack = Backoff()
    var chorePace = ChorePace()
    let trialInterval: TimeSpan
    /// The tick at which the store tries to write by itself; nil while commits succeed.
    var tryAt: Int64?
    /// The tick at which the last group of commits was done.
    private(set) var lastGroup: Int64 = 0

    /// How long nothing is asked of the writer before it is taken for idle, in microseconds.
    private static let pause: Int64 = 250_000

    private static let patienceWithReaders: Int32 = 20

    init(
        shared: Shared, settings: Connection.Settings, partitionCount: Int, found: IndexBacklog.Found, options: SQLiteStoreOptions,
        checkpoints: Monitor<Checkpointer.Signals>, lists: ListProjection
    ) {
        self.shared = shared
        backlog = IndexBacklog(found, waiting: shared.waiting, limit: options.indexBacklog)
        self.settings = settings
        self.partitionCount = partitionCount
        self.checkpoints = checkpoints
        self.lists = lists
        diagnostics = options.diagnostics
        trialInterval = options.trialInterval
        pageLimit = Checkpointer.pageLimit(options)
    }

    /// What the writer does next.
    private struct Turn {
        var jobs: [UnownedJob] = []
        var group = WriteGroup()
        var settlements: [WriteQueue.Settlement] = []
        var finishesCheckpoint = false
        var paysBack = false
        var triesToWrite = false
        var chore: WriteQueue.Chore?
        var isOver = false
    }

    /// The body of the writer's thread; ends when the store is closed and nothing waits any more.
    func run() {
        let executor = WriterExecutor(shared)
        while true {
            let turn = next()
            for job in turn.jobs { executor.run(job) }
            if turn.finishesCheckpoint { finishCheckpoint() }
            if !turn.group.isEmpty {
                shared.inHand.store(turn.group.count, ordering: .relaxed)
                process(turn.group)
                shared.inHand.store(0, ordering: .relaxed)
                lastGroup = monotonicMicroseconds()
                payBackAt = lastGroup + Self.pause
            }
            if !turn.settlements.isEmpty { settle(turn.settlements) }
            if turn.paysBack { _ = payBackSlice() }
            if turn.triesToWrite { tryToWrite() }
            if let chore = turn.chore { perform(chore) }
            if turn.isOver { return }
        }
    }

    private func next() -> Turn {
        shared.queue.wait { queue in
            if !queue.jobs.isEmpty {
                defer { queue.jobs = [] }
                return .done(Turn(jobs: queue.jobs))
            }
            let now = monotonicMicroseconds()
            let cursorsDue = queue.cursorsDue.map { $0 <= now } ?? false
            guard
                !queue.commits.isEmpty || !queue.takeovers.isEmpty || !queue.settlements.isEmpty || cursorsDue || queue.mayFinishCheckpoint
                    || queue.isClosing && !queue.cursors.isEmpty
            else { return self.idle(&queue, now) }
            var turn = Turn(
                group: WriteGroup(commits: queue.commits, takeovers: queue.takeovers, cursors: queue.cursors),
                settlements: queue.settlements, finishesCheckpoint: queue.mayFinishCheckpoint)
            queue.commits = []
            queue.takeovers = []
            queue.cursors = []
            queue.settlements = []
            queue.cursorsDue = nil
            queue.mayFinishCheckpoint = false
            if chorePace.allows(now, isBusy: true) { turn.chore = queue.takeChore() }
            return .done(turn)
        }
    }

    /// Nothing is asked of the writer: it writes what is owed to the indexes, or sleeps, or ends.
    private func idle(_ queue: inout WriteQueue, _ now: Int64) -> Monitor<WriteQueue>.Step<Turn> {
        let owes = !backlog.isSettled
        if owes, payingBack.allows(now), now >= payBackAt || queue.isClosing { return .done(Turn(paysBack: true)) }
        // What cannot be written now is found by the next opening.
        if queue.mayEnd, queue.cursors.isEmpty {
            queue.hasEnded = true
            return .done(Turn(isOver: true))
        }
        if let tryAt, tryAt <= now, !queue.isClosing { return .done(Turn(triesToWrite: true)) }
        if chorePace.allows(now, isBusy: false), let chore = queue.takeChore() { return .done(Turn(chore: chore)) }
        let nextChore = queue.chores.isEmpty ? Int64.max : chorePace.notBefore
        let nextTrial = queue.isClosing ? Int64.max : tryAt ?? .max
        let payBack = owes ? max(payBackAt, payingBack.notBefore) : Int64.max
        return .sleep(until: min(queue.cursorsDue ?? now + 60_000_000, payBack, nextChore, nextTrial, now + 60_000_000))
    }

    /// What came of a transaction.
    enum Outcome {
        case committed(takeovers: [Ownership?], cursors: [Bool])
        /// One of the items broke a constraint or the fence.
        case fault(JournalError)
        /// Nothing is stored.
        case unavailable(String)
        /// Nothing is stored, for want of room.
        case full(String)
        case ambiguous(String)
    }

    private func process(_ unsorted: WriteGroup) {
        var group = unsorted
        group.commits = stableSorted(group.commits)
        let started = monotonicMicroseconds()
        switch transact(group) {
        case .committed(let takeovers, let cursors):
            backlog.committed()
            // Cursors that were stored already change nothing, and prove nothing.
            if !group.commits.isEmpty || !group.takeovers.isEmpty { note(nil) }
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
        case .unavailable(let reason):
            note(.failing)
            group.fail(.unavailable(reason))
        case .full(let reason):
            note(.full)
            group.fail(.unavailable(reason))
        case .ambiguous(let reason):
            note(.failing)
            group.fail(.ambiguous(reason))
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
        let outcome = attempt(group, payingBack: true)
        // Where there is no room for what the indexes are owed there may be for the group alone.
        if case .full = outcome, backlog.hasRoom { return attempt(group, payingBack: false) }
        return outcome
    }

    private func attempt(_ group: WriteGroup, payingBack: Bool) -> Outcome {
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
                for cursor in request.published where try !session.store(cursor) { areCurrent = false }
                for cursor in request.followers where try !session.items.store(cursor) { areCurrent = false }
                cursors.append(areCurrent)
            }
            if payingBack { try session.indexes.write(backlog.takeForCommit()) }
        } catch {
            session.connection.rollBack()
            backlog.rolledBack()
            return classify(error, session)
        }
        do throws(StoreFailure) { try session.end.run() } catch {
            backlog.rolledBack()
            return classifyCommit(error, session)
        }
        return .committed(takeovers: takeovers, cursors: cursors)
    }

    /// An error before COMMIT: the transaction is rolled back, so nothing of it is stored.
    func classify(_ failure: StoreFailure, _ session: WriteSession) -> Outcome {
        switch failure {
        case .fault(.ownershipLost): return .fault(.ownershipLost)
        case .fault(.rejected(let reason)): return .fault(.rejected(reason))
        case .fault(.numberCollision(let printed)): return .fault(.numberCollision(printed))
        default: break
        }
        switch failure.primaryCode {
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG: return .fault(.rejected(failure.reason))
        case SQLITE_FULL: return .full(report(failure, "the store cannot write"))
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM: break
        default: self.session = nil
        }
        return .unavailable(report(failure, "the store cannot write"))
    }

    /// An error of COMMIT. What the library refused before it wrote the last page is not stored; where it wrote and then failed, for
    /// instance to flush, the pages may or may not be on the disk.
    func classifyCommit(_ failure: StoreFailure, _ session: WriteSession) -> Outcome {
        switch failure.primaryCode {
        case SQLITE_FULL:
            session.connection.rollBack()
            return .full(report(failure, "the store cannot commit"))
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CONSTRAINT, SQLITE_INTERRUPT:
            session.connection.rollBack()
            return .unavailable(report(failure, "the store cannot commit"))
        default:
            session.connection.rollBack()
            self.session = nil
            aFlushHasFailed = true
            backlogIsUncertain = true
            return .ambiguous(report(failure, "the outcome of a commit is not known"))
        }
    }

    /// The session, opened again when it was given up, not more often than the back-off allows.
    func opened() throws(StoreFailure) -> WriteSession {
        if let session { return session }
        let now = monotonicMicroseconds()
        guard reopening.allows(now) else { throw .unreadable("the database could not be opened a moment ago") }
        do throws(StoreFailure) {
            let session = try WriteSession(settings, backlog)
            // Whatever is visible now must be durable before anybody builds on it: after a failed flush the log's own file cannot be
            // trusted to be flushed later, so its valid part is copied into the database and flushed there, and the log emptied.
            try makeLogDurable(session)
            if backlogIsUncertain { backlog.replace(try IndexStatements.found(session.connection)) }
            backlogIsUncertain = false
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
            guard try emptyLog(session) else { throw .unreadable("the log is in use") }
        } catch {
            guard error.primaryCode == SQLITE_FULL, !aFlushHasFailed, StoreFiles.flush(settings.path + "-wal") else { throw error }
        }
    }

    /// Another connection that opens or closes the database at this moment holds it for an instant, for which the library does not wait.
    private func emptyLog(_ session: WriteSession) throws(StoreFailure) -> Bool {
        for _ in 0..<100 {
            if try session.connection.checkpoint(.truncate) != nil { return true }
            let until = monotonicMicroseconds() + 2_000
            Monitor(()).wait { _ in monotonicMicroseconds() >= until ? .done(()) : .sleep(until: until) }
        }
        return false
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

    func noteLogSize() {
        let pages = session?.connection.logPages ?? 0
        shared.logPages.store(pages, ordering: .relaxed)
        let limit = pageLimit
        if checkpoints.withLock({ $0.committed(pages: pages, limit: limit) }) { checkpoints.signal { _ in } }
    }

    /// Tells the operator, and returns the text for the caller. What goes on failing in the same way is told once a minute.
    func report(_ failure: StoreFailure, _ what: String) -> String {
        let text = "\(what): \(failure.reason)"
        guard reports.tells(text, at: monotonicMicroseconds()) else { return text }
        switch failure.primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            let advice = "stop the engine and restore the data directory from a backup, or see docs/runbooks/corrupt-database.md"
            diagnostics?.report(Diagnostic(.error, "store.corrupt", text, fields: [("advice", advice)]))
        case SQLITE_BUSY, SQLITE_LOCKED: diagnostics?.report(Diagnostic(.warning, "store.busy", text))
        default: diagnostics?.report(Diagnostic(.error, "store.write-failed", text))
        }
        return text
    }

    /// Tells the operator that commits succeed after they failed.
    func reportRecovery() {
        reports.forget()
        diagnostics?.report(Diagnostic(.info, "store.write-recovered", "the store can write again"))
    }
}

/// Spaces out attempts to open the database again: 100 ms, doubling to 5 s.
struct Backoff {
    private var failures: Int64 = 0
    /// The tick before which nothing is tried.
    private(set) var notBefore: Int64 = 0

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
