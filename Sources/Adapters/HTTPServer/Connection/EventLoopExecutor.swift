internal import NIOCore

/// Runs a request's task on the event loop of its connection, so that a request does not change threads on its way in and
/// out. Large bodies and costly routes are handled elsewhere, see `ConnectionHandler`.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
