internal import Foundation

/// Room and speed of the disk under the data directory.
struct DiskCheck {
    let path: String

    private static let leastBytes: Int64 = 100 << 20
    private static let scarceBytes: Int64 = 1 << 30
    private static let writes = 200
    private static let writeBytes = 4_096
    private static let budget: Int64 = 3_000_000

    func findings() -> [Finding] { [space(), latency()] }

    static func amount(_ bytes: Int64) -> String {
        for (unit, name) in [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] as [(Int64, String)]
        where bytes >= unit {
            return "\(decimal(Double(bytes) / Double(unit), 1)) \(name)"
        }
        return "\(bytes) bytes"
    }

    static func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private func space() -> Finding {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return Finding(.warn, "space", "the free space is not known: \(String(cString: strerror(errno)))")
        }
        let free = Int64(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
        let text = "\(Self.amount(free)) free"
        let advice = "Make room, or move the data directory; a full disk stops submissions, and nothing is lost."
        if free < Self.leastBytes { return Finding(.fail, "space", text, advice: advice) }
        if free < Self.scarceBytes { return Finding(.warn, "space", text, advice: advice) }
        if status.f_files > 0, status.f_favail < 1_000 {
            return Finding(.warn, "space", "only \(status.f_favail) files can be made", advice: advice)
        }
        return Finding(.ok, "space", text)
    }

    /// How long the disk takes to make a small write durable, which every commit waits for.
    private func latency() -> Finding {
        guard let descriptor = nameless() else {
            return Finding(
                .fail, "disk", "no file can be made in \(path): \(String(cString: strerror(errno)).lowercased())",
                advice: "Check the permissions, and that the file system is not mounted read-only.")
        }
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 0x5A, count: Self.writeBytes)
        var latencies: [Int64] = []
        let start = ClockCheck.read(CLOCK_MONOTONIC)
        while latencies.count < Self.writes, ClockCheck.read(CLOCK_MONOTONIC) - start < Self.budget {
            let before = ClockCheck.read(CLOCK_MONOTONIC)
            guard pwrite(descriptor, bytes, bytes.count, off_t(latencies.count * bytes.count)) == bytes.count, fdatasync(descriptor) == 0
            else {
                return Finding(
                    .fail, "disk", "a write to \(path) failed: \(String(cString: strerror(errno)).lowercased())",
                    advice: "Check the disk and its quota.")
            }
            latencies.append(ClockCheck.read(CLOCK_MONOTONIC) - before)
        }
        latencies.sort()
        let (half, most) = (Percentile.of(latencies, 0.5), Percentile.of(latencies, 0.99))
        let text = "fdatasync p50 \(Self.milliseconds(half)), p99 \(Self.milliseconds(most)) over \(latencies.count) writes"
        if most > 20_000 {
            return Finding(
                .warn, "disk", text, advice: "Every commit waits for it: calls will be late by as much. Use a local solid-state disk.")
        }
        return Finding(.ok, "disk", text)
    }

    static func milliseconds(_ microseconds: Int64) -> String { "\(decimal(Double(microseconds) / 1_000, 2)) ms" }

    /// A file that vanishes when it is closed, also when the process dies.
    private func nameless() -> Int32? {
        #if os(Linux)
            // O_TMPFILE, which is no plain number in the headers.
            let descriptor = open(path, O_RDWR | O_CLOEXEC | 0o20_200_000, 0o600)
            if descriptor >= 0 { return descriptor }
            // Some file systems have no files without a name.
            guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else { return nil }
        #endif
        var template = Array((path + "/.doctor.XXXXXX").utf8CString)
        let made = mkstemp(&template)
        guard made >= 0 else { return nil }
        unlink(template)
        return made
    }
}

/// Quantiles of what was measured.
enum Percentile {
    /// - Parameter sorted: in ascending order; 0 when it is empty.
    static func of(_ sorted: [Int64], _ quantile: Double) -> Int64 {
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((quantile * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(rank, 0), sorted.count - 1)]
    }
}
