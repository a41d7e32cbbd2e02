internal import Domain

/// What a connection works at: one batch of commands, up to a sync.
struct Exchange {
    let commands: [Command]
    /// The command that ends a transaction which changes something; while its answer is missing the outcome is not known.
    var commitAt: Int?
    /// The tick at which the connection is given up when the answers are not there.
    let deadline: Int64
    let complete: (Result<[Rows], StoreFailure>) -> Void
}

/// One connection: how it is set up, and the answers that it owes. Belongs to the pump's thread.
final class Session {
    /// What the connection is for.
    enum Kind: Sendable { case writing, journal, client }

    enum Phase: Equatable {
        case settingUp
        case ready
        case lost(String)
    }

    let kind: Kind
    private(set) var phase = Phase.settingUp
    private let link: Link
    private let settings: ConnectionSettings
    private let setupDeadline: Int64
    /// In the order in which the answers come.
    private var pending: [Pending] = []
    private var hasUnsent = false
    private var scratch: [UInt8] = []
    private var lastWasSeparator = false

    private struct Pending {
        let expected: Int
        let commitAt: Int?
        let deadline: Int64
        let complete: (Result<[Rows], StoreFailure>) -> Void
        var rows: [Rows] = []
        var failure: StoreFailure?
        var commitMayBeOut = false
        /// The server ended the session while it was at the commit, or did something else than commit.
        var commitIsUnclear = false
    }

    /// - Parameter connection: as the library gave it, up or not.
    init(
        _ kind: Kind, _ settings: ConnectionSettings, _ connection: OpaquePointer, setup: [String], statements: [Statement], deadline: Int64
    ) {
        self.kind = kind
        self.settings = settings
        link = Link(connection)
        setupDeadline = deadline
        begin(setup, statements)
    }

    private func begin(_ setup: [String], _ statements: [Statement]) {
        guard !link.isBad, link.enterPipeline() else { return lose(link.errorText) }
        pending.append(
            Pending(expected: setup.count + statements.count, commitAt: nil, deadline: setupDeadline) { [weak self] result in
                self?.setUp(result)
            })
        for sql in setup { guard link.send(sql: sql) else { return lose(link.errorText) } }
        for statement in statements { guard link.prepare(statement) else { return lose(link.errorText) } }
        finishSending()
    }

    var socket: Int32 { link.socket }
    var isReady: Bool { phase == .ready }
    var inFlight: Int { pending.count }
    var wantsToWrite: Bool { hasUnsent }

    /// The tick at which something must have happened.
    var deadline: Int64? {
        switch phase {
        case .settingUp: setupDeadline
        case .ready: pending.first?.deadline
        case .lost: nil
        }
    }

    // MARK: - Sending

    /// Sends the commands in one go. The answer comes through `complete`, also when the connection breaks.
    func send(_ exchange: Exchange) {
        pending.append(
            Pending(
                expected: exchange.commands.count, commitAt: exchange.commitAt, deadline: exchange.deadline, complete: exchange.complete))
        let at = pending.count - 1
        for (index, command) in exchange.commands.enumerated() {
            if index == exchange.commitAt { pending[at].commitMayBeOut = true }
            guard link.send(command, scratch: &scratch) else { return lose(link.errorText) }
        }
        if scratch.capacity > 4 << 20 { scratch = [] }
        finishSending()
    }

    private func finishSending() {
        guard link.sync() else { return lose(link.errorText) }
        flush()
    }

    private func flush() {
        guard let isLeft = link.flush() else { return receive(after: false) }
        hasUnsent = isLeft
    }

    // MARK: - Receiving

    func proceed(readable: Bool, writable: Bool) {
        switch phase {
        case .settingUp, .ready:
            if readable { receive(after: link.consume()) }
            if hasUnsent, !isLost { flush() }
        case .lost: break
        }
    }

    private var isLost: Bool { if case .lost = phase { true } else { false } }

