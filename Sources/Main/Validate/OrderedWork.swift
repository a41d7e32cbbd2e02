internal import Foundation

/// Does `work` on every input on all cores, and hands the results to `take` in the order of the inputs.
///
/// Inputs are fetched as they are needed, and no more than a few dozen results wait for an earlier one: memory is bounded however many
/// there are. When `take` throws, what has begun is ended and nothing more is begun.
func inOrder<Input: Sendable, Output: Sendable>(
    _ inputs: some Sequence<Input>, _ work: @escaping @Sendable (Input) -> Output, take: (Output) throws -> Void
) async throws {
    let width = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let ahead = width * 8
    try await withThrowingTaskGroup(of: (Int, Output).self) { group in
        var inputs = inputs.makeIterator()
        var waiting: [Int: Output] = [:]
        var (begun, taken) = (0, 0)
        func begin() {
            guard begun - taken < ahead, let input = inputs.next() else { return }
            let number = begun
            group.addTask { (number, work(input)) }
            begun += 1
        }
        // One more than there are cores, so that a core finds work while results are handed on.
        for _ in 0...width { begin() }
        while let (number, output) = try await group.next() {
            waiting[number] = output
            while let next = waiting.removeValue(forKey: taken) {
                try take(next)
                taken += 1
            }
            // As many as have ended since, as far as the first one that is missing lets them run ahead.
            while begun - taken - waiting.count <= width {
                let before = begun
                begin()
                if begun == before { break }
            }
        }
    }
}
