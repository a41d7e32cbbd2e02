internal import Domain
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

extension ConnectionHandler {
    // MARK: Answers

    func respond(_ reply: Reply, to exchange: Exchange) {
        guard case .answering(var answering) = state, answering.exchange === exchange, let context else { return }
        let closes = closesAfterAnswer || inputIsClosed || !answering.keepAlive
        if case .stream = reply.body {
            writeHead(reply, id: answering.id, closes: closes)
            answering.isStreaming = true
            state = .answering(answering)
            deadline = nil
            context.flush()
            return
        }
        processor.metrics.answered(
            status: reply.status, after: (NIODeadline.now() - answering.startedAt).nanoseconds / 1_000)
        let message = wholeMessage(reply, answering, closes: closes, context.channel.allocator)
        finish(answering, closes: closes) { promise in
            let written = reply.room == nil ? promise : promise ?? eventLoop.makePromise(of: Void.self)
            if let room = reply.room { written?.futureResult.whenComplete { _ in room.release() } }
            send(message, by: encoder ?? context, written)
        }
    }

    /// The client has a time for each part of so many bytes, or a slow one would be cut off in the midst of a large answer.
    private static let partBytes = 262_144

    private func send(_ message: ByteBuffer, by context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        var rest = message
        while rest.readableBytes > Self.partBytes, let part = rest.readSlice(length: Self.partBytes) {
            let taken = eventLoop.makePromise(of: Void.self)
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            taken.futureResult.whenSuccess { bound.value.partTaken() }
            context.write(NIOAny(part), promise: taken)
        }
        context.writeAndFlush(NIOAny(rest), promise: promise)
    }

    private func partTaken() {
        switch state {
        case .idle: setDeadline(after: processor.settings.idleTimeout)
        case .draining: setDeadline(after: processor.settings.writeTimeout)
        case .gated, .reading, .answering, .closed: break
        }
    }

    /// Head and body in one buffer, written past the encoder: one pass through the pipeline and one piece for the socket.
    private func wholeMessage(_ reply: Reply, _ answering: Answering, closes: Bool, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var body: [UInt8] = []
        if case .bytes(_, let bytes) = reply.body, answering.method != .HEAD { body = bytes }
        var message = allocator.buffer(capacity: 512 + body.count)
        message.writeStaticString("HTTP/1.1 ")
        message.writeString(String(reply.status))
        message.writeStaticString(" ")
        message.writeString(HTTPResponseStatus(statusCode: reply.status).reasonPhrase)
        for (name, value) in fields(of: reply, id: answering.id, closes: closes) {
            message.writeStaticString("\r\n")
            message.writeString(name)
            message.writeStaticString(": ")
            // Nothing that came from outside stands in these values, but a line break would be worth a lot to somebody.
            message.writeString(value.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? "" : value)
        }
        message.writeStaticString("\r\n\r\n")
        message.writeBytes(body)
        return message
    }

