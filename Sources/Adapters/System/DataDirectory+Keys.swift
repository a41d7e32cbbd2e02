internal import Glibc

extension DataDirectory {
    /// The secret key `name`, of `count` random bytes, made when it is not there: file `name` + `.key`, mode 0600.
    ///
    /// Several processes may ask for the same key at once: all get the same one, whole and durable. It is written to a
    /// file of its own first, and gets its name by `link(2)`, which never replaces.
    ///
    /// - Throws: `DataDirectoryError` when it cannot be read or made, or has another size.
    public func key(named name: String, bytes count: Int) throws(DataDirectoryError) -> [UInt8] {
        guard Self.isKeyName(name) else { throw .invalidKeyName(name) }
        let path = file(name + ".key")
        if let key = try Self.readKey(path, count) { return key }
        try makeKey(path, count)
        guard let key = try Self.readKey(path, count) else { throw .system(doing: "read", path: path, code: ENOENT) }
        return key
    }

    private static func isKeyName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private static func readKey(_ path: String, _ count: Int) throws(DataDirectoryError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count + 1)
        var filled = 0
        while filled < bytes.count {
            let read = pread(descriptor, &bytes[filled], bytes.count - filled, off_t(filled))
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw failure("read", path) }
            if read == 0 { break }
            filled += read
        }
        guard filled == count else { throw .damagedKey(path: path, expected: count, found: filled) }
        bytes.removeLast()
        return bytes
    }

    private func makeKey(_ path: String, _ count: Int) throws(DataDirectoryError) {
        var generator = SystemRandomNumberGenerator()
        let key = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let temporary = "\(path).\(getpid()).\(String(generator.next(), radix: 16)).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("make", temporary) }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        guard write(descriptor, key, key.count) == key.count, fsync(descriptor) == 0 else {
            throw Self.failure("write", temporary)
        }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw Self.failure("make", path) }
        // Also when another process was first: its entry may not be durable yet, and what we derive from the key may be.
        try Self.synchronize(directory: self.path)
    }
}
