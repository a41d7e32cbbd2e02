public import Domain
public import Ports

/// How a store is opened. The standard values suit one engine beside its database.
public struct PostgresStoreOptions: Sendable {
    /// Partitions of a store that is created now; an existing store keeps its own number. 1 to 4096.
    public var partitionCount = 2
    /// Identifies a store that is created now; random when nil.
    public var storeId: UniqueId?
    /// When it is created.
    public var createdAt = Instant(microseconds: 0)
    /// Who this engine is: one that comes again under the same identity need not wait for the end of its own lease. Only for a caller that
    /// can vouch that no other living process goes by it; nil: a new one each time.
    public var engineId: UniqueId?
    /// A digest of the engine's keys. The store remembers the first that it is given and refuses engines with others, since these would
    /// not know repeated submissions again. Nil: not compared.
    public var keyMark: String?
    /// The identifiers of the engine's sealing keys, the newest last. The store remembers every newest one that an engine came with, and
    /// takes only engines that have all which it remembers: another one could not send what was sealed with the rest.
    public var sealingKeys: [String] = []
    /// The public key by which this engine signs anchors of the audit. The store remembers the first that it is given and refuses engines
    /// with others: an auditor who has noted the key would take their anchors for forged. Nil: not compared.
    public var anchorKey: String?
    /// What other engines are told of who serves the store; the host's name and the process when empty.
    public var ownerName = ""
    /// How long this engine is taken to be alive after its last sign of life. Another engine may take over afterwards. 1 s to 1 h.
    public var lease = TimeSpan.seconds(10)
    /// Connections that write. With two, one group is put together and sent while the other waits for the disk. 1 to 8.
    public var writers = 2
    /// Connections that read; at least 2, of which one is kept for the engine's own reads. 2 to 64.
    public var readers = 4
    /// Commits and other requests that may wait for a writer; more are refused as unavailable.
    public var maxWaitingWrites = 4_096
    /// Reads that may wait; more are refused as unavailable.
    public var maxWaitingReads = 4_096
    /// Bytes from which a group of commits is sent without waiting for more.
    public var groupBytes = 16 << 20
    /// How long a published cursor may wait for a commit that takes it along before it is stored on its own.
    public var cursorDelay = TimeSpan.milliseconds(50)
    /// How often the store tries to write by itself while commits fail.
    public var trialInterval = TimeSpan.seconds(2)
    /// How long a request waits for a connection while the database is away.
    public var patience = TimeSpan.seconds(2)
    /// How long one attempt to connect may take.
    public var connectTimeout = TimeSpan.seconds(5)
    /// How long one statement may take, and how long a read may take in all.
    public var statementTimeout = TimeSpan.seconds(10)
    /// How long a statement waits for a lock of another connection.
    public var lockTimeout = TimeSpan.seconds(5)
    /// How long closing waits for what is under way.
    public var closeTimeout = TimeSpan.seconds(5)
    /// Rows that one list or log query may look at before it returns a short page.
    public var scanLimit = 20_000
    /// Where the store reports what an operator should know.
    public var diagnostics: (any Diagnostics)?

    public init() {}

    var problem: String? {
        if !(1...4_096).contains(partitionCount) { return "the number of partitions must be from 1 to 4096" }
        if !(TimeSpan.seconds(1)...TimeSpan.hours(1)).contains(lease) { return "the lease must be from one second to one hour" }
        if !(1...8).contains(writers) { return "the number of writers must be from 1 to 8" }
        if !(2...64).contains(readers) { return "the number of readers must be from 2 to 64" }
        return nil
    }
}
