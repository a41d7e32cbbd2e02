import Ports
import Testing

@testable import Actors

@Suite struct MailboxTests {
    @Test func whatWaitsIsTakenInOrderUpToTheLimit() async {
        let mailbox = Mailbox<Int>(capacity: 10)
        for number in 1...5 { #expect(mailbox.offer(number) == .accepted) }
        #expect(await mailbox.takeBatch(limit: 3) == [1, 2, 3])
        #expect(await mailbox.takeBatch(limit: 3) == [4, 5])
    }

    @Test func aFullMailboxRefusesAllButReservedPlaces() {
        let mailbox = Mailbox<Int>(capacity: 2)
        #expect(mailbox.offer(1) == .accepted)
        #expect(mailbox.offer(2) == .accepted)
        #expect(mailbox.offer(3) == .full)
        #expect(mailbox.offer(4, reserved: true) == .accepted)
        #expect(mailbox.count == 3)
    }

    @Test func weightIsBoundedAndGivenBack() async {
        let mailbox = Mailbox<Int>(capacity: 10, weightLimit: 100)
        #expect(mailbox.offer(1, weight: 60) == .accepted)
        #expect(mailbox.offer(2, weight: 60) == .full)
        _ = await mailbox.takeBatch(limit: 1)
        #expect(mailbox.offer(2, weight: 60) == .accepted)
        #expect(mailbox.removeAll() == [2])
        #expect(mailbox.offer(3, weight: 100) == .accepted)
    }

    @Test func aConsumerThatWaitsIsWoken() async {
        let mailbox = Mailbox<Int>(capacity: 10)
        async let batch = mailbox.takeBatch(limit: 10)
        await Task.yield()
        _ = mailbox.offer(7)
        #expect(await batch == [7])
    }

    @Test func aWakeUpGivesAnEmptyBatch() async {
        let mailbox = Mailbox<Int>(capacity: 10)
        mailbox.wake()
        #expect(await mailbox.takeBatch(limit: 10) == [])
    }

    @Test func aClosedMailboxHandsOutWhatWaitsAndThenEnds() async {
        let mailbox = Mailbox<Int>(capacity: 10)
        _ = mailbox.offer(1)
        mailbox.close()
        #expect(mailbox.offer(2) == .closed)
        #expect(await mailbox.takeBatch(limit: 10) == [1])
        #expect(await mailbox.takeBatch(limit: 10) == nil)
    }

    @Test func cancellingTheConsumerEndsItsWait() async {
        let mailbox = Mailbox<Int>(capacity: 10)
        let task = Task { await mailbox.takeBatch(limit: 10) }
        await Task.yield()
        task.cancel()
        #expect(await task.value == nil)
    }

    @Test func nothingIsLostBetweenManyProducersAndOneConsumer() async {
        let mailbox = Mailbox<Int>(capacity: 64)
        let (producers, each) = (4, 5_000)
        await withTaskGroup(of: Int.self) { group in
            for producer in 0..<producers {
                group.addTask {
                    for number in 0..<each {
                        while mailbox.offer(producer * each + number) != .accepted { await Task.yield() }
                    }
                    return 0
                }
            }
            group.addTask {
                var last = Array(repeating: -1, count: producers)
                var count = 0
                while count < producers * each, let batch = await mailbox.takeBatch(limit: 16) {
                    for number in batch {
                        #expect(number % each > last[number / each], "one producer's elements stay in order")
                        last[number / each] = number % each
                    }
                    count += batch.count
                }
                return count
            }
            var total = 0
            for await count in group { total += count }
            #expect(total == producers * each)
        }
    }

    @Test func aGateOpensForAllAndStaysOpen() async {
        let gate = Gate()
        async let first: Void = gate.wait()
        async let second: Void = gate.wait()
        await Task.yield()
        gate.open()
        _ = await (first, second)
        await gate.wait()
        #expect(gate.isOpen)
    }

    @Test func cancellingEndsTheWaitAtAGate() async {
        let gate = Gate()
        let task = Task { await gate.wait() }
        await Task.yield()
        task.cancel()
        await task.value
        #expect(!gate.isOpen)
    }

    @Test func onlyTheFirstOutcomeIsDelivered() async {
        let reply = PendingReply<ServiceCallReply>()
        #expect(reply.deliver(.failure(.stopping)))
        #expect(!reply.deliver(.failure(.unavailable(""))))
        guard case .failure(.stopping) = await reply.wait() else { return #expect(Bool(false)) }
        let many = PendingReplies<ServiceCallReply>(count: 1)
        #expect(many.deliver(.failure(.stopping), at: 0))
        #expect(!many.deliver(.failure(.stopping), at: 0))
        #expect(!many.deliver(.failure(.stopping), at: 5))
        #expect(await many.wait().count == 1)
        #expect(!ReplySlot<ServiceCallReply>.none.deliver(.failure(.stopping)))
    }
}
