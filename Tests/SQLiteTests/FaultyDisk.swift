import CSQLite
import Foundation
import Synchronization

/// A file system of SQLite's that does what the real one does, until it is told to fail.
///
/// One for the whole process, so the tests that use it run one after another. It only concerns stores that were opened with its name.
enum FaultyDisk {
    enum Fault: Int {
        case none, syncFails, writesFail, diskFull
    }

    static let name = "faulty"
    private static let fault = Atomic<Int>(0)

    /// Which write-ahead logs fail, from now on.
    static func set(_ new: Fault) { fault.store(new.rawValue, ordering: .sequentiallyConsistent) }

    static func register() { _ = registered }

    private static let registered: Bool = {
        guard let real = sqlite3_vfs_find(nil) else { return false }
        let faulty = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        faulty.initialize(to: real.pointee)
        faulty.pointee.szOsFile = Int32(headerBytes) + real.pointee.szOsFile
        faulty.pointee.zName = UnsafePointer(strdup(name))
        faulty.pointee.pNext = nil
        faulty.pointee.xOpen = { vfs, path, file, flags, outFlags in
            guard let real = sqlite3_vfs_find(nil), let file else { return SQLITE_IOERR }
            file.pointee.pMethods = nil
            let inner = FaultyDisk.inner(file)
            let code = real.pointee.xOpen(real, path, inner, flags, outFlags)
            guard code == SQLITE_OK else { return code }
            UnsafeMutableRawPointer(file).storeBytes(of: flags & SQLITE_OPEN_WAL != 0, toByteOffset: 8, as: Bool.self)
            file.pointee.pMethods = UnsafePointer(methods)
            return SQLITE_OK
        }
        return sqlite3_vfs_register(faulty, 0) == SQLITE_OK
    }()

    /// The file's own part is the methods' address and a flag; behind it lies the real file.
    private static let headerBytes = 16

    private static func inner(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + headerBytes).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func isFailing(_ file: UnsafeMutablePointer<sqlite3_file>, _ faults: Fault...) -> Bool {
        let current = fault.load(ordering: .sequentiallyConsistent)
        return UnsafeRawPointer(file).load(fromByteOffset: 8, as: Bool.self) && faults.contains { $0.rawValue == current }
    }

    /// Calls the real method.
    private static func real(
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ call: (UnsafePointer<sqlite3_io_methods>, UnsafeMutablePointer<sqlite3_file>) -> Int32
    ) -> Int32 {
        guard let file else { return SQLITE_IOERR }
        let inner = inner(file)
        guard let methods = inner.pointee.pMethods else { return SQLITE_IOERR }
        return call(methods, inner)
    }

    private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        var all = sqlite3_io_methods()
        all.iVersion = 2
        all.xClose = { FaultyDisk.real($0) { $0.pointee.xClose($1) } }
        all.xRead = { file, buffer, count, offset in FaultyDisk.real(file) { $0.pointee.xRead($1, buffer, count, offset) } }
        all.xWrite = { file, buffer, count, offset in
            guard let file else { return SQLITE_IOERR }
            if FaultyDisk.isFailing(file, .writesFail) { return SQLITE_IOERR | 3 << 8 }
            if FaultyDisk.isFailing(file, .diskFull) { return SQLITE_FULL }
            return FaultyDisk.real(file) { $0.pointee.xWrite($1, buffer, count, offset) }
        }
        all.xTruncate = { file, size in FaultyDisk.real(file) { $0.pointee.xTruncate($1, size) } }
        all.xSync = { file, flags in
            guard let file else { return SQLITE_IOERR }
            if FaultyDisk.isFailing(file, .syncFails) { return SQLITE_IOERR | 4 << 8 }
            return FaultyDisk.real(file) { $0.pointee.xSync($1, flags) }
        }
        all.xFileSize = { file, size in FaultyDisk.real(file) { $0.pointee.xFileSize($1, size) } }
        all.xLock = { file, level in FaultyDisk.real(file) { $0.pointee.xLock($1, level) } }
        all.xUnlock = { file, level in FaultyDisk.real(file) { $0.pointee.xUnlock($1, level) } }
        all.xCheckReservedLock = { file, result in FaultyDisk.real(file) { $0.pointee.xCheckReservedLock($1, result) } }
        all.xFileControl = { file, op, argument in FaultyDisk.real(file) { $0.pointee.xFileControl($1, op, argument) } }
        all.xSectorSize = { FaultyDisk.real($0) { $0.pointee.xSectorSize($1) } }
        all.xDeviceCharacteristics = { FaultyDisk.real($0) { $0.pointee.xDeviceCharacteristics($1) } }
        all.xShmMap = { file, region, size, extend, memory in
            FaultyDisk.real(file) { $0.pointee.xShmMap($1, region, size, extend, memory) }
        }
        all.xShmLock = { file, offset, count, flags in FaultyDisk.real(file) { $0.pointee.xShmLock($1, offset, count, flags) } }
        all.xShmBarrier = { file in
            _ = FaultyDisk.real(file) {
                $0.pointee.xShmBarrier($1)
                return SQLITE_OK
            }
        }
        all.xShmUnmap = { file, delete in FaultyDisk.real(file) { $0.pointee.xShmUnmap($1, delete) } }
        methods.initialize(to: all)
        return methods
    }()
}

/// A connection beside the store, for tests that read, damage or lock its files.
final class SideConnection {
    private let handle: OpaquePointer?

    init(_ path: String) {
        var opened: OpaquePointer?
        sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil)
        handle = opened
        sqlite3_busy_timeout(opened, 5_000)
    }

    deinit { sqlite3_close_v2(handle) }

    func execute(_ sql: String) -> Bool { sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK }

    /// The lines of a query's plan.
    func plan(_ sql: String) -> [String] {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, "EXPLAIN QUERY PLAN " + sql, -1, &statement, nil) == SQLITE_OK else { return [] }
        var lines: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW { lines.append(sqlite3_column_text(statement, 3).map { String(cString: $0) } ?? "") }
        return lines
    }

    /// How many steps of its machine the library takes for a query; -1 when it cannot run it.
    func steps(_ sql: String) -> Int32 {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { return -1 }
        while sqlite3_step(statement) == SQLITE_ROW {}
        return sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0)
    }

    func text(_ sql: String, column: Int32 = 0) -> String? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW else { return nil }
        return sqlite3_column_text(statement, column).map { String(cString: $0) }
    }
}
