internal import DequeModule
internal import Domain
internal import Ports
internal import Synchronization

extension Pump {
    func dispatchWrites(_ now: Int64) {
        for slot in writers {
            while let session = slot.free {
                guard
                    sendTakeover(session, now) || sendRenewal(session, now) || sendGroup(session, now) || sendChore(session, now)
                        || sendTrial(session, now)
                else { return }
            }
        }
    }

    /// Bytes of waiting commits from which a group goes beside another that is under way. Less would make both small, and each costs a
    /// flush: it waits until the other is done.
    private static let besideBytes = 32 << 10

    /// Whether what waits for a writer may be sent now. What is under way comes to an end, and then it is asked again.
    func maySend(_ inbox: borrowing Inbox) -> Bool {
        guard !busyPartitions.isEmpty else { return true }
        var bytes = 0
        for commit in inbox.commits where !busyPartitions.contains(commit.batch.partition) {
            bytes += commit.batch.size
            if bytes >= Self.besideBytes { return true }
        }
        return false
    }

    /// The tick at which a connection that does not answer is given up: the server's own limits come first.
    func deadline(_ now: Int64) -> Int64 {
        now + options.statementTimeout.microseconds + options.lockTimeout.microseconds + 2_000_000
    }

    // MARK: - Groups

    private func sendGroup(_ session: Session, _ now: Int64) -> Bool {
        var group = alone.popFirst() ?? takeGroup(now)
        guard !group.isEmpty else { return false }
        group.commits.sort { $0.batch.partition < $1.batch.partition }
        for commit in group.commits { busyPartitions.insert(commit.batch.partition) }
        let plan = group.plan(lease: options.lease.microseconds)
        let sent = group
        session.send(
            Exchange(commands: plan.commands, commitAt: plan.commitAt, deadline: deadline(now)) { [weak self] result in
                self?.finish(sent, plan, result, since: now)
            })
        return true
    }

    /// Everything that waits and whose partition is not busy, up to a size; cursors go along, or alone when they have waited enough.
    private func takeGroup(_ now: Int64) -> WriteGroup {
        let busy = busyPartitions
        let (limit, delay) = (options.groupBytes, max(0, options.cursorDelay.microseconds))
        return shared.withInbox { inbox in
            var group = WriteGroup()
            guard self.maySend(inbox) else { return group }
            var taken: Set<Int> = busy
            var left: [Inbox.Commit] = []
            var bytes = 0
            while bytes < limit, let commit = inbox.commits.popFirst() {
                guard taken.insert(commit.batch.partition).inserted else {
                    left.append(commit)
                    continue
                }
                bytes += commit.batch.size
                group.commits.append(commit)
            }
            for commit in left.reversed() { inbox.commits.prepend(commit) }
            let cursorsAreDue = inbox.isClosing || inbox.cursors.first.map { $0.since + delay <= now } ?? false
            if !group.commits.isEmpty || cursorsAreDue {
                group.cursors = Array(inbox.cursors)
                inbox.cursors = []
            }
            return group
        }
    }

    private func finish(_ group: WriteGroup, _ plan: WriteGroup.Plan, _ result: Result<[Rows], StoreFailure>, since: Int64) {
        switch result {
        case .success(let rows):
            observe(group, since: since)
            free(group)
            if provesRoom(group) { note(nil) }
            group.succeed(plan, rows)
        case .failure(let failure):
            let fault = WriteFault(failure)
            if fault.isRefusal, group.count > 1 {
                shared.metrics.splitGroups.add()
                alone.append(contentsOf: group.alone)
                return
            }
            if case .refusedBooks = fault, !group.isThorough {
                alone.append(group.thorough)
                return
            }
            free(group)
            switch fault {
            case .fault(.ownershipLost): loseHold()
            case .fault, .refusedBooks: break
            case .unavailable(let reason):
                failedBytes = max(failedBytes, Self.size(of: group))
                note(failure)
                reportAgain(.error, "store.write-failed", reason)
            case .ambiguous(let reason):
                note(failure)
                shared.metrics.ambiguousCommits.add()
                reportAgain(.warning, "store.write-failed", reason)
            }
            group.fail(fault.error)
        }
    }

    func free(_ group: WriteGroup) {
        for commit in group.commits { busyPartitions.remove(commit.batch.partition) }
    }

