internal import Domain
internal import Ports

/// What waits for the writer. Everything in it is taken at once and becomes one transaction.
struct WriteQueue: Sendable {
    struct Commit: Sendable {
        let batch: CommitBatch
        let done: CheckedContinuation<Result<Void, JournalError>, Never>
    }

    struct Takeover: Sendable {
        let partition: PartitionId
        let done: CheckedContinuation<Result<Ownership, JournalError>, Never>
    }

    struct Cursors: Sendable {
        var published: [PublishedCursor] = []
        var followers: [FollowerCursor] = []
        let done: CheckedContinuation<Result<Void, JournalError>, Never>
    }

    /// Asks that everything be entered in the indexes.
    struct Settlement: Sendable {
        let done: CheckedContinuation<Result<Void, JournalError>, Never>
    }

    var commits: [Commit] = []
    var takeovers: [Takeover] = []
    var cursors: [Cursors] = []
    var settlements: [Settlement] = []
    var chores: [Chore] = []
    /// The tick at which the cursors are stored although no commit takes them along; nil when none wait.
    var cursorsDue: Int64?
    /// Work of the partitions, which goes before the next transaction.
    var jobs: [UnownedJob] = []
    /// The writer's thread has ended.
    var hasEnded = false
    /// The rest of the log is small enough for the writer to copy it between two groups.
    var mayFinishCheckpoint = false
    /// Nothing more is taken in.
    var isClosing = false
    /// The writer's thread may end once nothing waits.
    var mayEnd = false

    var count: Int { commits.count + takeovers.count + cursors.count + settlements.count + chores.count }
}

/// What one transaction is made of.
struct WriteGroup {
    var commits: [WriteQueue.Commit] = []
    var takeovers: [WriteQueue.Takeover] = []
    var cursors: [WriteQueue.Cursors] = []

    var isEmpty: Bool { commits.isEmpty && takeovers.isEmpty && cursors.isEmpty }
    var count: Int { commits.count + takeovers.count + cursors.count }

    /// Every item as a group of its own, in the order in which the group would have been applied.
    var alone: [WriteGroup] {
        commits.map { WriteGroup(commits: [$0]) } + takeovers.map { WriteGroup(takeovers: [$0]) }
            + cursors.map { WriteGroup(cursors: [$0]) }
    }

    func fail(_ error: JournalError) {
        for commit in commits { commit.done.resume(returning: .failure(error)) }
        for takeover in takeovers { takeover.done.resume(returning: .failure(error)) }
        for cursor in cursors { cursor.done.resume(returning: .failure(error)) }
    }
}
