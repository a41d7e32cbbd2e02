internal import Domain
internal import Ports

/// What every `Journal` promises: the fence, expected versions, all or nothing, and that what is loaded is what was stored.
public enum JournalContract {
    public static let cases: [ContractCase<any StoreHarness>] = fenceCases + contentCases + cursorCases + DueContract.cases

    private static let fenceCases: [ContractCase<any StoreHarness>] = [
        .init("taking ownership raises the epoch and tells head, ordinal and cursor") { harness in
            var first = try await Owner(harness.journal, 1)
            _ = try await first.submit([Sample.submission(1, in: first), Sample.submission(2, in: first)])
            try await harness.journal.storePublished([PublishedCursor(partition: first.partition, epoch: first.epoch, position: 1)])
            let second = try await harness.journal.takeOwnership(of: first.partition)
            try requireEqual(
                second, Ownership(epoch: first.epoch + 1, head: 2, headEpoch: first.epoch, lastOrdinal: 2, published: 1), "the ownership")
        },
        .init("the head's epoch is that of the last commit, not of the last owner") { harness in
            let fresh = try await harness.journal.takeOwnership(of: PartitionId(1))
            try requireEqual(fresh.headEpoch, 0, "the head's epoch before the first commit")
            var owner = try await Owner(harness.journal, 1)
            _ = try await owner.submit([Sample.submission(1, in: owner)])
            let idle = try await harness.journal.takeOwnership(of: owner.partition)
            let last = try await harness.journal.takeOwnership(of: owner.partition)
            try requireEqual(idle.headEpoch, owner.epoch, "the head's epoch")
            try requireEqual(last.headEpoch, owner.epoch, "the head's epoch after an owner who committed nothing")
            try requireEqual(last.epoch, owner.epoch + 2, "the epoch")
        },
        .init("a commit of an owner who lost the partition stores nothing") { harness in
            let old = try await Owner(harness.journal, 0)
            let submission = try Sample.submission(1, in: old)
            let batch = old.batch([try old.change(nil, .submit(submission), at: Sample.start)])
            let new = try await Owner(harness.journal, 0)
            try await requireError("a stale commit", \.isOwnershipLost) { try await harness.journal.commit(batch) }
            try requireEqual(try await harness.journal.load(submission, in: old.partition), nil, "the call of the stale owner")
            try requireEqual(try await harness.journal.events(in: old.partition, after: 0, limit: 10), [], "events of the stale owner")
            try requireEqual(try await Owner(harness.journal, 0).head, new.head, "the head")
        },
        .init("a commit from another head than the store's stores nothing") { harness in
            var owner = try await Owner(harness.journal, 0)
            _ = try await owner.submit([Sample.submission(1, in: owner)])
            let second = try owner.change(nil, .submit(Sample.submission(2, in: owner)), at: Sample.start)
            for head in [0, 2] as [Int64] {
                try await requireError("head \(head)", \.isOwnershipLost) {
                    try await harness.journal.commit(owner.batch([second], head: head))
                }
            }
            try requireEqual(
                try await harness.journal.load([ServiceCallKey(tenant: second.call.tenant, id: second.call.id)], in: owner.partition), [],
                "the call")
        },
        .init("the same commit again is refused: the head has moved") { harness in
            let owner = try await Owner(harness.journal, 0)
            let batch = owner.batch([try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start)])
            try await harness.journal.commit(batch)
            try await requireError("the repeated commit", \.isOwnershipLost) { try await harness.journal.commit(batch) }
        },
        .init("owners of different partitions do not disturb each other") { harness in
            var a = try await Owner(harness.journal, 0)
            var b = try await Owner(harness.journal, 3)
            _ = try await Owner(harness.journal, 1)
            let inA = try await a.submit([Sample.submission(1, in: a)])
            let inB = try await b.submit([Sample.submission(1, in: b)])
            try requireEqual(try await harness.journal.load(inA[0].call.submission, in: a.partition), inA[0], "the call in 0")
            try requireEqual(try await harness.journal.load(inB[0].call.submission, in: b.partition), inB[0], "the call in 3")
            try requireEqual(try await harness.journal.events(in: b.partition, after: 0, limit: 9).map(\.position), [1], "positions in 3")
        },
        .init("a call that exists cannot be made again") { harness in
            var owner = try await Owner(harness.journal, 0)
            let stored = try await owner.submit([Sample.submission(1, in: owner)])[0]
            let other = try Sample.submission(1, in: owner, body: Array("other".utf8))
            let again = try owner.change(nil, .submit(other), at: Sample.start)
            try await requireError("a second insert", \.isRejected) { try await harness.journal.commit(owner.batch([again])) }
            try requireEqual(try await harness.journal.load(other, in: owner.partition), stored, "the call as it was made first")
        },
        .init("a commit that expects another version stores nothing of itself") { harness in
            var owner = try await Owner(harness.journal, 0)
            let stored = try await owner.submit([Sample.submission(1, in: owner)])[0]
            let cancelled = try owner.change(stored, .cancel, at: Sample.start)
            let stale = ServiceCallWrite(stored: cancelled.stored, expectedVersion: 7, endedAttempts: [])
            let fresh = try owner.change(nil, .submit(Sample.submission(2, in: owner)), at: Sample.start)
            let good = owner.batch([fresh, cancelled])
            let bad = CommitBatch(
                partition: good.partition, epoch: good.epoch, expectedHead: good.expectedHead, serviceCalls: [fresh.write, stale],
                events: good.events)
            try await requireError("a stale version", \.isRejected) { try await harness.journal.commit(bad) }
            try requireEqual(
                try await harness.journal.load(fresh.call.submission, in: owner.partition), nil, "the other call of the commit")
            try requireEqual(try await harness.journal.load(stored.call.submission, in: owner.partition), stored, "the call")
            try requireEqual(try await harness.journal.events(in: owner.partition, after: 0, limit: 9).count, 1, "events")
            try await harness.journal.commit(good)
        },
        .init("concurrent commits of all partitions are all stored") { harness in
            let count = min(4, harness.journal.partitionCount)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for partition in 0..<count {
                    group.addTask {
                        var owner = try await Owner(harness.journal, partition)
                        for number in 0..<20 { _ = try await owner.submit([Sample.submission(number, in: owner)]) }
                    }
                }
                try await group.waitForAll()
            }
            for partition in 0..<count {
                let positions = try await harness.journal.events(in: PartitionId(partition), after: 0, limit: 100).map(\.position)
                try requireEqual(positions, Array(1...20), "positions of partition \(partition)")
            }
        },
    ]

    private static let contentCases: [ContractCase<any StoreHarness>] = [
        .init("what was never stored is not found") { harness in
            var owner = try await Owner(harness.journal, 0)
            let stored = try await owner.submit([Sample.submission(1, in: owner)])[0]
            let absent = Sample.id(2, partition: 0, of: harness.journal.partitionCount)
            let found = try await harness.journal.load(
                [ServiceCallKey(tenant: Sample.acme, id: absent), ServiceCallKey(tenant: Sample.acme, id: stored.call.id)],
                in: owner.partition)
            try requireEqual(found, [stored], "what is found")
            let foreign = ServiceCallKey(tenant: Sample.zenith, id: stored.call.id)
            try requireEqual(try await harness.journal.load([foreign], in: owner.partition), [], "the call under another tenant")
            try requireEqual(try await harness.journal.load([ServiceCallKey](), in: owner.partition), [], "nothing")
        },
        .init("two tenants may use the same identifier") { harness in
            var owner = try await Owner(harness.journal, 0)
            let count = harness.journal.partitionCount
            let shared = Sample.id(1, partition: 0, of: count)
            let other = (0..<1_000).map { Sample.tenant("t\($0)") }
                .first { ServiceCallKey(tenant: $0, id: shared).partition(of: count).index == 0 }
            let a = try resubmitted(Sample.submission(1, in: owner), tenant: Sample.acme, id: shared)
            let b = try resubmitted(Sample.submission(1, in: owner, body: [9]), tenant: requireSome(other, "a tenant"), id: shared)
            let stored = try await owner.submit([a, b])
            try requireEqual(try await harness.journal.load(a, in: owner.partition), stored[0], "the first tenant's")
            try requireEqual(try await harness.journal.load(b, in: owner.partition), stored[1], "the second tenant's")
        },
        .init("every part of a request comes back byte for byte, NUL, odd and large bytes among them") { harness in
            var owner = try await Owner(harness.journal, 2)
            var submissions: [ServiceCallSubmission] = []
            for (number, body) in OddBytes.bodies.enumerated() { submissions.append(try Sample.submission(number, in: owner, body: body)) }
            for (number, text) in OddBytes.texts.enumerated() {
                submissions.append(
                    try Sample.submission(
                        100 + number, in: owner, headers: [("X-A", "b"), ("x-a", "ü \u{1F600}\t"), ("X-Empty", "")],
                        tags: [text, "b", text + "c"],
                        correlationId: text))
            }
            submissions.append(try fullyDressed(200, in: owner))
            let schedule = CallOrigin.schedule(ScheduleId(UniqueId(high: 5, low: 6)), nominal: Sample.start + .milliseconds(1))
            submissions.append(try Sample.submission(201, in: owner, url: "https://example.com", headers: [], body: [], origin: schedule))
            let stored = try await owner.submit(submissions)
            let keys = submissions.map { ServiceCallKey(tenant: $0.tenant, id: $0.id) }
            let found = byId(try await harness.journal.load(keys, in: owner.partition))
            try requireEqual(found.count, stored.count, "calls found")
            for (a, b) in zip(found, byId(stored)) { try requireEqual(a, b, "a call") }
            try await harness.reopen()
            let kept = byId(try await harness.journal.load(keys, in: owner.partition))
            for (a, b) in zip(kept, byId(stored)) { try requireEqual(a, b, "a call after opening again") }
            try requireEqual(kept.count, stored.count, "calls kept")
        },
        .init("a call whose payload is not sealed is refused") { harness in
            let owner = try await Owner(harness.journal, 0)
            for payload in [SealedRequest.Payload.clear([1, 0, 0, 0]), .erased] {
                let sample = try Sample.submission(1, in: owner)
                let request = SealedRequest(method: .POST, url: sample.request.url, payload: payload, bodyBytes: 0)
                let submission = ServiceCallSubmission(
                    tenant: sample.tenant, id: sample.id, request: request, fingerprint: sample.fingerprint, correlationId: "c")
                let batch = owner.batch([try owner.change(nil, .submit(submission), at: Sample.start)])
                try await requireError("\(payload)", \.isRejected) { try await harness.journal.commit(batch) }
            }
        },
        .init("every state of a call's life comes back as it was stored") { harness in
            var owner = try await Owner(harness.journal, 0)
            let retry = RetryPolicy(maxAttempts: 2, initialDelay: .seconds(1), maxDelay: .seconds(9))
            var call = try await owner.submit([Sample.submission(1, in: owner, retry: retry)])[0]
            let failure = ExecutionFailure(kind: .status, status: 503, detail: "Service Unavailable\u{0}", retryAfter: .seconds(3))
            let steps: [(ServiceCallCommand, Int64)] = [
                (.reschedule(dueAt: Sample.start + .seconds(5)), 1), (.dueTimeReached, 5), (.executionFailed(attempt: 1, failure), 6),
                (.dueTimeReached, 20), (.executionFailed(attempt: 2, failure), 21), (.retry, 30), (.dueTimeReached, 31),
                (.executionSucceeded(attempt: 3, ResponseSummary(status: 204, bodyBytes: 0)), 32),
            ]
            for (command, second) in steps {
                call = try await owner.commit(call, command, at: Sample.start + .seconds(second))
                try requireEqual(
                    try await harness.journal.load(call.call.submission, in: owner.partition), call, "the call after \(command)")
            }
            try requireEqual(call.call.status, .succeeded, "the end")
            var other = try await owner.submit([Sample.submission(2, in: owner)])[0]
            other = try await owner.commit(other, .cancel, at: Sample.start)
            try requireEqual(try await harness.journal.load(other.call.submission, in: owner.partition), other, "the cancelled call")
        },
        .init("a call made and started in one commit is stored as running") { harness in
            var owner = try await Owner(harness.journal, 0)
            let submitted = try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start)
            let started = try owner.change(submitted.stored, .dueTimeReached, at: Sample.start)
            let write = ServiceCallWrite(stored: started.stored, expectedVersion: 0, endedAttempts: [])
            let events = owner.batch([submitted, started]).events
            try await harness.journal.commit(
                CommitBatch(partition: owner.partition, epoch: owner.epoch, expectedHead: owner.head, serviceCalls: [write], events: events)
            )
            owner.head += 2
            try requireEqual(try await harness.journal.load(started.call.submission, in: owner.partition), started.stored, "the call")
            let entries = try await harness.journal.due(in: owner.partition, tenant: Sample.acme, after: nil, upTo: Sample.start, limit: 9)
            try requireEqual(entries.map(\.running?.attempt), [1], "the running attempt")
        },
        .init("events come back in the order of positions, with odd and large data") { harness in
            var owner = try await Owner(harness.journal, 0)
            var data: [[UInt8]] = []
            for (number, bytes) in OddBytes.bodies.enumerated() {
                try await owner.commit([owner.change(nil, .submit(Sample.submission(number, in: owner)), at: Sample.start)], data: bytes)
                data.append(bytes)
            }
            let all = try await harness.journal.events(in: owner.partition, after: 0, limit: 1_000)
            try requireEqual(all.map(\.position), (1...data.count).map { Int64($0) }, "positions")
            for (event, bytes) in zip(all, data) { try requireEqual(event.data, bytes, "data of event \(event.position)") }
            try requireEqual(all.map(\.version), all.map { _ in 1 }, "versions")
            let page = try await harness.journal.events(in: owner.partition, after: 2, limit: 3)
            try requireEqual(page, Array(all[2..<5]), "a page in the middle")
            try requireEqual(try await harness.journal.events(in: owner.partition, after: owner.head, limit: 3), [], "after the last")
        },
        .init("events are read up to a number of bytes, and always the first") { harness in
            var owner = try await Owner(harness.journal, 0)
            let sizes = [900, 40, 60, 1, 999, 0, 5_000, 200_000, 30, 70, 0, 0, 1]
            for (number, size) in sizes.enumerated() {
                let data = [UInt8](repeating: UInt8(number), count: size)
                try await owner.commit([owner.change(nil, .submit(Sample.submission(number, in: owner)), at: Sample.start)], data: data)
            }
            for bytes in [0, 1, 100, 1_000, 5_000, 250_000, Int.max] {
                var positions: [Int64] = []
                while positions.count < sizes.count {
                    let start = positions.count
                    let page = try await harness.journal.events(
                        in: owner.partition, after: Int64(start), limit: 5, bytes: bytes)
                    var expected = 1
                    while expected < 5, start + expected < sizes.count, sizes[start...(start + expected)].reduce(0, +) <= bytes {
                        expected += 1
                    }
                    try requireEqual(page.map(\.data.count), Array(sizes[start..<(start + expected)]), "\(bytes) bytes after \(start)")
                    positions += page.map(\.position)
                }
                try requireEqual(positions, (1...sizes.count).map { Int64($0) }, "positions by \(bytes) bytes")
            }
        },
        .init("opening again keeps everything") { harness in
            var owner = try await Owner(harness.journal, 1)
            let stored = try await owner.submit((1...3).map { try Sample.submission($0, in: owner) })
            try await harness.journal.storePublished([PublishedCursor(partition: owner.partition, epoch: owner.epoch, position: 2)])
            let id = harness.journal.storeId
            let events = try await harness.journal.events(in: owner.partition, after: 0, limit: 9)
            try await harness.reopen()
            try requireEqual(harness.journal.storeId, id, "the store's identity")
            let ownership = try await harness.journal.takeOwnership(of: owner.partition)
            try requireEqual(
                ownership, Ownership(epoch: owner.epoch + 1, head: 3, headEpoch: owner.epoch, lastOrdinal: 3, published: 2), "the ownership"
            )
            try requireEqual(try await harness.journal.events(in: owner.partition, after: 0, limit: 9), events, "the events")
            let keys = stored.map { ServiceCallKey(tenant: $0.call.tenant, id: $0.call.id) }
            try requireEqual(byId(try await harness.journal.load(keys, in: owner.partition)), byId(stored), "the calls")
        },
    ]

    private static let cursorCases: [ContractCase<any StoreHarness>] = [
        .init("the published cursor never moves back") { harness in
            var owner = try await Owner(harness.journal, 0)
            _ = try await owner.submit((1...5).map { try Sample.submission($0, in: owner) })
            for position in [3, 1, 4, 2] as [Int64] {
                try await harness.journal.storePublished([
                    PublishedCursor(partition: owner.partition, epoch: owner.epoch, position: position)
                ])
            }
            try requireEqual(try await harness.journal.takeOwnership(of: owner.partition).published, 4, "the cursor")
        },
        .init("a cursor of an owner who lost the partition is refused") { harness in
            var old = try await Owner(harness.journal, 0)
            _ = try await old.submit((1...2).map { try Sample.submission($0, in: old) })
            _ = try await Owner(harness.journal, 0)
            try await requireError("a stale cursor", \.isOwnershipLost) {
                try await harness.journal.storePublished([PublishedCursor(partition: old.partition, epoch: old.epoch, position: 2)])
            }
            try requireEqual(try await harness.journal.takeOwnership(of: old.partition).published, 0, "the cursor")
        },
        .init("cursors of several partitions are stored together") { harness in
            let a = try await Owner(harness.journal, 0)
            let b = try await Owner(harness.journal, 1)
            try await harness.journal.storePublished([])
            for var owner in [a, b] { _ = try await owner.submit((1...3).map { try Sample.submission($0, in: owner) }) }
            try await harness.journal.storePublished([
                PublishedCursor(partition: a.partition, epoch: a.epoch, position: 2),
                PublishedCursor(partition: b.partition, epoch: b.epoch, position: 3),
            ])
            try requireEqual(try await harness.journal.takeOwnership(of: a.partition).published, 2, "the first cursor")
            try requireEqual(try await harness.journal.takeOwnership(of: b.partition).published, 3, "the second cursor")
        },
    ]

    private static func resubmitted(_ submission: ServiceCallSubmission, tenant: TenantId, id: ServiceCallId) throws
        -> ServiceCallSubmission
    {
        ServiceCallSubmission(
            tenant: tenant, id: id, request: submission.request, fingerprint: submission.fingerprint,
            correlationId: submission.correlationId)
    }

    /// A submission in which nothing has its standard value.
    private static func fullyDressed(_ number: Int, in owner: Owner) throws -> ServiceCallSubmission {
        try Sample.submission(
            number, in: owner, url: "http://[2001:db8::1]:8080/%00/?q=%F0%9F%98%80&a=b", dueAt: Sample.start + .seconds(1),
            tags: (0..<16).map { "tag-\($0)" }, timeout: .milliseconds(123),
            retry: RetryPolicy(
                maxAttempts: 7, initialDelay: .milliseconds(3), maxDelay: .seconds(77), deadline: Sample.start + .hours(1),
                statuses: [429, 503]), redirects: 5,
            origin: .subscription(SubscriptionId(UniqueId(high: 1, low: 2)), event: UniqueId(high: 3, low: 4)))
    }
}

/// Bytes that stores have been known to change.
enum OddBytes {
    static let bodies: [[UInt8]] = [
        [], [0], [0, 0, 0], Array("a\u{0}b".utf8), [0xFF, 0xFE, 0xFD], [0xC3], [0xED, 0xA0, 0x80], Array("😀 é \u{FEFF}".utf8),
        Array("'; DROP TABLE events; --".utf8), Array("\r\n\\\"\t".utf8), (0...255).map { UInt8($0) },
        (0..<OutgoingRequest.maxBodyBytes).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) },
        Array(repeating: 0, count: 70_000),
    ]

    static let texts = ["", "a:b,c", "3:abc,", "é", "e\u{301}", "😀", "\u{0}", "a\u{0}b", "'\"\\", "\u{FEFF}x", "line\nbreak"]
}
