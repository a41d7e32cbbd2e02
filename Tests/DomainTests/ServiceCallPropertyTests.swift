import PropertyKit
import Testing

@testable import Domain

@Suite struct ServiceCallPropertyTests {
    enum Step {
        case command(String, ServiceCallCommand, entropy: UInt64)
        case pass(Int64)
    }

    struct Broken: Error, CustomStringConvertible { let description: String }

    /// Any intents and reports, in any order, at any time.
    private func steps(_ generator: inout SeededGenerator) throws -> [Step] {
        let retry = RetryPolicy(
            maxAttempts: Int.random(in: 1...4, using: &generator), initialDelay: .seconds(1), maxDelay: .seconds(8),
            deadline: generator.chance(30) ? Scenario.start + .seconds(20) : nil)
        let submission = try Scenario.submission(
            dueAt: Scenario.start + .seconds(Int64.random(in: -3...3, using: &generator)), retry: retry)
        return (0..<Int.random(in: 1...40, using: &generator)).map { _ in
            let attempt = Int.random(in: 0...5, using: &generator)
            let entropy = generator.next()
            let commands: [(String, ServiceCallCommand)] = [
                ("submit", .submit(submission)), ("cancel", .cancel), ("retry", .retry), ("due", .dueTimeReached),
                ("due", .dueTimeReached), ("due", .dueTimeReached),
                ("reschedule", .reschedule(dueAt: Scenario.start + .seconds(Int64.random(in: -5...30, using: &generator)))),
                ("elapsed", .backOffElapsed(version: Int64.random(in: 1...12, using: &generator))),
                ("timeout \(attempt)", .attemptTimedOut(attempt: attempt)), ("lost \(attempt)", .attemptOwnerLost(attempt: attempt)),
                ("ok \(attempt)", .executionSucceeded(attempt: attempt, ResponseSummary(status: 200, bodyBytes: 1))),
                ("503 \(attempt)", .executionFailed(attempt: attempt, ExecutionFailure(kind: .status, status: 503, detail: ""))),
                ("404 \(attempt)", .executionFailed(attempt: attempt, ExecutionFailure(kind: .status, status: 404, detail: ""))),
            ]
            if generator.chance(25) { return .pass(Int64.random(in: -2...10, using: &generator)) }
            let (name, command) = commands[Int.random(in: 0..<commands.count, using: &generator)]
            return .command(name, command, entropy: entropy)
        }
    }

    @Test func anySequenceKeepsTheInvariants() throws {
        try forAll(cases: 20_000, generate: { (try? steps(&$0)) ?? [] }) { steps in
            var watch = Watch()
            for step in steps {
                switch step {
                case .pass(let seconds): watch.scenario.pass(.seconds(seconds))
                case .command(_, let command, let entropy): try watch.take(command, entropy)
                }
            }
        }
    }

    @Test func aPropertyThatDoesNotHoldIsShrunkToItsCore() throws {
        do {
            try forAll(cases: 100, generate: { g in (0..<50).map { _ in Int.random(in: 0..<100, using: &g) } }) { numbers in
                if numbers.contains(where: { $0 > 90 }) { throw Broken(description: "too large") }
            }
            Issue.record("the property was expected to be falsified")
        } catch let falsified as Falsified {
            #expect(falsified.description.contains("(1 of 50 steps)"))
        }
    }

    /// Walks beside the decider and checks what must always be true.
    private struct Watch {
        var scenario = Scenario()
        private var openAttempt = false
        private var ended = false
        private var starts = 0

        mutating func take(_ command: ServiceCallCommand, _ entropy: UInt64) throws {
            let before = scenario.state
            let decided: [ServiceCallEvent]
            do {
                decided = try scenario.when(command, entropy: entropy)
            } catch {
                guard scenario.state == before else { throw Broken(description: "a refused command changed the state") }
                return
            }
            for event in decided { try see(event, dueAt: before?.dueAt) }
            let after = scenario.state
            if decided.isEmpty, after != before { throw Broken(description: "no event, but another state") }
            guard (after?.version ?? 0) == (before?.version ?? 0) + Int64(decided.count) else {
                throw Broken(description: "the version does not count the events")
            }
            if case .dueTimeReached = command {
            } else if !decided.isEmpty {
                let again = try? ServiceCall.decide(after, command, DecisionContext(now: scenario.now, epoch: 1, entropy: entropy))
                guard (again ?? []).isEmpty else { throw Broken(description: "deciding again yields events") }
            }
        }

        private mutating func see(_ event: ServiceCallEvent, dueAt: Instant?) throws {
            if ended, event.kind != .retried { throw Broken(description: "\(event.kind) after the end") }
            switch event.kind {
            case .executionStarted:
                if openAttempt { throw Broken(description: "two attempts at once") }
                guard let dueAt, scenario.now >= dueAt else { throw Broken(description: "started early") }
                openAttempt = true
                starts += 1
                guard scenario.state?.attempts == starts else { throw Broken(description: "attempts are miscounted") }
            case .executionSucceeded, .executionFailed:
                if !openAttempt { throw Broken(description: "an end without a start") }
                openAttempt = false
            case .retried:
                if !ended { throw Broken(description: "retried before the end") }
                ended = false
            case .succeeded, .failed, .cancelled:
                if openAttempt { throw Broken(description: "ended while an attempt ran") }
                ended = true
            case .submitted, .rescheduled, .retryScheduled: break
            }
        }
    }
}
