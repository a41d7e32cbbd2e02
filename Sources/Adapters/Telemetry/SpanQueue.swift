public import Ports
internal import Synchronization

/// Ended spans that wait to be sent. Bounded: when it is full, what comes is dropped and counted, and who recorded it is not held up.
public final class SpanQueue: SpanRecorder {
    private let capacity: Int
    private let waiting = Mutex<[Span]>([])
    /// Spans that came while it was full.
    let dropped = MetricCounter()

    public init(capacity: Int = 8_192) { self.capacity = max(1, capacity) }

    public func record(_ span: Span) {
        let isTaken = waiting.withLock { waiting in
            guard waiting.count < capacity else { return false }
            waiting.append(span)
            return true
        }
        if !isTaken { dropped.add() }
    }

    var count: Int { waiting.withLock { $0.count } }

    /// The oldest, at most `limit`.
    func take(_ limit: Int) -> [Span] {
        waiting.withLock { waiting in
            let taken = Array(waiting.prefix(limit))
            waiting.removeFirst(taken.count)
            return taken
        }
    }

    /// Puts back what was taken and not sent, before all else, as far as there is room.
    func giveBack(_ spans: [Span]) {
        let kept = waiting.withLock { waiting in
            let kept = spans.prefix(max(0, capacity - waiting.count))
            waiting.insert(contentsOf: kept, at: 0)
            return kept.count
        }
        dropped.add(spans.count - kept)
    }
}
