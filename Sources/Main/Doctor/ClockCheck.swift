internal import Domain
internal import Foundation

/// The wall clock, by which calls are due.
struct ClockCheck {
    let directory: String

    /// 2025-01-01: before this program was written.
    private static let earliest: Int64 = 1_735_689_600_000_000
    private static let files = [databaseFile, databaseFile + "-wal", "lists.sqlite", "lists.sqlite-wal", "ledgerflow.lock", "token.key"]

    static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    func findings() -> [Finding] {
        let (wall, steady) = (Self.read(CLOCK_REALTIME), Self.read(CLOCK_MONOTONIC))
        let now = Instant(microseconds: wall)
        guard wall > Self.earliest else {
            return [Finding(.fail, "clock", "it is \(now.rfc3339), which cannot be", advice: "Set the clock; calls are due by it.")]
        }
        // A clock that was set back would make the calls of the meantime wait.
        let newest = Self.files.compactMap(modified).max() ?? 0
        if newest > wall + 2_000_000 {
            return [
                Finding(
                    .fail, "clock", "it is \(now.rfc3339), but files in the directory are of \(Instant(microseconds: newest).rfc3339)",
                    advice: "Set the clock and run an NTP client; what became due in the meantime waits until then.")
            ]
        }
        usleep(100_000)
        let drift = (Self.read(CLOCK_REALTIME) - wall) - (Self.read(CLOCK_MONOTONIC) - steady)
        if abs(drift) > 20_000 {
            return [
                Finding(
                    .warn, "clock", "it jumped by \(DiskCheck.milliseconds(drift)) just now",
                    advice: "Let an NTP client steer the clock slowly.")
            ]
        }
        return [Finding(.ok, "clock", now.rfc3339)]
    }

    private func modified(_ name: String) -> Int64? {
        var status = stat()
        guard stat(directory + "/" + name, &status) == 0 else { return nil }
        #if os(Linux)
            return Int64(status.st_mtim.tv_sec) * 1_000_000
        #else
            return Int64(status.st_mtimespec.tv_sec) * 1_000_000
        #endif
    }
}
