internal import Domain
internal import Ports

extension HousekeepingContract {
    static let trimCases: [ContractCase<any StoreHarness>] = [
        .init("the log is trimmed from its beginning: before a time, up to a position, and never past what is published") { harness in
            var owner = try await Owner(harness.journal, 2)
            let count: Int64 = 40
            for number in 0..<Int(count) {
                let now = Sample.start + .minutes(Int64(number))
                _ = try await owner.submit([Sample.submission(number, in: owner)], at: now)
            }
            try await expect(owner, harness, through: .max, before: .latest, trimmedTo: 0, "before anything is published")
            try await publish(owner, upTo: 30)
            try await expect(owner, harness, through: .max, before: Sample.start + .minutes(10), trimmedTo: 10, "by a time")
            try await expect(owner, harness, through: 15, before: .latest, trimmedTo: 15, "by a position")
            try await expect(owner, harness, through: 3, before: .latest, trimmedTo: 15, "by a position that has passed")
            try await expect(owner, harness, through: .max, before: .latest, trimmedTo: 30, "what is published")
            try await harness.reopen()
            owner = try await Owner(harness.journal, 2)
            try requireEqual(owner.head, count, "the head")
            let left = try await harness.journal.events(in: owner.partition, after: 30, limit: 1_000)
            try requireEqual(left.map(\.position), Array(31...count), "what is left")
            try await publish(owner)
            try await expect(owner, harness, through: .max, before: .latest, trimmedTo: count, "everything")
            let last = try await harness.housekeeping.trimEvents(
                in: owner.partition, through: .max, before: .latest, epoch: owner.epoch)
            try requireEqual(last, TrimStep(trimmed: count, removed: 0, oldest: nil), "an empty log")
            let call = try await owner.submit([Sample.submission(900, in: owner)])[0]
            let new = try await harness.journal.events(in: owner.partition, after: count, limit: 10)
            try requireEqual(new.map(\.subject), [call.call.id.value], "the next event")
            try requireEqual(new.map(\.position), [count + 1], "its position")
        },
        .init("a follower behind the beginning of the log is told, and one at it misses nothing") { harness in
            var owner = try await Owner(harness.journal, 1)
            for number in 0..<20 {
                let now = Sample.start + .minutes(Int64(number))
                let tenant = number % 2 == 0 ? Sample.acme : Sample.zenith
                _ = try await owner.submit([Sample.submission(number, in: owner, tenant: tenant)], at: now)
            }
            try await publish(owner)
            let beginning = LogCursor.beginning(partitions: harness.events.partitionCount)
            try requireEqual(try await harness.events.oldest(), beginning, "the beginning of a whole log")
            try await expect(owner, harness, through: 8, before: .latest, trimmedTo: 8, "eight events")
            let oldest = try await harness.events.oldest()
            try requireEqual(oldest.positions, beginning.positions.indices.map { $0 == 1 ? 8 : 0 }, "the beginning")
            for position in [0, 7] as [Int64] {
                var positions = beginning.positions
                positions[1] = position
                positions[3] = 2
                do {
                    _ = try await harness.events.events(tenant: Sample.acme, after: LogCursor(positions: positions), limit: 10)
                    throw ContractFailure("a cursor at \(position) was taken")
                } catch let error as QueryError {
                    positions[1] = 8
                    try requireEqual(error.oldest?.positions, positions, "where to go on")
                }
            }
            let page = try await harness.events.events(tenant: Sample.acme, after: oldest, limit: 100)
            try requireEqual(page.events.map(\.position), [9, 11, 13, 15, 17, 19], "what is left for the tenant")
            try require(page.isAtEnd, "the end is not reached")
            let end = try await harness.events.end()
            try requireEqual(end.positions[1], owner.head, "the end")
            let early = try await harness.events.cursor(at: .earliest)
            try requireEqual(early, oldest, "the cursor before everything")
        },
    ]

    /// Trims until nothing more goes, and compares what is left.
    private static func expect(
        _ owner: Owner, _ harness: any StoreHarness, through position: Int64, before cutoff: Instant, trimmedTo expected: Int64,
        _ what: String
    ) async throws {
        var removed = 0
        for _ in 0..<6_000 {
            let before = try await harness.events.oldest().positions[owner.partition.index]
            let step = try await harness.housekeeping.trimEvents(
                in: owner.partition, through: position, before: cutoff, epoch: owner.epoch)
            try requireEqual(step.trimmed, before + Int64(step.removed), "\(what): the new beginning")
            removed += step.removed
            let left = try await harness.journal.events(in: owner.partition, after: step.trimmed, limit: 1)
            try requireEqual(step.oldest, left.first?.time, "\(what): the oldest time")
            // What a store has to read itself it may hold back for a while.
            if step.removed == 0, step.trimmed >= expected { break }
            if step.removed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
        try requireEqual(try await harness.events.oldest().positions[owner.partition.index], expected, what)
    }
}
