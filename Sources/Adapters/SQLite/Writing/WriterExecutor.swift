/// Lets tasks run on the writer's thread, between its transactions.
///
/// A partition that runs here hands its commit over and gets the answer without a change of threads, and all partitions with work decide
/// before the next transaction, so that it takes the commits of all of them.
final class WriterExecutor: TaskExecutor {
    private let writer: Writer.Shared

    init(_ writer: Writer.Shared) { self.writer = writer }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = writer.queue.signal { queue -> Bool in
            if queue.hasEnded { return false }
            queue.jobs.append(job)
            return true
        }
        // The store is closed: whoever is left finds out here.
        if !isTaken { run(job) }
    }

    func run(_ job: UnownedJob) { job.runSynchronously(on: asUnownedTaskExecutor()) }
}
