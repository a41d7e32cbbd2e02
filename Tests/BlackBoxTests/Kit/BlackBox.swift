import Synchronization
import Testing

/// All tests that drive the built binary. They start processes and share a small machine, so they run one after the other.
@Suite(.serialized) struct BlackBox {}

/// Why a scenario cannot go on.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What a scenario found wrong, without stopping at the first.
final class Findings: Sendable {
    private struct State {
        var texts: [String] = []
        var dropped = 0
    }

    private let state = Mutex(State())

    func check(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds { add(text()) }
    }

    func add(_ text: String) {
        state.withLock { state in
            // A promise that breaks a thousand times over is told often enough.
            if state.texts.count < 40 { state.texts.append(text) } else { state.dropped += 1 }
        }
    }

    var texts: [String] {
        state.withLock { $0.texts + ($0.dropped > 0 ? ["… and \($0.dropped) more"] : []) }
    }
}

/// Runs a scenario on a thread of its own: it blocks on sockets and processes, which the pool of the test runner must not.
func scenario(_ body: @escaping @Sendable (Findings) throws -> Void) async throws {
    let findings = Findings()
    let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, any Error>, Never>) in
        startThread { continuation.resume(returning: Result { try body(findings) }) }
    }
    for text in findings.texts { Issue.record(Comment(rawValue: text)) }
    try outcome.get()
}
