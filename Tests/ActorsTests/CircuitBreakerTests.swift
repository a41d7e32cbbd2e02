import Domain
import Ports
import PropertyKit
import Testing

@testable import Actors

@Suite struct CircuitBreakerTests {
    private static let settings = CircuitBreaker.Settings(failures: 3, firstOpen: .seconds(5), longestOpen: .seconds(60), probes: 2)
    private let failed = AttemptOutcome.failed(retryAfter: nil)

    private func at(_ seconds: Int64) -> Uptime { Uptime(microseconds: 1_000_000 * seconds) }

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { _ = breaker.record(failed, at: at(0), Self.settings) }
        return breaker
    }

    @Test func onlyFailuresInARowOpenIt() {
        var breaker = CircuitBreaker()
        let outcomes: [AttemptOutcome] = [failed, failed, .succeeded, failed, failed, .answered, failed, failed, .nothing]
        #expect(outcomes.allSatisfy { !breaker.record($0, at: at(0), Self.settings) })
        #expect(breaker.failures == 2)
        let opens = breaker.record(failed, at: at(1), Self.settings)
        #expect(opens && breaker.state == .open(until: at(6)))
    }

    @Test func whatSaysNothingOfTheTargetIsNotCounted() {
        #expect(AttemptOutcome(ExecutionFailure(kind: .status, status: 404, detail: "")) == .answered)
        #expect(AttemptOutcome(ExecutionFailure(kind: .targetRefused, detail: "")) == .nothing)
        #expect(AttemptOutcome(ExecutionFailure(kind: .cancelled, detail: "")) == .nothing)
        #expect(AttemptOutcome(ExecutionFailure(kind: .timeout, detail: "")) == failed)
        let asked = ExecutionFailure(kind: .status, status: 429, detail: "", retryAfter: .seconds(9))
        #expect(AttemptOutcome(asked) == .failed(retryAfter: .seconds(9)))
    }

    @Test func itTriesAFewAndClosesWhenTheyAllSucceed() {
        var breaker = opened()
        breaker.advance(to: at(4))
        #expect(breaker.state == .open(until: at(5)))
        breaker.advance(to: at(5))
        #expect(breaker.state == .halfOpen(succeeded: 0))
        _ = breaker.record(.succeeded, at: at(5), Self.settings)
        #expect(breaker.state == .halfOpen(succeeded: 1))
        _ = breaker.record(.answered, at: at(5), Self.settings)
        #expect(breaker.isPristine)
    }

    @Test func theWaitDoublesUpToItsLimitWhileTheTargetFails() {
        var breaker = opened()
        var now: Int64 = 5
        for wait in [Int64(10), 20, 40, 60, 60] {
            breaker.advance(to: at(now))
            let opens = breaker.record(failed, at: at(now), Self.settings)
            #expect(opens && breaker.state == .open(until: at(now + wait)))
            now += wait
        }
    }

    @Test func whatTheTargetAskedForIsKeptWithinTheLimit() {
        var breaker = CircuitBreaker()
        for _ in 0..<2 { _ = breaker.record(failed, at: at(0), Self.settings) }
        _ = breaker.record(.failed(retryAfter: .seconds(30)), at: at(0), Self.settings)
        #expect(breaker.state == .open(until: at(30)))
        breaker.advance(to: at(30))
        _ = breaker.record(.failed(retryAfter: .hours(3)), at: at(30), Self.settings)
        #expect(breaker.state == .open(until: at(90)))
    }

    @Test func whatWasUnderWayWhenItOpenedChangesNothing() {
        var breaker = opened()
        let opens = breaker.record(failed, at: at(1), Self.settings)
        _ = breaker.record(.succeeded, at: at(1), Self.settings)
        #expect(!opens && breaker.state == .open(until: at(5)))
    }

    private struct Broken: Error {}

    /// However outcomes and time come: it is never open longer than the limit, and never closes without a success.
    @Test func aBreakerAlwaysTriesAgain() throws {
        enum Step { case outcome(AttemptOutcome), pass(Int64) }
        try forAll(cases: 2_000) { generator in
            (0..<40).map { _ in
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: Step.outcome(.succeeded)
                case 1: Step.outcome(.nothing)
                case 2, 3, 4: Step.outcome(.failed(retryAfter: generator.chance(20) ? .hours(1) : nil))
                default: Step.pass(Int64.random(in: 0...70, using: &generator))
                }
            }
        } property: { steps in
            var breaker = CircuitBreaker()
            var now: Int64 = 0
            for step in steps {
                let before = breaker.state
                switch step {
                case .pass(let seconds):
                    now += seconds
                    breaker.advance(to: at(now))
                case .outcome(let outcome):
                    _ = breaker.record(outcome, at: at(now), Self.settings)
                    if before != .closed, breaker.state == .closed, outcome != .succeeded { throw Broken() }
                }
                if case .open(let until) = breaker.state, until > at(now + 60) { throw Broken() }
            }
        }
    }
}

extension CircuitBreakerTests {
    @Test func aRateLetsItsBurstThroughAndThenKeepsItsPace() {
        var bucket = TokenBucket(AdmissionLimits.Rate(perSecond: 10, burst: 3))
        let start = Uptime(microseconds: 5_000_000)
        for _ in 0..<3 {
            #expect(bucket.next(at: start) <= start)
            bucket.take(at: start)
        }
        #expect(bucket.next(at: start) == start + .milliseconds(100))
        var now = start
        for _ in 0..<50 {
            now = max(now, bucket.next(at: now))
            bucket.take(at: now)
        }
        #expect(now == start + .seconds(5))
        #expect(bucket.isFull(at: now + .milliseconds(300)))
    }

    @Test func theSketchOfLatenciesForgetsThePast() {
        var sketch = LatencySketch()
        #expect(sketch.quantile(50) == nil && sketch.errorRate == 0)
        for _ in 0..<1_000 { sketch.observe(.milliseconds(900), failed: true) }
        #expect(sketch.quantile(50) == 1_000 && sketch.errorRate == 1)
        for _ in 0..<5_000 { sketch.observe(.milliseconds(8), failed: false) }
        #expect(sketch.quantile(99) == 10 && sketch.errorRate < 0.01)
        sketch.observe(.hours(9), failed: false)
        #expect(sketch.quantile(100) == 1_000_000)
    }
}
