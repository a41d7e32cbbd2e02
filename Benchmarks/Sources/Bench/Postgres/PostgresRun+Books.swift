import Foundation
import PostgresRows

/// P7 beside one hot row of the same server, and P11.
extension PostgresRun {
    mutating func measureBooks() async throws {
        let engine = try await startEngine("books")
        try server.createDatabase("hot_row")
        let connection = try PostgresConnection(url: server.url("hot_row"))
        try connection.execute("CREATE TABLE counters (series text PRIMARY KEY, last bigint NOT NULL) WITH (fillfactor = 50)")
        try connection.execute("INSERT INTO counters VALUES ('INV', 0)")
        let server = server
        try await bench.measureBooks(engine, clients: [1, 8, 32]) { clients, seconds in
            try await server.settle()
            return try await server.hotRowPerSecond("hot_row", clients: clients, seconds: seconds)
        }
    }
}

extension PostgresProcess {
    /// `UPDATE … RETURNING` by pgbench, prepared, each a transaction of its own.
    func hotRowPerSecond(_ database: String, clients: Int, seconds: Double) async throws -> Double {
        let script = "\(directory)/hot-row.sql"
        try Data("UPDATE counters SET last = last + 1 WHERE series = 'INV' RETURNING last;\n".utf8).write(to: URL(fileURLWithPath: script))
        let output = try await ChildProcess.output(
            of: [
                "\(binaries)/pgbench", "-n", "-M", "prepared", "-f", script, "-c", String(clients), "-j", "2", "-T",
                String(Int(seconds.rounded(.up))), url(database),
            ], in: directory, within: 120)
        let line = output.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        guard let line, let rate = Double(line.dropFirst(6).prefix { $0.isNumber || $0 == "." }) else {
            throw ChildProcess.Failure(description: "pgbench told no rate: \(output)")
        }
        return rate
    }
}
