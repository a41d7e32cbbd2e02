public import Histogram

/// How requests are sent.
public enum Pace: Sendable {
    /// Every connection sends its next request when the answer to the last one is complete.
    case closedLoop
    /// Requests are due at `perSecond` on average whatever the server does, at fixed distances or as a Poisson process.
    /// Latency counts from the instant at which a request was due, so waiting for a free connection is part of it.
    case openLoop(perSecond: Double, poisson: Bool)
}

/// Which due time a request carries, relative to the instant at which it is sent (closed loop) or due to be sent (open).
public enum DueOffset: Sendable {
    case now
    /// Uniformly spread between two offsets in microseconds.
    case spread(from: Int64, to: Int64)
}

/// One load run against one address.
public struct LoadPlan: Sendable {
    public var host: String
    public var port: Int
    public var template: RequestTemplate
    public var connections: Int
    public var pace: Pace
    /// Answers in this first time are made but not measured.
    public var warmUpSeconds: Double
    public var seconds: Double
    public var due: DueOffset
    /// Event-loop threads of the generator.
    public var threads: Int
    /// How long unanswered requests are waited for at the end.
    public var drainSeconds: Double
    /// Closed loop: how long a connection rests after an answer other than 2xx, so that a server that can only refuse is not
    /// stormed.
    public var restAfterRefusalSeconds: Double

    public init(
        host: String, port: Int, template: RequestTemplate, connections: Int, pace: Pace, warmUpSeconds: Double,
        seconds: Double, due: DueOffset = .now, threads: Int = 1, drainSeconds: Double = 20,
        restAfterRefusalSeconds: Double = 0
    ) {
        self.host = host
        self.port = port
        self.template = template
        self.connections = connections
        self.pace = pace
        self.warmUpSeconds = warmUpSeconds
        self.seconds = seconds
        self.due = due
        self.threads = threads
        self.drainSeconds = drainSeconds
        self.restAfterRefusalSeconds = restAfterRefusalSeconds
    }
}

/// What a load run saw. Latencies in nanoseconds.
public struct LoadTally: Sendable {
    /// Answers with a 2xx status inside the measured time, and their latencies.
    public internal(set) var latency = LoadTally.histogram()
    /// From the instant at which a request was due to the instant at which it was written, open loop only: the
    /// generator's own share (its timer) together with the wait for a free connection.
    public internal(set) var sendDelay = LoadTally.histogram()
    /// Requests sent, answered 2xx, answered otherwise, over the whole run with its warm-up.
    public internal(set) var sent = 0
    public internal(set) var accepted = 0
    public internal(set) var refused: [Int: Int] = [:]
    /// Answers with a 2xx status in each slot of the monotonic clock (see `slotNanoseconds`), over the whole run.
    public internal(set) var acceptedInSlot: [Int64: Int] = [:]
    /// Requests whose connection broke, and requests never answered before the drain time was over.
    public internal(set) var broken = 0
    public internal(set) var unanswered = 0
    /// Length of the measured time.
    public internal(set) var measuredSeconds = 0.0

    /// Length of a slot of `acceptedInSlot`; slot n begins at n times this.
    public static let slotNanoseconds: Int64 = 10_000_000

    /// Accepted requests a second inside the measured time.
    public var perSecond: Double {
        measuredSeconds > 0 ? Double(latency.totalCount) / measuredSeconds : 0
    }

    /// All that did not go as asked, for a note; nil when nothing did.
    public var complaint: String? {
        var parts = refused.sorted { $0.key < $1.key }.map { "status \($0.key): \($0.value)" }
        if broken > 0 { parts.append("broken: \(broken)") }
        if unanswered > 0 { parts.append("unanswered: \(unanswered)") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    mutating func add(_ other: LoadTally) {
        latency.add(other.latency)
        sendDelay.add(other.sendDelay)
        sent += other.sent
        accepted += other.accepted
        refused.merge(other.refused, uniquingKeysWith: +)
        acceptedInSlot.merge(other.acceptedInSlot, uniquingKeysWith: +)
        broken += other.broken
        unanswered += other.unanswered
        measuredSeconds = max(measuredSeconds, other.measuredSeconds)
    }

    /// From 1 µs to 120 s at three significant digits.
    static func histogram() -> Histogram<UInt64> {
        Histogram(lowestDiscernibleValue: 1_000, highestTrackableValue: 120_000_000_000)
    }
}
