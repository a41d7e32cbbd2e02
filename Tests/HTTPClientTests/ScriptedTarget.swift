import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A TCP server, on 127.0.0.1 unless told otherwise, that speaks no HTTP of its own: a script says what it does with what it receives.
final class ScriptedTarget: Sendable {
    /// What a script can do with one connection.
    struct Connection: Sendable {
        let channel: any Channel
        let number: Int

        func write(_ text: String) { write(Array(text.utf8)) }
        func write(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
        func close() { channel.close(promise: nil) }

        func writeAndClose(_ text: String) {
            channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
        }

        /// Closes with RST instead of FIN.
        func reset() {
            let channel = channel
            guard let options = channel as? any SocketOptionProvider else { return }
            options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
        }

        /// Writes `piece` again and again until the connection ends.
        func drip(_ piece: String, every interval: TimeAmount) {
            channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { task in
                guard channel.isActive else { return task.cancel() }
                channel.writeAndFlush(ByteBuffer(string: piece), promise: nil)
            }
        }

        /// Writes `chunk` for as long as the peer reads.
        func flood(_ chunk: [UInt8]) {
            let channel = channel
            channel.writeAndFlush(ByteBuffer(bytes: chunk)).whenSuccess { flood(chunk) }
        }
    }

    private struct State {
        var received: [Int: [UInt8]] = [:]
        var closed = 0
    }

    let port: Int
    private let channel: any Channel
    private let record: Record

    private final class Record: Sendable {
        let state = Mutex(State())
        let connections = Atomic<Int>(0)
    }

    /// - Parameters:
    ///   - host: an address of the loopback network.
    ///   - port: 0 takes a free one.
    ///   - onConnect: called for every new connection.
    ///   - onData: called with all that the connection has received since `onData` last returned true.
    ///   - tls: speaks TLS on every connection; scripts deal with what is inside.
    init(
        host: String = "127.0.0.1", port: Int = 0, tls: NIOSSLContext? = nil,
        onConnect: @escaping @Sendable (Connection) -> Void = { _ in },
        onData: @escaping @Sendable (Connection, [UInt8]) -> Bool = { _, _ in false }
    ) async throws {
        let record = Record()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let number = record.connections.wrappingAdd(1, ordering: .relaxed).newValue
                let connection = Connection(channel: channel, number: number)
                return channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(
                        Script(connection: connection, record: record, onConnect: onConnect, onData: onData))
                }
            }
            .bind(host: host, port: port).get()
        self.port = channel.localAddress?.port ?? 0
        self.record = record
    }

    /// A target that answers every request (of a body with Content-Length) with `answer`.
    static func answering(_ answer: String, host: String = "127.0.0.1", tls: NIOSSLContext? = nil) async throws -> ScriptedTarget {
        try await ScriptedTarget(
            host: host, tls: tls,
            onData: { connection, bytes in
                guard RecordedRequest(bytes) != nil else { return false }
                connection.write(answer)
                return true
            })
    }

    /// A target that answers every request with what `answer` makes of it.
    static func routing(
        host: String = "127.0.0.1", tls: NIOSSLContext? = nil, _ answer: @escaping @Sendable (RecordedRequest) -> String
    ) async throws -> ScriptedTarget {
        try await ScriptedTarget(
            host: host, tls: tls,
            onData: { connection, bytes in
                guard let request = RecordedRequest(bytes) else { return false }
                connection.write(answer(request))
                return true
            })
    }

    /// Every request, in the order of its connection and then of its arrival there.
    var requests: [RecordedRequest] {
        guard connections > 0 else { return [] }
        return (1...connections).flatMap { number -> [RecordedRequest] in
            var rest = received(number)
            var requests: [RecordedRequest] = []
            while let next = RecordedRequest(rest, alone: true) {
                requests.append(next)
                rest.removeFirst(next.count)
            }
            return requests
        }
    }

    var connections: Int { record.connections.load(ordering: .relaxed) }
    /// Connections that have ended.
    var closed: Int { record.state.withLock { $0.closed } }
    /// All bytes of connection `number`, which counts from 1.
    func received(_ number: Int = 1) -> [UInt8] { record.state.withLock { $0.received[number] ?? [] } }

    func stop() async { try? await channel.close() }

    private final class Script: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        let connection: Connection
        let record: Record
        let onConnect: @Sendable (Connection) -> Void
        let onData: @Sendable (Connection, [UInt8]) -> Bool
        var pending: [UInt8] = []

        init(
            connection: Connection, record: Record, onConnect: @escaping @Sendable (Connection) -> Void,
            onData: @escaping @Sendable (Connection, [UInt8]) -> Bool
        ) {
            (self.connection, self.record, self.onConnect, self.onData) = (connection, record, onConnect, onData)
        }

        func channelActive(context: ChannelHandlerContext) { onConnect(connection) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            pending += bytes
            record.state.withLock { $0.received[connection.number, default: []] += bytes }
            if onData(connection, pending) { pending = [] }
        }

        func channelInactive(context: ChannelHandlerContext) { record.state.withLock { $0.closed += 1 } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// A request as it came over the wire; nil while it is not complete.
struct RecordedRequest {
    let line: String
    /// Names in lower case, in the order of the wire.
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    /// Bytes of the whole request.
    let count: Int

    /// - Parameter alone: the body ends where its length says, and what follows is another request's.
    init?(_ bytes: [UInt8], alone: Bool = false) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        line = lines.first.map(String.init) ?? ""
        headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard bytes.count - end.upperBound >= length else { return nil }
        body = Array(alone ? bytes[end.upperBound..<(end.upperBound + length)] : bytes[end.upperBound...])
        count = end.upperBound + body.count
    }

    var method: Substring { line.prefix { $0 != " " } }
    var path: Substring { line.split(separator: " ").dropFirst().first ?? "" }

    func values(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
}
