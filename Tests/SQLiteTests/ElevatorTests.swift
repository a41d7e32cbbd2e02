import Testing

@testable import SQLiteAdapter

@Suite("An elevator")
struct ElevatorTests {
    @Test("gives out in ascending order, round by round, and what comes behind it waits for the next round")
    func rounds() {
        var elevator = Elevator([30, 10, 50], indexed: [0], last: [3], at: 0)
        #expect(elevator.take(2) == [10, 30])
        #expect(elevator.written(last: [3], at: 1) == false)
        for entry in [20, 40] { elevator.add(entry) }
        #expect(elevator.take(3) == [40, 50, 20])
        #expect(elevator.written(last: [5], at: 2) == true)
        #expect(elevator.count == 0)
    }

    @Test("what is put back comes again, and no ordinal counts as entered before all of its round are written")
    func putBack() {
        var elevator = Elevator([1, 2, 3], indexed: [0], last: [3], at: 0)
        #expect(elevator.take(9) == [1, 2, 3])
        elevator.putBack([1, 2, 3])
        #expect(elevator.indexedThrough(0, last: 3) == 0)
        #expect(elevator.take(2) == [1, 2])
        #expect(elevator.written(last: [3], at: 0) == false)
        elevator.add(1)
        #expect(elevator.take(1) == [3])
        #expect(elevator.written(last: [4], at: 0) == true)
        #expect(elevator.indexedThrough(0, last: 4) == 3)
        #expect(elevator.take(1) == [1])
        #expect(elevator.written(last: [4], at: 0) == true)
        #expect(elevator.indexedThrough(0, last: 4) == 4)
    }

    @Test("an ordinal that comes late counts as not entered")
    func late() {
        var elevator = Elevator([Int](), indexed: [7], last: [7], at: 0)
        elevator.lower(0, below: 5)
        elevator.add(1)
        #expect(elevator.indexedThrough(0, last: 7) == 4)
    }
}
