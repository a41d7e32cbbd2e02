internal import Domain
public import Ports
internal import Synchronization

/// A source whose intents are given beforehand: hands them over in batches until each has a verdict, and remembers the verdicts.
public final class InMemoryIntentSource: IntentSource {
    private struct State {
        var waiting: [ReceivedIntent]
        var settled: [(intent: ReceivedIntent, verdict: IntentVerdict)] = []
        var deferrals = 0
    }

    private let state: Mutex<State>
    private let batchSize: Int
    private let time: any TimeSource

    public init(_ intents: [ReceivedIntent], batchSize: Int = 8, time: any TimeSource) {
        state = Mutex(State(waiting: intents))
        self.batchSize = batchSize
        self.time = time
    }

    /// What was done or refused, in order.
    public var settled: [(intent: ReceivedIntent, verdict: IntentVerdict)] { state.withLock { $0.settled } }
    /// How often an intent was to be handed over again.
    public var deferrals: Int { state.withLock { $0.deferrals } }

    public func run(_ handle: @escaping @Sendable ([ReceivedIntent]) async -> [IntentVerdict]) async {
        while !Task.isCancelled {
            let batch = state.withLock { Array($0.waiting.prefix(batchSize)) }
            if batch.isEmpty { return }
            let verdicts = await handle(batch)
            let pause = state.withLock { state -> TimeSpan? in
                for (intent, verdict) in zip(batch, verdicts) {
                    if case .again(let span) = verdict {
                        state.deferrals += 1
                        return span
                    }
                    state.waiting.removeFirst()
                    state.settled.append((intent, verdict))
                }
                return nil
            }
            if let pause { await time.sleep(for: pause) }
        }
    }
}
