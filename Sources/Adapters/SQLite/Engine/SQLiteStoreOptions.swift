public import Domain
public import Ports

/// How a store is opened. The standard values suit a machine with a gigabyte to spare.
public struct SQLiteStoreOptions: Sendable {
    /// Partitions of a store that is created now; an existing store keeps its own number. 1 to 4096.
    public var partitionCount = 2
    /// Identifies a store that is created now; random when nil.
    public var storeId: UniqueId?
    /// When it is created.
    public var createdAt = Instant(microseconds: 0)
    /// The identifiers of the engine's sealing keys, the newest last. The store remembers every newest one that it was opened with, and is
    /// opened only with all that it remembers: what was sealed with another could not be sent.
    public var sealingKeys: [String] = []
    /// Size of the write-ahead log, in bytes, from which it is copied into the database.
    public var checkpointBytes = 32 << 20
    /// How long the store is idle before the rest of the log is copied.
    public var idleCheckpoint = TimeSpan.seconds(2)
    /// Page cache of the writing connection, in bytes.
    public var writerCacheBytes = 24 << 20
    /// Page cache of each reading connection, in bytes.
    public var readerCacheBytes = 16 << 20
    /// Threads that read; at least 2, of which one is kept free of list and log queries.
    public var readers = 2
    /// Commits and other requests that may wait for the writer; more are refused as unavailable.
    public var maxWaitingWrites = 4_096
    /// Reads that may wait; more are refused as unavailable.
    public var maxWaitingReads = 4_096
    /// How long a published cursor may wait for a commit that takes it along before it is stored on its own.
    public var cursorDelay = TimeSpan.milliseconds(50)
    /// How often the store tries to write by itself while commits fail.
    public var trialInterval = TimeSpan.seconds(2)
    /// How long the lists may trail the commits while nobody asks for one.
    public var listDelay = TimeSpan.seconds(1)
    /// How long a list waits for the commits that were before it.
    public var listPatience = TimeSpan.seconds(1)
    /// Rows that one list or log query may look at before it returns a short page.
    public var scanLimit = 20_000
    /// Databases up to this many bytes are checked with `quick_check` at every opening; larger ones by header, schema and the
    /// ends of their tables only, so that opening stays quick.
    public var quickCheckBytes: Int64 = 256 << 20
    /// The most pages (4 KiB) that the database may have; nil for no limit but the disk's.
    public var maxPages: Int64?
    /// Where the store reports what an operator should know.
    public var diagnostics: (any Diagnostics)?

    /// Entries that each of the indexes written behind the commits may be owed under load.
    var indexBacklog = 16_384

    /// Free pages up to which none is given back to the system.
    var keptFreePages: Int64 = 16_384

    /// Whether the writer hands its log on in large pieces (`GatheredLog`).
    var gathersLog = true

    /// How long the writer waits while another process holds the database, in milliseconds.
    var busyMilliseconds: Int32 = 5_000

    /// The name of the SQLite VFS to use; nil for the system's own. Tests put a faulty disk here.
    var fileSystem: String?

    public init() {}
}
