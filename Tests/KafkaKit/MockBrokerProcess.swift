public import Foundation
internal import Synchronization

/// The mock cluster in a process of its own, so that nothing but the protocol joins it to the code under test.
public final class MockBrokerProcess: Sendable {
    private struct Pipes {
        let process: Process
        let input: FileHandle
        let output: FileHandle
        var pending = Data()

        mutating func line() -> String? {
            while true {
                if let end = pending.firstIndex(of: 0x0A) {
                    defer { pending = Data(pending[(end + 1)...]) }
                    return String(decoding: pending[..<end], as: UTF8.self)
                }
                let more = output.availableData
                if more.isEmpty { return nil }
                pending.append(more)
            }
        }
    }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let pipes: Mutex<Pipes>
    public let bootstrapServers: String
    public let processIdentifier: Int32

    /// - executable: the program `MockBroker`; nil for the one that was built beside the running program.
    public init(executable: URL? = nil, brokers: Int = 3) throws {
        let process = Process()
        process.executableURL = executable ?? Self.beside
        process.arguments = [String(brokers)]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        processIdentifier = process.processIdentifier
        var opened = Pipes(process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading)
        guard let servers = opened.line() else { throw Failure(description: "the mock broker did not start") }
        bootstrapServers = servers
        pipes = Mutex(opened)
    }

    /// The build folder is where the running program lies, or an ancestor of it.
    private static var beside: URL {
        var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        for _ in 0..<3 {
            let candidate = folder.appendingPathComponent("MockBroker")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        return URL(fileURLWithPath: "MockBroker")
    }

    deinit { close() }

    /// Gives a command of `MockCommand`; returns when it is done.
    public func tell(_ command: String) throws {
        let answer = try pipes.withLock { pipes in
            try pipes.input.write(contentsOf: Data((command + "\n").utf8))
            return pipes.line()
        }
        guard answer == "ok" else { throw Failure(description: "\(command): \(answer ?? "no answer")") }
    }

    public func close() {
        pipes.withLock { pipes in
            try? pipes.input.close()
            pipes.process.waitUntilExit()
        }
    }
}
