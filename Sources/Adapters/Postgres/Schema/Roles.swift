/// The two roles under which the store works. They belong to the whole server, so several databases share them.
enum Roles {
    static let writer = "ledgerflow_writer"
    static let query = "ledgerflow_query"

    /// Makes the roles where they are missing, and lets the connecting user work under them.
    static func make(_ connection: borrowing AdminConnection) throws(PostgresStoreError) {
        let user: String
        var problem = StoreFailure.unreadable("")
        do throws(StoreFailure) {
            user = try connection.value("SELECT current_user::text") ?? ""
        } catch { throw PostgresMigrations.opened(connection.settings, error) }
        // Another database's engine may make them at the same moment; then the second look finds them.
        for _ in 0..<3 {
            do throws(StoreFailure) {
                for role in [writer, query] { try make(role, connection) }
                return try verify(connection)
            } catch { problem = error }
        }
        throw .roles(user: user, reason: connection.settings.redacted(problem.reason))
    }

    private static func make(_ role: String, _ connection: borrowing AdminConnection) throws(StoreFailure) {
        if try connection.value("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]) == nil {
            try connection.execute("CREATE ROLE \(role) NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
        }
        if try connection.value("SELECT pg_has_role(current_user, $1::name, 'MEMBER')", [role]) != "t" {
            try connection.execute("GRANT \(role) TO CURRENT_USER")
        }
    }

    /// A role that sees past row level security would keep tenants apart in name only.
    private static func verify(_ connection: borrowing AdminConnection) throws(StoreFailure) {
        let strong = try connection.value(
            "SELECT rolname FROM pg_roles WHERE rolname IN ($1::name, $2::name) AND (rolsuper OR rolbypassrls) LIMIT 1", [writer, query])
        if let strong { throw .unreadable("the role \(strong) is a superuser or bypasses row level security, and must not") }
    }
}
