import Foundation
import PropertyKit
import Testing

@testable import Domain

/// Cron as another implementation understands it: croniter, from PyPI.
@Suite struct CroniterTests {
    private static let count = 10_000
    /// Occurrences of each expression that are compared.
    private static let each = 5
    private static let isOffline = ProcessInfo.processInfo.environment["LEDGERFLOW_OFFLINE"] == "1"

    /// Reads lines of expression, start, and the seconds of the occurrences, with tabs between; prints what it finds different.
    ///
    /// Its switch for the "cron bug" is what makes a day match both fields when one begins with a star, as in Vixie cron and cronie.
    private static let script = """
        import sys
        from datetime import datetime, timezone
        from croniter import croniter, CroniterBadDateError
        compared = different = 0
        for line in open(sys.argv[1]):
            expression, start, *ours = line.rstrip("\\n").split("\\t")
            begin = datetime.fromtimestamp(int(start), timezone.utc)
            theirs = []
            try:
                iterator = croniter(expression, begin, implement_cron_bug=True, max_years_between_matches=60)
                while len(theirs) < len(ours) or not theirs:
                    theirs.append(str(int(iterator.get_next(float))))
            except CroniterBadDateError:
                pass
            compared += 1
            if theirs != ours:
                different += 1
                if different <= 10: print("different", expression, start, ours, theirs)
        print("compared", compared, "different", different)
        """

    @Test(
        "10,000 random expressions have the occurrences that croniter gives them; LEDGERFLOW_OFFLINE=1 leaves this out",
        .enabled(if: !isOffline))
    func croniter() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-croniter-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let environment = folder + "/venv"
        try #require(try run("/usr/bin/python3", ["-m", "venv", environment]).code == 0, "no virtual environment")
        let pip = try run(environment + "/bin/pip", ["install", "--quiet", "croniter"])
        try #require(pip.code == 0, "croniter could not be installed from PyPI; LEDGERFLOW_OFFLINE=1 leaves this test out: \(pip.output)")

        try Self.cases().write(toFile: folder + "/cases", atomically: true, encoding: .utf8)
        let result = try run(environment + "/bin/python", ["-c", Self.script, folder + "/cases"])
        #expect(result.code == 0 && result.output.hasSuffix("compared \(Self.count) different 0\n"), "\(result.output)")
    }

    private static func cases() -> String {
        var random = SeededGenerator(seed: 1)
        let (first, last) = (Moment.second("2000-01-01T00:00:00Z"), Moment.second("2060-01-01T00:00:00Z"))
        var lines = ""
        for _ in 0..<count {
            let text = RandomCron.text(&random)
            let start = Int.random(in: first...last, using: &random)
            lines += "\(text)\t\(start)"
            if let cron = try? CronExpression(text) {
                let timing = ScheduleTiming(recurrence: .cron(cron))
                let occurrences = timing.upcoming(after: Instant(microseconds: Int64(start) * 1_000_000), count: each, zone: FixedZone.utc)
                for occurrence in occurrences { lines += "\t\(occurrence.seconds)" }
            }
            lines += "\n"
        }
        return lines
    }

    private func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
