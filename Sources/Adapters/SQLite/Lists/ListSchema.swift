/// The lists: a projection in a database of its own, written behind from the log. Nothing is lost with it: it is made again from the calls
/// when it is missing, damaged, of another form, or ahead of the database (after a restore).
enum ListSchema {
    /// Raised with every change below, so that a projection of another form is made again.
    static let form = "1"

    static let statements = """
        CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        -- position: events up to it are in the lists. Calls from ordinal scanned + 1 up to scan_end are still to be copied.
        CREATE TABLE progress (
          partition INTEGER PRIMARY KEY,
          position INTEGER NOT NULL,
          scanned INTEGER NOT NULL,
          scan_end INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE calls (
          key INTEGER PRIMARY KEY,
          tenant TEXT NOT NULL,
          id BLOB NOT NULL,
          created_at INTEGER NOT NULL,
          status INTEGER NOT NULL,
          host TEXT NOT NULL,
          due_at INTEGER
        ) STRICT;
        CREATE INDEX calls_by_tenant ON calls (tenant, created_at, id);
        CREATE INDEX calls_by_status ON calls (tenant, status, created_at, id);
        CREATE INDEX calls_by_host ON calls (tenant, host, created_at, id);
        CREATE TABLE tags (
          tenant TEXT NOT NULL,
          tag TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          id BLOB NOT NULL,
          key INTEGER NOT NULL,
          PRIMARY KEY (tenant, tag, created_at, id)
        ) STRICT, WITHOUT ROWID;
        """
}
