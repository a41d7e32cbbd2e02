import PropertyKit
import Testing

@testable import Domain

private typealias S = BookScenario

@Suite("Sources and their runs")
struct SourceDeciderTests {
    private func command(_ command: SourceCommand) throws -> BookCommand { .item(.source(try S.source(), command)) }

    @Test func aNameIsAnIdentity() throws {
        var books = try S()
        #expect(try books.when(S.make()).names == ["ingestion.source-created"])
        #expect(try books.when(S.make()).isEmpty)
        #expect(throws: BookError.itemExists(.source)) { try books.when(S.make(S.sourcePlan(2))) }
        #expect(try books.when(command(.put(S.sourcePlan(2), ifVersion: nil))).names == ["ingestion.source-changed"])
        #expect(try books.when(command(.put(S.sourcePlan(2), ifVersion: 1))).isEmpty)
        #expect(throws: BookError.versionConflict(actual: 2)) { try books.when(command(.put(S.sourcePlan(3), ifVersion: 1))) }
        #expect(try books.when(command(.delete)).count == 1)
        #expect(try books.when(command(.delete)).isEmpty)
        #expect(books.counts?.sources == 0)
        // Made again, it goes on with its versions.
        #expect(try books.when(command(.put(S.sourcePlan(3), ifVersion: nil))).names == ["ingestion.source-created"])
        #expect(try books.sourceItem()?.version == 4)
        #expect(books.counts?.sources == 1)
    }

    @Test func aDeletedSourceKeepsNoPasswordAndNoMapping() throws {
        var books = try S()
        try books.when(S.make())
        try books.when(command(.delete))
        #expect(try books.sourceItem()?.plan.request.password == .erased)
        #expect(try books.sourceItem()?.plan.mapping == nil)
        for one in [SourceCommand.pause, .resume, .run] {
            #expect(throws: BookError.noSuchItem(.source)) { try books.when(command(one)) }
        }
        #expect(throws: BookError.noSuchItem(.source)) { try books.when(S.begin(1)) }
    }

    @Test func aTenantHasALimitOfSources() throws {
        var books = try S()
        for number in 1...IngestionLimits.sources {
            try books.when(.item(.source(S.source("s\(number)"), .create(S.sourcePlan()))))
        }
        #expect(throws: BookError.tooManyItems(.source, limit: IngestionLimits.sources)) { try books.when(S.make()) }
    }

    @Test func runsOfASourceDoNotOverlap() throws {
        var books = try S()
        try books.when(S.make())
        #expect(try books.when(S.begin(1)).names == ["ingestion.run-started"])
        #expect(try books.when(S.begin(1)).isEmpty)
        #expect(throws: BookError.runUnderWay(S.run(1))) { try books.when(S.begin(2)) }
        #expect(try books.when(S.end(1)).names == ["ingestion.run-ended"])
        #expect(try books.when(S.end(1, .failed)).isEmpty)
        #expect(books.run(1)?.status == .succeeded)
        try books.when(S.begin(2))
        #expect(try books.progress()?.running == S.run(2))
        #expect(throws: BookError.noSuchIngestion(.run)) { try books.when(S.end(3)) }
    }

    @Test func theWindowMovesWithCompleteRunsAlone() throws {
        var books = try S()
        let begin = books.now
        try books.when(S.make())
        try books.when(S.begin(1))
        #expect(books.run(1)?.window == .init(from: begin - .hours(24), to: begin))
        books.pass(.minutes(1))
        try books.when(S.end(1, .failed))
        #expect(try books.progress()?.completeTo == nil)
        try books.when(S.begin(2))
        #expect(books.run(2)?.window.from == begin - .hours(24) + .minutes(1))
        books.pass(.minutes(1))
        try books.when(S.end(2, .partial))
        // Not when it ended, but up to where it had asked.
        #expect(try books.progress()?.completeTo == begin + .minutes(1))
        try books.when(S.begin(3))
        #expect(books.run(3)?.window == .init(from: begin - .minutes(4), to: begin + .minutes(2)))
        try books.when(S.end(3, .abandoned))
        #expect(try books.progress()?.completeTo == begin + .minutes(1))
    }

