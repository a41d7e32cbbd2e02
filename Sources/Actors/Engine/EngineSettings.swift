public import Domain

/// Bounds and waits of the engine. Every queue has its limit here.
public struct EngineSettings: Sendable {
    /// Commands that may wait for one partition, and the bytes they may hold.
    public var mailboxCapacity = 32_768
    public var mailboxBytes = 64 * 1_024 * 1_024
    /// Commands that one turn of a partition decides together.
    public var turnLimit = 1_024
    /// Bytes of calls that one partition keeps in memory.
    public var cacheBytes = 32 * 1_024 * 1_024
    /// How long the store may keep a caller waiting.
    public var replyTimeout = TimeSpan.seconds(10)
    /// How long an ambiguous commit is resolved before the callers are told that its outcome is unknown.
    public var resolveBudget = TimeSpan.seconds(2)
    /// Attempts that run at one time.
    public var maxRunning = 512
    /// Of these, attempts whose start is not committed yet. They wait in their partitions in the order in which they came, so few of them
    /// are let in at one time: the others wait where it is seen to that each tenant has its turn. Who runs next to nothing does not wait;
    /// while calls of several tenants are served, one of them has a quarter of these.
    public var maxStarting = 32
    /// Due calls that may wait for execution: to one target of a tenant, of one tenant, and in all.
    public var executionQueuePerLane = 2_048
    public var executionQueuePerTenant = 4_096
    public var executionQueueTotal = 65_536
    /// What one tenant, and one target, may take of execution.
    public var admission = AdmissionLimits()
    /// Calls of one tenant and partition that the timer keeps in memory.
    public var windowLimit = 2_048
    /// How far ahead the timer reads.
    public var lookahead = TimeSpan.minutes(10)
    /// Changes that may wait for the timer.
    public var timerCapacity = 65_536
    /// How often the clocks are compared, so that a jump of the wall clock is noticed.
    public var clockCheck = TimeSpan.milliseconds(250)
    /// How long after its time-out an attempt without report is ended.
    public var watchdogGrace = TimeSpan.seconds(2)
    /// Events that may wait for publication, per partition, in memory, and the bytes they may hold; beyond, the log is read.
    public var outboxCapacity = 16_384
    public var outboxBytes = 16 * 1_024 * 1_024
    /// Events published together.
    public var publishLimit = 512
    /// How often the published cursors are stored.
    public var cursorInterval = TimeSpan.milliseconds(500)
    /// Schedules whose occurrences are submitted together.
    public var scheduleRound = 64
    /// How late an occurrence is seen to be missed, and how many missed ones of a schedule are made up for at most.
    public var misfireAfter = TimeSpan.minutes(1)
    public var misfireLimit = 1_000
    /// Tenants whose subscriptions are followed at one time, and events that are read for them at one time.
    public var followersRunning = 8
    public var followerPage = 256
    /// How often a tenant is followed of which nothing was heard, so that its cursors do not stay behind in the log.
    public var followerRefresh = TimeSpan.minutes(5)
    /// How long deliveries to a subscription may fail, with no success between, before it is disabled.
    public var disableSubscriptionAfter = TimeSpan.hours(120)
    /// What the time between two failed deliveries counts of that at most: five must fail, also when the clock leaps.
    var longestFailingGap: TimeSpan { TimeSpan(microseconds: max(1, disableSubscriptionAfter.microseconds / 4)) }
    /// Sources that are asked at one time, in all and of one tenant.
    public var sourcesRunning = 4
    public var sourcesRunningPerTenant = 2
    /// Documents that are given to the books together, and the octets that they may have.
    public var ingestBatch = 256
    public var ingestBatchBytes = 2 * 1_024 * 1_024
    /// How often a source that gives no batch is asked in one run.
    public var fetchPolicy = FetchPolicy.standard
    /// Changes that may wait for the scheduler, for the followers, and for the poller.
    public var itemCapacity = 4_096
    /// How long shutting down may wait for running attempts, and then for the bus.
    public var drainTimeout = TimeSpan.seconds(10)
    /// What is kept for how long.
    public var retention = RetentionSettings()
    /// How often the audit is anchored.
    public var anchors = AnchorSettings()

    public init() {}
}

/// Deliberately broken engines. They exist so that the simulation can show that it would find such faults; the product runs
/// `sound`.
package struct EngineVariant: Sendable {
    /// Replies before the commit it reports.
    package var repliesBeforeCommit = false
    /// Moves the outbox cursor although the bus did not acknowledge.
    package var movesCursorPastGap = false
    /// Reads a page of due calls before it raises the horizon.
    package var readsPageBeforeHorizon = false
    /// Does not take a counter back when the commit that moved it was refused.
    package var keepsRefusedNumbers = false
    /// Moves the cursors of schedules and subscriptions before what they stand for is committed.
    package var movesFollowersFirst = false
    /// Ends a run as complete before what it brought is in the books.
    package var endsRunsFirst = false
    /// Acknowledges a message of a receiver whatever came of its commit.
    package var acknowledgesAnyhow = false
    /// Takes a message of a receiver in one commit, and what was found in it in later ones.
    package var takesDocumentsLater = false

    package init() {}
    package static let sound = EngineVariant()
}
