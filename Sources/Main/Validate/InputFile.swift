// The system's structures are this module's or Foundation's, whichever the compiler loads first.
internal import CoreFoundation
internal import Domain
internal import Foundation

/// Why a file is not read.
struct InputFailure: Error {
    /// In the system's words, as "permission denied".
    let reason: String

    static func system(_ code: Int32 = errno) -> InputFailure { InputFailure(reason: String(cString: strerror(code)).lowercased()) }
}

/// Where a file is, byte by byte: a name need not be text.
struct InputPath: Sendable {
    /// Without the zero byte at the end.
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    static let standardInput = InputPath("-")

    var isStandardInput: Bool { bytes == Self.standardInput.bytes }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func appending(_ name: [UInt8]) -> InputPath {
        InputPath(bytes: bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name)
    }

    func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
        (bytes + [0]).withUnsafeBytes { raw in raw.withMemoryRebound(to: CChar.self) { text in text.baseAddress.map(body) ?? body("") } }
    }

    /// What is there, links followed; nil when nothing is, or nobody may look.
    var kind: mode_t? {
        var status = stat()
        guard withCString({ stat($0, &status) }) == 0 else { return nil }
        return status.st_mode & S_IFMT
    }
}

/// A file, or standard input, being read.
struct InputFile: ~Copyable {
    private let descriptor: Int32
    private let isOwned: Bool
    /// About how many bytes it has; 0 when that is not known.
    let expectedBytes: Int

    /// - Parameter path: `-` is standard input.
    init(_ path: InputPath) throws(InputFailure) {
        isOwned = !path.isStandardInput
        descriptor = isOwned ? path.withCString { open($0, O_RDONLY | O_CLOEXEC) } : STDIN_FILENO
        guard descriptor >= 0 else { throw .system() }
        var status = stat()
        expectedBytes = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    }

    deinit { if isOwned { close(descriptor) } }

    /// - Returns: how many bytes were read; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .system() }
        }
    }

    /// The whole file.
    ///
    /// - Throws: when it has more than `limit` bytes.
    static func contents(of path: InputPath, limit: Int) throws(InputFailure) -> [UInt8] {
        let file = try InputFile(path)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { piece.deallocate() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(file.expectedBytes, limit))
        while true {
            let count = try file.read(into: piece)
            guard count > 0 else { return bytes }
            guard count <= limit - bytes.count else { throw InputFailure(reason: "it has more than \(limit) bytes") }
            bytes.append(contentsOf: piece[..<count])
        }
    }
}
