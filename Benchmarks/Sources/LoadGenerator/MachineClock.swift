#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two clocks of a load run: the monotonic one for latencies, the wall clock for due times.
public enum MachineClock {
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    @inline(__always)
    public static func monotonicNanoseconds() -> Int64 {
        read(CLOCK_MONOTONIC)
    }

    /// Microseconds since 1970 of `CLOCK_REALTIME`, which every process of the machine shares.
    @inline(__always)
    public static func wallMicroseconds() -> Int64 {
        read(CLOCK_REALTIME) / 1_000
    }

    @inline(__always)
    private static func read(_ id: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(id, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
