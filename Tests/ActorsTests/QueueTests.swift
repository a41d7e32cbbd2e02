import Domain
import Ports
import Testing

@testable import Actors

@Suite struct QueueTests {
    private func tenant(_ name: String) throws -> TenantId { try #require(TenantId(name)) }

    @Test func tenantsTakeTurnsHoweverMuchOneHasWaiting() throws {
        var queue = FairQueue<Int>(limitPerTenant: 1_000, limit: 10_000)
        let (loud, quiet) = (try tenant("loud"), try tenant("quiet"))
        for number in 0..<500 { let pushed = queue.push(number, of: loud); #expect(pushed) }
        for number in 1_000..<1_003 { let pushed = queue.push(number, of: quiet); #expect(pushed) }
        let first = (0..<6).compactMap { _ in queue.pop()?.element }
        #expect(first == [0, 1_000, 1, 1_001, 2, 1_002])
        #expect(queue.count == 497)
    }

    @Test func sharesAndTheWholeAreBounded() throws {
        var queue = FairQueue<Int>(limitPerTenant: 2, limit: 3)
        let (a, b) = (try tenant("a"), try tenant("b"))
        let taken = [(1, a), (2, a), (3, a), (4, b), (5, b)].map { queue.push($0.0, of: $0.1) }
        #expect(taken == [true, true, false, true, false])
        while queue.pop() != nil {}
        #expect(queue.count == 0 && queue.count(of: a) == 0)
    }

    @Test func aRefusedTenantIsToldOnceThereIsRoom() throws {
        let queue = ExecutionQueue(limitPerTenant: 2, limit: 10, running: 1)
        let acme = try tenant("acme")
        let calls = (1...3).map { due(acme, $0) }
        #expect(queue.offer(calls[0]) && queue.offer(calls[1]))
        #expect(!queue.offer(calls[2]))
        #expect(queue.takeRelieved().isEmpty)
        #expect(queue.pop() == calls[0])
        #expect(queue.takeRelieved() == [acme])
        #expect(queue.takeRelieved().isEmpty)
        queue.close()
        #expect(!queue.offer(calls[2]))
        #expect(queue.count == 0)
    }

    private func due(_ tenant: TenantId, _ number: Int) -> DueCall {
        DueCall(
            partition: PartitionId(0), key: ServiceCallKey(tenant: tenant, id: id(number)), dueAt: Instant(microseconds: 0), version: 1)
    }

    private func id(_ number: Int) -> ServiceCallId { ServiceCallId(UniqueId(high: 0, low: UInt64(number))) }

    @Test func theCacheStaysWithinItsBytesAndKeepsWhatWasUsedLast() {
        var cache = AggregateCache<Int, String>(limit: 300)
        for number in 1...3 { cache.store("\(number)", for: number, bytes: 100) }
        #expect({ cache.value(1) }() == "1")
        cache.store("4", for: 4, bytes: 100)
        #expect(cache.bytes == 300 && cache.count == 3)
        #expect({ cache.value(2) }() == nil, "the least recently used has gone")
        #expect({ cache.value(1) }() == "1")
        for _ in 0..<1_000 { _ = cache.value(1) }
        cache.store("one", for: 1, bytes: 40)
        #expect(cache.bytes == 240, "a new value takes the place of the old")
        cache.remove(1)
        #expect(cache.count == 2)
        cache.removeAll()
        #expect(cache.count == 0 && cache.bytes == 0)
    }

    @Test func waitsDoubleUpToTheirLimit() {
        var wait = BackOff(first: .milliseconds(10), most: .milliseconds(35))
        let waits = (0..<4).map { _ in wait.next().milliseconds }
        #expect(waits == [10, 20, 35, 35])
        wait.reset()
        let first = wait.next()
        #expect(first == .milliseconds(10))
    }
}
