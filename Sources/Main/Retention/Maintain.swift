internal import ArgumentParser
internal import Domain
internal import SQLiteAdapter
internal import SystemAdapter

struct Maintain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work on an embedded store while no engine uses it.", subcommands: [MaintainVacuum.self])
}

struct MaintainVacuum: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum",
        abstract: "Write the database anew without its free room, so that from then on the engine gives free room back by itself.",
        discussion: """
            Needs as much free disk as the database takes, and a minute or so for each ten gigabytes. Databases that were made by this \
            version or a later one need it only to give everything back at once. PostgreSQL has autovacuum.
            """)

    @OptionGroup var data: DataDirectoryOption

    func run() throws {
        let directory = try DataDirectory(path: data.path)
        let lock = try directory.lock()
        let (before, after) = try withExtendedLifetime(lock) { try SQLiteMaintenance.vacuum(path: directory.file(databaseFile)) }
        Output.note("The database took \(DiskCheck.amount(before)), and takes \(DiskCheck.amount(after)) now.")
    }
}
