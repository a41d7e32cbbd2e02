public import Domain
public import Ports

/// What every store promises to retention: what has ended and is old goes whole, everything else stays as it is.
public enum HousekeepingContract {
    public static let cases: [ContractCase<any StoreHarness>] = findingCases + purgeCases + erasureCases + trimCases + contentCases

    // MARK: - Finding

    private static let findingCases: [ContractCase<any StoreHarness>] = [
        .init("the calls that ended by a time are found in the order in which they were made, and no others") { harness in
            var owner = try await Owner(harness.journal, 1)
            let ends = try await Ends(&owner, count: 45)
            let latest = Sample.start + .minutes(20)
            let found = try await ended(harness, in: owner, upTo: latest)
            let expected = ends.ended.filter { ($0.call.endedAt ?? .latest) <= latest }
            try requireEqual(found.map(\.ordinal), expected.map(\.ordinal), "ordinals")
            try requireEqual(found.map(\.version), expected.map(\.call.version), "versions")
            try requireEqual(found.map(\.end.rawValue), expected.map(\.call.status.rawValue), "ends")
            try requireEqual(found.map { Optional($0.endedAt) }, expected.map(\.call.endedAt), "times")
            try requireEqual(Set(found.map(\.tenant)), [Sample.acme, Sample.zenith], "tenants")
            try require(found.allSatisfy(\.hasPayload), "a payload is not seen")
            try requireEqual(try await ended(harness, in: owner, upTo: .earliest), [], "calls that ended before everything")
        },
        .init("a call without payload has nothing to erase") { harness in
            var owner = try await Owner(harness.journal, 1)
            let bare = try Sample.submission(1, in: owner, url: "https://example.com/", headers: [], body: [])
            let call = try await owner.submit([bare])[0]
            _ = try await owner.commit(call, .cancel, at: Sample.start)
            try requireEqual(try await ended(harness, in: owner).map(\.hasPayload), [false], "payloads")
        },
    ]

    // MARK: - Purging

