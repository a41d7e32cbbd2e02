import Histogram
import NIOCore
import NIOPosix

/// A target that answers `200 ok` to everything and notes how late each request came.
///
/// A request that carries `x-due-at-us` is compared with the wall clock at the moment its last byte was parsed.
/// `GET /_stats` answers what was received since `POST /_reset`; both lie outside the count. One event loop serves all.
public final class Sink: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel

    /// Listens on a free port of 127.0.0.1.
    public static func start() async throws -> Sink {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let book = NIOLoopBoundBox.makeBoxSendingValue(SinkBook(), eventLoop: group.next())
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SinkConnection(book: book))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Sink(group: group, channel: channel)
    }

    private init(group: MultiThreadedEventLoopGroup, channel: any Channel) {
        self.group = group
        self.channel = channel
    }

    public var port: Int { channel.localAddress?.port ?? 0 }

    /// Waits until the listener is closed.
    public func wait() async throws {
        try await channel.closeFuture.get()
    }
}

/// What the sink received. Lateness in microseconds.
struct SinkBook {
    var received = 0
    var early = 0
    var lastReceivedAt: Int64 = 0
    var lateness = Histogram<UInt64>(lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000)

    mutating func note(dueMicroseconds: Int64?) {
        let now = MachineClock.wallMicroseconds()
        received += 1
        lastReceivedAt = now
        guard let dueMicroseconds else { return }
        if now < dueMicroseconds { early += 1 }
        lateness.record(UInt64(max(0, now - dueMicroseconds)))
    }

    var json: String {
        let p = lateness.valueAtPercentile
        return """
            {"received":\(received),"early":\(early),"lastReceivedAt":\(lastReceivedAt),"timed":\(lateness.totalCount),\
            "p50":\(p(50)),"p99":\(p(99)),"p999":\(p(99.9)),"max":\(lateness.maxRecorded)}
            """
    }
}

private final class SinkConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let ok = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    private let book: NIOLoopBoundBox<SinkBook>
    private var parser = MessageParser()

    init(book: NIOLoopBoundBox<SinkBook>) {
        self.book = book
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data))
        do {
            while let request = try parser.next() {
                context.write(wrapOutboundOut(answer(request)), promise: nil)
            }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ request: ParsedMessage) -> ByteBuffer {
        switch request.controlPath {
        case "/_stats":
            let body = book.value.json
            return ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        case "/_reset":
            book.value = SinkBook()
            return Self.ok
        default:
            book.value.note(dueMicroseconds: request.dueMicroseconds)
            return Self.ok
        }
    }
}
