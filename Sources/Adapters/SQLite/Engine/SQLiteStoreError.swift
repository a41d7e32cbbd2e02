/// Why a store could not be opened, or its migrations not be applied. The text says what to do.
public enum SQLiteStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The files cannot be reached: no such directory, no permission, another process holds them.
    case unavailable(path: String, reason: String)
    /// The database is damaged.
    case corrupt(path: String, finding: String)
    /// The file is not a database of this product.
    case foreign(path: String)
    /// A newer version of the program wrote it.
    case newerThanProgram(path: String, stored: Int, known: Int)
    /// A migration that was applied is not the one that this program holds under the number.
    case migrationChanged(path: String, number: Int)
    /// What the store holds was sealed with keys that the engine does not have.
    case sealingKeysMissing(path: String, keys: [String])
    /// The options make no sense.
    case options(String)

    public var description: String {
        switch self {
        case .unavailable(let path, let reason): "The store \(path) cannot be opened: \(reason)."
        case .corrupt(let path, let finding):
            "The database \(path) is damaged: \(finding). Nothing was changed. Stop the engine and restore the data directory from a backup;"
                + " if there is none, docs/runbooks/corrupt-database.md says how to save what can still be read."
        case .foreign(let path):
            "\(path) is not a database of Ledgerflow; nothing was changed. Give another data directory, or move the file away."
        case .newerThanProgram(let path, let stored, let known):
            "\(path) was written by a newer version (its schema is \(stored), this program knows up to \(known)). Use that version or a later one."
        case .migrationChanged(let path, let number):
            "Migration \(number) in \(path) is not the one of this program. Use the program that made it, or restore a backup."
        case .sealingKeysMissing(let path, let keys):
            """
            \(path) holds requests that were sealed with keys which are not in the data directory: \(keys.joined(separator: ", ")). Restore \
            the files sealing-*.key from a backup and start again; nothing was changed. docs/runbooks/sealing-keys.md says what to do when a \
            key is lost for good.
            """
        case .options(let reason): "The store's options are not usable: \(reason)."
        }
    }
}

/// What can go wrong inside: an error of the library, or a commit at fault.
enum StoreFailure: Error, Sendable {
    /// - code: the extended result code.
    case sqlite(code: Int32, message: String)
    /// The commit itself is wrong; others in its group are not.
    case fault(JournalFault)
    /// A stored value that this program cannot read.
    case unreadable(String)
    /// The lists are damaged; the database is not concerned.
    case listsDamaged

    /// The part of `JournalError` that a batch can be guilty of.
    enum JournalFault: Sendable {
        case ownershipLost
        case rejected(String)
        case numberCollision(String)
    }

    /// The primary result code; nil when the library did not report one.
    var primaryCode: Int32? {
        if case .sqlite(let code, _) = self { code & 0xFF } else { nil }
    }

    /// One line without any stored value.
    var reason: String {
        switch self {
        case .sqlite(let code, let message): "\(message) (SQLite \(code))"
        case .fault(.ownershipLost): "ownership lost"
        case .fault(.rejected(let reason)), .unreadable(let reason): reason
        case .fault(.numberCollision): "a number is taken"
        case .listsDamaged: "the lists are damaged and are being made anew; ask again in a moment"
        }
    }
}
