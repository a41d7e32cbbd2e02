internal import Glibc

/// The exclusive use of a data directory, held until the value is released; the system releases it also when the process
/// dies in any way. A second engine on the directory cannot take it.
public final class DataDirectoryLock: Sendable {
    private let descriptor: Int32

    fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

    // The file stays: removing it would let two engines lock two different files of one name.
    deinit { close(descriptor) }
}

extension DataDirectory {
    /// Takes the exclusive use of the directory: a lock (`flock`) on `ledgerflow.lock`, which holds the process id.
    ///
    /// - Throws: `DataDirectoryError.inUse`, which names the process that holds it.
    public func lock() throws(DataDirectoryError) -> DataDirectoryLock {
        let path = file("ledgerflow.lock")
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            let holder = Self.readProcessId(descriptor)
            close(descriptor)
            if code == EWOULDBLOCK { throw .inUse(path: self.path, pid: holder) }
            throw .system(doing: "lock", path: path, code: code)
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            let error = Self.failure("write", path)
            close(descriptor)
            throw error
        }
        return DataDirectoryLock(descriptor: descriptor)
    }

    private static func readProcessId(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
