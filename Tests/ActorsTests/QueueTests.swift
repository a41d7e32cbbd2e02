import Domain
import Ports
import Testing

@testable import Actors

@Suite struct QueueTests {
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