    private static let purgeCases: [ContractCase<any StoreHarness>] = [
        .init("a purged call is gone from everywhere, and all others are as they were") { harness in
            var owner = try await Owner(harness.journal, 1)
            let ends = try await Ends(&owner, count: 45)
            let gone = try await ended(harness, in: owner).enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            try await purge(gone, harness, owner)
            let ordinals = Set(gone.map(\.ordinal))
            for turn in 0..<2 {
                for stored in ends.all {
                    let isGone = ordinals.contains(stored.ordinal)
                    let found = try await harness.journal.load(stored.call.submission, in: owner.partition)
                    try requireEqual(found, isGone ? nil : stored, "call \(stored.ordinal), look \(turn)")
                    let detail = try await harness.calls.detail(of: stored.call.id, tenant: stored.call.tenant)
                    try requireEqual(detail?.call, isGone ? nil : stored.call, "its detail")
                }
                for tenant in [Sample.acme, Sample.zenith] {
                    let left = ends.all.filter { $0.call.tenant == tenant && !ordinals.contains($0.ordinal) }.map(\.call.id)
                    try requireEqual(Set(try await listed(harness, tenant)), Set(left), "the list of \(tenant)")
                    let due = try await harness.journal.due(
                        in: owner.partition, tenant: tenant, after: nil, upTo: .latest, limit: 1_000)
                    let waiting = ends.all.filter { $0.call.tenant == tenant && !$0.call.status.isTerminal }.map(\.call.id)
                    try requireEqual(Set(due.map(\.id)), Set(waiting), "the due calls of \(tenant)")
                }
                try requireEqual(
                    try await ended(harness, in: owner).map(\.ordinal), ends.ended.map(\.ordinal).filter { !ordinals.contains($0) },
                    "ended calls")
                if turn == 0 { try await harness.reopen() }
            }
        },
        .init("the identifier of a purged call may be given again, and the new call starts from nothing") { harness in
            var owner = try await Owner(harness.journal, 2)
            let submission = try Sample.submission(1, in: owner, tags: ["again"])
            let first = try await finish(try await owner.submit([submission])[0], .succeeded, &owner, at: Sample.start)
            try await purge(try await ended(harness, in: owner), harness, owner)
            let second = try await owner.submit([submission], at: Sample.start + .hours(1))[0]
            try require(second.ordinal > first.ordinal, "an ordinal was given again")
            try requireEqual(try await harness.journal.load(submission, in: owner.partition), second, "the new call")
            let detail = try requireSome(try await harness.calls.detail(of: submission.id, tenant: Sample.acme), "its detail")
            try requireEqual(detail.attempts, [], "its attempts")
            try requireEqual(try await listed(harness, Sample.acme, tag: "again"), [submission.id], "the list")
            try await requireError("the same once more", \.isRejected) {
                let again = try owner.change(nil, .submit(submission), at: Sample.start)
                try await harness.journal.commit(owner.batch([again]))
            }
        },
        .init("a failed call that was retried since it was found stays whole") { harness in
            var owner = try await Owner(harness.journal, 0)
            let call = try await finish(
                try await owner.submit([Sample.submission(1, in: owner, tags: ["kept"])])[0], .failed, &owner, at: Sample.start)
            let found = try await ended(harness, in: owner)
            let retried = try await owner.commit(call, .retry, at: Sample.start + .hours(1))
            let step = try await harness.housekeeping.clean(found, .purge, in: owner.partition, epoch: owner.epoch)
            try requireEqual(step, CleaningStep(looked: 1, done: 0), "the step")
            try requireEqual(try await harness.journal.load(call.call.submission, in: owner.partition), retried, "the call")
            try requireEqual(try await listed(harness, Sample.acme, tag: "kept"), [call.call.id], "the list")
            try requireEqual(
                try await harness.calls.detail(of: call.call.id, tenant: Sample.acme)?.attempts.count, 1, "its attempts")
        },
        .init("a commit to a call that was purged since it was loaded is refused, and nothing of the call comes back") { harness in
            var owner = try await Owner(harness.journal, 0)
            let call = try await finish(try await owner.submit([Sample.submission(1, in: owner)])[0], .failed, &owner, at: Sample.start)
            let retry = try owner.change(call, .retry, at: Sample.start + .hours(1))
            try await purge(try await ended(harness, in: owner), harness, owner)
            try await requireError("a retry of what is gone", \.isRejected) { try await harness.journal.commit(owner.batch([retry])) }
            try requireEqual(try await harness.journal.load(call.call.submission, in: owner.partition), nil, "the call")
        },
        .init("calls that are retried and purged at the same moment are either gone or whole, and the owner is told which") { harness in
            var owner = try await Owner(harness.journal, 0)
            var failed: [StoredServiceCall] = []
            for number in 0..<24 {
                let call = try await owner.submit([Sample.submission(number, in: owner)])[0]
                failed.append(try await finish(call, .failed, &owner, at: Sample.start))
            }
            let found = try await ended(harness, in: owner)
            let (housekeeping, partition, epoch) = (harness.housekeeping, owner.partition, owner.epoch)
            async let cleaned: Int = {
                var done = 0
                for call in found.reversed() {
                    done += try await housekeeping.clean([call], .purge, in: partition, epoch: epoch).done
                }
                return done
            }()
            var retried: [Int64: StoredServiceCall] = [:]
            for call in failed {
                do { retried[call.ordinal] = try await owner.commit(call, .retry, at: Sample.start + .hours(1)) } catch let error
                    as JournalError
                {
                    try require(error.isRejected, "the wrong error, \(error)")
                }
            }
            let purged = try await cleaned
            try require(purged + retried.count <= failed.count, "\(purged) purged, \(retried.count) retried of \(failed.count)")
            for call in failed {
                let stored = try await harness.journal.load(call.call.submission, in: owner.partition)
                let detail = try await harness.calls.detail(of: call.call.id, tenant: Sample.acme)
                try requireEqual(detail?.call, stored?.call, "the detail")
                try requireEqual(detail?.attempts.count, stored == nil ? nil : 1, "the attempts")
                if let again = retried[call.ordinal] { try requireEqual(stored, again, "a retried call") }
            }
        },
        .init("what lives is never purged or erased, whatever is asked") { harness in
            var owner = try await Owner(harness.journal, 3)
            let ends = try await Ends(&owner, count: 9)
            let living = ends.all.filter { !$0.call.status.isTerminal }
            let asked = living.map {
                EndedCall(
                    ordinal: $0.ordinal, version: $0.call.version, tenant: $0.call.tenant, end: .succeeded, endedAt: Sample.start,
                    hasPayload: true)
            }
            for cleaning in [CallCleaning.purge, .erasePayloads] {
                let step = try await harness.housekeeping.clean(asked, cleaning, in: owner.partition, epoch: owner.epoch)
                try requireEqual(step.done, 0, "calls")
            }
            for stored in living {
                try requireEqual(try await harness.journal.load(stored.call.submission, in: owner.partition), stored, "a living call")
            }
        },
        .init("an owner who lost the partition cleans and trims nothing") { harness in
            var old = try await Owner(harness.journal, 0)
            let ends = try await Ends(&old, count: 6)
            try await publish(old)
            let found = try await ended(harness, in: old)
            _ = try await harness.journal.takeOwnership(of: old.partition)
            let epoch = old.epoch
            for cleaning in [CallCleaning.purge, .erasePayloads] {
                try await requireError("cleaning", \.isOwnershipLost) {
                    _ = try await harness.housekeeping.clean(found, cleaning, in: PartitionId(0), epoch: epoch)
                }
            }
            try await requireError("trimming", \.isOwnershipLost) {
                _ = try await harness.housekeeping.trimEvents(in: PartitionId(0), through: .max, before: .latest, epoch: epoch)
            }
            for stored in ends.all {
                try requireEqual(try await harness.journal.load(stored.call.submission, in: old.partition), stored, "a call")
            }
            try requireEqual(try await harness.events.oldest().positions[0], 0, "the beginning of the log")
        },
    ]

