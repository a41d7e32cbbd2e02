internal import Domain
internal import HeapModule
internal import Ports

/// Retries whose due time does not come because the wall clock was set back.
///
/// A retry is due at an instant of the wall clock, which is on record and shown. How long it waits was decided as a length of time,
/// though, and no retry is to wait for hours because a clock was put right. So its wait is measured by the other clock as well; what is
/// over by that one and not by the wall clock gets a due time anew. A due time that somebody chose is left as it is.
extension TimerPartition {
    /// The wait of a retry.
    struct BackOff: Hashable, Comparable {
        let until: Uptime
        let key: ServiceCallKey
        /// The call's version that began it.
        let version: Int64

        static func < (a: BackOff, b: BackOff) -> Bool {
            if a.until != b.until { return a.until < b.until }
            return a.key.tenant != b.key.tenant ? a.key.tenant < b.key.tenant : a.key.id < b.key.id
        }
    }

    /// How much longer a retry waits before its wall clock is doubted: what a clock that is steered does is far below it.
    private static let doubt = TimeSpan.seconds(5)

    mutating func wait(for key: ServiceCallKey, version: Int64, until: Uptime) {
        keep(BackOff(until: until + Self.doubt, key: key, version: version))
    }

    /// The attempt was not begun since its time has not come by the wall clock, by which it had come before.
    mutating func giveBack(_ call: DueCall, dueAt: Instant, at uptime: Uptime) {
        guard insert(call.key, dueAt: dueAt, version: call.version, host: call.host) else { return }
        wait(for: call.key, version: call.version, until: uptime)
    }

    /// Takes out the next retry that has waited enough and that the wall clock holds back.
    mutating func popElapsed(_ clocks: (now: Instant, uptime: Uptime)) -> BackOff? {
        guard pausedUntil == nil else { return nil }
        while let first = backOffs.min, first.until <= clocks.uptime {
            backOffs.removeMin()
            if let dueAt = waits(first), dueAt > clocks.now { return first }
        }
        return nil
    }

    /// The end of the back-off could not be stored.
    mutating func again(_ backOff: BackOff, at moment: Uptime) {
        keep(BackOff(until: moment, key: backOff.key, version: backOff.version))
    }

    /// When the next retry has waited enough.
    var nextElapsed: Uptime? { pausedUntil == nil ? backOffs.min?.until : nil }

    private mutating func keep(_ backOff: BackOff) {
        backOffs.insert(backOff)
        guard backOffs.count > backOffLimit else { return }
        backOffs = Heap(backOffs.unordered.filter { waits($0) != nil })
        backOffLimit = max(1_024, 2 * backOffs.count)
    }

    private func waits(_ backOff: BackOff) -> Instant? {
        windows[backOff.key.tenant]?.dueAt(of: backOff.key.id, version: backOff.version)
    }
}
