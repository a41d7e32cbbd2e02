internal import Domain
internal import Ports

/// What every store promises to readers of calls and of the log.
public enum QueriesContract {
    public static let cases: [ContractCase<any StoreHarness>] = detailCases + listCases + LogContract.cases

    private static let detailCases: [ContractCase<any StoreHarness>] = [
        .init("a detail has the call and its attempts in order") { harness in
            var owner = try await Owner(harness.journal, 1)
            let policy = RetryPolicy(maxAttempts: 20, initialDelay: .zero, maxDelay: .zero)
            var call = try await owner.submit([Sample.submission(1, in: owner, retry: policy)])[0]
            var expected: [AttemptRecord] = []
            for number in 1...12 {
                let now = Sample.start + .seconds(Int64(number))
                call = try await owner.commit(call, .dueTimeReached, at: now)
                let kind = ExecutionFailure.Kind.allCases[number % 3 + 1]
                let failure = ExecutionFailure(
                    kind: number % 4 == 0 ? .status : kind, status: number % 4 == 0 ? 503 : nil, detail: "no \(number)")
                let snippet = number % 2 == 0 ? SealedBytes(bytes: [0, UInt8(number), 255]) : nil
                let report = ServiceCallCommand.executionFailed(attempt: number, failure, snippet: snippet)
                call = try await owner.commit(call, report, at: now + .milliseconds(5))
                expected.append(
                    .init(
                        number: number, startedAt: now, endedAt: now + .milliseconds(5), outcome: .failed(failure), snippet: snippet))
                if !failure.isRetryable(under: policy) {
                    call = try await owner.commit(call, .retry, at: now + .milliseconds(6))
                }
            }
            let detail = try requireSome(try await harness.calls.detail(of: call.call.id, tenant: Sample.acme), "the detail")
            try requireEqual(detail.call, call.call, "the call")
            try requireEqual(detail.attempts, expected, "the attempts")
        },
        .init("another tenant's call is not there") { harness in
            var owner = try await Owner(harness.journal, 1)
            let call = try await owner.submit([Sample.submission(1, in: owner)])[0]
            try require(try await harness.calls.detail(of: call.call.id, tenant: Sample.zenith) == nil, "a foreign detail")
            try requireEqual(try await all(harness, tenant: Sample.zenith), [], "a foreign list")
        },
        .init("a list goes newest first over all partitions, page by page without gap or repeat") { harness in
            let made = try await spread(harness, 40)
            let expected = made.sorted(by: newestFirst)
            for limit in [1, 7, 100] {
                try requireEqual(try await all(harness, limit: limit).map(\.id), expected.map(\.id), "calls in pages of \(limit)")
            }
            try requireEqual(try await all(harness, limit: 9), expected, "the calls")
        },
        .init("pages of a list stay in step while calls are added and changed") { harness in
            let made = try await spread(harness, 20).sorted(by: newestFirst)
            let first = try await harness.calls.list(tenant: Sample.acme, filter: .init(), after: nil, limit: 8)
            var owner = try await Owner(harness.journal, 0)
            _ = try await owner.submit((500..<505).map { try Sample.submission($0, in: owner) }, at: Sample.start + .hours(1))
            var seen = first.calls.map(\.id)
            var next = first.next
            while let place = next {
                let page = try await harness.calls.list(tenant: Sample.acme, filter: .init(), after: place, limit: 8)
                seen += page.calls.map(\.id)
                next = page.next
            }
            try requireEqual(seen, made.map(\.id), "what a reader sees who began before")
        },
    ]

