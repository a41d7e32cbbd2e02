internal import Domain
internal import Ports
internal import Synchronization

/// Copies the write-ahead log into the database on a thread and a connection of its own, so that commits need not wait for it.
///
/// It copies when the log has grown past a limit, and after a pause. Under load the writer adds pages meanwhile, so the log would never
/// be copied whole and never start anew: once the rest is small, the writer is asked to finish it between two groups.
final class Checkpointer {
    struct Signals: Sendable {
        var pages = 0
        /// Something was committed since the last pause.
        var hasNews = false
        /// The writer was asked to copy the rest; until it has, a second checkpoint would only stand in its way.
        var isWithWriter = false
        var isClosing = false

        /// Takes note of a commit.
        ///
        /// - Returns: whether the checkpointer should wake up: not for each of many commits.
        mutating func committed(pages: Int, limit: Int) -> Bool {
            let wakes = !hasNews || (pages >= limit && self.pages < limit && !isWithWriter)
            hasNews = true
            self.pages = isWithWriter ? 0 : pages
            return wakes
        }
    }

    private let signals: Monitor<Signals>
    private let writer: Writer.Shared
    private let settings: Connection.Settings
    private let pageLimit: Int
    private let idleMicroseconds: Int64
    private let diagnostics: (any Diagnostics)?
    private var connection: ConnectionBox?
    private var reports = RepeatedReports()

    /// A class, because an optional noncopyable value cannot be borrowed.
    private final class ConnectionBox {
        let value: Connection
        init(_ settings: Connection.Settings) throws(StoreFailure) { value = try Connection(settings) }
    }

    init(
        signals: Monitor<Signals>, writer: Writer.Shared, settings: Connection.Settings, options: SQLiteStoreOptions
    ) {
        self.signals = signals
        self.writer = writer
        self.settings = settings
        pageLimit = Self.pageLimit(options)
        idleMicroseconds = max(10_000, options.idleCheckpoint.microseconds)
        diagnostics = options.diagnostics
    }

    /// Pages in the log from which it is copied.
    static func pageLimit(_ options: SQLiteStoreOptions) -> Int { max(8, options.checkpointBytes / Connection.pageBytes) }

    private enum Occasion { case full, idle, closing }

    /// The body of the thread; ends when the store is closed.
    func run() {
        while true {
            switch next() {
            case .closing: return
            case .full: copyUnderLoad()
            case .idle:
                if copy() != 0 { signals.withLock { $0.hasNews = true } }
            }
        }
    }

    private func next() -> Occasion {
        signals.wait { signals in
            if signals.isClosing { return .done(.closing) }
            if signals.pages >= self.pageLimit {
                // Set again by the next commit, when the log is still long then.
                signals.pages = 0
                return .done(.full)
            }
            let now = monotonicMicroseconds()
            guard signals.hasNews else { return .sleep(until: now + 60_000_000) }
            let idleAt = self.writer.lastCommit.load(ordering: .relaxed) + self.idleMicroseconds
            if now < idleAt { return .sleep(until: idleAt) }
            signals.hasNews = false
            return .done(.idle)
        }
    }

    /// Copies until what is left is little, flushes it, and has the writer copy and flush what came meanwhile. Whoever copies the last page
    /// flushes the database, and the writer should not wait for the flush of all the others.
    private func copyUnderLoad() {
        let little = max(4, min(64, pageLimit / 16))
        for _ in 0..<8 {
            guard let rest = copy() else { return }
            if rest <= little { break }
        }
        guard flush(), copy() != nil else { return }
        signals.withLock { signals in
            signals.isWithWriter = true
            signals.pages = 0
        }
        writer.queue.signal { $0.mayFinishCheckpoint = true }
    }

    /// - Returns: pages that are still to be copied; nil when it failed.
    private func copy() -> Int? {
        connected { (connection: borrowing Connection) throws(StoreFailure) in
            guard let (inLog, copied) = try connection.checkpoint(.passive) else { return pageLimit }
            writer.metrics.checkpoints.add()
            return max(0, inLog - copied)
        }
    }

    private func flush() -> Bool {
        connected { (connection: borrowing Connection) throws(StoreFailure) in try connection.flushDatabase() } != nil
    }

    /// - Returns: nil when it failed.
    private func connected<Value>(_ body: (borrowing Connection) throws(StoreFailure) -> Value) -> Value? {
        do throws(StoreFailure) {
            let connection: ConnectionBox
            if let open = self.connection { connection = open } else { connection = try ConnectionBox(settings) }
            self.connection = connection
            let value = try body(connection.value)
            reports.forget()
            return value
        } catch {
            connection = nil
            let text = "a checkpoint failed: \(error.reason)"
            if reports.tells(text, at: monotonicMicroseconds()) {
                diagnostics?.report(Diagnostic(.warning, "store.checkpoint-failed", text))
            }
            // The log is safe where it is; a full or failing disk is not asked again at once.
            let until = monotonicMicroseconds() + 1_000_000
            signals.wait { $0.isClosing || monotonicMicroseconds() >= until ? .done(()) : .sleep(until: until) }
            return nil
        }
    }
}