    func writePart(_ part: ByteBuffer, of exchange: Exchange, _ promise: EventLoopPromise<Void>) {
        guard case .answering(let answering) = state, answering.exchange === exchange, answering.isStreaming, let context else {
            return promise.fail(ChannelError.ioOnClosedChannel)
        }
        setDeadline(after: processor.settings.writeTimeout)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        promise.futureResult.whenComplete { _ in bound.value.deadline = nil }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part))), promise: promise)
    }

    func endStream(of exchange: Exchange) {
        guard case .answering(let answering) = state, answering.exchange === exchange, answering.isStreaming, let context else { return }
        // An event stream ends because the client left or the server stops.
        finish(answering, closes: true) { promise in context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise) }
    }

    private func finish(_ answering: Answering, closes: Bool, writing last: (EventLoopPromise<Void>?) -> Void) {
        guard let context else { return }
        releaseBody(answering.bodyBytes)
        if closes {
            state = .draining
            let bound = NIOLoopBound(context, eventLoop: eventLoop)
            let written = eventLoop.makePromise(of: Void.self)
            written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
            last(written)
            setDeadline(after: processor.settings.writeTimeout)
            return
        }
        last(nil)
        state = .idle
        setDeadline(after: processor.settings.idleTimeout)
        takeWaiting()
    }

    func refuseUnread(_ problem: Problem) {
        guard case .reading(let request) = state else {
            // Not even a head was read, so there is no identifier but a new one.
            let id = processor.newId()
            return refuseUnread(problem.reply(instance: id), id: id, HTTPMethod.GET, bodyBytes: 0)
        }
        refuseUnread(problem.reply(instance: request.id), id: request.id, request.head.method, bodyBytes: request.received)
    }

    func refuseUnread(_ reply: Reply) {
        guard case .reading(let request) = state else { return shut() }
        refuseUnread(reply, id: request.id, request.head.method, bodyBytes: request.received)
    }

    /// Answers a request of which not everything was read, and closes the connection once the client has the answer:
    /// closing at once while data arrive would make the system drop what was sent (RFC 9112 §9.6).
    private func refuseUnread(_ reply: Reply, id: String, _ method: HTTPMethod, bodyBytes: Int) {
        guard let context else { return }
        releaseBody(bodyBytes)
        state = .draining
        waiting.removeAll()
        writeHead(reply, id: id, closes: true)
        if case .bytes(_, let bytes) = reply.body, method != .HEAD {
            write(.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes))))
        }
        processor.metrics.answered(status: reply.status, after: 0)
        let bound = NIOLoopBound(context, eventLoop: eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(mode: .output, promise: nil) }
        setDeadline(after: .seconds(2))
        takeWaiting()
    }

    private func releaseBody(_ count: Int) {
        if count > 0 { processor.metrics.bodyBytes.wrappingSubtract(Int64(count), ordering: .relaxed) }
    }

    private func writeHead(_ reply: Reply, id: String, closes: Bool) {
        let headers = HTTPHeaders(fields(of: reply, id: id, closes: closes))
        write(.head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)))
    }

    private func fields(of reply: Reply, id: String, closes: Bool) -> [(String, String)] {
        var fields: [(String, String)] = []
        fields.reserveCapacity(8 + reply.headers.count)
        switch reply.body {
        case .none: if reply.status != 204 { fields.append(("Content-Length", "0")) }
        case .bytes(let type, let bytes):
            fields.append(("Content-Type", type))
            fields.append(("Content-Length", String(bytes.count)))
        case .stream(let type, _): fields.append(("Content-Type", type))
        }
        fields.append(contentsOf: reply.headers)
        fields.append(("Date", processor.date.text()))
        fields.append(("X-Request-Id", id))
        fields.append(("X-Content-Type-Options", "nosniff"))
        fields.append(("Cache-Control", "no-store"))
        if closes { fields.append(("Connection", "close")) }
        return fields
    }

    private func write(_ part: HTTPServerResponsePart) { context?.write(wrapOutboundOut(part), promise: nil) }

    func writeAndFlush(_ part: HTTPServerResponsePart) { context?.writeAndFlush(wrapOutboundOut(part), promise: nil) }

    // MARK: Ends

    /// The server stops: what is being answered gets its answer, what could last is ended.
    func quiesce() {
        closesAfterAnswer = true
        switch state {
        case .idle: shut()
        case .answering(let answering): if answering.isOpenEnded { answering.task?.cancel() }
        case .gated, .reading, .draining, .closed: break
        }
    }

    /// The client sends nothing more. It may still read the answer to what it sent.
    func inputClosed() {
        inputIsClosed = true
        switch state {
        case .idle: if waiting.isEmpty { shut() }
        case .reading, .draining: shut()
        case .answering(let answering): if answering.isOpenEnded { answering.task?.cancel() }
        case .gated, .closed: break
        }
    }

    func shut() { context?.close(promise: nil) }

    /// The connection is gone.
    func close() {
        timer?.cancel()
        timer = nil
        deadline = nil
        waiting.removeAll()
        switch state {
        case .reading(let request), .gated(let request, _): releaseBody(request.received)
        case .answering(let answering):
            releaseBody(answering.bodyBytes)
            if answering.isOpenEnded { answering.task?.cancel() }
        case .idle, .draining, .closed: break
        }
        state = .closed
    }

    // MARK: Deadlines

    /// One timer serves all deadlines of a connection: when it comes too early it is set again.
    func setDeadline(after span: TimeSpan, from start: NIODeadline = .now()) {
        let deadline = start + .microseconds(span.microseconds)
        self.deadline = deadline
        if timer != nil, timerDeadline <= deadline { return }
        timer?.cancel()
        schedule(deadline)
    }

    private func schedule(_ deadline: NIODeadline) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timerDeadline = deadline
        timer = eventLoop.scheduleTask(deadline: deadline) { bound.value.timerFired() }
    }

    private func timerFired() {
        timer = nil
        guard let deadline else { return }
        if deadline > NIODeadline.now() { return schedule(deadline) }
        self.deadline = nil
        switch state {
        case .reading:
            refuseUnread(
                Problem(
                    .requestTimeout, "The body did not arrive within \(processor.settings.bodyTimeout.milliseconds / 1_000) s."))
        case .answering(let answering) where !answering.isStreaming:
            closesAfterAnswer = true
            let problem = Problem(
                .unknownOutcome,
                "The engine did not answer in time. A request with an Idempotency-Key, or a message of a webhook, may be sent again.",
                retryAfter: 1)
            respond(problem.reply(instance: answering.id), to: answering.exchange)
        case .idle, .gated, .answering, .draining: shut()
        case .closed: break
        }
    }
}
