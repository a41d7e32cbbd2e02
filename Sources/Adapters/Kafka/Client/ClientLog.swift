internal import CRdKafka
internal import Ports

/// Passes on what the library reports about itself. What it says again and again is told once a minute: a broker that is away makes much
/// of it, and each time with other numbers.
struct ClientLog {
    let diagnostics: (any Diagnostics)?
    let client: String
    private var reports = RepeatedReports()

    init(_ diagnostics: (any Diagnostics)?, client: String) {
        self.diagnostics = diagnostics
        self.client = client
    }

    /// Log lines from level warning on. The library writes no passwords.
    mutating func line(_ event: OpaquePointer, now: Int64) {
        var facility: UnsafePointer<CChar>?
        var message: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard rd_kafka_event_log(event, &facility, &message, &level) == 0, level <= 4, let message else { return }
        trouble(level <= 3 ? .error : .warning, "kafka.log", String(cString: message), now: now)
    }

    /// A general error.
    mutating func error(_ reason: String, now: Int64) { trouble(.warning, "kafka.error", reason, now: now) }

    /// What may come often, told once a minute.
    mutating func trouble(_ level: Diagnostic.Level, _ event: String, _ message: String, now: Int64) {
        guard diagnostics != nil, reports.tells(event + " " + Self.kind(of: message), at: now) else { return }
        report(level, event, message)
    }

    func report(_ level: Diagnostic.Level, _ event: String, _ message: String) {
        diagnostics?.report(Diagnostic(level, event, message, fields: [("client", client)]))
    }

    /// The same for texts that differ in numbers alone: of brokers, ports, milliseconds, and of lines that the library left out by itself.
    static func kind(of message: String) -> String {
        var kind: [UInt8] = []
        // The library tells last how long it took, and how often it was left out; the latter only from the second time on.
        for byte in message.prefix(untilText: " (after ").utf8 {
            let isDigit = UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            if !isDigit { kind.append(byte) } else if kind.last != UInt8(ascii: "#") { kind.append(UInt8(ascii: "#")) }
        }
        return String(decoding: kind, as: UTF8.self)
    }
}

extension String {
    /// What stands before `text`; all of it when that does not occur.
    fileprivate func prefix(untilText text: String) -> Substring { firstRange(of: text).map { self[..<$0.lowerBound] } ?? self[...] }
}
