import Foundation
import Simulation
import Testing

/// The whole engine under faults, on virtual time. `SEEDS=n` runs n histories, `SEED=n` the one history n, with its trace.
@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test func everyHistoryKeepsTheInvariants() throws {
        if let text = Self.environment["SEED"], let seed = UInt64(text) {
            let outcome = Simulation(seed: seed).run()
            print(outcome.trace.joined(separator: "\n"))
            #expect(outcome.violations.isEmpty, "seed \(seed)")
            return
        }
        let count = Self.environment["SEEDS"].flatMap { UInt64($0) } ?? 2_000
        var steps = 0
        var crashes = 0
        for seed in 1...max(1, count) {
            let outcome = Simulation(seed: seed).run()
            steps += outcome.steps
            crashes += outcome.crashes
            if !outcome.violations.isEmpty {
                print(outcome.trace.suffix(400).joined(separator: "\n"))
                Issue.record("Seed \(seed): \(outcome.violations.joined(separator: "; ")). Replay: SEED=\(seed) make simulate")
                return
            }
            if seed % 500 == 0 { print("simulation: \(seed) of \(count) histories, \(steps) steps, \(crashes) crashes") }
        }
        print("simulation: \(count) histories kept every invariant; \(steps) steps, \(crashes) crashes")
    }

    @Test func aSeedReplaysExactly() {
        for seed in UInt64(1)...25 {
            let first = Simulation(seed: seed).run()
            let second = Simulation(seed: seed).run()
            #expect(first.traceDigest == second.traceDigest, "seed \(seed)")
            #expect(first.steps == second.steps)
        }
    }

    @Test func differentSeedsGiveDifferentHistories() {
        let digests = Set((UInt64(1)...50).map { Simulation(seed: $0).run().traceDigest })
        #expect(digests.count == 50)
    }

    @Test(arguments: Simulation.Defect.allCases)
    func aBrokenEngineIsFoundOut(_ defect: Simulation.Defect) throws {
        let found = (UInt64(1)...2_000).first { !Simulation(seed: $0, defect: defect).run().violations.isEmpty }
        let seed = try #require(found, "2,000 histories did not find \(defect)")
        let again = Simulation(seed: seed, defect: defect).run()
        print("simulation: \(defect) found by seed \(seed): \(again.violations.first ?? "")")
        #expect(!again.violations.isEmpty, "the failing seed replays")
    }
}
