internal import Foundation
internal import Synchronization

/// Stands between a client and a PostgreSQL server, and cuts the connection at a chosen place of a commit.
public final class CuttingProxy: Sendable {
    public enum Cut: Sendable {
        /// The server never gets the command that commits.
        case beforeCommit
        /// The server commits, and the client never hears of it.
        case beforeAnswer
    }

    private struct State {
        var armed: Cut?
        var isClosed = false
        var descriptors: Set<Int32> = []
        var cuts = 0
    }

    public let port: Int
    private let listener: Int32
    private let server: Int
    private let commitName: [UInt8]
    private let state = Mutex(State())

    /// - Parameter commitName: the name of the client's prepared statement that commits.
    public init(to port: Int, commitName: String) throws {
        let socket = try Loopback.listen()
        (listener, self.port, server) = (socket.descriptor, socket.port, port)
        self.commitName = [0] + Array(commitName.utf8) + [0]
        Thread.detachNewThread { [self] in accept() }
    }

    /// The next commit that comes by is cut.
    public func arm(_ cut: Cut) { state.withLock { $0.armed = cut } }

    /// How often it has cut.
    public var cuts: Int { state.withLock { $0.cuts } }

    public func close() {
        let open = state.withLock { state in
            state.isClosed = true
            return state.descriptors
        }
        for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        shutdown(listener, Int32(SHUT_RDWR))
        Foundation.close(listener)
    }

    private func accept() {
        while true {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { return }
            guard !state.withLock({ $0.isClosed }), let upstream = Loopback.connect(port: server) else {
                Foundation.close(client)
                continue
            }
            let pair = Pair(client: client, upstream: upstream)
            state.withLock { $0.descriptors.formUnion([client, upstream]) }
            Thread.detachNewThread { [self] in
                forward(pair)
                end(pair)
            }
            Thread.detachNewThread { [self] in
                answer(pair)
                end(pair)
            }
        }
    }

    private final class Pair: Sendable {
        let client: Int32
        let upstream: Int32
        /// The answer to the commit is awaited, and not to be passed on.
        let isDeaf = Atomic<Bool>(false)
        let ended = Atomic<Int>(0)

        init(client: Int32, upstream: Int32) {
            self.client = client
            self.upstream = upstream
        }
    }

    private func end(_ pair: Pair) {
        shutdown(pair.client, Int32(SHUT_RDWR))
        shutdown(pair.upstream, Int32(SHUT_RDWR))
        guard pair.ended.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == 2 else { return }
        state.withLock { state in
            state.descriptors.subtract([pair.client, pair.upstream])
            Foundation.close(pair.client)
            Foundation.close(pair.upstream)
        }
    }

    private func take() -> Cut? {
        state.withLock { state in
            guard let cut = state.armed else { return nil }
            state.armed = nil
            state.cuts += 1
            return cut
        }
    }

    private func forward(_ pair: Pair) {
        // The name may come in two pieces: the end of what went before is looked at again.
        var tail: [UInt8] = []
        while true {
            let bytes = Loopback.receive(from: pair.client)
            if bytes.isEmpty { return }
            let seen = tail + bytes
            if let place = seen.firstRange(of: commitName)?.lowerBound {
                switch take() {
                case .beforeCommit:
                    // The head of the message that names it, 'B' and four bytes of length, stays here as well.
                    _ = Loopback.send(bytes.prefix(max(0, place - 5 - tail.count)), to: pair.upstream)
                    return
                case .beforeAnswer: pair.isDeaf.store(true, ordering: .releasing)
                case nil: break
                }
            }
            guard Loopback.send(bytes[...], to: pair.upstream) else { return }
            tail = Array(seen.suffix(commitName.count - 1))
        }
    }

    private func answer(_ pair: Pair) {
        let tag = Array("COMMIT\0".utf8)
        var seen: [UInt8] = []
        while true {
            let bytes = Loopback.receive(from: pair.upstream)
            if bytes.isEmpty { return }
            if pair.isDeaf.load(ordering: .acquiring) {
                seen += bytes
                if seen.firstRange(of: tag) != nil { return }
                continue
            }
            guard Loopback.send(bytes[...], to: pair.client) else { return }
        }
    }
}
