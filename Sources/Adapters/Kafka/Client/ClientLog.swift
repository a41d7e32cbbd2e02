internal import CRdKafka
internal import Ports

/// Passes on what the library reports about itself.
struct ClientLog {
    let diagnostics: (any Diagnostics)?
    let client: String
    private var lastError = ""
    private var lastErrorAt: Int64 = 0

    init(_ diagnostics: (any Diagnostics)?, client: String) {
        self.diagnostics = diagnostics
        self.client = client
    }

    /// Log lines from level warning on. The library writes no passwords.
    func line(_ event: OpaquePointer) {
        var facility: UnsafePointer<CChar>?
        var message: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard let diagnostics, rd_kafka_event_log(event, &facility, &message, &level) == 0, level <= 4, let message else { return }
        report(diagnostics, level <= 3 ? .error : .warning, "kafka.log", String(cString: message))
    }

    /// A general error. The same one is reported once a minute: a broker that is away makes many.
    mutating func error(_ reason: String, now: Int64) {
        guard reason != lastError || now - lastErrorAt >= 60_000_000 else { return }
        (lastError, lastErrorAt) = (reason, now)
        report(.warning, "kafka.error", reason)
    }

    func report(_ level: Diagnostic.Level, _ event: String, _ message: String) {
        guard let diagnostics else { return }
        report(diagnostics, level, event, message)
    }

    private func report(_ diagnostics: any Diagnostics, _ level: Diagnostic.Level, _ event: String, _ message: String) {
        diagnostics.report(Diagnostic(level, event, message, fields: [("client", client)]))
    }
}
