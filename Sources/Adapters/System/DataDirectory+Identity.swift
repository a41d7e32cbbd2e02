public import Domain
internal import Glibc

extension DataDirectory {
    /// Who the engine on this directory is: the same over restarts, and another one for a copy of the directory or for a directory on
    /// another host.
    ///
    /// Whoever holds the directory's lock may take it that no other living process goes by this identity.
    ///
    /// - Throws: `DataDirectoryError` when the directory cannot be read, or the key be made.
    public func identity() throws(DataDirectoryError) -> UniqueId {
        let key = try key(named: "engine", bytes: 16)
        var status = stat()
        guard stat(path, &status) == 0 else { throw Self.failure("read", path) }
        var host = [CChar](repeating: 0, count: 256)
        guard gethostname(&host, host.count - 1) == 0 else { throw Self.failure("read the host name for", path) }
        let name = host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)) + Array("\u{0}\(status.st_dev) \(status.st_ino)".utf8)
        return .version5(namespace: UniqueId(bytes: key) ?? UniqueId(high: 0, low: 0), name: name)
    }
}
