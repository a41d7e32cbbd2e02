internal import ArgumentParser
internal import Domain
internal import Foundation
internal import Ports
internal import SQLiteAdapter
internal import SystemAdapter

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the database's schema, and bring it up to date.",
        discussion: "The engine does this by itself when it starts; here it can be done beforehand.",
        subcommands: [MigrateStatus.self, MigrateUp.self, MigrateSchema.self])
}

/// The store's database within a data directory.
let databaseFile = "ledgerflow.sqlite"

struct MigrateStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show which migrations are applied; exit code 1 when one is missing.")

    @OptionGroup var data: DataDirectoryOption
    @OptionGroup var format: FormatOption

    func run() throws {
        let path = data.path + "/" + databaseFile
        let entries = try SQLiteMigrations.status(path: path)
        let missing = entries.count { $0.appliedAt == nil }
        if format.json {
            try Output.line(Self.json(entries))
        } else {
            for entry in entries {
                let when = entry.appliedAt.map { "applied \($0.rfc3339)" } ?? "missing"
                try Output.line("\(Output.pad(String(entry.number), 4))  \(Output.pad(entry.name, 32))  \(when)")
            }
            if access(path, F_OK) != 0 {
                Output.note("There is no database \(path) yet; `ledgerflow migrate up` or `ledgerflow serve` makes it.")
            } else if missing > 0 {
                Output.note("\(missing) missing; `ledgerflow migrate up` or `ledgerflow serve` applies them.")
            }
        }
        if missing > 0 { throw ExitCode(1) }
    }

    private static func json(_ entries: [SQLiteMigrations.Entry]) -> String {
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
        commandName: "up", abstract: "Apply what is missing; makes the database when there is none.",
        discussion: "Refuses while an engine uses the directory. Make a copy of the directory before.")

    @OptionGroup var data: DataDirectoryOption

    func run() throws {
        let directory = try DataDirectory(path: data.path)
        let lock = try directory.lock()
        let done = try withExtendedLifetime(lock) {
            try SQLiteMigrations.apply(path: directory.file(databaseFile), at: SystemTimeSource().now())
        }
        let numbers = done.map { String($0) }.joined(separator: ", ")
        try Output.line(done.isEmpty ? "Nothing to do: every migration is applied." : "Applied \(numbers).")
    }
}

struct MigrateSchema: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "schema", abstract: "Print the newest schema as SQL.")

    func run() throws { try Output.write(SQLiteMigrations.schemaText) }
}
