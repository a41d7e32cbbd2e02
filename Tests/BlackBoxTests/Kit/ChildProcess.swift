import Foundation
import Glibc
import Synchronization

/// How a process ended.
enum Ending: Equatable, Sendable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    var description: String {
        switch self {
        case .code(let code): "exit code \(code)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}

/// A run of the binary, with what it writes caught in two files. It is killed at the latest when the value goes away.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let outputPath: String
    private let errorPath: String
    private let ending = Mutex<Ending?>(nil)

    /// - Parameter folder: where the two files are kept; not the data directory, which a test may fill up or damage.
    init(_ arguments: [String], in folder: DataFolder, environment: [String: String] = [:]) throws {
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        outputPath = folder.file("\(number).out")
        errorPath = folder.file("\(number).err")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // Signals that the test runner blocks or ignores must reach the engine.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var standard = sigset_t()
        sigemptyset(&standard)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] { sigaddset(&standard, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &standard)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LEDGERFLOW_") }
        variables.merge(environment) { $1 }
        var argv = ([Repository.binary] + arguments).map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for text in argv + envp { free(text) }
            argv = []
            envp = []
        }
        var child = pid_t()
        let code = posix_spawn(&child, Repository.binary, &actions, &attributes, argv, envp)
        guard code == 0 else {
            throw Broken(
                "\(Repository.binary) cannot be started (\(String(cString: strerror(code)))); build it with: swift build -c release")
        }
        pid = child
    }

    deinit { kill() }

    private static let counter = Atomic<Int>(0)

    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// How it ended; nil while it runs.
    func poll() -> Ending? { reap(WNOHANG) }

    private func reap(_ options: Int32) -> Ending? {
        ending.withLock { ending in
            if let ending { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, options) == pid else { return nil }
            let signal = status & 0x7F
            ending = signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
            return ending
        }
    }

    func signal(_ number: Int32) { if poll() == nil { Glibc.kill(pid, number) } }

    /// Ends it as a failing machine would: nothing in it gets to know.
    func kill() {
        guard poll() == nil else { return }
        Glibc.kill(pid, SIGKILL)
        _ = reap(0)
    }

    func wait(within seconds: Int) throws -> Ending {
        try eventually(within: seconds, "the process ends; it wrote: \(errors.suffix(500))") { poll() != nil }
        return try poll() ?? { throw Broken("the process did not end") }()
    }
}

/// Runs the binary until it ends by itself.
func run(_ arguments: [String], in folder: DataFolder, within seconds: Int = 20) throws -> (ending: Ending, output: String, errors: String)
{
    let child = try ChildProcess(arguments, in: folder)
    let ending = try child.wait(within: seconds)
    return (ending, child.output, child.errors)
}
