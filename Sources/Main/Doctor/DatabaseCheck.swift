internal import CSQLite
internal import Foundation
internal import SQLiteAdapter

/// The databases, read and never written.
struct DatabaseCheck {
    let directory: String
    /// Whether an engine has the directory in use.
    let isHeld: Bool

    private struct Unreadable: Error { let reason: String }

    private var path: String { directory + "/" + databaseFile }

    /// Whether no engine has started on the database yet; a damaged one counts as used.
    var isNew: Bool {
        guard access(path, F_OK) == 0 else { return true }
        do {
            if try query(path, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'store'").isEmpty { return true }
            return try query(path, "SELECT 1 FROM store WHERE key = 'store_id'").isEmpty
        } catch { return false }
    }

    func findings() -> [Finding] {
        guard access(path, F_OK) == 0 else {
            return [Finding(.ok, "database", "none yet; `ledgerflow serve` makes it")]
        }
        let restore = "Stop the engine and restore the data directory from a backup."
        do {
            let problem = try check(path)
            guard problem == "ok" else { return [Finding(.fail, "database", "\(path) is damaged: \(problem)", advice: restore)] }
            let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
            let fine = Finding(.ok, "database", "quick_check found nothing wrong (\(DiskCheck.amount(Int64(size))))")
            return [fine] + (try room(path)) + (try migrations(path)) + lists()
        } catch let error as Unreadable {
            return [Finding(.fail, "database", "\(path) cannot be read: \(error.reason)", advice: restore)]
        } catch {
            return [Finding(.fail, "database", "\(path): \(error)")]
        }
    }

    private func migrations(_ path: String) throws -> [Finding] {
        // Asked without a database, it tells the migrations that this program knows.
        let known = try SQLiteMigrations.status(path: directory + "/no such file")
        guard try query(path, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'").first != nil else {
            return [
                Finding(
                    .fail, "migrations", "\(path) has no migrations: it is not the engine's database, or an empty one",
                    advice: "Give another --data-dir; for an empty database run `ledgerflow migrate up`.")
            ]
        }
        let applied = try query(path, "SELECT number, checksum FROM migrations ORDER BY number")
        for row in applied {
            guard let entry = known.first(where: { String($0.number) == row[0] }) else {
                return [
                    Finding(
                        .fail, "migrations", "migration \(row[0]) is not known to this version",
                        advice: "Use the version that wrote the database, or a later one.")
                ]
            }
            guard entry.checksum == row[1] else {
                return [
                    Finding(
                        .fail, "migrations", "migration \(row[0]) is not the one of this program",
                        advice: "Use the program that made the database, or restore a backup.")
                ]
            }
        }
        let missing = known.filter { entry in !applied.contains { $0[0] == String(entry.number) } }
        if missing.isEmpty { return [Finding(.ok, "migrations", "all \(known.count) applied")] }
        return [
            Finding(
                .warn, "migrations", "missing: \(missing.map { String($0.number) }.joined(separator: ", "))",
                advice: "`ledgerflow migrate up` or the next start applies them.")
        ]
    }

    /// Free room within the database, when it is much and the database cannot give it back by itself.
    private func room(_ path: String) throws(Unreadable) -> [Finding] {
        func number(_ pragma: String) throws(Unreadable) -> Int64 {
            try query(path, "PRAGMA \(pragma)").first?.first.flatMap { Int64($0) } ?? 0
        }
        let free = try number("freelist_count") * (try number("page_size"))
        guard try number("auto_vacuum") == 0, free > 64 << 20, try number("freelist_count") > number("page_count") / 4 else { return [] }
        return [
            Finding(
                .warn, "room", "\(DiskCheck.amount(free)) of the database are free, and it was made by a version that gives none back",
                advice: "They are used again before it grows. To give them back: stop the engine, `ledgerflow maintain vacuum`.")
        ]
    }

    /// The lists follow from the calls, so that their loss is no loss.
    private func lists() -> [Finding] {
        let path = directory + "/lists.sqlite"
        guard access(path, F_OK) == 0 else { return [] }
        let problem = (try? check(path)) ?? "it cannot be read"
        if problem == "ok" { return [Finding(.ok, "lists", "quick_check found nothing wrong")] }
        return [
            Finding(
                .warn, "lists", "\(path) is damaged: \(problem)",
                advice: "Stop the engine and remove the file; it is made anew from the calls.")
        ]
    }

    private func check(_ path: String) throws(Unreadable) -> String {
        let answer = try query(path, "PRAGMA quick_check(1)").first?.first ?? "no answer"
        return answer.replacingOccurrences(of: "\n", with: " ")
    }

    /// The rows of a query, as text.
    private func query(_ path: String, _ sql: String) throws(Unreadable) -> [[String]] {
        var connection: OpaquePointer?
        defer { sqlite3_close_v2(connection) }
        // Without an engine and without a log to read, nothing needs to be made beside the database either.
        let hasLog = (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int).map { $0 > 0 } ?? false
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        let name = absolute.split(separator: "/").map { APIClient.escaped(String($0)) }.joined(separator: "/")
        let uri = "file:/" + name + (isHeld || hasLog ? "" : "?immutable=1")
        var code = sqlite3_open_v2(uri, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nil)
        guard code == SQLITE_OK else { throw Self.failure(connection, code) }
        sqlite3_busy_timeout(connection, 5_000)
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        code = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
        guard code == SQLITE_OK else { throw Self.failure(connection, code) }
        var rows: [[String]] = []
        while true {
            code = sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw Self.failure(connection, code) }
            let columns = 0..<sqlite3_column_count(statement)
            rows.append(columns.map { sqlite3_column_text(statement, $0).map { String(cString: $0) } ?? "" })
        }
    }

    private static func failure(_ connection: OpaquePointer?, _ code: Int32) -> Unreadable {
        Unreadable(reason: "\(sqlite3_errmsg(connection).map { String(cString: $0) } ?? "no message") (SQLite \(code))")
    }
}
