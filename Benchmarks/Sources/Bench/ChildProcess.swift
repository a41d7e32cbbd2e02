import Foundation
import Synchronization

/// A started process whose output goes to a file. Every one that still runs when this process exits is killed.
final class ChildProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Living {
        var pids: Set<pid_t> = []
        var directories: Set<String> = []
    }

    private static let living = Mutex(Living())

    let pid: pid_t
    let outputPath: String
    private let standardInput: Int32?
    private let exitStatus = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - output: the file that receives standard output and, unless `errors` names another, standard error.
    ///   - holdsInput: standard input is a pipe that stays open as long as this process lives; otherwise it is empty.
    init(_ arguments: [String], output: String, errors: String? = nil, holdsInput: Bool = false) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var pipeEnds: [Int32] = [-1, -1]
        if holdsInput {
            guard pipe(&pipeEnds) == 0 else { throw Failure(description: "pipe: errno \(errno)") }
            for end in pipeEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            posix_spawn_file_actions_adddup2(&actions, pipeEnds[0], 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        argv.append(nil)
        defer { for argument in argv { free(argument) } }
        var attributes = Self.freshSignals()
        defer { posix_spawnattr_destroy(&attributes) }
        var child: pid_t = 0
        let code = posix_spawnp(&child, arguments.first ?? "", &actions, &attributes, argv, environ)
        if holdsInput { close(pipeEnds[0]) }
        guard code == 0 else {
            throw Failure(description: "cannot start \(arguments.first ?? ""): \(String(cString: strerror(code)))")
        }
        pid = child
        outputPath = output
        standardInput = holdsInput ? pipeEnds[1] : nil
        Self.living.withLock { _ = $0.pids.insert(child) }
    }

    /// A child begins with no signal blocked or ignored, whatever this process did to its own.
    private static func freshSignals() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return attributes
    }

    deinit {
        if let standardInput { close(standardInput) }
    }

    /// Processor time that it has spent, of all its threads.
    func cpuSeconds() -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // The second field is the name in parentheses; after it, utime and stime are the 12th and 13th.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

    /// The exit status once the process has ended; -1 when a signal ended it.
    var status: Int32? {
        exitStatus.withLock { known in
            if let known { return known }
            var raw: Int32 = 0
            guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
            let status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -1
            known = status
            Self.living.withLock { _ = $0.pids.remove(pid) }
            return status
        }
    }

    /// Waits for the end; nil when it did not come in time.
    func end(within seconds: Double) async throws -> Int32? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let status { return status }
            try await Task.sleep(for: .milliseconds(20))
        }
        return status
    }

    /// Asks the process to end with SIGTERM, and ends it with SIGKILL after `seconds`.
    func terminate(within seconds: Double) async throws {
        guard status == nil else { return }
        kill(pid, SIGTERM)
        if try await end(within: seconds) == nil {
            kill(pid, SIGKILL)
            _ = try await end(within: 5)
        }
    }

    /// Runs a command to its end and returns what it printed on standard output.
    static func output(of arguments: [String], in directory: String, within seconds: Double = 30) async throws -> String {
        let base = "\(directory)/command-\(UInt32.random(in: 0 ... .max))"
        let child = try ChildProcess(arguments, output: base + ".out", errors: base + ".err")
        let status = try await child.end(within: seconds)
        guard status == 0 else {
            let errors = (try? String(contentsOfFile: base + ".err", encoding: .utf8)) ?? ""
            kill(child.pid, SIGKILL)
            throw Failure(
                description: "\(arguments.joined(separator: " ")): status \(status.map(String.init) ?? "none")\n\(errors)")
        }
        return child.output
    }

    // MARK: Leaving nothing behind

    /// Removes the directory when this process exits.
    static func removeOnExit(_ directory: String) {
        living.withLock { _ = $0.directories.insert(directory) }
    }

    /// Kills children and removes directories at exit, also after SIGINT, SIGTERM and SIGHUP.
    static func cleanUpOnExit() {
        atexit { ChildProcess.cleanUp() }
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler keeps its source alive.
            source.setEventHandler {
                _ = source.data
                exit(128 + number)
            }
            source.activate()
        }
    }

    private static func cleanUp() {
        let left = living.withLock { living in
            defer { living = Living() }
            return living
        }
        for pid in left.pids {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        for directory in left.directories { try? FileManager.default.removeItem(atPath: directory) }
    }
}
