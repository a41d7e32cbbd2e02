import Foundation

/// The library that moves a process's clock, where it is installed.
enum FakeTime {
    static let library: String? = ["/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"]
        .first { FileManager.default.fileExists(atPath: $0) }
}
