import Foundation
import Histogram

/// What durable writing costs on a file system: 8 kB over written blocks, then fdatasync, as PostgreSQL's pg_test_fsync does.
struct FdatasyncProbe: Codable, Sendable {
    /// Milliseconds.
    let p50: Double
    let p99: Double
    let perSecond: Double

    private static let blockBytes = 8_192
    private static let fileBytes = 16 << 20

    /// Writes for about a second into a file of its own, which is removed afterwards.
    init(directory: String, seconds: Double = 1) throws {
        let path = "\(directory)/fdatasync-probe"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw ChildProcess.Failure(description: "\(path): errno \(errno)") }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 0x5A, count: Self.blockBytes)
        for offset in stride(from: 0, to: Self.fileBytes, by: Self.blockBytes) {
            guard pwrite(file, block, block.count, off_t(offset)) == block.count else {
                throw ChildProcess.Failure(description: "\(path): write failed, errno \(errno)")
            }
        }
        fsync(file)
        var histogram = Histogram<UInt64>(lowestDiscernibleValue: 1_000, highestTrackableValue: 60_000_000_000)
        let clock = ContinuousClock()
        let start = clock.now
        var offset = 0
        while clock.now - start < .seconds(seconds) {
            let spent = clock.measure {
                _ = pwrite(file, block, block.count, off_t(offset))
                fdatasync(file)
            }
            histogram.record(UInt64(spent / .nanoseconds(1)))
            offset = (offset + Self.blockBytes) % Self.fileBytes
        }
        p50 = Double(histogram.valueAtPercentile(50)) / 1e6
        p99 = Double(histogram.valueAtPercentile(99)) / 1e6
        perSecond = Double(histogram.totalCount) / (clock.now - start).seconds
    }

    var text: String {
        String(format: "fdatasync of 8 kB: p50 %.3f ms, p99 %.3f ms, %.0f/s", p50, p99, perSecond)
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}
