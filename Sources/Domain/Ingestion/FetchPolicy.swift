/// When a source is asked again after it gave no batch (IG-2).
public struct FetchPolicy: Hashable, Sendable {
    public enum Decision: Hashable, Sendable {
        case retry(after: TimeSpan)
        case giveUp
    }

    /// How often one run asks at most.
    public let maxAttempts: Int
    public let firstDelay: TimeSpan
    public let maxDelay: TimeSpan

    public init(maxAttempts: Int = 5, firstDelay: TimeSpan = .seconds(1), maxDelay: TimeSpan = .minutes(1)) {
        self.maxAttempts = max(1, maxAttempts)
        self.firstDelay = max(.zero, firstDelay)
        self.maxDelay = max(self.firstDelay, maxDelay)
    }

    public static let standard = FetchPolicy()

    /// - Parameters:
    ///   - attempt: the one that failed, from 1.
    ///   - breaker: how the source's breaker stood when the run began; half open, one attempt must do.
    ///   - random: 64 random bits, from which the delay is drawn: between half of it and all, so that sources that failed together do
    ///     not come together.
    public func decide(_ failure: FetchFailure, attempt: Int, breaker: SourceProgress.Breaker, random: UInt64) -> Decision {
        guard failure.mayPass, attempt < maxAttempts, breaker == .closed else { return .giveUp }
        let delay = min(maxDelay, firstDelay.multiplied(by: Int64(1) << Int64(min(30, max(0, attempt - 1)))))
        let half = delay.microseconds / 2
        var wait = TimeSpan(microseconds: half + Int64(random % UInt64(max(1, delay.microseconds - half + 1))))
        if case .status(_, let asked?) = failure {
            // Who asks for more than a run has time for is asked by the next one.
            guard asked <= Self.longestAskedFor else { return .giveUp }
            wait = max(wait, asked)
        }
        return .retry(after: wait)
    }

    private static let longestAskedFor = TimeSpan.minutes(10)
}

extension FetchFailure {
    /// Whether the same request may succeed at another time: errors of connection, time-outs, status 5xx without a fault, and faults of the
    /// source. Not what the source, or the guard of targets, finds wrong with the request; nor what would be as large again.
    public var mayPass: Bool {
        switch self {
        case .connection, .timedOut: true
        case .status(let status, _): (500...599).contains(status)
        case .fault(let fault, _): fault.code == .server
        case .refusedTarget, .notXML, .tooLarge, .badEncoding, .cancelled, .stopped: false
        }
    }
}

extension BatchError {
    /// As a failed fetch, where it is one: an answer that is cut off may be whole the next time, and a fault is a fault under any status.
    public var asFetchFailure: FetchFailure? {
        switch self {
        case .truncated: .connection("the answer ends before its envelope is closed")
        case .fault(let fault): .fault(fault, status: 200)
        default: nil
        }
    }
}
