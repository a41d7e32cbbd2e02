internal import Domain
internal import Ports

/// What one transaction is made of: at most one commit for each partition.
struct WriteGroup {
    var commits: [Inbox.Commit] = []
    var cursors: [Inbox.Cursors] = []
    /// Whether it is tried again in full: with what every invoice says, and a look which number is taken.
    private(set) var isThorough = false

    var isEmpty: Bool { commits.isEmpty && cursors.isEmpty }
    var count: Int { commits.count + cursors.count }

    /// Every item as a group of its own, in the order in which the group would have been applied.
    var alone: [WriteGroup] { commits.map { WriteGroup(commits: [$0]) } + cursors.map { WriteGroup(cursors: [$0]) } }

    /// The same, tried in full.
    var thorough: WriteGroup {
        var group = self
        group.isThorough = true
        group.commits = commits.map { Inbox.Commit(batch: $0.batch.complete, since: $0.since, done: $0.done) }
        return group
    }

    func fail(_ error: JournalError) {
        for commit in commits { commit.done.resume(returning: .failure(error)) }
        for cursor in cursors { cursor.done.resume(returning: .failure(error)) }
    }

    /// The transaction, and where its parts are answered.
    struct Plan {
        var commands: [Command] = []
        var commitAt = 0
        var cursorsAt: Int?
        var followersAt: Int?
    }

    /// - Parameter lease: how long the partitions are ours from now on, in microseconds.
    func plan(lease: Int64) -> Plan {
        var plan = Plan()
        plan.commands.append(Command(SessionStatements.begin))
        let followers = cursors.flatMap(\.followers)
        let touched = Set(
            commits.map { $0.batch.partition } + cursors.flatMap { $0.published.map(\.partition.index) } + followers.map(\.partition.index))
        // What followers' cursors are compared with must be seen after the lock is held.
        if touched.count > 1 || !followers.isEmpty {
            plan.commands.append(Command(WriteStatements.lock, [ids(touched.sorted()).parameter]))
        }
        if !commits.isEmpty {
            plan.commands.append(fence(lease: lease))
            add(WriteStatements.insertCalls, to: &plan) { $0.calls }
            add(WriteStatements.insertRequests, to: &plan) { $0.requests }
            add(WriteStatements.updateCalls, to: &plan) { $0.updates }
            add(WriteStatements.insertAttempts, to: &plan) { $0.attempts }
            addBooks(to: &plan)
            add(WriteStatements.insertEvents, to: &plan) { $0.events }
        }
        if cursors.contains(where: { !$0.published.isEmpty }) {
            plan.cursorsAt = plan.commands.count
            plan.commands.append(publish())
        }
        if !followers.isEmpty {
            plan.followersAt = plan.commands.count
            plan.commands.append(Command(ItemStatements.storeCursors, Columns(cursors: followers).parameters))
        }
        plan.commitAt = plan.commands.count
        plan.commands.append(Command(SessionStatements.commit))
        return plan
    }

    private func ids(_ partitions: [Int]) -> ArrayColumn {
        var column = ArrayColumn(TypeId.int4)
        for partition in partitions { column.append(Int64(partition)) }
        return column
    }

    private func fence(lease: Int64) -> Command {
        let batches = commits.map(\.batch)
        return Command(
            WriteStatements.fence,
            [
                ids(batches.map(\.partition)).parameter, ArrayColumn(batches.map(\.epoch)).parameter,
                ArrayColumn(batches.map(\.expectedHead)).parameter, ArrayColumn(batches.map(\.head)).parameter,
                ArrayColumn(batches.map(\.lastOrdinal)).parameter, Binary.int8(lease),
            ])
    }

    private func addBooks(to plan: inout Plan) {
        add(BookStatements.insertAudit, to: &plan) { $0.audit }
        guard commits.contains(where: { $0.batch.books != nil }) else { return }
        // Before the series say that the same numbers are given here, and before the insertions that give them.
        add(BookStatements.releaseNumbers, to: &plan) { $0.books?.releases }
        add(BookStatements.insertSeries, to: &plan) { $0.books?.series }
        add(BookStatements.updateSeries, to: &plan) { $0.books?.seriesUpdates }
        add(BookStatements.insertInvoices, to: &plan) { $0.books?.invoices }
        add(BookStatements.insertContents, to: &plan) { $0.books?.contents }
        add(BookStatements.updateInvoices, to: &plan) { $0.books?.invoiceUpdates }
        add(BookStatements.updateContents, to: &plan) { $0.books?.contentUpdates }
        if isThorough { add(BookStatements.findCollision, to: &plan) { $0.books?.numbers } }
        add(BookStatements.insertNumbers, to: &plan) { $0.books?.numbers }
        add(BookStatements.voidNumbers, to: &plan) { $0.books?.voids }
        add(ItemStatements.insertItems, to: &plan) { $0.books?.items.items }
        add(ItemStatements.updateItems, to: &plan) { $0.books?.items.updates }
        add(ItemStatements.dropCursors, to: &plan) { $0.books?.items.deleted }
        guard commits.contains(where: { $0.batch.books?.ingestion != nil }) else { return }
        add(IngestionStatements.insertRecords, to: &plan) { $0.books?.ingestion?.records }
        add(IngestionStatements.updateRecords, to: &plan) { $0.books?.ingestion?.updates }
        add(IngestionStatements.dropRuns, to: &plan) { $0.books?.ingestion?.sources }
        add(IngestionStatements.insertOctets, to: &plan) { $0.books?.ingestion?.octets }
    }

