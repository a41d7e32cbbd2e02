internal import DequeModule
internal import Domain
internal import Ports
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Works all connections of the store on one thread: sends what waits to whichever is free, and hands out what comes back.
///
/// An instance belongs to its thread; others reach it through `PumpShared` only.
final class Pump {
    let shared: PumpShared
    let settings: ConnectionSettings
    let options: PostgresStoreOptions
    let engine: UniqueId
    let engineName: String
    let writers: [Slot]
    let journalReaders: [Slot]
    let clientReaders: [Slot]
    private let slots: [Slot]
    /// Partitions with a commit under way; the next one waits, so that they stay in order.
    var busyPartitions: Set<Int> = []
    /// Items of a group that failed: each is tried alone.
    var alone: Deque<WriteGroup> = []
    var takeoverIsUnderWay = false
    var hasTakenOwnership = false
    /// The tick at which the lease is renewed; nil while nothing is owned.
    var renewAt: Int64?
    var renewalIsUnderWay = false
    /// The tick at which the store tries to write by itself; nil while commits succeed.
    var tryAt: Int64?
    var trialIsUnderWay = false
    /// How much the largest group had that failed since commits last succeeded.
    var failedBytes = 0
    /// What was told of failing writes.
    var reports = RepeatedReports()
    var choreIsUnderWay = false
    /// The tick before which no chore is begun.
    var choreNotBefore: Int64 = 0
    private var closing = Closing.no

    private enum Closing: Equatable {
        case no
        case draining(until: Int64)
        case releasing(until: Int64)
        case over
    }

    /// Reads of the engine that are sent ahead over one connection.
    private static let journalDepth = 4

    init(
        _ shared: PumpShared, _ settings: ConnectionSettings, _ options: PostgresStoreOptions, engine: UniqueId, engineName: String
    ) {
        self.shared = shared
        self.settings = settings
        self.options = options
        self.engine = engine
        self.engineName = engineName
        writers = (0..<options.writers).map { _ in Slot(.writing) }
        let reserved = max(1, options.readers / 4)
        journalReaders = (0..<reserved).map { _ in Slot(.journal) }
        clientReaders = (reserved..<options.readers).map { _ in Slot(.client) }
        slots = writers + journalReaders + clientReaders
    }

    /// The body of the thread; ends when the store is closed and everybody is answered.
    func run() {
        while closing != .over {
            maintain(monotonicMicroseconds())
            dispatch(monotonicMicroseconds())
            proceedClosing(monotonicMicroseconds())
            if closing != .over { wait() }
        }
        for slot in slots { slot.close() }
        shared.withInbox { $0.isOver = true }
        failAll("the store is closed")
    }

    // MARK: - Waiting

    private func wait() {
        let journalIsFree = journalReaders.contains { $0.freeUp(to: Self.journalDepth) != nil }
        let clientIsFree = clientReaders.contains { $0.free != nil }
        let writerIsFree = writers.contains { $0.free != nil }
        let away = self.away
        let isClosing = closing != .no
        let (busy, takesOver) = (busyPartitions, takeoverIsUnderWay)
        let patience = options.patience.microseconds
        // Whatever came after `dispatch` looked must not be slept over.
        let (maySleep, due) = shared.withInbox { inbox -> (Bool, Int64) in
            let hasWork =
                writerIsFree
                && (self.maySend(inbox) && inbox.commits.contains { !busy.contains($0.batch.partition) }
                    || !inbox.takeovers.isEmpty && !takesOver)
                || journalIsFree && !inbox.journalReads.isEmpty || clientIsFree && !inbox.clientReads.isEmpty
                || inbox.isClosing && !isClosing
            inbox.mustWake = !hasWork
            return (!hasWork, min(self.choreDue(inbox) ?? .max, Self.due(inbox, away, patience: patience)))
        }
        let now = monotonicMicroseconds()
        var until = min(due, now + 1_000_000)
        for slot in slots { until = min(until, slot.nextLook(now)) }
        if let renewAt, !renewalIsUnderWay, writerIsFree { until = min(until, renewAt) }
        if let tryAt, !trialIsUnderWay, writerIsFree { until = min(until, tryAt) }
        if let oldest = cursorsDue(now) { until = min(until, oldest) }
        poll(microseconds: maySleep ? max(0, until - now) : 0)
    }

    /// For what no connection is up.
    private struct Away {
        let writers: Bool
        let journalReaders: Bool
        let clientReaders: Bool
    }

    private var away: Away {
        func isAway(_ slots: [Slot]) -> Bool { slots.allSatisfy { $0.session?.isReady != true } }
        return Away(writers: isAway(writers), journalReaders: isAway(journalReaders), clientReaders: isAway(clientReaders))
    }

