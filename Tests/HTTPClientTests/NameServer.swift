import HTTPClientAdapter
import NIOCore
import NIOPosix
import Synchronization

/// A name server (RFC 1035) over UDP on 127.0.0.1, whose answers a script gives anew each time.
final class NameServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let record: Record

    private final class Record: Sendable {
        let questions = Mutex<[String: Int]>([:])
        let answer: @Sendable (_ name: String, _ time: Int) -> [IPAddress]

        init(_ answer: @escaping @Sendable (String, Int) -> [IPAddress]) { self.answer = answer }
    }

    /// - Parameter answer: the addresses of a name at the `time`-th question for its A records, which counts from 1; those of the other
    ///   family are left out of an answer.
    init(_ answer: @escaping @Sendable (_ name: String, _ time: Int) -> [IPAddress]) async throws {
        let record = Record(answer)
        self.record = record
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler(record)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// How often the addresses of `name` were asked for.
    func questions(_ name: String) -> Int { record.questions.withLock { $0[name] ?? 0 } }

    func stop() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        private let record: Record
        init(_ record: Record) { self.record = record }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let question = unwrapInboundIn(data)
            let bytes = Array(question.data.readableBytesView)
            guard let (name, type, end) = DNSMessage.question(bytes) else { return }
            let time = record.questions.withLock { questions in
                if type == DNSMessage.typeA { questions[name, default: 0] += 1 }
                return questions[name] ?? 1
            }
            let answer = DNSMessage.answer(to: Array(bytes[..<end]), type: type, record.answer(name, time))
            context.writeAndFlush(
                wrapOutboundOut(AddressedEnvelope(remoteAddress: question.remoteAddress, data: ByteBuffer(bytes: answer))), promise: nil)
        }
    }
}

/// A resolver that asks a `NameServer` anew for each lookup: the A and the AAAA records.
struct NameServerResolver: HostResolver {
    let server: NameServer

    func addresses(of host: String) async throws(HostResolutionError) -> [IPAddress] {
        do {
            return try await ask(host, DNSMessage.typeA) + ask(host, DNSMessage.typeAAAA)
        } catch {
            throw .failed("the name server did not answer")
        }
    }

    private func ask(_ host: String, _ type: UInt16) async throws -> [IPAddress] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answered = loop.makePromise(of: [IPAddress].self)
        let channel = try await DatagramBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Answers(answered)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let alarm = loop.scheduleTask(in: .seconds(10)) { answered.fail(ChannelError.connectTimeout(.seconds(10))) }
        defer {
            alarm.cancel()
            channel.close(promise: nil)
        }
        let target = try SocketAddress(ipAddress: "127.0.0.1", port: server.port)
        let question = AddressedEnvelope(remoteAddress: target, data: ByteBuffer(bytes: DNSMessage.question(of: host, type)))
        try await channel.writeAndFlush(question)
        return try await answered.futureResult.get()
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private let answered: EventLoopPromise<[IPAddress]>
        init(_ answered: EventLoopPromise<[IPAddress]>) { self.answered = answered }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            answered.succeed(DNSMessage.addresses(Array(unwrapInboundIn(data).data.readableBytesView)))
        }
    }
}

/// As much of RFC 1035 §4 as one question and its answers need.
private enum DNSMessage {
    static let typeA: UInt16 = 1
    static let typeAAAA: UInt16 = 28
    private static let header = 12

    static func question(of host: String, _ type: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [0x4C, 0x46, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in host.split(separator: ".") { bytes += [UInt8(truncatingIfNeeded: label.utf8.count)] + label.utf8 }
        return bytes + [0, UInt8(type >> 8), UInt8(type & 255), 0, 1]
    }

    /// The question's name and type, and where it ends.
    static func question(_ bytes: [UInt8]) -> (name: String, type: UInt16, end: Int)? {
        var labels: [String] = []
        var index = header
        while index < bytes.count, bytes[index] > 0 {
            let end = index + 1 + Int(bytes[index])
            guard end < bytes.count else { return nil }
            labels.append(String(decoding: bytes[(index + 1)..<end], as: UTF8.self))
            index = end
        }
        guard index + 5 <= bytes.count else { return nil }
        return (labels.joined(separator: "."), UInt16(bytes[index + 1]) << 8 | UInt16(bytes[index + 2]), index + 5)
    }

    /// A lifetime of zero: whoever keeps such an answer keeps it by a decision of their own.
    static func answer(to question: [UInt8], type: UInt16, _ addresses: [IPAddress]) -> [UInt8] {
        let records: [[UInt8]] = addresses.compactMap { address in
            switch (address, type) {
            case (.v4(let bits), typeA): (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(24 - 8 * $0)) }
            case (.v6(let bits), typeAAAA): (0..<16).map { UInt8(truncatingIfNeeded: bits >> UInt128(120 - 8 * $0)) }
            default: nil
            }
        }
        var bytes = question
        (bytes[2], bytes[3], bytes[7]) = (0x81, 0x80, UInt8(truncatingIfNeeded: records.count))
        for record in records {
            bytes += [0xC0, UInt8(header), 0, UInt8(type), 0, 1, 0, 0, 0, 0, 0, UInt8(record.count)] + record
        }
        return bytes
    }

    /// The addresses of an answer made by `answer`.
    static func addresses(_ bytes: [UInt8]) -> [IPAddress] {
        guard let question = question(bytes) else { return [] }
        var addresses: [IPAddress] = []
        var index = question.end
        while index + 12 <= bytes.count {
            let end = index + 12 + Int(bytes[index + 11])
            guard end <= bytes.count else { break }
            let data = bytes[(index + 12)..<end]
            if data.count == 4 { addresses.append(.v4(data.reduce(0) { $0 << 8 | UInt32($1) })) }
            if data.count == 16 { addresses.append(.v6(data.reduce(0) { $0 << 8 | UInt128($1) })) }
            index = end
        }
        return addresses
    }
}
