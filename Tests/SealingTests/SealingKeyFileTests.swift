import Foundation
import SystemAdapter
import Testing

@Suite struct SealingKeyFileTests {
    private func withDirectory(_ body: (DataDirectory) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "/ledgerflow-keys-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(try DataDirectory(path: path))
    }

    @Test func keysFollowEachOtherByNumberAndNoneIsReplaced() throws {
        try withDirectory { directory in
            #expect(try directory.keys(named: "sealing", bytes: 32).isEmpty)
            let first = try directory.addKey(named: "sealing", bytes: 32)
            for _ in 0..<10 { try directory.addKey(named: "sealing", bytes: 32) }
            let keys = try directory.keys(named: "sealing", bytes: 32)
            #expect(keys.map(\.number) == Array(1...11))
            #expect(keys.first?.bytes == first.first?.bytes && Set(keys.map(\.bytes)).count == 11)
        }
    }

    @Test func aFileIsForItsOwnerAloneAndOthersOfASimilarNameAreNoKeys() throws {
        try withDirectory { directory in
            try directory.addKey(named: "sealing", bytes: 32)
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file("sealing-1.key"))
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            for name in ["sealing-01.key", "sealing-.key", "sealing-x.key", "sealing-2.key.1.new", "xsealing-3.key", "sealing-0.key"] {
                _ = FileManager.default.createFile(atPath: directory.file(name), contents: Data([1]))
            }
            #expect(try directory.keys(named: "sealing", bytes: 32).map(\.number) == [1])
        }
    }

    @Test func aDamagedKeyIsNotTaken() throws {
        try withDirectory { directory in
            _ = FileManager.default.createFile(atPath: directory.file("sealing-1.key"), contents: Data([1]))
            #expect(throws: DataDirectoryError.self) { try directory.keys(named: "sealing", bytes: 32) }
        }
    }
}
