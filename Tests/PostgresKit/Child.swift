internal import Foundation

/// Child processes that get three descriptors and no more. (Foundation's wait until everybody who inherited theirs has ended, which
/// a server that goes to the background never does.)
enum Child {
    private static let closeAll = """
        cd /; for f in /proc/self/fd/*; do n=${f##*/}; if [ "$n" -gt 2 ]; then eval "exec $n>&-"; fi; done; exec "$@"
        """

    /// Starts `program`; what it has no descriptor for is /dev/null.
    static func spawn(_ program: String, _ arguments: [String], input: Int32? = nil, output: Int32? = nil) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        for descriptor in [1, 2] as [Int32] {
            if let output {
                posix_spawn_file_actions_adddup2(&actions, output, descriptor)
            } else {
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
            }
        }
        let shell = "/bin/bash"
        let texts = ([shell, "-c", Self.closeAll, "sh", program] + arguments).map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var child = pid_t()
        let code = posix_spawn(&child, shell, &actions, nil, texts, environ)
        guard code == 0 else { throw PostgresKitError("\(program) cannot be started: \(String(cString: strerror(code)))") }
        return child
    }

    /// - Returns: the exit code; nil after a signal.
    static func wait(_ child: pid_t) -> Int32? {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { return nil } }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    }
}
