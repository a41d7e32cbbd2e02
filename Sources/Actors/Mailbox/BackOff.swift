internal import Domain

/// Waits that double, up to a limit.
struct BackOff {
    private var current: TimeSpan
    private let first: TimeSpan
    private let most: TimeSpan

    init(first: TimeSpan, most: TimeSpan) {
        current = first
        self.first = first
        self.most = most
    }

    mutating func next() -> TimeSpan {
        defer { current = min(most, current + current) }
        return current
    }

    mutating func reset() { current = first }
}
