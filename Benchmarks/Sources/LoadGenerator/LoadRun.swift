import NIOCore
import NIOPosix
import Synchronization

/// Runs load plans on event-loop threads of its own.
public final class LoadRun: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let threads: Int
    private let nextSequence = Atomic<Int64>(0)

    /// - Parameter threads: event-loop threads; one is enough for some 50,000 requests a second.
    public init(threads: Int = 1) {
        self.threads = threads
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    }

    /// Runs one plan to its end and adds up what its threads saw. Numbers are never used twice by one `LoadRun`.
    public func run(_ plan: LoadPlan) async throws -> LoadTally {
        var tallies: [EventLoopFuture<LoadTally>] = []
        var share = plan
        share.threads = threads
        for index in 0..<threads {
            share.connections = plan.connections / threads + (index < plan.connections % threads ? 1 : 0)
            let sequence = nextSequence.add(1_000_000_000, ordering: .relaxed).oldValue
            let loop = group.next()
            let part = share
            let tally = loop.flatSubmit {
                let worker = LoadWorker(loop: loop, plan: part, sequence: sequence, seed: UInt64(sequence) &+ 42)
                // The future holds the worker until it is done; its connections only refer to it unowned.
                let bound = NIOLoopBound(worker, eventLoop: loop)
                return worker.run().always { _ in _ = bound }
            }
            tallies.append(tally)
        }
        var sum = LoadTally()
        for tally in tallies { sum.add(try await tally.get()) }
        return sum
    }

    public func shutDown() async throws {
        try await group.shutdownGracefully()
    }
}
