import Domain
import Ports

/// Runs the jobs of one incarnation of the engine, one at a time, in an order that the seed chooses.
///
/// Unchecked: everything of a simulation happens on the one thread that drives it.
final class SimulatedExecutor: TaskExecutor, @unchecked Sendable {
    private var ready: [UnownedJob] = []
    /// A frozen engine is like a stopped process: it keeps its jobs, and none runs.
    var isFrozen = false
    /// A dead engine never runs again.
    private(set) var isDead = false

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if !isDead { ready.append(job) }
    }

    var readyCount: Int { isFrozen || isDead ? 0 : ready.count }

    func run(_ index: Int) {
        let job = ready.remove(at: index)
        job.runSynchronously(on: asUnownedTaskExecutor())
    }

    /// Stops for good, as `kill -9` does: nothing that was under way goes on.
    func kill() {
        isDead = true
        ready = []
    }
}
