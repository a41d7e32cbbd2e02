// The system's structures are this module's or Foundation's, whichever the compiler loads first.
internal import CoreFoundation
internal import Foundation

/// The files that are meant by names of files and directories, in the order of the names; those of a directory are sorted by name.
///
/// Of directories only `.xml` files are taken, at any depth. A link to a directory is not followed below one, so that no walk is endless.
struct DocumentWalk: Sequence, IteratorProtocol {
    enum Step: Sendable {
        case document(InputPath)
        /// A directory that cannot be read.
        case unreadable(InputPath, InputFailure)

        var path: InputPath {
            switch self {
            case .document(let path), .unreadable(let path, _): path
            }
        }
    }

    private struct Place {
        let path: InputPath
        let isDirectory: Bool
    }

    /// The next one is the last.
    private var pending: [Place]

    init(_ names: [String]) {
        pending = names.reversed().map { name in
            let path = InputPath(name)
            return Place(path: path, isDirectory: !path.isStandardInput && path.kind == S_IFDIR)
        }
    }

    mutating func next() -> Step? {
        while let place = pending.popLast() {
            guard place.isDirectory else { return .document(place.path) }
            do throws(InputFailure) {
                pending.append(contentsOf: try Self.places(in: place.path).reversed())
            } catch {
                return .unreadable(place.path, error)
            }
        }
        return nil
    }

    private static func places(in directory: InputPath) throws(InputFailure) -> [Place] {
        guard let stream = directory.withCString({ opendir($0) }) else { throw .system() }
        defer { closedir(stream) }
        var names: [(name: [UInt8], type: UInt8)] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            names.append((name(of: entry), entry.pointee.d_type))
        }
        if errno != 0 { throw .system() }
        names.sort { $0.name.lexicographicallyPrecedes($1.name) }
        return names.compactMap { name, type in place(directory, name, Int(type)) }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    }

    private static func place(_ directory: InputPath, _ name: [UInt8], _ type: Int) -> Place? {
        if name == Array(".".utf8) || name == Array("..".utf8) { return nil }
        let path = directory.appending(name)
        // Some file systems do not tell the type.
        let kind = type == DT_UNKNOWN ? path.kind : nil
        if type == DT_DIR || kind == S_IFDIR { return Place(path: path, isDirectory: true) }
        guard String(decoding: name.suffix(4), as: UTF8.self).lowercased() == ".xml" else { return nil }
        let isFile = type == DT_REG || kind == S_IFREG || (type == DT_LNK && path.kind != S_IFDIR)
        return isFile ? Place(path: path, isDirectory: false) : nil
    }
}
