public import Foundation

/// A small file system in memory, for a server whose disk is full.
public final class SmallDisk: Sendable {
    public let path: String

    /// nil where it cannot be mounted: without root, or in a container that forbids it.
    public init?(in folder: URL, mebibytes: Int) {
        path = folder.path + "/small"
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try PostgresServer.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", path])
            try PostgresServer.run("/bin/mkdir", [path + "/data"])
            if getuid() == 0 { try PostgresServer.run("/bin/chown", ["-R", "postgres:postgres", path]) }
        } catch { return nil }
    }

    private var filler: String { path + "/filler" }

    /// Takes room away.
    public func fill(mebibytes: Int) throws { try Data(count: mebibytes << 20).write(to: URL(fileURLWithPath: filler)) }

    /// Gives it back.
    public func free() { try? FileManager.default.removeItem(atPath: filler) }

    public func remove() { _ = try? PostgresServer.run("/bin/umount", ["-l", path]) }
}
