internal import DequeModule
internal import Domain
internal import Ports

/// Threads that read, each with its connection. The first serves the engine's partitions only, so that no list or log query of a client
/// can keep them waiting; the others serve both, clients first.
final class ReaderPool: Sendable {
    enum Lane: Sendable { case journal, client }

    private struct Job: Sendable {
        /// - Returns: the error, when the connection should be opened anew.
        let run: @Sendable (ReadSession) -> StoreFailure?
        let fail: @Sendable (StoreFailure) -> Void
    }

    private struct Jobs: Sendable {
        var journal: Deque<Job> = []
        var client: Deque<Job> = []
        var isClosing = false
    }

    private let jobs = Monitor(Jobs())
    private let maxWaiting: Int
    private let threads: [DedicatedThread]

    init(count: Int, maxWaiting: Int, open: @escaping @Sendable () throws(StoreFailure) -> ReadSession) {
        self.maxWaiting = maxWaiting
        let jobs = jobs
        threads = (0..<max(2, count)).map { index in
            DedicatedThread { Self.serve(jobs, isReserved: index == 0, open) }
        }
    }

    /// Runs `body` on one of the threads.
    func read<Value: Sendable>(
        _ lane: Lane, _ body: @escaping @Sendable (ReadSession) throws(StoreFailure) -> Value
    ) async -> Result<Value, StoreFailure> {
        await withCheckedContinuation { continuation in
            let job = Job(
                run: { session in
                    let result: Result<Value, StoreFailure>
                    do throws(StoreFailure) { result = .success(try body(session)) } catch { result = .failure(error) }
                    session.endRead()
                    continuation.resume(returning: result)
                    if case .failure(let failure) = result { return failure }
                    return nil
                },
                fail: { continuation.resume(returning: .failure($0)) })
            let isRefused = jobs.signal { jobs in
                let isFull = jobs.journal.count + jobs.client.count >= self.maxWaiting
                guard !jobs.isClosing, !isFull else { return true }
                switch lane {
                case .journal: jobs.journal.append(job)
                case .client: jobs.client.append(job)
                }
                return false
            }
            if isRefused { job.fail(.unreadable("the store is closed, or too many reads are waiting")) }
        }
    }

    /// Lets the threads finish what waits, and end.
    func close() async {
        beginClosing()
        for thread in threads { await thread.finished() }
        // A thread that the system refused to start leaves its work behind.
        let left = jobs.withLock { jobs in
            defer { (jobs.journal, jobs.client) = ([], []) }
            return Array(jobs.journal) + Array(jobs.client)
        }
        for job in left { job.fail(.unreadable("the store is closed")) }
    }

    func beginClosing() { jobs.signal { $0.isClosing = true } }

    private static func serve(
        _ jobs: Monitor<Jobs>, isReserved: Bool, _ open: @Sendable () throws(StoreFailure) -> ReadSession
    ) {
        var session: ReadSession?
        while let job = next(jobs, isReserved: isReserved) {
            do throws(StoreFailure) {
                let current: ReadSession
                if let session { current = session } else { current = try open() }
                session = current
                if let failure = job.run(current), failure.primaryCode != nil { session = nil }
            } catch { job.fail(error) }
        }
    }

    private static func next(_ jobs: Monitor<Jobs>, isReserved: Bool) -> Job? {
        jobs.wait { jobs in
            if !isReserved, let job = jobs.client.popFirst() { return .done(job) }
            if let job = jobs.journal.popFirst() { return .done(job) }
            return jobs.isClosing ? .done(nil) : .sleep(until: monotonicMicroseconds() + 60_000_000)
        }
    }
}