    private static let listCases: [ContractCase<any StoreHarness>] = [
        .init("a list is narrowed by status, tag, host and times, alone and together") { harness in
            let made = try await spread(harness, 36)
            var filters: [ServiceCallFilter] = []
            func add(_ change: (inout ServiceCallFilter) -> Void) {
                var filter = ServiceCallFilter()
                change(&filter)
                filters.append(filter)
            }
            for status in ServiceCall.Status.allCases { add { $0.status = status } }
            for tag in ["red", "blue", "none", ""] { add { $0.tag = tag } }
            for host in ["a.example", "b.example", "c.example"] { add { $0.host = host } }
            add { $0.dueFrom = Sample.start + .seconds(105) }
            add { $0.dueTo = Sample.start + .seconds(105) }
            add { ($0.dueFrom, $0.dueTo) = (Sample.start + .seconds(103), Sample.start + .seconds(108)) }
            add { $0.createdFrom = Sample.start + .seconds(5) }
            add { $0.createdTo = Sample.start + .seconds(5) }
            add { ($0.createdFrom, $0.createdTo) = (Sample.start + .seconds(3), Sample.start + .seconds(7)) }
            add { ($0.status, $0.host, $0.tag) = (.scheduled, "a.example", "red") }
            add { ($0.status, $0.tag, $0.createdFrom) = (.cancelled, "blue", Sample.start + .seconds(1)) }
            add { ($0.host, $0.status, $0.dueTo) = ("b.example", .scheduled, Sample.start + .seconds(109)) }
            for filter in filters {
                let expected = made.filter { matches($0, filter) }.sorted(by: newestFirst).map(\.id)
                for limit in [3, 100] {
                    try requireEqual(try await all(harness, filter: filter, limit: limit).map(\.id), expected, "calls by \(filter)")
                }
            }
        },
        .init("a list sees what was committed just before, and not what has changed since") { harness in
            var owner = try await Owner(harness.journal, 0)
            var filter = ServiceCallFilter()
            filter.status = .scheduled
            for number in 0..<10 {
                let call = try await owner.submit([Sample.submission(number, in: owner)])[0]
                try requireEqual(try await all(harness, filter: filter).map(\.id), [call.call.id], "the scheduled call")
                _ = try await owner.commit(call, .cancel, at: Sample.start)
                try requireEqual(try await all(harness, filter: filter), [], "scheduled calls")
            }
        },
        .init("lists hold after opening again") { harness in
            let made = try await spread(harness, 12)
            try await harness.reopen()
            try requireEqual(try await all(harness).map(\.id), made.sorted(by: newestFirst).map(\.id), "the calls")
        },
    ]

    /// Makes calls in all partitions with various times, hosts, tags and states; some cancelled, some running, some ended.
    private static func spread(_ harness: any StoreHarness, _ count: Int) async throws -> [ServiceCall] {
        var owners: [Owner] = []
        for partition in 0..<4 { owners.append(try await Owner(harness.journal, partition)) }
        var made: [ServiceCall] = []
        for number in 0..<count {
            let at = number % 4
            let host = ["A.example", "b.example", "c.example"][number % 3]
            let tags = [["red"], [], ["blue", "red"], ["blue"], [""]][number % 5]
            let dueAt = Sample.start + .seconds(100 + Int64(number % 11))
            let submission = try Sample.submission(number, in: owners[at], url: "https://\(host)/\(number)", dueAt: dueAt, tags: tags)
            // Several calls share a time of creation, so that the identifier decides.
            var call = try await owners[at].submit([submission], at: Sample.start + .seconds(Int64(number / 4)))[0]
            switch number % 7 {
            case 1: call = try await owners[at].commit(call, .cancel, at: Sample.start + .seconds(99))
            case 2: call = try await owners[at].commit(call, .dueTimeReached, at: dueAt)
            case 3:
                call = try await owners[at].commit(call, .dueTimeReached, at: dueAt)
                call = try await owners[at].commit(call, .executionSucceeded(attempt: 1, .init(status: 200, bodyBytes: 2)), at: dueAt)
            case 4:
                call = try await owners[at].commit(call, .dueTimeReached, at: dueAt)
                call = try await owners[at].commit(call, .executionFailed(attempt: 1, .init(kind: .timeout, detail: "slow")), at: dueAt)
            default: break
            }
            made.append(call.call)
        }
        return made
    }

    private static func newestFirst(_ a: ServiceCall, _ b: ServiceCall) -> Bool {
        ServiceCallPlace(createdAt: a.createdAt, id: a.id) > ServiceCallPlace(createdAt: b.createdAt, id: b.id)
    }

    private static func all(
        _ harness: any StoreHarness, tenant: TenantId = Sample.acme, filter: ServiceCallFilter = .init(), limit: Int = 50
    ) async throws -> [ServiceCall] {
        var calls: [ServiceCall] = []
        var next: ServiceCallPlace?
        for _ in 0..<1_000 {
            let page = try await harness.calls.list(tenant: tenant, filter: filter, after: next, limit: limit)
            try require(page.calls.count <= limit, "a page of \(page.calls.count) with limit \(limit)")
            calls += page.calls
            next = page.next
            if next == nil { return calls }
        }
        throw ContractFailure("the list does not end")
    }

    private static func matches(_ call: ServiceCall, _ filter: ServiceCallFilter) -> Bool {
        func within(_ value: Instant?, _ from: Instant?, _ to: Instant?) -> Bool {
            guard from != nil || to != nil else { return true }
            guard let value else { return false }
            return value >= from ?? .earliest && (to == nil || value < to ?? .latest)
        }
        return (filter.status == nil || filter.status == call.status)
            && (filter.tag.map { call.submission.tags.contains($0) } ?? true)
            && (filter.host == nil || filter.host == call.submission.request.url.host)
            && within(call.dueAt, filter.dueFrom, filter.dueTo) && within(call.createdAt, filter.createdFrom, filter.createdTo)
    }
}
