internal import Crypto
internal import Domain
internal import Foundation

/// How long a saved answer takes to be read and split on one thread, and what memory that takes.
struct SplitMeasurement {
    private let file: String
    private var bytes = 0
    private var invoices = 0
    private var refused = 0
    private var nanoseconds: Int64 = 0
    private var hashedNanoseconds: Int64 = 0
    private let idle: Int
    private var highest = 0

    private static let leastRounds = 3

    /// - Throws: `InputFailure`, or `CommandFailure` when the answer is not whole.
    init(_ path: InputPath, _ plan: SplitPlan, seconds: Double) throws {
        file = path.text
        idle = Self.kibibytes("VmRSS:")
        nanoseconds = try rounds(path, plan, seconds, isHashing: false)
        // Before the hashes, which are not the splitter's.
        highest = Self.kibibytes("VmHWM:")
        hashedNanoseconds = try rounds(path, plan, seconds, isHashing: true)
    }

    /// The median of some rounds, in nanoseconds.
    private mutating func rounds(_ path: InputPath, _ plan: SplitPlan, _ seconds: Double, isHashing: Bool) throws -> Int64 {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var times: [Duration] = []
        while times.count < Self.leastRounds || clock.now < end {
            times.append(try clock.measure { try round(path, plan, isHashing) })
        }
        times.sort()
        let median = times[times.count / 2].components
        return median.seconds * 1_000_000_000 + median.attoseconds / 1_000_000_000
    }

    private mutating func round(_ path: InputPath, _ plan: SplitPlan, _ isHashing: Bool) throws {
        var (good, bad) = (0, 0)
        var sum: UInt8 = 0
        let error = try SavedAnswer.split(path, by: plan) { part in
            switch part {
            case .invoice(let invoice):
                good += 1
                if isHashing { sum ^= SHA256.hash(data: invoice.octets).withUnsafeBytes { $0.first ?? 0 } }
            case .refused: bad += 1
            }
        }
        if let error { throw CommandFailure(.refused, "\(file) cannot be measured: \(error)") }
        (invoices, refused) = (good, bad)
        withExtendedLifetime(sum) {}
        bytes = try InputFile(path).expectedBytes
    }

    private static func kibibytes(_ key: String) -> Int {
        let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix(key) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// As JSON on one line.
    var line: String {
        var writer = JSONWriter()
        writer.object { json in
            json.field("file", file)
            json.field("bytes", bytes)
            json.field("invoices", invoices)
            json.field("refused", refused)
            json.field("nanoseconds", nanoseconds)
            json.field("hashedNanoseconds", hashedNanoseconds)
            json.field("idleKibibytes", idle)
            json.field("highestKibibytes", highest)
        }
        return writer.text
    }
}
