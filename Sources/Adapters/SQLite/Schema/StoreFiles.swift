#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// The store's files. They hold what customers send, so they are made readable for their owner alone; the library gives its
/// log and its shared memory the same mode as the database.
enum StoreFiles {
    static let main = "ledgerflow.sqlite"
    static let lists = "lists.sqlite"

    static func prepareDirectory(_ path: String) throws(SQLiteStoreError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .unavailable(path: path, reason: "it is not a directory") }
            return
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .unavailable(path: path, reason: lastError()) }
    }

    /// Makes an empty file of mode 0600 when there is none.
    static func prepareFile(_ path: String) throws(SQLiteStoreError) {
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unavailable(path: path, reason: lastError()) }
        close(descriptor)
    }

    /// Size in bytes; 0 when there is no such file.
    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Waits until what was written to the file is on the disk; false when that failed.
    static func flush(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// Removes a database with its log and its shared memory.
    static func removeDatabase(_ path: String) {
        for suffix in ["-wal", "-shm", "-journal", ""] { unlink(path + suffix) }
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
