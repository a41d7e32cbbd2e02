import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A SOAP service in this process. It answers every request with the batch that it was given last, on one event loop.
final class BatchService: Sendable {
    /// What is answered, where the event loop finds it.
    fileprivate final class Shelf: Sendable {
        let batch = Mutex(ByteBuffer())
    }

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let shelf: Shelf

    /// Listens on a free port of 127.0.0.1.
    static func start() async throws -> BatchService {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let shelf = Shelf()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(BatchAnswers(shelf: shelf))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return BatchService(group: group, channel: channel, shelf: shelf)
    }

    private init(group: MultiThreadedEventLoopGroup, channel: any Channel, shelf: Shelf) {
        self.group = group
        self.channel = channel
        self.shelf = shelf
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/soap" }

    /// What it answers from now on.
    func give(_ batch: [UInt8]) { shelf.batch.withLock { $0 = ByteBuffer(bytes: batch) } }

    func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }
}

private final class BatchAnswers: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let shelf: BatchService.Shelf

    init(shelf: BatchService.Shelf) {
        self.shelf = shelf
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let batch = shelf.batch.withLock { $0 }
        let headers = HTTPHeaders([("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", String(batch.readableBytes))])
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(batch))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
