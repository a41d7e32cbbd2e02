internal import Domain
internal import Ports

/// What followers of the log are promised.
enum LogContract {
    static let cases: [ContractCase<any StoreHarness>] = [
        .init("the log of a tenant holds its events alone, each partition's in order, page by page without gap or repeat") { harness in
            let mine = try await fill(harness)
            for limit in [1, 5, 1_000] {
                let seen = try await follow(harness, from: .beginning(partitions: harness.events.partitionCount), limit: limit)
                for partition in 0..<4 {
                    let positions = seen.filter { $0.partition.index == partition }.map(\.position)
                    try requireEqual(
                        positions, mine.filter { $0.partition.index == partition }.map(\.position), "positions of \(partition)")
                }
                try requireEqual(seen.count, mine.count, "events in pages of \(limit)")
                try require(seen.allSatisfy { $0.tenant == Sample.acme }, "an event of another tenant")
            }
        },
        .init("events of one aggregate come in the order of versions, without gap") { harness in
            _ = try await fill(harness)
            let seen = try await follow(harness, from: .beginning(partitions: harness.events.partitionCount), limit: 7)
            for (subject, events) in Dictionary(grouping: seen, by: \.subject) {
                try requireEqual(events.map(\.version), (1...events.count).map { Int64($0) }, "versions of \(subject)")
            }
        },
        .init("partitions are merged by time where one page holds all") { harness in
            _ = try await fill(harness)
            let page = try await harness.events.events(
                tenant: Sample.acme, after: .beginning(partitions: harness.events.partitionCount), limit: 10_000)
            try requireEqual(page.events.map(\.time), page.events.map(\.time).sorted(), "times")
        },
        .init("the end cursor has nothing behind it until something is committed") { harness in
            _ = try await fill(harness)
            let end = try await harness.events.end()
            let empty = try await harness.events.events(tenant: Sample.acme, after: end, limit: 10)
            try requireEqual(empty, EventPage(events: [], next: end, isAtEnd: true), "the page at the end")
            var owner = try await Owner(harness.journal, 2)
            let call = try await owner.submit([Sample.submission(900, in: owner)])[0]
            let page = try await harness.events.events(tenant: Sample.acme, after: end, limit: 10)
            try requireEqual(page.events.map(\.subject), [call.call.id.value], "the new event")
            try requireEqual(page.events.map(\.position), [owner.head], "its position")
            try require(page.isAtEnd, "the end is not reached")
        },
        .init("the cursor moves over events of other tenants") { harness in
            var owner = try await Owner(harness.journal, 0)
            _ = try await owner.submit((0..<30).map { try Sample.submission($0, in: owner, tenant: Sample.zenith) })
            let beginning = LogCursor.beginning(partitions: harness.events.partitionCount)
            var cursor = beginning
            for _ in 0..<100 {
                let page = try await harness.events.events(tenant: Sample.acme, after: cursor, limit: 4)
                try requireEqual(page.events, [], "events")
                cursor = page.next
                if page.isAtEnd { break }
            }
            try requireEqual(cursor, try await harness.events.end(), "the cursor behind the others' events")
        },
        .init("the cursor at a time stands before the first event of each partition at that time or later") { harness in
            _ = try await fill(harness)
            var logs: [[CommittedEvent]] = []
            for partition in 0..<harness.events.partitionCount {
                logs.append(try await harness.journal.events(in: PartitionId(partition), after: 0, limit: 10_000))
            }
            let times = Set(logs.joined().flatMap { [$0.time, $0.time + TimeSpan(microseconds: 1), $0.time - TimeSpan(microseconds: 1)] })
            for time in times.union([.earliest, .latest, Instant(microseconds: 0)]).sorted() {
                let expected = logs.map { log in Int64(log.prefix { $0.time < time }.count) }
                try requireEqual(try await harness.events.cursor(at: time), LogCursor(positions: expected), "the cursor at \(time)")
            }
        },
        .init("the cursor at any time is the beginning in an empty store") { harness in
            let beginning = LogCursor.beginning(partitions: harness.events.partitionCount)
            for time in [Instant.earliest, Sample.start, .latest] {
                try requireEqual(try await harness.events.cursor(at: time), beginning, "the cursor at \(time)")
            }
        },
        .init("a tenant without events is at the end at once in an empty store") { harness in
            let beginning = LogCursor.beginning(partitions: harness.events.partitionCount)
            let page = try await harness.events.events(tenant: Sample.acme, after: beginning, limit: 10)
            try requireEqual(page, EventPage(events: [], next: beginning, isAtEnd: true), "the page")
            try requireEqual(try await harness.events.end(), beginning, "the end")
        },
    ]

    /// Events of two tenants, mixed, in four partitions.
    private static func fill(_ harness: any StoreHarness) async throws -> [CommittedEvent] {
        var mine: [CommittedEvent] = []
        for partition in 0..<4 {
            var owner = try await Owner(harness.journal, partition)
            for number in 0..<8 {
                let now = Sample.start + .seconds(Int64(number * 4 + (partition * 3) % 4))
                let tenant = (number + partition) % 3 == 0 ? Sample.zenith : Sample.acme
                let call = try await owner.submit([Sample.submission(number, in: owner, tenant: tenant)], at: now)[0]
                if number % 2 == 0 { _ = try await owner.commit(call, .cancel, at: now + .milliseconds(1)) }
            }
            mine += try await harness.journal.events(in: owner.partition, after: 0, limit: 1_000).filter { $0.tenant == Sample.acme }
        }
        return mine
    }

    private static func follow(_ harness: any StoreHarness, from start: LogCursor, limit: Int) async throws -> [CommittedEvent] {
        var cursor = start
        var seen: [CommittedEvent] = []
        for _ in 0..<10_000 {
            let page = try await harness.events.events(tenant: Sample.acme, after: cursor, limit: limit)
            try require(page.events.count <= limit, "a page of \(page.events.count) with limit \(limit)")
            seen += page.events
            cursor = page.next
            if page.isAtEnd { return seen }
        }
        throw ContractFailure("the log does not end")
    }
}
