internal import CSQLite
public import Domain
public import Ports
internal import Synchronization

/// The embedded store: one SQLite database (the truth), and a second one with lists that are written behind from it.
///
/// A commit returns when it is on the disk (WAL, `synchronous=FULL`); the commits of all partitions that wait at one time share one
/// transaction. Everything that blocks runs on threads of the store's own.
public final class SQLiteStore: Journal, ServiceCallQueries, BookQueries, EventQueries {
    public let storeId: UniqueId
    public let partitionCount: Int

    public let partitionExecutor: (any TaskExecutor)?

    let writer: Writer.Shared
    let readers: ReaderPool
    let lists: ListProjection
    let options: SQLiteStoreOptions
    private let checkpoints: Monitor<Checkpointer.Signals>
    private let writing: DedicatedThread
    private let following: [DedicatedThread]

    /// The file names of the databases within the directory.
    public static let databaseName = StoreFiles.main
    public static let listsName = StoreFiles.lists

    init(_ opened: OpenedStore, directory: String, options: SQLiteStoreOptions) throws(SQLiteStoreError) {
        storeId = opened.storeId
        partitionCount = opened.partitionCount
        self.options = options
        let path = directory + "/" + StoreFiles.main
        let listPath = directory + "/" + StoreFiles.lists
        // Before anybody can read, so that no call is missed.
        let shared = Writer.Shared(heads: opened.heads, waiting: WaitingCalls(opened.backlog), space: opened.space)
        let signals = Monitor(Checkpointer.Signals())
        let projection = ListProjection(patience: options.listPatience)
        let (id, count) = (opened.storeId, opened.partitionCount)
        let mainWriting = Self.writing(path, options)
        var gathered = mainWriting
        // The writer's connection alone: the others do not write to the log, or seldom.
        if options.gathersLog { gathered.fileSystem = GatheredLog.name(over: options.fileSystem) ?? options.fileSystem }
        let logWriting = gathered
        let reading = Self.reading(path, options)
        writer = shared
        partitionExecutor = WriterExecutor(shared)
        checkpoints = signals
        lists = projection
        writing = DedicatedThread {
            Writer(
                shared: shared, settings: logWriting, partitionCount: count, found: opened.backlog, options: options,
                checkpoints: signals, lists: projection
            ).run()
        }
        following = [
            DedicatedThread { Checkpointer(signals: signals, writer: shared, settings: mainWriting, options: options).run() },
            DedicatedThread {
                ListProjector(
                    projection: projection, mainSettings: reading, path: listPath, storeId: id, partitionCount: count, options: options
                ).run()
            },
        ]
        readers = ReaderPool(count: options.readers, maxWaiting: options.maxWaitingReads) { () throws(StoreFailure) in
            try ReadSession(reading, listPath: listPath, waiting: shared.waiting)
        }
        guard writing.hasStarted, following.allSatisfy(\.hasStarted) else {
            beginClosing()
            shared.queue.signal { $0.mayEnd = true }
            throw .unavailable(path: path, reason: "the system gives no more threads")
        }
    }

    deinit {
        beginClosing()
        writer.queue.signal { $0.mayEnd = true }
    }

    private func beginClosing() {
        writer.queue.signal { $0.isClosing = true }
        checkpoints.signal { $0.isClosing = true }
        lists.beginClosing()
        readers.beginClosing()
    }

    /// Finishes what waits, copies the log into the database and closes the files. What is asked afterwards is refused as unavailable.
    public func close() async {
        beginClosing()
        for thread in following { await thread.finished() }
        await readers.close()
        // The writer goes last: the last connection to leave copies the log into the database and removes it.
        writer.queue.signal { $0.mayEnd = true }
        await writing.finished()
        let (group, settlements, chores) = writer.queue.withLock { queue in
            defer { (queue.commits, queue.takeovers, queue.cursors, queue.settlements, queue.chores) = ([], [], [], [], []) }
            return (
                WriteGroup(commits: queue.commits, takeovers: queue.takeovers, cursors: queue.cursors), queue.settlements, queue.chores
            )
        }
        group.fail(.unavailable("the store is closed"))
        for settlement in settlements { settlement.done.resume(returning: .failure(.unavailable("the store is closed"))) }
        for chore in chores { chore.fail(.unavailable("the store is closed")) }
        lists.release(nil, all: true)
    }

    public var writeTrouble: WriteTrouble? { writer.trouble.withLock { $0 } }

    /// What the store measures of itself, for export.
    public var metrics: [MetricFamily] {
        let measured = writer.metrics
        let (writer, lists) = (writer, lists)
        return [
            MetricFamily(
                "ledgerflow_store_commit_seconds", "Time of one physical transaction.",
                .histogram(measured.commitMicroseconds, exponent: -6)),
            MetricFamily(
                "ledgerflow_store_commit_batches", "Requests joined in one transaction.", .histogram(measured.groupSize, exponent: 0)),
            MetricFamily("ledgerflow_store_calls_written_total", "Rows of calls written.", .counter(measured.callsWritten)),
            MetricFamily("ledgerflow_store_events_written_total", "Events written.", .counter(measured.eventsWritten)),
            MetricFamily(
                "ledgerflow_store_split_groups_total", "Groups that failed and were tried one by one.", .counter(measured.splitGroups)),
            MetricFamily("ledgerflow_store_checkpoints_total", "Checkpoints beside the writer.", .counter(measured.checkpoints)),
            MetricFamily(
                "ledgerflow_store_writer_checkpoints_total", "Checkpoints finished by the writer.", .counter(measured.writerCheckpoints)),
            MetricFamily(
                "ledgerflow_store_log_bytes", "Size of the write-ahead log.",
                .gauge { Int64(writer.logPages.load(ordering: .relaxed) * Connection.pageBytes) }),
            MetricFamily(
                "ledgerflow_store_bytes", "Size of the embedded database.", .gauge { writer.space.withLock { $0.bytes } }),
            MetricFamily(
                "ledgerflow_store_free_bytes", "Room within the embedded database that is free to be used again.",
                .gauge { writer.space.withLock { $0.freeBytes } }),
            MetricFamily(
                "ledgerflow_store_index_entries_waiting", "Index entries of committed calls that are not written yet.",
                .gauge { Int64(writer.waiting.count.load(ordering: .relaxed)) }),
            MetricFamily(
                "ledgerflow_store_list_lag_events", "Events committed and not yet in the lists.",
                .gauge { Int64(lists.lag.load(ordering: .relaxed)) }),
        ]
    }

    static func writing(_ path: String, _ options: SQLiteStoreOptions) -> Connection.Settings {
        Connection.Settings(
            path: path, cacheBytes: options.writerCacheBytes, busyMilliseconds: options.busyMilliseconds, maxPages: options.maxPages,
            keptLogBytes: 2 * options.checkpointBytes, fileSystem: options.fileSystem)
    }

    static func reading(_ path: String, _ options: SQLiteStoreOptions) -> Connection.Settings {
        Connection.Settings(
            path: path, cacheBytes: options.readerCacheBytes, busyMilliseconds: 5_000, isReader: true,
            keptLogBytes: 2 * options.checkpointBytes, fileSystem: options.fileSystem)
    }
}
