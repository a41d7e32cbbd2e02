internal import Foundation
internal import HTTPServerAdapter
internal import Synchronization

/// The server, for the metrics page that the server itself shows.
final class ServerBox: Sendable {
    private let held = Mutex<HTTPServer?>(nil)
    var server: HTTPServer? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

/// Shows what was printed at once, also when the output is a pipe.
func flushStandardOutput() { try? FileHandle.standardOutput.synchronize(); fflush(nil) }
