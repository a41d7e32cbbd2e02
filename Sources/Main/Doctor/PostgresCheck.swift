internal import PostgresAdapter

/// A PostgreSQL database: whether it can be reached, and its migrations. Changes nothing.
struct PostgresCheck {
    private let entries: Result<[PostgresMigrations.Entry], PostgresStoreError>

    init(url: String) {
        do throws(PostgresStoreError) {
            entries = .success(try PostgresMigrations.status(url: url))
        } catch {
            entries = .failure(error)
        }
    }

    /// Whether no engine has started on the database yet; one that cannot be asked counts as used.
    var isNew: Bool { (try? entries.get().allSatisfy { $0.appliedAt == nil }) ?? false }

    func findings() -> [Finding] {
        switch entries {
        case .failure(let error): return [Finding(.fail, "database", error.description)]
        case .success(let entries):
            let reached = Finding(.ok, "database", "PostgreSQL answers")
            let missing = entries.filter { $0.appliedAt == nil }.map { String($0.number) }
            if missing.isEmpty { return [reached, Finding(.ok, "migrations", "all \(entries.count) applied")] }
            let advice = "`ledgerflow migrate up` or the next start applies them."
            return [reached, Finding(.warn, "migrations", "missing: \(missing.joined(separator: ", "))", advice: advice)]
        }
    }
}