    private func setUp(_ result: Result<[Rows], StoreFailure>) {
        switch result {
        case .success: phase = .ready
        case .failure(let failure): lose(failure.reason)
        }
    }

    /// Takes what has come. When the connection is gone, what came before that still counts.
    private func receive(after isAlive: Bool) {
        var isAlive = isAlive
        // Each turn takes one result, and there are not more than were asked for, with a separator each.
        while !pending.isEmpty, !link.isBusy {
            guard let rows = link.next() else {
                if lastWasSeparator {
                    isAlive = false
                    break
                }
                lastWasSeparator = true
                continue
            }
            lastWasSeparator = false
            guard take(rows) else {
                isAlive = false
                break
            }
        }
        if !isAlive || link.isBad { lose(link.errorText) }
    }

    /// - Returns: false when the answer is not one that can come here.
    private func take(_ rows: Rows) -> Bool {
        let at = pending[0].rows.count
        switch rows.status {
        case .sync:
            guard pending[0].failure != nil || pending[0].rows.count == pending[0].expected else { return false }
            finishFirst()
            return true
        case .done:
            guard pending[0].failure == nil, at < pending[0].expected else { return false }
            if at == pending[0].commitAt, rows.tag != "COMMIT" {
                pending[0].failure = .server(state: "25P02", message: "the transaction was rolled back")
            }
            pending[0].rows.append(rows)
            return true
        case .failed:
            // The library makes a result up when the connection is gone; it tells nothing of the command.
            guard rows.isOfServer else { return false }
            // An error after the last command ends the session only: what was asked is done, a commit among it.
            guard at < pending[0].expected else { return false }
            guard pending[0].failure == nil else { return true }
            pending[0].commitIsUnclear = at == pending[0].commitAt && rows.isFatal
            pending[0].failure = redacted(rows.failure)
            return !rows.isFatal
        case .aborted: return pending[0].failure != nil
        case .other: return false
        }
    }

    private func finishFirst() {
        let first = pending.removeFirst()
        lastWasSeparator = false
        if link.isInTransaction, pending.isEmpty, !isLost {
            // The transaction failed midway: the connection is of use again after this.
            pending.append(Pending(expected: 1, commitAt: nil, deadline: first.deadline) { _ in })
            guard link.send(Command(SessionStatements.rollBack), scratch: &scratch) else { return lose(link.errorText) }
            finishSending()
        }
        if let failure = first.failure { first.complete(.failure(failure)) } else { first.complete(.success(first.rows)) }
    }

    private func redacted(_ failure: StoreFailure) -> StoreFailure {
        guard case .server(let state, let message, let constraint) = failure else { return failure }
        return .server(state: state, message: settings.redacted(message), constraint: constraint)
    }

    // MARK: - Ending

    /// Gives the connection up. Whoever waits is told what is known of what it asked for.
    func lose(_ reason: String) {
        guard !isLost else { return }
        let reason = reason.isEmpty ? "the connection to the database is lost" : settings.redacted(reason)
        phase = .lost(reason)
        let left = pending
        pending = []
        for exchange in left { exchange.complete(Self.outcome(exchange, reason)) }
    }

    private static func outcome(_ exchange: Pending, _ reason: String) -> Result<[Rows], StoreFailure> {
        if let failure = exchange.failure, !exchange.commitIsUnclear { return .failure(failure) }
        if exchange.rows.count == exchange.expected { return .success(exchange.rows) }
        if let commitAt = exchange.commitAt, exchange.rows.count > commitAt { return .success(exchange.rows) }
        return .failure(.lost(reason: reason, isAmbiguous: exchange.commitMayBeOut))
    }
}

enum SessionStatements {
    static let begin = Statement("begin", [], "BEGIN")
    static let beginRead = Statement("begin_read", [], "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    static let commit = Statement("commit", [], "COMMIT")
    static let rollBack = Statement("roll_back", [], "ROLLBACK")
}
