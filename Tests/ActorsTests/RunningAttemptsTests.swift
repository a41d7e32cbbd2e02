import Domain
import Ports
import Testing

@testable import Actors

/// What is cut off when a call is cancelled.
@Suite struct RunningAttemptsTests {
    private let key: ServiceCallKey

    init() throws { key = ServiceCallKey(tenant: try #require(TenantId("acme")), id: ServiceCallId(UniqueId(high: 1, low: 2))) }

    /// Runs an attempt that lasts until it is cut off, and tells whether it was.
    private func longAttempt(_ attempts: RunningAttempts) async -> Task<Bool, Never> {
        let (began, begin) = AsyncStream<Void>.makeStream()
        let task = Task { [key] in
            await attempts.run(key) {
                begin.finish()
                try? await Task.sleep(for: .seconds(60))
                return Task.isCancelled
            }
        }
        for await _ in began {}
        return task
    }

    @Test func aCallThatIsOfferedAgainWhileItRunsCanStillBeCutOff() async {
        let attempts = RunningAttempts()
        let first = await longAttempt(attempts)
        // The second finds nothing to do and leaves.
        #expect(await attempts.run(key) { 7 } == 7)
        #expect(attempts.cancel(key))
        #expect(await first.value)
        #expect(!attempts.cancel(key))
    }

    @Test func whatNoLongerRunsIsNotCutOff() async {
        let attempts = RunningAttempts()
        #expect(!attempts.cancel(key))
        _ = await attempts.run(key) { 7 }
        #expect(!attempts.cancel(key))
    }

    @Test func allOfTheCallAreCutOffAndNoOther() async {
        let attempts = RunningAttempts()
        let (first, second) = (await longAttempt(attempts), await longAttempt(attempts))
        let other = ServiceCallKey(tenant: key.tenant, id: ServiceCallId(UniqueId(high: 1, low: 3)))
        #expect(await attempts.run(other) { attempts.cancel(key) && !Task.isCancelled })
        #expect(await first.value)
        #expect(await second.value)
    }
}