    // MARK: - Erasing

    private static let erasureCases: [ContractCase<any StoreHarness>] = [
        .init("an erased call keeps everything but its payload and the beginnings of answers; a failed one keeps those too") { harness in
            var owner = try await Owner(harness.journal, 1)
            let ends = try await Ends(&owner, count: 18)
            try await clean(try await ended(harness, in: owner), .erasePayloads, harness, owner)
            for turn in 0..<2 {
                for stored in ends.all {
                    let call = stored.call
                    let found = try requireSome(
                        try await harness.journal.load(call.submission, in: owner.partition), "call \(stored.ordinal)")
                    let isErased = call.status == .succeeded || call.status == .cancelled
                    let request = isErased ? call.submission.request.erased : call.submission.request
                    try requireEqual(found.call.submission.request, request, "the request of \(call.status), look \(turn)")
                    try requireEqual(found.call.state, call.state, "the state")
                    try requireEqual(found.call.version, call.version, "the version")
                    try requireEqual(found.call.submission.fingerprint, call.submission.fingerprint, "the fingerprint")
                    let detail = try requireSome(try await harness.calls.detail(of: call.id, tenant: call.tenant), "the detail")
                    try requireEqual(detail.attempts.count, call.attempts, "attempts")
                    let hasSnippets = call.attempts > 0 && !isErased && call.status.isTerminal
                    try requireEqual(detail.attempts.contains { $0.snippet != nil }, hasSnippets, "beginnings of answers")
                }
                let left = try await ended(harness, in: owner).filter(\.hasPayload)
                try require(left.allSatisfy { $0.end == .failed }, "a payload is left")
                let step = try await harness.housekeeping.clean(left, .erasePayloads, in: owner.partition, epoch: owner.epoch)
                try requireEqual(step.done, 0, "erased again")
                if turn == 0 {
                    try await harness.reopen()
                    owner = try await Owner(harness.journal, 1)
                }
            }
        }
    ]

    // MARK: - Helpers

    /// Calls of two tenants that have ended in every way, one after the other, and some that have not.
    struct Ends {
        var all: [StoredServiceCall] = []
        var ended: [StoredServiceCall] { all.filter { $0.call.status.isTerminal } }

