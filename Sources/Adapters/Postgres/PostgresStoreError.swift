/// Why a store could not be opened, or its migrations not be applied. The text says what to do, and never holds a password.
public enum PostgresStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server cannot be reached, or does not let us in.
    case unavailable(server: String, reason: String)
    /// The roles are missing, and the connecting user may not make them.
    case roles(user: String, reason: String)
    /// The server or the database is not one that can be used.
    case unsuitable(server: String, reason: String)
    /// An engine serves the store, or has been alive too recently to know that it does not.
    case inUse(server: String, owner: String)
    /// The store belongs to engines with other keys.
    case otherKeys(server: String)
    /// The store's audit is anchored with another key.
    case otherAnchorKey(server: String, key: String)
    /// What the store holds was sealed with keys that this engine does not have.
    case sealingKeysMissing(server: String, keys: [String])
    /// A newer version of the program made the schema.
    case newerThanProgram(server: String, stored: Int, known: Int)
    /// A migration of another content was applied under the same number.
    case migrationChanged(server: String, number: Int)
    /// The options or the URL are wrong.
    case options(String)

    public var description: String {
        switch self {
        case .unavailable(let server, let reason):
            "The database \(server) cannot be used now: \(reason). Check that it runs, and the host, port, user and password."
        case .roles(let user, let reason):
            """
            The roles ledgerflow_writer and ledgerflow_query are needed and cannot be made by \(user): \(reason). Let an administrator \
            of the database run: CREATE ROLE ledgerflow_writer NOLOGIN; CREATE ROLE ledgerflow_query NOLOGIN; \
            GRANT ledgerflow_writer, ledgerflow_query TO "\(user)";
            """
        case .unsuitable(let server, let reason): "The database \(server) is not suitable: \(reason)."
        case .inUse(let server, let owner):
            """
            An engine (\(owner)) serves the store in the database \(server). Stop it first; one that was killed is taken to be alive for \
            ten seconds more.
            """
        case .otherKeys(let server):
            """
            The database \(server) belongs to an engine with other keys. Copy token.key, fingerprint.key and cursor.key from that engine's \
            data directory into this one's, or use another database.
            """
        case .otherAnchorKey(let server, let key):
            """
            The audit in the database \(server) is anchored with the key \(key), and this data directory has another one. Copy \
            audit-anchor.key from the other engine's data directory, or from a backup, and start again; nothing was changed. \
            docs/runbooks/audit.md says what to do when the key is lost for good.
            """
        case .sealingKeysMissing(let server, let keys):
            """
            The database \(server) holds requests that were sealed with keys which are not in this data directory: \
            \(keys.joined(separator: ", ")). Copy the files sealing-*.key from the other engine's data directory, or from a backup, and start \
            again; nothing was changed. docs/runbooks/sealing-keys.md says what to do when a key is lost for good.
            """
        case .newerThanProgram(let server, let stored, let known):
            """
            The database \(server) was written by a newer version (its schema is \(stored), this program knows up to \(known)). \
            Use that version or a later one.
            """
        case .migrationChanged(let server, let number):
            "Migration \(number) in the database \(server) is not the one of this program. Use the program that made it, or restore a backup."
        case .options(let reason): "The store's options are not usable: \(reason)."
        }
    }
}

/// What can go wrong inside.
enum StoreFailure: Error, Sendable {
    /// The server refused a statement; what it was part of is rolled back. - constraint: the one that is broken, where it is one.
    case server(state: String, message: String, constraint: String? = nil)
    /// The connection is gone. - isAmbiguous: the transaction may be stored all the same.
    case lost(reason: String, isAmbiguous: Bool)
    /// Nothing was sent.
    case notSent(String)
    /// A stored value that this program cannot read.
    case unreadable(String)

    /// Whether the server gave up what it was told for the sake of another session: a deadlock, no order in which both could be done, or a
    /// lock that was not free in time.
    var isConflict: Bool {
        if case .server(let state, _, _) = self { ["40P01", "40001", "55P03"].contains(state) } else { false }
    }

    /// One line without any stored value.
    var reason: String {
        switch self {
        case .server(let state, let message, _): "\(message) (SQLSTATE \(state))"
        case .lost(let reason, _), .notSent(let reason), .unreadable(let reason): reason
        }
    }
}