    @Test func theBreakerOpensAfterFailuresInARowAndClosesWithACompleteRun() throws {
        var books = try S()
        try books.when(S.make())
        func breaker() throws -> SourceProgress.Breaker? { try books.progress()?.breaker(at: books.now) }
        for number in 1...UInt64(SourceProgress.failuresToOpen) {
            #expect(try breaker() ?? .closed == .closed)
            try books.when(S.begin(2 * number))
            // What an engine's end cuts off says nothing of the source.
            try books.when(S.end(2 * number, .abandoned))
            try books.when(S.begin(2 * number + 1))
            try books.when(S.end(2 * number + 1, .failed))
        }
        #expect(try breaker() == .open(until: books.now + SourceProgress.coolDown))
        books.pass(SourceProgress.coolDown)
        #expect(try breaker() == .halfOpen)
        try books.when(S.begin(90))
        try books.when(S.end(90, .failed))
        #expect(try breaker() == .open(until: books.now + SourceProgress.coolDown))
        try books.when(S.begin(91, .request))
        try books.when(S.end(91, .succeeded))
        #expect(try breaker() == .closed)
    }

    @Test func changedSettingsCloseTheBreakerAndNothingElseDoes() throws {
        var books = try S()
        try books.when(S.make())
        for number in 1...UInt64(SourceProgress.failuresToOpen) {
            try books.when(S.begin(number))
            try books.when(S.end(number, .failed))
        }
        func isOpen() throws -> Bool { if case .open? = try books.progress()?.breaker(at: books.now) { true } else { false } }
        for one in [SourceCommand.pause, .resume, .run, .put(try S.sourcePlan(), ifVersion: nil)] {
            try books.when(command(one))
            #expect(try isOpen())
        }
        let before = try #require(try books.progress())
        try books.when(command(.put(S.sourcePlan(2), ifVersion: nil)))
        let after = try #require(try books.progress())
        #expect(after.breaker(at: books.now) == .closed && after.failuresInRow == 0)
        #expect(after.version == before.version + 1)
        #expect(after.lastRun == before.lastRun && after.completeTo == before.completeTo && after.lastStatus == .failed)
    }

    @Test func whatIsSealedLaterIsTheSameSourceAndDoesNotOverwriteAChange() throws {
        var books = try S()
        try books.when(S.make())
        let open = try #require(try books.sourceItem()).plan
        #expect(open.request.hasOpenSecrets)
        let secrets = SourceRequest.Secret.sealed(SealedBytes(bytes: [4]))
        let sealed = open.request.sealed(password: open.request.password, secrets: secrets)
        #expect(!sealed.hasOpenSecrets)
        #expect(try books.when(command(.seal(sealed, ifVersion: 7))).isEmpty)
        #expect(try books.when(command(.seal(sealed, ifVersion: 1))).names == ["ingestion.source-changed"])
        let source = try #require(try books.sourceItem())
        #expect(source.version == 2 && source.plan.request == sealed)
        #expect(source.plan.fingerprint == open.fingerprint && source.plan.split == open.split)
        #expect(try books.when(command(.seal(sealed, ifVersion: 2))).isEmpty)
        #expect(try books.when(S.make()).isEmpty)
        try books.when(command(.delete))
        #expect(throws: BookError.noSuchItem(.source)) { try books.when(command(.seal(sealed, ifVersion: 3))) }
    }

    @Test func aDeletedSourceKeepsNothingSecretEvenIfItWasNeverSealed() throws {
        var books = try S()
        try books.when(S.make())
        try books.when(command(.delete))
        let request = try #require(try books.sourceItem()).plan.request
        #expect(request.url.description == "https://erp.example.com/soap?[redacted]")
        #expect(request.secrets == .erased)
    }

