internal import NIOCore

/// One request and its answer on a connection: the side of it that may be used from any thread. What comes for an
/// exchange that is over is dropped.
final class Exchange: Sendable {
    private let eventLoop: any EventLoop
    private let connection: NIOLoopBound<ConnectionHandler>

    init(_ connection: ConnectionHandler, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.connection = NIOLoopBound(connection, eventLoop: eventLoop)
    }

    /// Writes the answer; a stream is written until its function returns.
    func answer(_ reply: Reply) async {
        guard case .stream(_, let write) = reply.body else {
            return onConnection { $0.respond(reply, to: self) }
        }
        onConnection { $0.respond(reply, to: self) }
        await write(StreamWriter(exchange: self))
        onConnection { $0.endStream(of: self) }
    }

    /// The token was checked before the body is read: nil lets it be read, a reply refuses it.
    func passGate(_ refusal: Reply?) {
        onConnection { $0.passGate(refusal, of: self) }
    }

    /// Writes a part of a stream, and returns when the system has taken it.
    ///
    /// - Throws: `StreamClosed` when the connection is gone.
    func writePart(_ part: ByteBuffer) async throws(StreamClosed) {
        let promise = eventLoop.makePromise(of: Void.self)
        onConnection { $0.writePart(part, of: self, promise) }
        do {
            try await promise.futureResult.get()
        } catch {
            throw StreamClosed()
        }
    }

    private func onConnection(_ action: @escaping @Sendable (ConnectionHandler) -> Void) {
        if eventLoop.inEventLoop {
            action(connection.value)
        } else {
            eventLoop.execute { action(self.connection.value) }
        }
    }
}

/// The client has gone, or did not read for too long.
struct StreamClosed: Error {}

/// Where a stream's parts go.
struct StreamWriter: Sendable {
    let exchange: Exchange

    func write(_ bytes: [UInt8]) async throws(StreamClosed) {
        try await exchange.writePart(ByteBuffer(bytes: bytes))
    }
}
