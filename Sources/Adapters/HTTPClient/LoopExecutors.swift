import NIOCore
import Synchronization

/// Runs attempts on the event loops of their connections, in turn, so that an attempt changes threads less often on its way.
struct LoopExecutors: Sendable {
    private final class LoopExecutor: TaskExecutor {
        let loop: any EventLoop

        init(_ loop: any EventLoop) { self.loop = loop }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    private let executors: [LoopExecutor]
    private let turn: Turn

    private final class Turn: Sendable {
        let count = Atomic<Int>(0)
    }

    init(_ loops: any EventLoopGroup) {
        executors = loops.makeIterator().map(LoopExecutor.init)
        turn = Turn()
    }

    func executor(of loop: any EventLoop) -> (any TaskExecutor)? { executors.first { $0.loop === loop } }

    var next: (any TaskExecutor)? {
        guard !executors.isEmpty else { return nil }
        let turn = turn.count.wrappingAdd(1, ordering: .relaxed).oldValue
        return executors[Int(UInt(bitPattern: turn) % UInt(executors.count))]
    }
}
