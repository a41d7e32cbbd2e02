internal import Ports

/// Work on a database that no engine uses.
public enum SQLiteMaintenance {
    /// Writes the database at `path` anew without its free pages, in the form that can give pages back later. A crash leaves the old one.
    /// Needs as much free room as the database takes. Blocks while it works.
    ///
    /// - Returns: the bytes that it took before, and takes now.
    public static func vacuum(path: String) throws(SQLiteStoreError) -> (before: Int64, after: Int64) {
        guard StoreFiles.size(of: path) > 0 else { throw .unavailable(path: path, reason: "there is no database") }
        // Refuses what is not a database of ours, or of a newer program.
        _ = try SQLiteMigrations.status(path: path)
        do throws(StoreFailure) {
            let connection = try Connection(.init(path: path, cacheBytes: 64 << 20, busyMilliseconds: 10_000))
            let before = StoreFiles.size(of: path)
            try connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            try connection.execute("VACUUM")
            _ = try connection.checkpoint(.truncate)
            return (before, StoreFiles.size(of: path))
        } catch { throw SQLiteMigrations.opened(path, error) }
    }
}
