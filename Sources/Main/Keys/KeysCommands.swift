internal import ArgumentParser
internal import Domain
internal import SealingAdapter
internal import SystemAdapter

struct KeysCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Show and rotate the keys that requests are sealed with.",
        discussion: """
            What a call sends and how its target answered are kept encrypted. The keys are the files sealing-1.key, sealing-2.key, … of the \
            data directory: the newest seals, all of them open. Keep a file as long as anything may be sealed with it; what is sealed with \
            a lost key is lost.
            """,
        subcommands: [KeysList.self, KeysRotate.self])
}

struct KeysList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the sealing keys by their identifiers, oldest first; never the keys themselves.")

    @OptionGroup var format: FormatOption
    @OptionGroup var data: DataDirectoryOption

    func run() throws {
        let keys = try DataDirectory(path: data.path).keys(named: SealingKeys.name, bytes: KeyRing.keyBytes)
        guard !format.json else {
            for key in keys { try Output.line(KeyText.json(key, isNewest: key.number == keys.last?.number)) }
            return
        }
        if keys.isEmpty { return try Output.line("There is no sealing key yet; the first start makes one.") }
        for key in keys { try Output.line(KeyText.row(key, isNewest: key.number == keys.last?.number)) }
    }
}

struct KeysRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Add a sealing key, with which everything new is sealed.",
        discussion: """
            Works beside a running engine, which uses the new key from its next start on. The older keys stay, and open what they sealed; \
            nothing is sealed anew. Back the new file up before the start. Engines that share a PostgreSQL database need the same keys: copy \
            the file to the standby's data directory first.
            """)

    @OptionGroup var format: FormatOption
    @OptionGroup var data: DataDirectoryOption

    func run() throws {
        let keys = try DataDirectory(path: data.path).addKey(named: SealingKeys.name, bytes: KeyRing.keyBytes)
        guard let newest = keys.last else { return }
        try Output.line(format.json ? KeyText.json(newest, isNewest: true) : KeyText.row(newest, isNewest: true))
        if !format.json { Output.note("Back it up, and start the engine again: it seals with the new key from then on.") }
    }
}

/// Keys as people and programs read them.
private enum KeyText {
    static func row(_ key: NumberedKey, isNewest: Bool) -> String {
        "\(KeyRing.id(of: key.bytes))  sealing-\(key.number).key  \(key.writtenAt.rfc3339)  \(isNewest ? "seals and opens" : "opens")"
    }

    static func json(_ key: NumberedKey, isNewest: Bool) -> String {
        var writer = JSONWriter()
        writer.object { json in
            json.field("id", KeyRing.id(of: key.bytes))
            json.field("file", "sealing-\(key.number).key")
            json.field("writtenAt", key.writtenAt)
            json.field("seals", isNewest)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
