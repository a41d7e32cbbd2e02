internal import Domain
internal import Foundation
internal import JWTAdapter

/// The data directory, its keys and its lock.
struct DirectoryCheck {
    let path: String

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func octal(_ mode: mode_t) -> String { "0" + String(mode & 0o7777, radix: 8) }

    /// - Returns: what was found, and whether there is any use in looking further.
    func place() -> (findings: [Finding], isUsable: Bool) {
        guard let status = Self.status(path) else {
            let reason = String(cString: strerror(errno)).lowercased()
            let missing = Finding(
                .fail, "directory", "\(path) cannot be looked at: \(reason)",
                advice: "Give the engine's directory with --data-dir; `ledgerflow serve` makes a new one.")
            return ([missing], false)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return ([Finding(.fail, "directory", "\(path) is not a directory", advice: "Give another --data-dir.")], false)
        }
        var findings: [Finding] = []
        let isUsable = access(path, R_OK | W_OK | X_OK) == 0
        if !isUsable {
            findings.append(
                Finding(
                    .fail, "directory", "\(path) may not be read and written by this user (\(geteuid()))",
                    advice: "Run as the user that runs the engine: \(status.st_uid) owns it."))
        }
        if status.st_uid != geteuid() {
            findings.append(
                Finding(
                    .warn, "directory", "\(path) belongs to user \(status.st_uid), this is user \(geteuid())",
                    advice: "Run the engine and its commands as one user."))
        }
        if status.st_mode & 0o077 != 0 {
            findings.append(
                Finding(
                    .fail, "directory", "\(path) is open to others (mode \(Self.octal(status.st_mode)))", advice: "chmod 700 \(path)"))
        }
        if findings.isEmpty { findings = [Finding(.ok, "directory", "\(path), mode \(Self.octal(status.st_mode))")] }
        return (findings, isUsable)
    }

    /// - Parameter isNew: no engine has used the database, so that no key can be missed.
    func keys(isNew: Bool) -> [Finding] {
        [
            key("token", bytes: TokenKey.seedBytes, isNew, .warn, "tokens issued before are no longer valid"),
            key("fingerprint", bytes: 32, isNew, .fail, "repeated submissions with a key will be refused as changed"),
            key("cursor", bytes: 32, isNew, .warn, "cursors handed out before are no longer valid"),
            key(
                "audit-anchor", bytes: AuditAnchorKey.seedBytes, isNew, .warn,
                "if it had one, the audit is anchored with another key from now on, which auditors who noted it must be told"),
        ] + sealingKeys(isNew: isNew)
    }

    /// Those that are there; which ones the store needs is for the store to say.
    private func sealingKeys(isNew: Bool) -> [Finding] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let numbers = files.compactMap { file -> Int? in
            guard file.hasPrefix("sealing-"), file.hasSuffix(".key") else { return nil }
            return Int(file.dropFirst(8).dropLast(4))
        }
        if numbers.isEmpty {
            if isNew { return [Finding(.ok, "key", "sealing-1.key will be made at the first start")] }
            return [
                Finding(
                    .warn, "key", "there is no sealing-*.key although there is a database: what was sealed cannot be sent",
                    advice: "Restore the files from a backup; a database of a version that did not seal yet has none.")
            ]
        }
        return numbers.sorted().map { key("sealing-\($0)", bytes: 32, isNew, .fail, "what was sealed with it cannot be sent") }
    }

    private func key(_ name: String, bytes: Int, _ isNew: Bool, _ lost: Finding.Level, _ consequence: String) -> Finding {
        let file = path + "/" + name + ".key"
        guard let status = Self.status(file) else {
            if isNew { return Finding(.ok, "key", "\(name).key will be made at the first start") }
            return Finding(
                lost, "key", "\(name).key is missing although there is a database: \(consequence)",
                advice: "Restore \(file) from a backup before the engine starts; it makes a new one otherwise.")
        }
        if status.st_size != off_t(bytes) {
            return Finding(
                .fail, "key", "\(name).key has \(status.st_size) bytes instead of \(bytes)", advice: "Restore \(file) from a backup.")
        }
        if status.st_mode & 0o077 != 0 {
            return Finding(.fail, "key", "\(name).key is open to others (mode \(Self.octal(status.st_mode)))", advice: "chmod 600 \(file)")
        }
        if access(file, R_OK) != 0 {
            return Finding(.fail, "key", "\(name).key cannot be read by this user", advice: "Run as user \(status.st_uid), which owns it.")
        }
        return Finding(.ok, "key", "\(name).key, mode \(Self.octal(status.st_mode))")
    }

    /// Whether an engine uses the directory. A shared lock is tried and given back at once; nothing is written.
    func lock() -> (findings: [Finding], isHeld: Bool) {
        let file = path + "/ledgerflow.lock"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return ([Finding(.ok, "lock", "no engine has used the directory yet")], false) }
            let reason = String(cString: strerror(errno)).lowercased()
            return ([Finding(.fail, "lock", "\(file) cannot be opened: \(reason)", advice: "Run as the engine's user.")], false)
        }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
            flock(descriptor, LOCK_UN)
            return ([Finding(.ok, "lock", "free: no engine is running on the directory")], false)
        }
        guard errno == EWOULDBLOCK else {
            return (
                [
                    Finding(
                        .warn, "lock", "the file system has no locks (\(String(cString: strerror(errno))))",
                        advice: "Use a local file system; nothing else keeps two engines apart.")
                ], false
            )
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let pid = String(decoding: bytes[..<max(0, count)].prefix { (0x30...0x39).contains($0) }, as: UTF8.self)
        return ([Finding(.ok, "lock", "held by the engine, process \(pid.isEmpty ? "unknown" : pid)")], true)
    }
}
