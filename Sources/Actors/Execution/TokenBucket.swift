internal import Domain
internal import Ports

/// Lets so many through in a second, and a burst after a pause. Kept as the time at which it would be full, so that it needs no ticking
/// (the generic cell rate algorithm, ITU-T I.371 annex A).
struct TokenBucket {
    private let interval: Int64
    private let depth: Int64
    private var fullAt: Int64 = .min

    init(_ rate: AdmissionLimits.Rate) {
        interval = max(1, 1_000_000 / Int64(rate.perSecond))
        depth = interval * Int64(rate.burst)
    }

    /// When the next may pass; not later than `now` when it may now.
    func next(at now: Uptime) -> Uptime { Uptime(microseconds: max(fullAt, now.microseconds) + interval - depth) }

    func isFull(at now: Uptime) -> Bool { fullAt <= now.microseconds }

    mutating func take(at now: Uptime) { fullAt = max(fullAt, now.microseconds) + interval }
}
