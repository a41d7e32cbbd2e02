import Ports
import Testing

@testable import Actors
@testable import Domain

/// When schedules are due, and how deliveries fare: the pure parts of the scheduler and the followers.
@Suite struct AgendaTests {
    private static let start = Instant(microseconds: 1_790_000_000_000_000)
    private static let later = Uptime(microseconds: 60_000_000)

    private func change(
        _ id: UInt64, every text: String = "PT10S", version: Int64 = 1, isActive: Bool = true, since: Instant = start,
        generation: Int = 0
    ) throws -> ScheduleChange {
        let tenant = try #require(TenantId("acme"))
        let name = try #require(ItemName("n"))
        let request = SealedRequest(method: .POST, url: try TargetURL("https://example.com"), payload: .empty, bodyBytes: 0)
        let timing = ScheduleTiming(recurrence: .every(try RepeatingInterval(text, start: Self.start)))
        let plan = Schedule.Plan(
            name: name, timing: timing, template: CallTemplate(request: request), fingerprint: Fingerprint(bytes: [1]))
        return ScheduleChange(
            Schedule(
                tenant: tenant, id: ScheduleId(UniqueId(high: 1, low: id)), version: version, plan: plan,
                status: isActive ? .active : .paused, fingerprint: plan.fingerprint, createdAt: since, updatedAt: since, activeSince: since,
                generation: generation))
    }

    private func at(_ seconds: Int64) -> Instant { Self.start + .seconds(seconds) }

    private func clocks(_ seconds: Int64, _ uptime: Int64 = 0) -> (now: Instant, uptime: Uptime) {
        (at(seconds), Uptime(microseconds: uptime))
    }

    @Test func schedulesAreDueInOrderAndOnce() throws {
        var agenda = Agenda()
        let (first, second) = (try change(1), try change(2, every: "PT7S"))
        agenda.put(first, zone: FixedZone.utc, retryAt: Self.later)
        agenda.put(second, zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.nextDue() == at(7))
        #expect(agenda.popDue(clocks(6), limit: 9).isEmpty)
        #expect(agenda.popDue(clocks(10), limit: 9) == [second.key, first.key])
        #expect(agenda.popDue(clocks(10), limit: 9).isEmpty)
        agenda.advance(second.key, to: at(7), next: at(14))
        agenda.advance(first.key, to: at(10), next: at(20))
        #expect(agenda.nextDue() == at(14))
        #expect(agenda.entry(first.key)?.cursor == at(10))
    }

    @Test func whatCannotBeSubmittedWaitsAndKeepsItsPlace() throws {
        var agenda = Agenda()
        let change = try change(1)
        agenda.put(change, zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.popDue(clocks(10), limit: 9) == [change.key])
        agenda.postpone(change.key, until: Uptime(microseconds: 500))
        #expect(agenda.nextDue() == nil)
        #expect(agenda.nextRetry() == Uptime(microseconds: 500))
        #expect(agenda.popDue(clocks(100, 499), limit: 9).isEmpty)
        #expect(agenda.popDue(clocks(100, 500), limit: 9) == [change.key])
        #expect(agenda.entry(change.key)?.cursor == Self.start)
    }

    @Test func anOlderVersionDoesNotComeBack() throws {
        var agenda = Agenda()
        agenda.put(try change(1, version: 3), zone: FixedZone.utc, retryAt: Self.later)
        agenda.put(try change(1, every: "PT1S", version: 2), zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.nextDue() == at(10))
        agenda.put(try change(1, version: 4, isActive: false), zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.nextDue() == nil)
        #expect(agenda.count == 0)
    }

    @Test func whatWasFollowedIsNotFollowedAgainAfterAChange() throws {
        var agenda = Agenda()
        let first = try change(1)
        agenda.put(first, cursor: at(30), zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.nextDue() == at(40))
        agenda.put(try change(1, version: 2), zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.nextDue() == at(40))
        agenda.put(try change(1, version: 3, since: at(95), generation: 1), zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.nextDue() == at(100))
        // Resumed after the clock was set back, it begins anew; what was made before has the same identity.
        agenda.put(try change(1, version: 4, since: at(15), generation: 2), zone: FixedZone.utc, retryAt: Self.later)
        #expect(agenda.nextDue() == at(20))
    }

    @Test func aZoneThatIsNotKnownIsLookedUpAgain() throws {
        var agenda = Agenda()
        let change = try change(1)
        agenda.put(change, zone: nil, retryAt: Self.later)
        #expect(agenda.nextDue() == nil)
        #expect(agenda.nextRetry() == Self.later)
    }

    // MARK: - Health

    private static let gap = TimeSpan.hours(30)

    @Test func daysOfFailureAreCountedThroughRestartsUntilASuccess() {
        var health = DeliveryHealth()
        #expect(health.failingFor == .zero)
        for failure in 0...4 { health.failed(at: Self.start + .hours(Int64(failure) * 29), longestGap: Self.gap) }
        var stored = DeliveryHealth(stored: health.stored)
        #expect(stored == health)
        stored.failed(at: Self.start + .hours(121), longestGap: Self.gap)
        #expect(stored.failingFor == .hours(121))
        #expect(stored.since(Self.start + .hours(1)) == DeliveryHealth(), "what came before it was resumed does not count")
        #expect(stored.since(Self.start) == stored)
        stored.succeeded()
        #expect(stored.failingFor == .zero)
        #expect(DeliveryHealth(stored: Array("x".utf8)) == DeliveryHealth())
    }

    @Test func twoFailuresBetweenWhichTheClockHasLeaptAreNoDaysOfFailure() {
        var health = DeliveryHealth()
        health.failed(at: Self.start, longestGap: Self.gap)
        health.failed(at: Self.start + .hours(24 * 4_000), longestGap: Self.gap)
        #expect(health.failingFor == Self.gap)
        health.failed(at: Self.start + .hours(1), longestGap: Self.gap)
        #expect(health.failingFor == Self.gap, "a clock that is set right takes nothing back and adds nothing")
    }

    @Test func howLongDeliveriesFailIsReadAsAnEarlierVersionHasStoredIt() {
        let stored = DeliveryHealth(stored: Array(#"{"failingSince":1000,"failedAt":4000}"#.utf8))
        #expect(stored.failingFor == TimeSpan(microseconds: 3_000))
        let absurd = DeliveryHealth(stored: Array(#"{"failingSince":1000,"failedAt":4000,"failingFor":9223372036854775807}"#.utf8))
        var later = absurd
        later.failed(at: Instant(microseconds: 5_000), longestGap: Self.gap)
        #expect(later.failingFor > absurd.failingFor)
    }
}
