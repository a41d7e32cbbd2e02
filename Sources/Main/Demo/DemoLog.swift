internal import Domain
internal import Synchronization

/// What the event stream has told so far.
final class DemoLog: Sendable {
    struct Progress: Equatable {
        var succeeded = 0
        var failed = 0
        var cancelled = 0
        var attempts = 0
        var events = 0
        var ended: Int { succeeded + failed + cancelled }
    }

    private struct State {
        var progress = Progress()
        var events: [String: [JSONValue]] = [:]
        var differences: [String] = []
    }

    private let state = Mutex(State())

    func take(_ event: JSONValue) {
        guard let subject = event["subject"]?.text else { return }
        let version = event["version"]?.int ?? -1
        state.withLock { state in
            let before = state.events[subject] ?? []
            // A consumer may see an event twice, and drops it; a gap may never be.
            if version <= Int64(before.count) { return }
            if version != Int64(before.count) + 1 {
                state.differences.append("\(subject): event \(version) follows \(before.count)")
            }
            if before.last.map(Self.isTerminal) == true { state.differences.append("\(subject): there is an event behind its end") }
            state.events[subject, default: []].append(event)
            state.progress.events += 1
            switch EventText.type(event) {
            case "service-call.execution-started.v1": state.progress.attempts += 1
            case "service-call.succeeded.v1": state.progress.succeeded += 1
            case "service-call.failed.v1": state.progress.failed += 1
            case "service-call.cancelled.v1": state.progress.cancelled += 1
            default: break
            }
        }
    }

    private static func isTerminal(_ event: JSONValue) -> Bool {
        ServiceCallEvent.Kind.allCases.contains { $0.isTerminal && EventText.type(event) == "service-call.\($0.rawValue).v1" }
    }

    var progress: Progress { state.withLock { $0.progress } }
    func events(of subject: String) -> [JSONValue] { state.withLock { $0.events[subject] ?? [] } }

    /// What in the stream is not as promised, for calls that have all ended.
    func differences(of subjects: [String]) -> [String] {
        state.withLock { state in
            state.differences
                + subjects.compactMap { subject in
                    let ends = state.events[subject]?.count(where: Self.isTerminal) ?? 0
                    return ends == 1 ? nil : "\(subject): it has \(ends) terminal events, not 1"
                }
        }
    }
}
