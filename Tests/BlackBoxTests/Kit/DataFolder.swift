import Foundation
import Glibc

/// A new directory for one test, removed with everything in it at the end.
final class DataFolder: Sendable {
    let path: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/ledgerflow-test-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw Broken("no temporary directory") }
        path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    func size(_ name: String) -> Int { contents(name).count }

    func contents(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: file(name)).map { [UInt8]($0) } ?? []
    }

    func write(_ name: String, _ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: file(name))) }

    func remove(_ name: String) { unlink(file(name)) }
}

/// The files of the repository.
enum Repository {
    /// Found from the place of this file: `Tests/BlackBoxTests/Kit`.
    static let root: String = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.path
    }()

    /// The program under test: `LEDGERFLOW_BINARY`, or the release build.
    static let binary: String = {
        let given = ProcessInfo.processInfo.environment["LEDGERFLOW_BINARY"] ?? ""
        return given.isEmpty ? root + "/.build/release/ledgerflow" : given
    }()

    static func setting(_ name: String, default standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }
}
