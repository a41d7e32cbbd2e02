internal import CLibpq

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Wakes a thread out of `poll`: an eventfd, or a pipe where there is none.
final class WakeUp: Sendable {
    /// To be polled for reading.
    let reading: Int32
    private let writing: Int32

    /// nil when the process has no descriptors left.
    init?() {
        #if os(Linux)
            reading = clibpq_eventfd()
            writing = reading
            guard reading >= 0 else { return nil }
        #else
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            (reading, writing) = (ends[0], ends[1])
            for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        #endif
    }

    deinit {
        close(reading)
        if writing != reading { close(writing) }
    }

    func wake() {
        var one: UInt64 = 1
        _ = write(writing, &one, 8)
    }

    func clear() {
        var value: UInt64 = 0
        while read(reading, &value, 8) > 0, writing != reading {}
    }
}

/// Microseconds on a clock that only runs forward.
func monotonicMicroseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
}
