import Domain
import PortContract
import Ports
import Synchronization

/// An owner that submits calls one by one and settles whatever goes wrong, as the engine's partitions do.
struct Load {
    let journal: any Journal
    let partition: Int
    /// Calls that are known to be stored.
    let stored = Counter()

    final class Counter: Sendable {
        private let count = Atomic<Int>(0)
        func add() { count.wrappingAdd(1, ordering: .relaxed) }
        var value: Int { count.load(ordering: .relaxed) }
    }

    /// Submits `count` calls.
    func run(_ count: Int) async throws {
        var owner = try await opened()
        for number in 0..<count { try await submit(number, &owner) }
    }

    private func opened() async throws -> Owner { try await patiently { try await Owner(journal, partition) } }

    private func taken() async throws -> Ownership { try await patiently { try await journal.takeOwnership(of: PartitionId(partition)) } }

    /// Tries until the store is there.
    private func patiently<Value>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 0..<6_000 {
            do { return try await body() } catch let error as JournalError {
                guard error.isUnavailable else { throw error }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        throw ContractFailure("the partition \(partition) was never given")
    }

    private func submit(_ number: Int, _ owner: inout Owner) async throws {
        for _ in 0..<6_000 {
            let change = try owner.change(nil, .submit(Sample.submission(number, in: owner)), at: Sample.start)
            let batch = owner.batch([change])
            do {
                try await journal.commit(batch)
                (owner.head, owner.lastOrdinal) = (batch.head, change.stored.ordinal)
                return stored.add()
            } catch .unavailable {
                try await Task.sleep(for: .milliseconds(5))
            } catch .ambiguous {
                let ownership = try await taken()
                owner.epoch = ownership.epoch
                if ownership.head == batch.head, ownership.headEpoch == batch.epoch {
                    (owner.head, owner.lastOrdinal) = (batch.head, change.stored.ordinal)
                    return stored.add()
                }
                try requireEqual(ownership.head, owner.head, "the head after a commit that was not stored")
            }
        }
        throw ContractFailure("call \(number) was never stored")
    }
}

/// Runs a load in each of four partitions while `trouble` is made, then checks that every call is stored once and in order.
func underLoad(_ journal: any Journal, calls: Int, _ trouble: ([Load]) async throws -> Void) async throws {
    let loads = (0..<4).map { Load(journal: journal, partition: $0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
        for load in loads {
            group.addTask {
                do { try await load.run(calls) } catch {
                    print("the load of partition \(load.partition) failed after \(load.stored.value) calls: \(error)")
                    throw error
                }
            }
        }
        try await trouble(loads)
        try await group.waitForAll()
    }
    for load in loads {
        let events = try await journal.events(in: PartitionId(load.partition), after: 0, limit: 100_000)
        try requireEqual(events.map(\.position), (1...calls).map { Int64($0) }, "positions of partition \(load.partition)")
        try requireEqual(Set(events.map(\.subject)).count, calls, "calls of partition \(load.partition)")
    }
}
