internal import CSQLite
internal import Synchronization

/// A file system of SQLite's that hands the write-ahead log on in large pieces.
///
/// The library writes each page of the log with two calls, one for a header of 24 bytes and one for the page. For the log of the writing
/// connection, and for no other file, neighbouring writes are gathered here and handed on as one: before a flush, before a read, before
/// anything else that looks at the file, and when the buffer is full.
///
/// Nobody misses what is gathered. Other connections look only at pages that the shared index names, and with `synchronous=FULL` the
/// library publishes a transaction there after the flush; pages of a transaction that is under way are read by the writer alone, through
/// this file. An error of a late write comes from the flush, so from COMMIT, with its own code. What could not be handed on is
/// forgotten: the library takes the transaction for failed, and its pages must not reach the file later.
enum GatheredLog {
    private static let registering = Mutex(())
    /// The library's file system for Unix takes no write of 128 KiB or more.
    private static let capacity = 124 << 10

    /// What follows the methods' address in a file of the library's: the address of a `Buffer`. The file below comes after it.
    private static let headerBytes = 16

    private struct Buffer {
        let bytes: UnsafeMutableRawPointer
        var start: Int64 = 0
        var count = 0
    }

    /// The name of the file system that gathers on top of `base` (nil: the system's own); nil when it cannot be had.
    static func name(over base: String?) -> String? {
        let name = "ledgerflow-gathered" + (base.map { "-" + $0 } ?? "")
        let isThere = registering.withLock { _ in
            if sqlite3_vfs_find(name) != nil { return true }
            guard let below = sqlite3_vfs_find(base) else { return false }
            return register(name, below)
        }
        return isThere ? name : nil
    }

    /// Registered for the life of the process.
    private static func register(_ name: String, _ below: UnsafeMutablePointer<sqlite3_vfs>) -> Bool {
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: name.utf8.count + 1)
        for (index, byte) in name.utf8.enumerated() { text[index] = CChar(bitPattern: byte) }
        text[name.utf8.count] = 0
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: below.pointee)
        vfs.pointee.szOsFile = Int32(headerBytes) + below.pointee.szOsFile
        vfs.pointee.zName = UnsafePointer(text)
        vfs.pointee.pNext = nil
        // Only the opening of files uses it, and that gets the file system below.
        vfs.pointee.pAppData = UnsafeMutableRawPointer(below)
        vfs.pointee.xOpen = { vfs, path, file, flags, outFlags in GatheredLog.open(vfs, path, file, flags, outFlags) }
        return sqlite3_vfs_register(vfs, 0) == SQLITE_OK
    }

    private static func open(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let below = vfs?.pointee.pAppData?.assumingMemoryBound(to: sqlite3_vfs.self), let file else { return SQLITE_IOERR }
        guard flags & SQLITE_OPEN_WAL != 0 else { return below.pointee.xOpen(below, path, file, flags, outFlags) }
        file.pointee.pMethods = nil
        let code = below.pointee.xOpen(below, path, inner(file), flags, outFlags)
        guard code == SQLITE_OK else { return code }
        let buffer = UnsafeMutablePointer<Buffer>.allocate(capacity: 1)
        buffer.initialize(to: Buffer(bytes: .allocate(byteCount: capacity, alignment: 16)))
        UnsafeMutableRawPointer(file).storeBytes(of: buffer, toByteOffset: 8, as: UnsafeMutablePointer<Buffer>.self)
        file.pointee.pMethods = UnsafePointer(methods)
        return SQLITE_OK
    }

    private static func inner(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + headerBytes).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func buffer(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<Buffer> {
        UnsafeRawPointer(file).load(fromByteOffset: 8, as: UnsafeMutablePointer<Buffer>.self)
    }

    /// Hands on what is gathered, then calls the method of the file below.
    private static func below(
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ call: (UnsafePointer<sqlite3_io_methods>, UnsafeMutablePointer<sqlite3_file>) -> Int32
    ) -> Int32 {
        guard let file, let methods = inner(file).pointee.pMethods else { return SQLITE_IOERR }
        let code = handOn(file, methods)
        return code == SQLITE_OK ? call(methods, inner(file)) : code
    }

    private static func handOn(_ file: UnsafeMutablePointer<sqlite3_file>, _ methods: UnsafePointer<sqlite3_io_methods>) -> Int32 {
        let buffer = buffer(file)
        guard buffer.pointee.count > 0 else { return SQLITE_OK }
        let count = Int32(clamping: buffer.pointee.count)
        buffer.pointee.count = 0
        return methods.pointee.xWrite(inner(file), buffer.pointee.bytes, count, buffer.pointee.start)
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64
    ) -> Int32 {
        guard let file, let bytes, let methods = inner(file).pointee.pMethods else { return SQLITE_IOERR }
        let buffer = buffer(file)
        let (waiting, new) = (buffer.pointee.count, Int(count))
        if waiting > 0, offset != buffer.pointee.start + Int64(waiting) || waiting + new > capacity {
            let code = handOn(file, methods)
            guard code == SQLITE_OK else { return code }
        }
        guard new <= capacity else { return methods.pointee.xWrite(inner(file), bytes, count, offset) }
        if buffer.pointee.count == 0 { buffer.pointee.start = offset }
        (buffer.pointee.bytes + buffer.pointee.count).copyMemory(from: bytes, byteCount: new)
        buffer.pointee.count += new
        return SQLITE_OK
    }

    private static func close(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Int32 {
        guard let file, let methods = inner(file).pointee.pMethods else { return SQLITE_IOERR }
        let buffer = buffer(file)
        let late = handOn(file, methods)
        let code = methods.pointee.xClose(inner(file))
        buffer.pointee.bytes.deallocate()
        buffer.deallocate()
        return late == SQLITE_OK ? code : late
    }

    /// Written once, then only read.
    private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        var all = sqlite3_io_methods()
        all.iVersion = 1
        all.xClose = { GatheredLog.close($0) }
        all.xWrite = { GatheredLog.write($0, $1, $2, $3) }
        all.xRead = { file, bytes, count, offset in GatheredLog.below(file) { $0.pointee.xRead($1, bytes, count, offset) } }
        all.xTruncate = { file, size in GatheredLog.below(file) { $0.pointee.xTruncate($1, size) } }
        all.xSync = { file, flags in GatheredLog.below(file) { $0.pointee.xSync($1, flags) } }
        all.xFileSize = { file, size in GatheredLog.below(file) { $0.pointee.xFileSize($1, size) } }
        all.xLock = { file, level in GatheredLog.below(file) { $0.pointee.xLock($1, level) } }
        all.xUnlock = { file, level in GatheredLog.below(file) { $0.pointee.xUnlock($1, level) } }
        all.xCheckReservedLock = { file, result in GatheredLog.below(file) { $0.pointee.xCheckReservedLock($1, result) } }
        all.xFileControl = { file, op, argument in GatheredLog.below(file) { $0.pointee.xFileControl($1, op, argument) } }
        all.xSectorSize = { file in GatheredLog.below(file) { $0.pointee.xSectorSize($1) } }
        all.xDeviceCharacteristics = { file in GatheredLog.below(file) { $0.pointee.xDeviceCharacteristics($1) } }
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: all)
        return methods
    }()
}
