import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Stands between the HTTP codec and the HTTP library's own handler, and lets the library see nothing but a well-behaved target: a
/// request, and after it one answer.
///
/// The library holds many orders of events for impossible and ends the process when they happen: async-http-client 1.37.0 does so with
/// its delegate interface, which is not used here, when a target answers before the request is complete and once more after that. A
/// target must not be able to end the engine. So an answer that comes early waits until the request is written, and the connection is
/// closed when anything comes that nobody asked for.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private enum Phase { case idle, requesting, answering, closed }

    private var phase = Phase.idle
    /// What came early. Bounded by what one read of the socket gives: no other is made meanwhile.
    private var held: [HTTPClientResponsePart] = []
    private var isReadHeld = false
    private var isFlushHeld = false
    /// Whether the request's end was written, so that nothing more of it is to be waited for.
    private var isEndGiven = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            phase = phase == .closed ? .closed : .requesting
            isEndGiven = false
            head.uri = RequestTarget.restored(head.uri)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            isEndGiven = true
            let written = context.eventLoop.makePromise(of: Void.self)
            // The library hears of it first, then the answer may come.
            written.futureResult.cascade(to: promise)
            written.futureResult.assumeIsolated().whenSuccess { self.requestWritten(context) }
            context.write(data, promise: written)
        }
    }

    /// The library flushes a request's head, its body and its end each for itself. They leave together, in one system call and mostly one
    /// packet, when the library writes them in one go; else with the turn of the event loop.
    func flush(context: ChannelHandlerContext) {
        guard phase == .requesting, !isEndGiven else {
            isFlushHeld = false
            return context.flush()
        }
        guard !isFlushHeld else { return }
        isFlushHeld = true
        context.eventLoop.assumeIsolated().execute {
            guard self.isFlushHeld else { return }
            self.isFlushHeld = false
            context.flush()
        }
    }

    func read(context: ChannelHandlerContext) {
        if phase == .requesting, !held.isEmpty { isReadHeld = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch phase {
        case .requesting: held.append(part)
        case .answering: forward(part, context)
        case .idle: close(context)
        case .closed: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if held.isEmpty { context.fireChannelReadComplete() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        held = []
        context.fireChannelInactive()
    }

    private func requestWritten(_ context: ChannelHandlerContext) {
        guard phase == .requesting else { return }
        phase = .answering
        let early = held
        held = []
        for part in early {
            // The answer's end may already be behind us.
            if phase == .answering { forward(part, context) } else { close(context) }
        }
        if !early.isEmpty { context.fireChannelReadComplete() }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    private func forward(_ part: HTTPClientResponsePart, _ context: ChannelHandlerContext) {
        if case .end = part { phase = .idle }
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func close(_ context: ChannelHandlerContext) {
        guard phase != .closed else { return }
        phase = .closed
        context.close(promise: nil)
    }
}

extension HTTPClient.Configuration {
    /// Puts a guard into every connection, and lets none through that does not prove `name`. HTTP/1.1 only: the library lets nobody in
    /// between the handlers of HTTP/2.
    mutating func guardConnections(proving name: ProvenName?) {
        httpVersion = .http1Only
        http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try name?.check(pipeline)
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                try pipeline.addHandler(ConnectionGuard(), position: .after(decoder))
            }
        }
    }
}