    private func observe(_ group: WriteGroup, since: Int64) {
        let now = monotonicMicroseconds()
        shared.metrics.commitMicroseconds.observe(now - since)
        shared.metrics.groupSize.observe(Int64(group.count))
        shared.metrics.callsWritten.add(group.commits.reduce(0) { $0 + $1.batch.callCount })
        shared.metrics.eventsWritten.add(group.commits.reduce(0) { $0 + $1.batch.eventCount })
    }

    // MARK: - Ownership

    private func sendTakeover(_ session: Session, _ now: Int64) -> Bool {
        guard !takeoverIsUnderWay, let takeover = shared.withInbox({ $0.takeovers.popFirst() }) else { return false }
        takeoverIsUnderWay = true
        let command = Command(
            WriteStatements.takeOver,
            [
                Binary.int4(takeover.partition.index), Binary.uuid(engine), Binary.text(engineName),
                Binary.int8(options.lease.microseconds),
            ])
        let commands = [
            Command(SessionStatements.begin), Command(WriteStatements.lookForOwner, [Binary.uuid(engine)]),
            Command(WriteStatements.lockAll), command, Command(SessionStatements.commit),
        ]
        session.send(
            Exchange(commands: commands, commitAt: nil, deadline: deadline(now)) { [weak self] result in
                self?.finish(takeover, result, since: now)
            })
        return true
    }

    private func finish(_ takeover: Inbox.Takeover, _ result: Result<[Rows], StoreFailure>, since: Int64) {
        takeoverIsUnderWay = false
        switch result {
        case .failure(let failure):
            let reason = "the partition cannot be taken over: \(failure.reason)"
            reportAgain(.warning, "store.takeover-failed", reason)
            takeover.done.resume(returning: .failure(.unavailable(reason)))
        case .success(let rows):
            let answer = rows[3]
            if answer.count == 1, let holder = answer.optionalText(0, 0) {
                loseHold()
                takeover.done.resume(returning: .failure(.heldElsewhere(holder)))
            } else if answer.count == 1, !answer.isNull(0, 1) {
                hasTakenOwnership = true
                hold(since: since)
                note(nil)
                if renewAt == nil { renewAt = monotonicMicroseconds() + renewalInterval }
                takeover.done.resume(
                    returning: .success(
                        Ownership(
                            epoch: answer.integer(0, 1), head: answer.integer(0, 2), headEpoch: answer.integer(0, 3),
                            lastOrdinal: answer.integer(0, 4), published: answer.integer(0, 5),
                            predecessorMayRun: answer.integer(0, 6) != 0)))
            } else {
                takeover.done.resume(returning: .failure(.rejected("there is no partition \(takeover.partition)")))
            }
        }
    }

    // MARK: - Lease

    private var renewalInterval: Int64 { options.lease.microseconds / 3 }

    private func sendRenewal(_ session: Session, _ now: Int64) -> Bool {
        guard let renewAt, renewAt <= now, !renewalIsUnderWay else { return false }
        renewalIsUnderWay = true
        let commands = [
            Command(WriteStatements.renew, [Binary.uuid(engine), Binary.int8(options.lease.microseconds)]),
            Command(WriteStatements.lost, [Binary.uuid(engine)]),
        ]
        session.send(
            Exchange(commands: commands, commitAt: nil, deadline: deadline(now)) { [weak self] result in
                self?.finishRenewal(result, since: now)
            })
        return true
    }

    /// Partitions that have another owner by now are not renewed; their next commit is refused.
    private func finishRenewal(_ result: Result<[Rows], StoreFailure>, since: Int64) {
        renewalIsUnderWay = false
        renewAt = monotonicMicroseconds() + renewalInterval
        switch result {
        case .success(let rows):
            if rows[1].count == 1, rows[1].integer(0, 0) == 0 { hold(since: since) } else { loseHold() }
        case .failure(let failure):
            shared.metrics.leaseFailures.add()
            // An idle engine learns from this alone that its server refuses to write.
            if case .server = failure { note(failure) }
            reportAgain(.warning, "store.lease-not-renewed", "the lease could not be renewed: \(failure.reason)")
        }
    }

    /// - Parameter since: when the lease was asked for. The server counts from later on.
    private func hold(since: Int64) { shared.hold.withLock { $0 = .until(since + options.lease.microseconds) } }

    /// Does nothing when the store was never held.
    private func loseHold() { shared.hold.withLock { if $0 != .none { $0 = .lost } } }
}
