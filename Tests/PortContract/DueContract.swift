internal import Domain
internal import Ports

/// What the timer is promised: pages in the order of due times, running attempts among them, ended calls never.
enum DueContract {
    static let cases: [ContractCase<any StoreHarness>] = [
        .init("due calls come in the order of due time and identifier, page by page without gap or repeat") { harness in
            var owner = try await Owner(harness.journal, 0)
            // Seven calls share each due time, so that pages end inside ties.
            let stored = try await owner.submit(
                (0..<28).map { try Sample.submission($0, in: owner, dueAt: Sample.start + .seconds(Int64($0 % 4))) })
            let expected = stored.compactMap { call in
                call.call.dueAt.map {
                    DueEntry(tenant: Sample.acme, id: call.call.id, host: "example.com", version: 1, dueAt: $0, running: nil)
                }
            }.sorted { $0.place < $1.place }
            for limit in [1, 3, 7, 100] {
                var entries: [DueEntry] = []
                while true {
                    let page = try await harness.journal.due(
                        in: owner.partition, tenant: Sample.acme, after: entries.last?.place, upTo: .latest, limit: limit)
                    try require(page.count <= limit, "a page of \(page.count) with limit \(limit)")
                    entries += page
                    if page.count < limit { break }
                }
                try requireEqual(entries, expected, "entries in pages of \(limit)")
            }
        },
        .init("due calls end at the time asked for, inclusive") { harness in
            var owner = try await Owner(harness.journal, 0)
            _ = try await owner.submit((0..<4).map { try Sample.submission($0, in: owner, dueAt: Sample.start + .seconds(Int64($0))) })
            let entries = try await harness.journal.due(
                in: owner.partition, tenant: Sample.acme, after: .first, upTo: Sample.start + .seconds(1), limit: 9)
            try requireEqual(entries.map(\.dueAt), [Sample.start, Sample.start + .seconds(1)], "due times")
            let none = try await harness.journal.due(
                in: owner.partition, tenant: Sample.acme, after: nil, upTo: Sample.start - .seconds(1), limit: 9)
            try requireEqual(none, [], "entries before the first")
        },
        .init("due calls are of one tenant and one partition") { harness in
            var a = try await Owner(harness.journal, 0)
            var b = try await Owner(harness.journal, 1)
            let mine = try await a.submit([Sample.submission(1, in: a)])[0]
            _ = try await a.submit([Sample.submission(1, in: a, tenant: Sample.zenith)])
            _ = try await b.submit([Sample.submission(1, in: b)])
            let entries = try await harness.journal.due(in: a.partition, tenant: Sample.acme, after: nil, upTo: .latest, limit: 9)
            try requireEqual(entries.map(\.id), [mine.call.id], "entries")
        },
        .init("tenants with due calls come in order, page by page, and only those") { harness in
            var owner = try await Owner(harness.journal, 0)
            let names = ["a", "a-b", "a.b", "a_b", "b", "b1", "later", "zz"]
            for (number, name) in names.enumerated() {
                let dueAt = name == "later" ? Sample.start + .hours(1) : Sample.start
                _ = try await owner.submit([Sample.submission(number, in: owner, tenant: Sample.tenant(name), dueAt: dueAt)])
            }
            let expected = names.filter { $0 != "later" }.sorted().map { Sample.tenant($0) }
            for limit in [1, 3, 50] {
                var tenants: [TenantId] = []
                while true {
                    let page = try await harness.journal.dueTenants(
                        in: owner.partition, upTo: Sample.start, after: tenants.last, limit: limit)
                    tenants += page
                    if page.count < limit { break }
                }
                try requireEqual(tenants, expected, "tenants in pages of \(limit)")
            }
            try requireEqual(
                try await harness.journal.dueTenants(in: PartitionId(2), upTo: .latest, after: nil, limit: 9), [],
                "tenants of an empty partition")
        },
        .init("a running call stays in the list with its attempt, its deadline and the due time at which it started") { harness in
            var owner = try await Owner(harness.journal, 0)
            let dueAt = Sample.start + .seconds(5)
            let stored = try await owner.submit([Sample.submission(1, in: owner, dueAt: dueAt, timeout: .seconds(7))])[0]
            let started = dueAt + .milliseconds(30)
            _ = try await owner.commit(stored, .dueTimeReached, at: started)
            let running = DueEntry.Running(attempt: 1, epoch: owner.epoch, deadline: started + .seconds(7))
            let expected = DueEntry(
                tenant: Sample.acme, id: stored.call.id, host: "example.com", version: 2, dueAt: dueAt, running: running)
            let entries = try await harness.journal.due(in: owner.partition, tenant: Sample.acme, after: nil, upTo: dueAt, limit: 9)
            try requireEqual(entries, [expected], "entries")
            try requireEqual(
                try await harness.journal.dueTenants(in: owner.partition, upTo: dueAt, after: nil, limit: 9), [Sample.acme], "tenants")
        },
        .init("a call that was brought forward and started in one commit is found by the time it started") { harness in
            var owner = try await Owner(harness.journal, 0)
            let stored = try await owner.submit([Sample.submission(1, in: owner, dueAt: Sample.start + .hours(9))])[0]
            let forward = try owner.change(stored, .reschedule(dueAt: Sample.start), at: Sample.start)
            let started = try owner.change(forward.stored, .dueTimeReached, at: Sample.start)
            let write = ServiceCallWrite(stored: started.stored, expectedVersion: 1, endedAttempts: [])
            try await harness.journal.commit(
                CommitBatch(
                    partition: owner.partition, epoch: owner.epoch, expectedHead: owner.head, serviceCalls: [write],
                    events: owner.batch([forward, started]).events))
            let entries = try await harness.journal.due(in: owner.partition, tenant: Sample.acme, after: nil, upTo: Sample.start, limit: 9)
            try requireEqual(entries.map(\.running?.attempt), [1], "the running attempt")
        },
        .init("a retry is listed at its new time, and a call that has ended is not listed at all") { harness in
            var owner = try await Owner(harness.journal, 0)
            let policy = RetryPolicy(maxAttempts: 3, initialDelay: .zero, maxDelay: .hours(2))
            var calls = try await owner.submit((0..<3).map { try Sample.submission($0, in: owner, retry: policy) })
            for index in calls.indices { calls[index] = try await owner.commit(calls[index], .dueTimeReached, at: Sample.start) }
            let later = ExecutionFailure(kind: .status, status: 503, detail: "", retryAfter: .hours(1))
            _ = try await owner.commit(calls[0], .executionFailed(attempt: 1, later), at: Sample.start)
            _ = try await owner.commit(calls[1], .executionSucceeded(attempt: 1, .init(status: 200, bodyBytes: 1)), at: Sample.start)
            _ = try await owner.commit(calls[2], .cancel, at: Sample.start)
            let entries = try await harness.journal.due(in: owner.partition, tenant: Sample.acme, after: nil, upTo: .latest, limit: 9)
            try requireEqual(entries.map(\.dueAt), [Sample.start + .hours(1)], "due times")
            try requireEqual(entries.map(\.running), [nil], "running attempts")
            try requireEqual(
                try await harness.journal.dueTenants(in: owner.partition, upTo: Sample.start, after: nil, limit: 9), [], "tenants due now")
        },
        .init("a call that is opened again is due again") { harness in
            var owner = try await Owner(harness.journal, 0)
            var call = try await owner.submit([Sample.submission(1, in: owner)])[0]
            call = try await owner.commit(call, .dueTimeReached, at: Sample.start)
            call = try await owner.commit(call, .executionFailed(attempt: 1, .init(kind: .targetRefused, detail: "")), at: Sample.start)
            try requireEqual(call.call.status, .failed, "the status")
            call = try await owner.commit(call, .retry, at: Sample.start + .seconds(9))
            let entries = try await harness.journal.due(in: owner.partition, tenant: Sample.acme, after: nil, upTo: .latest, limit: 9)
            try requireEqual(entries.map(\.dueAt), [Sample.start + .seconds(9)], "due times")
            call = try await owner.commit(call, .dueTimeReached, at: Sample.start + .seconds(10))
            let running = try await harness.journal.due(in: owner.partition, tenant: Sample.acme, after: nil, upTo: .latest, limit: 9)
            try requireEqual(running.map(\.running?.attempt), [2], "the attempt")
        },
    ]
}
