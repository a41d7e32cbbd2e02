internal import ArgumentParser
internal import Domain
internal import Ports
internal import PostgresAdapter
internal import SQLiteAdapter
internal import SystemAdapter

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the database's schema, and bring it up to date.",
        discussion: "The engine does this by itself when it starts; here it can be done beforehand.",
        subcommands: [MigrateStatus.self, MigrateUp.self, MigrateDown.self, MigrateSchema.self])
}

/// The store's database within a data directory.
let databaseFile = "ledgerflow.sqlite"

struct MigrateStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show which migrations are applied; exit code 1 when one is missing.")

    @OptionGroup var data: DataDirectoryOption
    @OptionGroup var database: DatabaseOption
    @OptionGroup var format: FormatOption

    func run() throws {
        let schema = try SelectedSchema(database.url, data)
        let entries = try schema.status()
        let missing = entries.count { $0.appliedAt == nil }
        if format.json {
            try Output.line(Self.json(entries))
        } else {
            for entry in entries {
                let when = entry.appliedAt.map { "applied \($0.rfc3339)" } ?? "missing"
                try Output.line("\(Output.pad(String(entry.number), 4))  \(Output.pad(entry.name, 32))  \(when)")
            }
            if missing > 0 { Output.note("\(missing) missing; `ledgerflow migrate up` or `ledgerflow serve` applies them.") }
        }
        if missing > 0 { throw ExitCode(1) }
    }

    private static func json(_ entries: [SelectedSchema.Entry]) -> String {
        var writer = JSONWriter()
        writer.array { list in
            for entry in entries {
                list.object { json in
                    json.field("number", entry.number)
                    json.field("name", entry.name)
                    json.field("checksum", entry.checksum)
                    json.field("appliedAt", entry.appliedAt)
                }
            }
        }
        return writer.text
    }
}

struct MigrateUp: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Apply what is missing; makes the schema when there is none.",
        discussion: "On the embedded store it refuses while an engine uses the directory. Make a backup before.")

    @OptionGroup var data: DataDirectoryOption
    @OptionGroup var database: DatabaseOption

    func run() throws {
        let done = try SelectedSchema(database.url, data).up()
        let numbers = done.map { String($0) }.joined(separator: ", ")
        try Output.line(done.isEmpty ? "Nothing to do: every migration is applied." : "Applied \(numbers).")
    }
}

struct MigrateDown: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Take back the migrations above a number, with what only they can hold.",
        discussion: "For going back to an earlier version of the program. No engine may run meanwhile. Make a backup before.")

    @Option(help: "The last migration to keep; 0 takes back all of them, and removes everything that is stored.") var to: Int
    @Flag(help: "Do it although stored data goes with it.") var confirm = false
    @OptionGroup var data: DataDirectoryOption
    @OptionGroup var database: DatabaseOption

    func validate() throws {
        if to < 0 { throw ValidationError("--to must not be negative.") }
        if !confirm { throw ValidationError("What only the later migrations can hold is lost. Make a backup, then give --confirm.") }
    }

    func run() throws {
        let done = try SelectedSchema(database.url, data).down(to: to)
        let numbers = done.map { String($0) }.joined(separator: ", ")
        try Output.line(done.isEmpty ? "Nothing to do: none above \(to) is applied." : "Took back \(numbers).")
    }
}

struct MigrateSchema: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "schema", abstract: "Print the newest schema as SQL.")

    @Flag(help: "That of PostgreSQL, instead of the embedded store's.") var postgres = false

    func run() throws { try Output.write(postgres ? PostgresMigrations.schemaText : SQLiteMigrations.schemaText) }
}

/// The schema of the store that the settings select.
private struct SelectedSchema {
    struct Entry {
        let number: Int
        let name: String
        let checksum: String
        let appliedAt: Instant?
    }

    private let url: String?
    private let directory: DataDirectoryOption

    init(_ url: String?, _ directory: DataDirectoryOption) throws {
        self.url = url
        self.directory = directory
    }

    func status() throws -> [Entry] {
        if let url {
            return try PostgresMigrations.status(url: url).map {
                Entry(number: $0.number, name: $0.name, checksum: $0.checksum, appliedAt: $0.appliedAt)
            }
        }
        return try SQLiteMigrations.status(path: directory.path + "/" + databaseFile).map {
            Entry(number: $0.number, name: $0.name, checksum: $0.checksum, appliedAt: $0.appliedAt)
        }
    }

    func up() throws -> [Int] {
        let now = SystemTimeSource().now()
        if let url { return try PostgresMigrations.up(url: url, at: now) }
        return try locked { try SQLiteMigrations.apply(path: $0, at: now) }
    }

    func down(to number: Int) throws -> [Int] {
        if let url { return try PostgresMigrations.down(url: url, to: number) }
        return try locked { try SQLiteMigrations.down(path: $0, to: number) }
    }

    /// While no engine uses the data directory.
    private func locked<Value>(_ body: (_ path: String) throws -> Value) throws -> Value {
        let directory = try DataDirectory(path: directory.path)
        let lock = try directory.lock()
        return try withExtendedLifetime(lock) { try body(directory.file(databaseFile)) }
    }
}