        init(_ owner: inout Owner, count: Int) async throws {
            for number in 0..<count {
                let now = Sample.start + .minutes(Int64(number))
                let tenant = number % 2 == 0 ? Sample.acme : Sample.zenith
                // Due soon, and so late that the due time stands elsewhere.
                let due = number % 4 < 2 ? now : now + .hours(50)
                let call = try await owner.submit(
                    [Sample.submission(number, in: owner, tenant: tenant, dueAt: due, tags: ["all", "n\(number % 3)"])], at: now)[0]
                switch number % 9 {
                case 0, 1, 2: all.append(try await finish(call, .succeeded, &owner, at: now))
                case 3, 4: all.append(try await finish(call, .failed, &owner, at: now))
                case 5, 6: all.append(try await finish(call, .cancelled, &owner, at: now))
                default: all.append(call)
                }
            }
        }
    }

    public static func finish(_ call: StoredServiceCall, _ end: CallEnd, _ owner: inout Owner, at now: Instant) async throws
        -> StoredServiceCall
    {
        if end == .cancelled { return try await owner.commit(call, .cancel, at: now) }
        var call = call
        if let dueAt = call.call.dueAt, dueAt > now { call = try await owner.commit(call, .reschedule(dueAt: now), at: now) }
        call = try await owner.commit(call, .dueTimeReached, at: now)
        let snippet = SealedBytes(bytes: Array("sealed answer".utf8))
        if end == .succeeded {
            return try await owner.commit(
                call, .executionSucceeded(attempt: 1, .init(status: 200, bodyBytes: 9), snippet: snippet), at: now)
        }
        let failure = ExecutionFailure(kind: .status, status: 400, detail: "no")
        return try await owner.commit(call, .executionFailed(attempt: 1, failure, snippet: snippet), at: now)
    }

    public static func ended(_ harness: any StoreHarness, in owner: Owner, upTo latest: Instant = .latest) async throws -> [EndedCall] {
        var found: [EndedCall] = []
        var place: Int64? = 0
        for _ in 0..<10_000 {
            guard let after = place else { return found }
            let page = try await harness.housekeeping.endedCalls(in: owner.partition, after: after, upTo: latest)
            try require(page.next.map { $0 > after } ?? true, "the look does not get on")
            found += page.calls
            place = page.next
        }
        throw ContractFailure("the look does not end")
    }

    /// Cleans until every call is done. One that cannot be taken yet can be soon.
    static func clean(_ calls: [EndedCall], _ cleaning: CallCleaning, _ harness: any StoreHarness, _ owner: Owner) async throws {
        var left = calls.count { cleaning == .purge || $0.end.isFinal && $0.hasPayload }
        for _ in 0..<6_000 {
            var rest = calls[...]
            while !rest.isEmpty {
                let step = try await harness.housekeeping.clean(Array(rest), cleaning, in: owner.partition, epoch: owner.epoch)
                try require(step.looked > 0 && step.looked <= rest.count && step.done <= step.looked, "the step is \(step)")
                rest = rest.dropFirst(step.looked)
                left -= step.done
            }
            if left == 0 { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ContractFailure("\(left) calls were not taken")
    }

    static func purge(_ calls: [EndedCall], _ harness: any StoreHarness, _ owner: Owner) async throws {
        try await clean(calls, .purge, harness, owner)
    }

    public static func listed(_ harness: any StoreHarness, _ tenant: TenantId, tag: String? = nil) async throws -> [ServiceCallId] {
        var filter = ServiceCallFilter()
        filter.tag = tag
        let page = try await harness.calls.list(tenant: tenant, filter: filter, after: nil, limit: 1_000)
        try require(page.next == nil, "the list goes on")
        return page.calls.map(\.id)
    }

    public static func publish(_ owner: Owner, upTo position: Int64? = nil) async throws {
        try await owner.journal.storePublished([
            PublishedCursor(partition: owner.partition, epoch: owner.epoch, position: position ?? owner.head)
        ])
    }
}
