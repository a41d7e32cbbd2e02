/// Runs an actor on a thread of its own, so that it may call what blocks. The thread ends when the executor is released and nothing waits.
final class ThreadExecutor: SerialExecutor {
    private struct Jobs: Sendable {
        /// Each with the executor that keeps itself alive until the job has run.
        var waiting: [(job: UnownedJob, executor: ThreadExecutor)] = []
        var mayEnd = false
    }

    private let jobs: Monitor<Jobs>
    private let thread: DedicatedThread

    init() throws(KafkaError) {
        let jobs = Monitor(Jobs())
        self.jobs = jobs
        thread = DedicatedThread { while Self.runSome(jobs) {} }
        guard thread.hasStarted else { throw .unusable("no thread") }
    }

    deinit { jobs.signal { $0.mayEnd = true } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.signal { $0.waiting.append((job, self)) }
    }

    /// - Returns: false when the thread may end.
    private static func runSome(_ jobs: Monitor<Jobs>) -> Bool {
        let batch: [(job: UnownedJob, executor: ThreadExecutor)]? = jobs.wait { jobs in
            if jobs.waiting.isEmpty { return jobs.mayEnd ? .done(nil) : .sleep(until: monotonicMicroseconds() + 60_000_000) }
            defer { jobs.waiting = [] }
            return .done(jobs.waiting)
        }
        guard let batch else { return false }
        for (job, executor) in batch { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
        return true
    }
}
