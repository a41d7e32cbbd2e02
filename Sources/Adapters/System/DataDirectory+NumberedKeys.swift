public import Domain
internal import Glibc

/// One of several keys of a kind, which follow each other.
public struct NumberedKey: Sendable {
    /// From 1; the highest is the newest.
    public let number: Int
    public let bytes: [UInt8]
    /// When its file was written last.
    public let writtenAt: Instant
}

extension DataDirectory {
    /// The keys `name-1.key`, `name-2.key`, … that are there, oldest first; each is a file as `key(named:bytes:)` makes it. Numbers may be
    /// left out.
    ///
    /// - Throws: `DataDirectoryError` when one cannot be read, or has another size than `count`.
    public func keys(named name: String, bytes count: Int) throws(DataDirectoryError) -> [NumberedKey] {
        var keys: [NumberedKey] = []
        for number in try numbers(named: name) {
            let bytes = try key(named: "\(name)-\(number)", bytes: count)
            var status = stat()
            let path = file("\(name)-\(number).key")
            guard stat(path, &status) == 0 else { throw Self.failure("read", path) }
            let written = Instant(microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1_000)
            keys.append(NumberedKey(number: number, bytes: bytes, writtenAt: written))
        }
        return keys
    }

    /// Adds a new key behind the others. Two that add at once may add one and the same; none is ever replaced.
    ///
    /// - Returns: all of them.
    @discardableResult
    public func addKey(named name: String, bytes count: Int) throws(DataDirectoryError) -> [NumberedKey] {
        let number = (try numbers(named: name).last ?? 0) + 1
        _ = try key(named: "\(name)-\(number)", bytes: count)
        return try keys(named: name, bytes: count)
    }

    private func numbers(named name: String) throws(DataDirectoryError) -> [Int] {
        guard let stream = opendir(path) else { throw Self.failure("read", path) }
        defer { closedir(stream) }
        var numbers: [Int] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw Self.failure("read", path) }
                return numbers.sorted()
            }
            let length = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let text = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: length) { String(cString: $0) }
            }
            guard text.hasPrefix(name + "-"), text.hasSuffix(".key") else { continue }
            let digits = text.dropFirst(name.utf8.count + 1).dropLast(4)
            guard (1...9).contains(digits.utf8.count), let number = Int(digits), number > 0, String(number) == digits else { continue }
            numbers.append(number)
        }
    }
}