    @Test func aRunBeginsInThePlaceOfOneThatIsNotOnRecordAndOfNoOther() throws {
        var books = try S()
        try books.when(S.make())
        try books.when(S.begin(1))
        func begin(_ number: UInt64, inPlaceOf lost: UInt64) throws -> BookCommand {
            .ingestion(
                .begin(
                    RunStart(
                        id: S.run(number), source: try S.source(), trigger: .schedule, trace: S.trace, inPlaceOf: S.run(lost))))
        }
        #expect(throws: BookError.runUnderWay(S.run(1))) { try books.when(begin(2, inPlaceOf: 1)) }
        books.lose(.ingestion(books.tenant, .run(S.run(1))))
        #expect(throws: BookError.runUnderWay(S.run(1))) { try books.when(S.begin(2)) }
        #expect(throws: BookError.runUnderWay(S.run(1))) { try books.when(begin(2, inPlaceOf: 3)) }
        #expect(try books.when(begin(2, inPlaceOf: 1)).names == ["ingestion.run-started"])
        #expect(try books.progress()?.running == S.run(2))
    }

    @Test func aRunAnswersAllRequestsBeforeIt() throws {
        var books = try S()
        try books.when(S.make())
        #expect(try books.when(command(.pause)).count == 1)
        #expect(try books.when(command(.run)).names == ["ingestion.source-run-requested"])
        try books.when(command(.run))
        try books.when(S.begin(1, .request))
        #expect(try books.progress()?.served == 2)
        try books.when(command(.run))
        try books.when(S.end(1))
        #expect(try books.sourceItem()?.requests == 3)
        #expect(try books.progress()?.served == 2)
    }

    @Test func aSourceThatIsMadeAgainBeginsAnewButNotBesideARun() throws {
        var books = try S()
        try books.when(S.make())
        try books.when(S.begin(1))
        try books.when(S.end(1))
        try books.when(S.begin(2))
        try books.when(command(.delete))
        // As long as a run is under way, its progress is found by the next owner.
        #expect(try books.item(.progress(S.source()))?.isDeleted == false)
        try books.when(S.make())
        #expect(try books.progress()?.completeTo == nil)
        #expect(throws: BookError.runUnderWay(S.run(2))) { try books.when(S.begin(3)) }
        try books.when(S.end(2))
        try books.when(command(.delete))
        #expect(try books.item(.progress(S.source()))?.isDeleted == true)
    }

    /// Any sequence of commands leaves one run at most under way, counts that are right, and records that survive being stored.
    @Test func anyHistoryStaysInOrder() throws {
        try forAll(cases: 400) { generator in
            (0..<Int.random(in: 1...60, using: &generator)).map { _ in Int.random(in: 0..<14, using: &generator) }
        } property: { (steps: [Int]) in
            var books = try S()
            var runs: UInt64 = 0
            for step in steps {
                books.pass(.seconds(7))
                let before = books.records
                do {
                    switch step {
                    case 0: try books.when(S.make())
                    case 1: try books.when(command(.put(S.sourcePlan(2), ifVersion: nil)))
                    case 2: try books.when(command(.pause))
                    case 3: try books.when(command(.resume))
                    case 4: try books.when(command(.run))
                    case 5: try books.when(command(.delete))
                    case 6...8:
                        runs += 1
                        try books.when(S.begin(runs))
                    case 9: try books.when(S.end(runs))
                    case 10: try books.when(S.end(runs, .failed))
                    case 11: try books.when(S.end(max(1, runs) - 1, .abandoned))
                    case 12: try books.when(S.ingest("R-1", "A"))
                    default: try books.when(S.ingest("R-1", "B"))
                    }
                } catch is BookError {
                    try #require(books.records == before)
                }
                try Self.check(books)
            }
        }
    }

    private static func check(_ books: BookScenario) throws {
        var running = 0
        for record in books.records.values {
            switch record {
            case .ingestion(let record):
                if case .run(let run) = record, run.status == .running { running += 1 }
                let read = IngestionRecord(
                    key: record.key, tenant: record.tenant, version: record.version, storedState: record.storedState)
                try #require(read == record)
            case .item(let item):
                let read = TenantItem(
                    kind: item.key.kind, tenant: item.tenant, id: item.key.id, version: item.version, storedState: item.storedState)
                try #require(read == item)
            default: break
            }
        }
        try #require(running == (try books.progress()?.running == nil ? 0 : 1))
        let inUse = try books.sourceItem().map { $0.status != .deleted } ?? false
        try #require(books.counts?.sources ?? 0 == (inUse ? 1 : 0))
    }
}
