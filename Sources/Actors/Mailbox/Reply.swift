internal import Ports
internal import Synchronization

typealias Outcome<Reply: Sendable> = Result<Reply, IntentError>

/// Where the outcome of a command goes: exactly one is delivered, the first.
enum ReplySlot<Reply: Sendable>: Sendable {
    case one(PendingReply<Reply>)
    case item(PendingReplies<Reply>, Int)
    /// Called with the outcome, at least once; must not wait.
    case callback(@Sendable (Outcome<Reply>) -> Void)
    case none

    /// - Returns: false when an outcome was delivered before, so that this one reached nobody.
    @discardableResult
    func deliver(_ outcome: Outcome<Reply>) -> Bool {
        switch self {
        case .one(let reply): return reply.deliver(outcome)
        case .item(let replies, let index): return replies.deliver(outcome, at: index)
        case .callback(let action):
            action(outcome)
            return true
        case .none: return false
        }
    }
}

/// The reply that one sender waits for.
final class PendingReply<Reply: Sendable>: Sendable {
    private struct State {
        var outcome: Outcome<Reply>?
        var sender: UnsafeContinuation<Outcome<Reply>, Never>?
    }

    private let state = Mutex(State())

    func deliver(_ outcome: Outcome<Reply>) -> Bool {
        let (isFirst, sender) = state.withLock { state -> (Bool, UnsafeContinuation<Outcome<Reply>, Never>?) in
            guard state.outcome == nil else { return (false, nil) }
            state.outcome = outcome
            return (true, state.sender.take())
        }
        sender?.resume(returning: outcome)
        return isFirst
    }

    func wait() async -> Outcome<Reply> {
        await withUnsafeContinuation { continuation in
            let outcome = state.withLock { state -> Outcome<Reply>? in
                if state.outcome == nil { state.sender = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }
}

/// The replies that one sender of many commands waits for.
final class PendingReplies<Reply: Sendable>: Sendable {
    private struct State {
        var outcomes: [Outcome<Reply>?]
        var missing: Int
        var sender: UnsafeContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(outcomes: Array(repeating: nil, count: count), missing: count)) }

    func deliver(_ outcome: Outcome<Reply>, at index: Int) -> Bool {
        let (isFirst, sender) = state.withLock { state -> (Bool, UnsafeContinuation<Void, Never>?) in
            guard state.outcomes.indices.contains(index), state.outcomes[index] == nil else { return (false, nil) }
            state.outcomes[index] = outcome
            state.missing -= 1
            return (true, state.missing == 0 ? state.sender.take() : nil)
        }
        sender?.resume()
        return isFirst
    }

    func wait() async -> [Outcome<Reply>] {
        await withUnsafeContinuation { continuation in
            let isComplete = state.withLock { state -> Bool in
                if state.missing > 0 { state.sender = continuation }
                return state.missing == 0
            }
            if isComplete { continuation.resume() }
        }
        return state.withLock { $0.outcomes.map { $0 ?? .failure(.unknownOutcome("No reply was given.")) } }
    }
}
