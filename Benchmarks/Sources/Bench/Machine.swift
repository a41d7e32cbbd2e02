import Foundation
import RowStore

/// What the figures were measured on.
struct Machine: Codable, Sendable {
    var cores: Int
    var cpu: String
    var memoryGiB: Double
    var kernel: String
    var swift: String
    var sqlite: String
    var fileSystem: String
    var loadAverageAtStart: String
    var time: String

    /// Reads this machine; `directory` is where the data lies.
    static func describe(directory: String) async throws -> Machine {
        var names = utsname()
        uname(&names)
        let release = withUnsafeBytes(of: names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let swift = try? await ChildProcess.output(of: ["swift", "--version"], in: directory)
        return Machine(
            cores: ProcessInfo.processInfo.activeProcessorCount,
            cpu: value("/proc/cpuinfo", "model name"),
            memoryGiB: Double(ProcessInfo.processInfo.physicalMemory) / 1_073_741_824,
            kernel: release,
            swift: swift?.split(separator: "\n").first.map(String.init) ?? "unknown",
            sqlite: sqliteVersion(),
            fileSystem: fileSystem(of: directory),
            loadAverageAtStart: String(read("/proc/loadavg").prefix { $0 != "\n" }),
            time: Date().formatted(.iso8601)
        )
    }

    var text: String {
        """
        \(time)  \(cores) cores, \(cpu), \(String(format: "%.1f", memoryGiB)) GiB, Linux \(kernel)
        \(swift); SQLite \(sqlite); data on \(fileSystem); load average \(loadAverageAtStart)
        Engine, load generator, sink and disk share this machine.
        """
    }

    var isInMemory: Bool { fileSystem.hasPrefix("tmpfs") || fileSystem.hasPrefix("ramfs") }

    private static func read(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    private static func value(_ path: String, _ key: String) -> String {
        let line = read(path).split(separator: "\n").first { $0.hasPrefix(key) }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    /// Type and device of the mount with the longest path that holds the directory.
    private static func fileSystem(of directory: String) -> String {
        let path = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
        let mounts = read("/proc/self/mounts").split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let holding = mounts.filter { fields in
            guard fields.count > 2 else { return false }
            return fields[1] == "/" || path == fields[1] || path.hasPrefix(fields[1] + "/")
        }
        let longest = holding.max { $0[1].count <= $1[1].count }
        return longest.map { "\($0[2]) (\($0[0]) on \($0[1]))" } ?? "unknown"
    }
}
