internal import Glibc

/// Why the data directory cannot be used. The text tells an operator what to do.
public enum DataDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path is there, and is no directory.
    case notADirectory(path: String)
    /// Another engine uses it; `pid` is its process, when it could be read.
    case inUse(path: String, pid: Int32?)
    /// A key file has another size than it should.
    case damagedKey(path: String, expected: Int, found: Int)
    /// A name for a key is not of letters, digits, `-` and `.`, or starts with a `.`.
    case invalidKeyName(String)
    /// A call of the system failed.
    case system(doing: String, path: String, code: Int32)

    public var description: String {
        switch self {
        case .notADirectory(let path): "\(path) is not a directory; give another --data-dir"
        case .inUse(let path, let pid?):
            "another engine (process \(pid)) uses the data directory \(path); stop it, or give another --data-dir"
        case .inUse(let path, nil): "another engine uses the data directory \(path); stop it, or give another --data-dir"
        case .damagedKey(let path, let expected, let found):
            "the key file \(path) has \(found) bytes instead of \(expected); restore it from a backup"
        case .invalidKeyName(let name): "\"\(name)\" is not a name for a key"
        case .system(let doing, let path, let code):
            "cannot \(doing) \(path): \(String(cString: strerror(code)))"
        }
    }
}

/// The directory in which an engine keeps its store and its keys; only its owner may enter (mode 0700).
public struct DataDirectory: Sendable {
    public let path: String

    /// Makes the directory, and those above it, when it is not there.
    ///
    /// - Throws: `DataDirectoryError` when it cannot be made or is no directory.
    public init(path: String) throws(DataDirectoryError) {
        var trimmed = path.isEmpty ? "." : path
        while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = trimmed
        try Self.makeDirectory(trimmed)
    }

    private static func makeDirectory(_ path: String, hasParent: Bool = false) throws(DataDirectoryError) {
        if mkdir(path, 0o700) == 0 {
            try synchronize(directory: parent(of: path))
            return
        }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0 else { throw failure("read", path) }
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path: path) }
        case ENOENT:
            let parent = parent(of: path)
            // Some file systems (/proc) say so although the parent is there.
            guard !hasParent, parent != path, parent != "." else { throw failure("make the directory", path) }
            try makeDirectory(parent)
            try makeDirectory(path, hasParent: true)
        case ENOTDIR: throw .notADirectory(path: path)
        default: throw failure("make the directory", path)
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path of `name` within the directory.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Makes entries that were added to the directory durable.
    static func synchronize(directory: String) throws(DataDirectoryError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("make durable", directory) }
    }

    static func failure(_ doing: String, _ path: String) -> DataDirectoryError {
        .system(doing: doing, path: path, code: errno)
    }
}
