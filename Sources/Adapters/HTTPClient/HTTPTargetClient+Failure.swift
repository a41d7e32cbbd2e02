import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Ports

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What errors of the network mean for an attempt. Details are fixed texts: an error's own description may hold what the target or
/// the tenant sent.
extension HTTPTargetClient {
    static let stopped = ExecutionFailure(kind: .ownerLost, detail: "the engine is stopping")
    private static let closedEarly = ExecutionFailure(
        kind: .connection, detail: "the target closed the connection before the answer was complete")
    static let ambiguous = ExecutionFailure(kind: .targetRefused, detail: "the URL's host can be read in more than one way")

    static func failure(_ error: HostResolutionError, resolving host: String) -> ExecutionFailure {
        let name = isAddressLike(host) ? "the URL's host" : "the name \(shortened(host))"
        return switch error {
        case .notFound: ExecutionFailure(kind: .connection, detail: "\(name) has no address")
        case .timedOut: ExecutionFailure(kind: .timeout, detail: "\(name) was not resolved in time")
        case .busy: ExecutionFailure(kind: .connection, detail: "too many names are being resolved")
        case .failed(let reason): ExecutionFailure(kind: .connection, detail: "\(name) was not resolved: \(reason)")
        case .cancelled: ExecutionFailure(kind: .cancelled, detail: "the attempt was cancelled")
        case .stopped: stopped
        }
    }

    /// Names a host, which whoever submitted the call knows, but no address: a redirect may lead to one that nobody outside is to know.
    static func failure(_ refusal: TargetRefusal, of host: String) -> ExecutionFailure {
        let subject = isAddressLike(host) ? "the URL's host is" : "\(shortened(host)) leads to"
        return ExecutionFailure(kind: .targetRefused, detail: "\(subject) an address in \(refusal), which is not allowed")
    }

    /// Whether a host is an address in any spelling that somebody takes for one: its last label is a number, or it holds a colon.
    private static func isAddressLike(_ host: String) -> Bool {
        guard !host.utf8.contains(UInt8(ascii: ":")), let last = host.split(separator: ".").last else { return true }
        return last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
    }

    static func failure(_ error: any Error) -> ExecutionFailure {
        switch error {
        case let error as HTTPClientError: failure(error)
        case is CancellationError: stopped
        case is ProvenNameError: ExecutionFailure(kind: .connection, detail: "the target's certificate is for another name")
        case HTTPParserError.invalidEOFState: closedEarly
        case is HTTPParserError: ExecutionFailure(kind: .connection, detail: "the answer was not valid HTTP")
        case let error as IOError: failure(errno: error.errnoCode)
        case ChannelError.connectTimeout: ExecutionFailure(kind: .timeout, detail: "no connection in time")
        case is ChannelError: ExecutionFailure(kind: .connection, detail: "the connection was closed before the answer was complete")
        default: failure(describing: error)
        }
    }

    /// Whether no connection came about, so that nothing was sent.
    static func connectionRefused(_ error: any Error) -> ExecutionFailure? {
        guard let error = error as? IOError,
            [ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.errnoCode)
        else { return nil }
        return failure(errno: error.errnoCode)
    }

    static func isConnectTimeout(_ error: any Error) -> Bool {
        if case ChannelError.connectTimeout = error { return true }
        return error as? HTTPClientError == .connectTimeout
    }

    /// A host name may be 253 bytes long, and a detail is one line.
    static func shortened(_ host: String) -> String { host.utf8.count <= 100 ? host : host.prefix(97) + "..." }

    private static func failure(_ error: HTTPClientError) -> ExecutionFailure {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: ExecutionFailure(kind: .timeout, detail: "no connection in time")
        case .tlsHandshakeTimeout: ExecutionFailure(kind: .timeout, detail: "the TLS handshake did not end in time")
        case .readTimeout: ExecutionFailure(kind: .timeout, detail: "the target fell silent")
        case .writeTimeout: ExecutionFailure(kind: .timeout, detail: "the target did not take the request")
        case .deadlineExceeded: ExecutionFailure(kind: .timeout, detail: "no complete answer in time")
        case .remoteConnectionClosed, .uncleanShutdown: closedEarly
        // Cancellations by the task and by the deadline never come this way: what is left is the client's own shutdown.
        case .cancelled, .alreadyShutdown: stopped
        default: ExecutionFailure(kind: .connection, detail: "the exchange failed (\(error.shortDescription))")
        }
    }

    private static func failure(errno code: CInt) -> ExecutionFailure {
        switch code {
        case ECONNREFUSED: ExecutionFailure(kind: .connection, detail: "the connection was refused")
        case ECONNRESET, EPIPE: ExecutionFailure(kind: .connection, detail: "the target reset the connection")
        case EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL: ExecutionFailure(kind: .connection, detail: "the target cannot be reached")
        case ETIMEDOUT: ExecutionFailure(kind: .timeout, detail: "no connection in time")
        default: ExecutionFailure(kind: .connection, detail: "the connection failed (errno \(code))")
        }
    }

    /// TLS errors come as types that are not for us to name; their text is searched for the usual causes, never quoted.
    private static func failure(describing error: any Error) -> ExecutionFailure {
        let text = String(describing: error).lowercased()
        let detail =
            switch true {
            case text.contains("failedtovalidatehostname"), text.contains("failed to validate hostname"):
                "the target's certificate is for another name"
            case text.contains("certificate_verify_failed"): "the target's certificate is not trusted"
            case text.contains("ssl") || text.contains("tls"): "the TLS handshake failed"
            default: "the connection failed (\(type(of: error)))"
            }
        return ExecutionFailure(kind: .connection, detail: detail)
    }
}

extension AttemptFailed {
    /// The same failure, which says that it is not the given target's.
    func after(_ redirects: Int) -> AttemptFailed {
        AttemptFailed(
            ExecutionFailure(
                kind: failure.kind, status: failure.status,
                detail: "after \(redirects) redirect\(redirects == 1 ? "" : "s"): \(failure.detail)", retryAfter: failure.retryAfter),
            snippet: snippet)
    }
}