    private static func due(_ inbox: Inbox, _ away: Away, patience: Int64) -> Int64 {
        var due = Int64.max
        if away.writers {
            if let first = inbox.commits.first { due = min(due, first.since + patience) }
            if let first = inbox.takeovers.first { due = min(due, first.since + patience) }
            if let first = inbox.cursors.first { due = min(due, first.since + patience) }
            if let first = inbox.chores.first { due = min(due, first.since + patience) }
        }
        if let first = inbox.journalReads.first { due = min(due, first.end(away.journalReaders ? patience : nil)) }
        if let first = inbox.clientReads.first { due = min(due, first.end(away.clientReaders ? patience : nil)) }
        return due
    }

    /// The tick at which the oldest cursor is stored although no commit takes it along, when it could be.
    private func cursorsDue(_ now: Int64) -> Int64? {
        guard writers.contains(where: { $0.free != nil }) else { return nil }
        let delay = max(0, options.cursorDelay.microseconds)
        return shared.withInbox { inbox in self.maySend(inbox) ? inbox.cursors.first.map { $0.since + delay } : nil }
    }

    private func poll(microseconds: Int64) {
        var entries = [pollfd(fd: shared.wakeUp.reading, events: Int16(POLLIN), revents: 0)]
        var polled: [Session] = []
        for slot in slots {
            guard let session = slot.session, session.socket >= 0 else { continue }
            var events = Int16(POLLIN)
            if session.wantsToWrite { events |= Int16(POLLOUT) }
            entries.append(pollfd(fd: session.socket, events: events, revents: 0))
            polled.append(session)
        }
        let milliseconds = Int32(clamping: (microseconds + 999) / 1_000)
        #if canImport(Darwin)
            let found = Darwin.poll(&entries, nfds_t(entries.count), milliseconds)
        #elseif canImport(Musl)
            let found = Musl.poll(&entries, nfds_t(entries.count), milliseconds)
        #else
            let found = Glibc.poll(&entries, nfds_t(entries.count), milliseconds)
        #endif
        shared.withInbox { $0.mustWake = false }
        if entries[0].revents != 0 { shared.wakeUp.clear() }
        guard found > 0 else { return }
        for (entry, session) in zip(entries.dropFirst(), polled) where entry.revents != 0 {
            let isReadable = entry.revents & Int16(POLLIN | POLLERR | POLLHUP | POLLNVAL) != 0
            session.proceed(readable: isReadable, writable: entry.revents & Int16(POLLOUT) != 0)
        }
    }

    // MARK: - Connections

    private func maintain(_ now: Int64) {
        for slot in slots {
            switch slot.maintain(now, dial: dial, session: session) {
            case .none: break
            case .up: shared.connections.wrappingAdd(1, ordering: .relaxed)
            case .down(let reason):
                shared.metrics.connectionsLost.add()
                if closing == .no {
                    report(.warning, "store.connection-lost", "a connection to the database failed: \(reason)")
                }
            }
        }
        shared.connections.store(slots.count { $0.session?.isReady == true }, ordering: .relaxed)
    }

    private func dial() -> (attempt: Dial, deadline: Int64)? {
        let deadline = monotonicMicroseconds() + max(100_000, options.connectTimeout.microseconds)
        return Dial.begin(settings, wake: { [shared] in shared.wakeUp.wake() }).map { ($0, deadline) }
    }

    private func session(_ kind: Session.Kind, _ connection: OpaquePointer) -> Session {
        let (role, statements) =
            switch kind {
            case .writing: (Roles.writer, WriteStatements.all)
            case .journal: (Roles.writer, ReadStatements.journal)
            case .client: (Roles.query, ReadStatements.client)
            }
        return Session(
            kind, settings, connection, setup: [SessionSetup.sql(role: role, options: options)], statements: statements,
            deadline: monotonicMicroseconds() + max(100_000, options.connectTimeout.microseconds))
    }

    func report(_ level: Diagnostic.Level, _ event: String, _ text: String) {
        options.diagnostics?.report(Diagnostic(level, event, text))
    }

    // MARK: - Work

    private func dispatch(_ now: Int64) {
        dispatchWrites(now)
        for slot in journalReaders { dispatchReads(\.journalReads, slot, depth: Self.journalDepth) }
        for slot in clientReaders { dispatchReads(\.clientReads, slot, depth: 1) }
        refuseLate(now)
    }

