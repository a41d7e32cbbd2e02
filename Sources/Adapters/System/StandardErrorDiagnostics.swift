public import Domain
internal import Glibc
public import Ports

/// Writes each diagnostic to standard error as one line of JSON:
/// `{"time":"…","level":"warning","event":"partition.recovered","message":"…","fields":{"partition":"3"}}`.
///
/// A line is written with one `write(2)`, so lines of several threads do not mix. What cannot be written is dropped.
public struct StandardErrorDiagnostics: Diagnostics {
    private let now: @Sendable () -> Instant
    private let least: Diagnostic.Level
    private let counters = (info: MetricCounter(), warning: MetricCounter(), error: MetricCounter())

    /// - Parameter least: diagnostics below this level are not written.
    public init(least: Diagnostic.Level = .info, now: @escaping @Sendable () -> Instant) {
        self.now = now
        self.least = least
    }

    /// How many were reported, whether they were written or not.
    public var metricFamilies: [MetricFamily] {
        [(Diagnostic.Level.info, counters.info), (.warning, counters.warning), (.error, counters.error)].map { level, counter in
            MetricFamily(
                "ledgerflow_diagnostics", "Diagnostics that were reported, by level.", labels: [("level", level.rawValue)],
                .counter(counter))
        }
    }

    public func report(_ diagnostic: Diagnostic) {
        switch diagnostic.level {
        case .info: counters.info.add()
        case .warning: counters.warning.add()
        case .error: counters.error.add()
        }
        guard Self.rank(diagnostic.level) >= Self.rank(least) else { return }
        let line = Self.line(diagnostic, at: now())
        line.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(STDERR_FILENO, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count > 0 {
                    written += count
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    private static func rank(_ level: Diagnostic.Level) -> Int {
        switch level {
        case .info: 0
        case .warning: 1
        case .error: 2
        }
    }

    /// The line with its line feed; of two fields with one name the first is kept.
    static func line(_ diagnostic: Diagnostic, at time: Instant) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { line in
            line.field("time", time)
            line.field("level", diagnostic.level.rawValue)
            line.field("event", diagnostic.event)
            line.field("message", diagnostic.message)
            guard !diagnostic.fields.isEmpty else { return }
            line.object("fields") { fields in
                for (index, field) in diagnostic.fields.enumerated()
                where !diagnostic.fields[..<index].contains(where: { $0.name == field.name }) {
                    fields.field(dynamic: field.name, field.value)
                }
            }
        }
        return writer.bytes + [0x0A]
    }
}
