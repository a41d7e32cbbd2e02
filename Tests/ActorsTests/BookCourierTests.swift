import Domain
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// How documents come to the books when these take few at a time.
@Suite struct BookCourierTests {
    /// Unchecked: everything happens on the one thread that drives the world.
    private final class Seen: @unchecked Sendable {
        /// The lengths of the documents, in the order in which the books got them.
        var lengths: [Int] = []
        var outcomes: Int?
    }

    private func document(_ number: String, _ length: Int) throws -> BookIntent {
        let document = IngestedDocument(
            source: try #require(SourceName("erp")), number: number, octets: [UInt8](repeating: 0x20, count: length), encoding: "UTF-8",
            namespaces: [], run: nil, trace: TraceId(random: (1, 2)), topic: nil)
        return BookIntent(
            tenant: try #require(TenantId("acme")), command: .ingestion(.ingest(document)), by: "engine", correlationId: "c")
    }

    /// A mailbox that is full for a large document may have room for the small one behind it.
    @Test func aNewerVersionThatOvertookAnOlderGoesAgainBehindIt() throws {
        let world = World(seed: 1)
        let executor = SimulatedExecutor()
        world.executors = [executor]
        let clock = SimulatedClock(world: world, executor: executor)
        let mailbox = Mailbox<Delivery>(capacity: 16, weightLimit: 400_000)
        let router = Router(mailboxes: [mailbox], metrics: EngineMetrics())
        let seen = Seen()
        let intents = [try document("other", 150_000), try document("IR-1", 100_000), try document("IR-1", 10)]
        Task(executorPreference: executor) {
            while let batch = await mailbox.takeBatch(limit: 16) {
                for delivery in batch {
                    if case .books(let intent, _) = delivery, case .ingestion(.ingest(let document)) = intent.command {
                        seen.lengths.append(document.octets.count)
                    }
                    delivery.fail(.refusedByBooks(.noSuchItem(.source)))
                }
            }
        }
        Task(executorPreference: executor) {
            seen.outcomes = try? await BookCourier(router: router, time: clock).send(intents).count
            mailbox.close()
        }
        world.run(limit: 10_000, deadline: 60_000_000) { seen.outcomes != nil }
        #expect(world.violations.isEmpty)
        #expect(seen.lengths == [150_000, 10, 100_000, 10])
        #expect(seen.outcomes == 3)
    }
}
