import Foundation
import Testing

@testable import PostgresAdapter

@Suite("A connection comes up beside the others")
struct DialTests {
    /// A dial whose connection cannot be had, after `gate` was opened; and word of its end.
    private static func begin(_ gate: DispatchSemaphore) -> (dial: Dial?, ends: AsyncStream<Void>) {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let dial = Dial.begin(
            {
                gate.wait()
                return 0
            }, wake: { end.yield() })
        return (dial, ends)
    }

    @Test("whoever dials is not held up by a name that is not found, and learns of the end once")
    func besides() async throws {
        let gate = DispatchSemaphore(value: 0)
        let (begun, ends) = Self.begin(gate)
        let dial = try #require(begun)
        #expect(dial.take() == .none)
        gate.signal()
        for await _ in ends { break }
        #expect(dial.take() == .failed, "0 is no connection")
        #expect(dial.take() == .none)
    }

    @Test("what is left is gone, also when the answer had come")
    func left() async throws {
        let gate = DispatchSemaphore(value: 0)
        let (begun, ends) = Self.begin(gate)
        gate.signal()
        let dial = try #require(begun)
        for await _ in ends { break }
        dial.leave()
        #expect(dial.take() == .none)
    }
}