    private func add(_ statement: Statement, to plan: inout Plan, _ part: (EncodedBatch) -> Columns?) {
        let parts = commits.compactMap { part($0.batch) }
        guard var rows = parts.first else { return }
        for part in parts.dropFirst() { rows.append(contentsOf: part) }
        if rows.count > 0 { plan.commands.append(Command(statement, rows.parameters)) }
    }

    private struct Claim: Hashable { let partition: Int; let epoch: Int64 }

    /// The farthest position of each partition and epoch: one row each, since a row is updated once by a statement.
    private func publish() -> Command {
        var farthest: [Claim: Int64] = [:]
        for cursor in cursors.flatMap(\.published) {
            let claim = Claim(partition: cursor.partition.index, epoch: cursor.epoch)
            farthest[claim] = max(farthest[claim] ?? cursor.position, cursor.position)
        }
        let rows = farthest.sorted { ($0.key.partition, $0.key.epoch) < ($1.key.partition, $1.key.epoch) }
        return Command(
            WriteStatements.publish,
            [
                ids(rows.map(\.key.partition)).parameter, ArrayColumn(rows.map(\.key.epoch)).parameter,
                ArrayColumn(rows.map(\.value)).parameter,
            ])
    }

    /// Answers everybody after the transaction was committed.
    func succeed(_ plan: Plan, _ rows: [Rows]) {
        for commit in commits { commit.done.resume(returning: .success(())) }
        var current: Set<Claim> = []
        for at in [plan.cursorsAt, plan.followersAt].compactMap({ $0 }) where rows.indices.contains(at) {
            for row in 0..<rows[at].count {
                current.insert(Claim(partition: Int(rows[at].integer(row, 0)), epoch: rows[at].integer(row, 1)))
            }
        }
        for request in cursors {
            let claims =
                request.published.map { Claim(partition: $0.partition.index, epoch: $0.epoch) }
                + request.followers.map { Claim(partition: $0.partition.index, epoch: $0.epoch) }
            let areCurrent = claims.allSatisfy(current.contains)
            request.done.resume(returning: areCurrent ? .success(()) : .failure(.ownershipLost))
        }
    }
}

/// What became of a transaction that was not committed.
enum WriteFault {
    /// Something in it breaks a constraint or the fence; others in its group need not.
    case fault(JournalError)
    /// Something in the books is refused; what it is shows when it is tried in full.
    case refusedBooks(JournalError)
    case unavailable(String)
    case ambiguous(String)

    init(_ failure: StoreFailure) {
        switch failure {
        case .lost(let reason, isAmbiguous: true): self = .ambiguous("the outcome of a commit is not known: \(reason)")
        case .server(WriteStatements.ownershipLost, _, _): self = .fault(.ownershipLost)
        case .server(WriteStatements.otherVersion, _, _):
            self = .fault(.rejected("a record has not the version that the commit expects"))
        case .server(BookStatements.collision, let printed, _): self = .fault(.numberCollision(printed))
        case .server(_, _, let constraint?) where BookStatements.collisions.contains(constraint):
            self = .refusedBooks(.numberCollision(failure.reason))
        case .server(BookStatements.otherInvoice, _, _):
            self = .refusedBooks(.rejected("an invoice has not the version that the commit expects, or would change after its issue"))
        case .server(let state, _, _) where Self.isConstraint(state): self = .fault(.rejected(failure.reason))
        case .server, .lost, .notSent, .unreadable: self = .unavailable("the store cannot write: \(failure.reason)")
        }
    }

    /// Classes 22 (a value is not one of its type), 23 (a constraint) and 54000 (too large for the server's structures).
    private static func isConstraint(_ state: String) -> Bool {
        state.hasPrefix("22") || state.hasPrefix("23") || state == "54000"
    }

    /// Whether what was tried is at fault, and not the store.
    var isRefusal: Bool {
        switch self {
        case .fault, .refusedBooks: true
        case .unavailable, .ambiguous: false
        }
    }

    var error: JournalError {
        switch self {
        case .fault(let error), .refusedBooks(let error): error
        case .unavailable(let reason): .unavailable(reason)
        case .ambiguous(let reason): .ambiguous(reason)
        }
    }
}
