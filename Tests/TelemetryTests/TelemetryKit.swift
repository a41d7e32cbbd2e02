import Domain
import NIOCore
import NIOHTTP1
import NIOPosix
import Ports
import Synchronization
import Testing

/// A time that passes only while somebody sleeps.
final class LeapingTime: TimeSource {
    private struct State {
        var microseconds: Int64 = 0
        var slept: [TimeSpan] = []
    }

    private final class NoAlarm: Alarm { func set(_ deadline: Uptime?) {} }
    private let state = Mutex(State())

    var slept: [TimeSpan] { state.withLock { $0.slept } }
    func now() -> Instant { Instant(microseconds: 1_790_000_000_000_000) + (uptime() - Uptime(microseconds: 0)) }
    func uptime() -> Uptime { Uptime(microseconds: state.withLock { $0.microseconds }) }

    func sleep(until deadline: Uptime) async {
        await Task.yield()
        if Task.isCancelled { return }
        state.withLock { state in
            state.slept.append(TimeSpan(microseconds: max(0, deadline.microseconds - state.microseconds)))
            state.microseconds = max(state.microseconds, deadline.microseconds)
        }
    }

    func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm { NoAlarm() }
}

/// Chance that is none.
struct FixedEntropy: EntropySource {
    func next() -> UInt64 { 0 }
}

final class Told: Diagnostics {
    private let state = Mutex<[Diagnostic]>([])
    var all: [Diagnostic] { state.withLock { $0 } }
    func report(_ diagnostic: Diagnostic) { state.withLock { $0.append(diagnostic) } }
}

func span(_ number: UInt64, failure: String? = nil, attributes: [Span.Attribute] = []) -> Span {
    Span(
        name: "step", kind: .internal, trace: TraceId(random: (1, 2)), id: SpanId(random: number), parent: TraceId(random: (1, 2)).root,
        start: Instant(microseconds: 1_790_000_000_000_001), duration: .milliseconds(5), failure: failure, attributes: attributes)
}

extension JSONValue {
    subscript(name: String) -> JSONValue { if case .object(let object) = self { object[name] ?? .null } else { .null } }
    var text: String { if case .string(let text) = self { text } else { "" } }
    var list: [JSONValue] { if case .array(let list) = self { list } else { [] } }
    var int: Int64? { if case .number(let number) = self { number.int64 } else { nil } }

    /// The value of one attribute in a list of them.
    func attribute(_ key: String) -> JSONValue { list.first { $0["key"].text == key }?["value"] ?? .null }
}

/// The spans of a message, as the receiver of OTLP finds them.
func spans(in message: [UInt8]) throws -> [JSONValue] {
    try JSONReader.read(message)["resourceSpans"].list.flatMap { $0["scopeSpans"].list }.flatMap { $0["spans"].list }
}

/// A collector of OTLP over HTTP, on a port of its own.
final class Collector: Sendable {
    struct Request: Sendable {
        let head: HTTPRequestHead
        let body: [UInt8]
    }

    let port: Int
    private let channel: any Channel
    private let record: Record

    private final class Record: Sendable {
        let state = Mutex<[Request]>([])
    }

    /// - Parameters:
    ///   - drips: whether answers never end: a blank comes again and again behind their bodies.
    ///   - answer: status, header fields and body of the answer to the request with that number, from 1; nil: none ever comes.
    init(drips: Bool = false, _ answer: @escaping @Sendable (Int) -> (HTTPResponseStatus, HTTPHeaders, String)?) async throws {
        let record = Record()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(record, drips, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        self.record = record
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { record.state.withLock { $0 } }
    func stop() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let record: Record
        private let drips: Bool
        private let answer: @Sendable (Int) -> (HTTPResponseStatus, HTTPHeaders, String)?
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ record: Record, _ drips: Bool, _ answer: @escaping @Sendable (Int) -> (HTTPResponseStatus, HTTPHeaders, String)?) {
            self.record = record
            self.drips = drips
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let buffer): body += Array(buffer.readableBytesView)
            case .end:
                guard let head else { return }
                let request = Request(head: head, body: body)
                let number = record.state.withLock { requests in
                    requests.append(request)
                    return requests.count
                }
                guard let (status, headers, text) = answer(number) else { return }
                var fields = headers
                fields.replaceOrAdd(name: "Content-Length", value: String(text.utf8.count + (drips ? 1 << 16 : 0)))
                fields.replaceOrAdd(name: "Content-Type", value: "application/json")
                context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: fields))), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                guard drips else { return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
                context.flush()
                let channel = context.channel
                context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { task in
                    guard channel.isActive else { return task.cancel() }
                    channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: " "))), promise: nil)
                }
            }
        }
    }
}