    private func dispatchReads(_ lane: WritableKeyPath<Inbox, Deque<Inbox.Read>>, _ slot: Slot, depth: Int) {
        while let session = slot.freeUp(to: depth) {
            guard let read = shared.withInbox({ $0[keyPath: lane].popFirst() }) else { return }
            session.send(
                Exchange(commands: read.commands, commitAt: nil, deadline: read.deadline) { [shared] result in
                    if case .failure(.lost) = result, read.retries > 0, read.deadline > monotonicMicroseconds() {
                        var again = read
                        again.retries -= 1
                        let isKept = shared.withInbox { inbox in
                            guard !inbox.isOver, !inbox.isClosing else { return false }
                            inbox[keyPath: lane].prepend(again)
                            return true
                        }
                        if isKept { return }
                    }
                    read.done.resume(returning: result)
                })
        }
    }

    /// Answers those for whom nothing was free for too long.
    private func refuseLate(_ now: Int64) {
        let patience = options.patience.microseconds
        let away = self.away
        let late = shared.withInbox { inbox -> Inbox in
            var late = Inbox()
            Self.move(&inbox.journalReads, &late.journalReads) { $0.end(away.journalReaders ? patience : nil) <= now }
            Self.move(&inbox.clientReads, &late.clientReads) { $0.end(away.clientReaders ? patience : nil) <= now }
            guard away.writers else { return late }
            Self.move(&inbox.commits, &late.commits) { $0.since + patience <= now }
            Self.move(&inbox.takeovers, &late.takeovers) { $0.since + patience <= now }
            Self.move(&inbox.cursors, &late.cursors) { $0.since + patience <= now }
            Self.move(&inbox.chores, &late.chores) { $0.since + patience <= now }
            return late
        }
        if away.writers {
            for group in alone { group.fail(.unavailable("the database went away")) }
            for group in alone { free(group) }
            alone = []
        }
        let reason = (writers.first { $0.session == nil } ?? slots.first { $0.session == nil })?.lastReason
        Self.fail(late, reason ?? "no connection to the database was free in time")
    }

    /// Moves what stands at the front and is late; who came later waits longer.
    private static func move<Item>(_ waiting: inout Deque<Item>, _ late: inout Deque<Item>, while isLate: (Item) -> Bool) {
        while let first = waiting.first, isLate(first) {
            late.append(first)
            waiting.removeFirst()
        }
    }

    private static func fail(_ waiting: Inbox, _ reason: String) {
        for commit in waiting.commits { commit.done.resume(returning: .failure(.unavailable(reason))) }
        for takeover in waiting.takeovers { takeover.done.resume(returning: .failure(.unavailable(reason))) }
        for cursors in waiting.cursors { cursors.done.resume(returning: .failure(.unavailable(reason))) }
        for chore in waiting.chores { chore.done.resume(returning: .failure(.notSent(reason))) }
        for read in waiting.journalReads { read.done.resume(returning: .failure(.notSent(reason))) }
        for read in waiting.clientReads { read.done.resume(returning: .failure(.notSent(reason))) }
    }

    private func failAll(_ reason: String) {
        for group in alone { group.fail(.unavailable(reason)) }
        alone = []
        let left = shared.withInbox { inbox -> Inbox in
            let left = inbox
            (inbox.commits, inbox.takeovers, inbox.cursors, inbox.chores) = ([], [], [], [])
            (inbox.journalReads, inbox.clientReads) = ([], [])
            return left
        }
        Self.fail(left, reason)
    }

    // MARK: - Closing

    private var isIdle: Bool {
        let isEmpty = shared.withInbox { $0.writes + $0.reads == 0 }
        return isEmpty && alone.isEmpty && slots.allSatisfy { $0.session.map { !$0.isReady || $0.inFlight == 0 } ?? true }
    }

    private func proceedClosing(_ now: Int64) {
        switch closing {
        case .no:
            guard shared.withInbox({ $0.isClosing }) else { return }
            closing = .draining(until: now + max(0, options.closeTimeout.microseconds))
            proceedClosing(now)
        case .draining(let until):
            guard isIdle || now >= until else { return }
            failAll("the store is closed")
            release(now)
        case .releasing(let until):
            if now >= until { closing = .over }
        case .over: break
        }
    }

    /// Gives the partitions up, so that another engine need not wait for the lease to run out.
    private func release(_ now: Int64) {
        guard hasTakenOwnership, let session = writers.lazy.compactMap(\.free).first else {
            closing = .over
            return
        }
        let until = now + 2_000_000
        closing = .releasing(until: until)
        session.send(
            Exchange(
                commands: [Command(WriteStatements.release, [Binary.uuid(engine)])], commitAt: nil, deadline: until
            ) { [weak self] _ in self?.closing = .over })
    }
}
