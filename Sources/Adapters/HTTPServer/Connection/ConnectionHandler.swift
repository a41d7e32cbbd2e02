internal import Domain
internal import NIOCore
internal import NIOHTTP1

/// Serves the requests of one connection, one after the other.
///
/// Runs on the connection's event loop alone. While a request is answered and another waits nothing is read, so a client can have at
/// most one network read of further requests waiting here. Every wait for the client has a deadline.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    enum State {
        /// Between requests; the head of one may be on its way.
        case idle
        /// The token is checked before a large body is read.
        case gated(PartialRequest, Exchange)
        case reading(PartialRequest)
        case answering(Answering)
        /// An answer was given before the whole request was read: what still comes is thrown away until the client closes.
        case draining
        case closed
    }

    struct Answering {
        let exchange: Exchange
        let method: HTTPMethod
        let keepAlive: Bool
        let id: String
        let bodyBytes: Int
        let startedAt: NIODeadline
        let isOpenEnded: Bool
        var task: Task<Void, Never>?
        var isStreaming = false
    }

    /// Bodies beyond it are handled on the shared pool of threads, as costly routes are, so that reading them does not hold up the
    /// other connections of the event loop.
    static let largeBody = 65_536

    let processor: RequestProcessor
    let eventLoop: any EventLoop
    let executor: EventLoopExecutor
    var state = State.idle
    var context: ChannelHandlerContext?
    /// Writing from here on goes past the codec, straight to the socket.
    var encoder: ChannelHandlerContext?
    /// Parts that were decoded while a request is answered.
    var waiting = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 0)
    var readIsHeld = false
    var isDrainingWaiting = false
    /// Set when the connection is to be closed after the current answer.
    var closesAfterAnswer = false
    var inputIsClosed = false
    var deadline: NIODeadline?
    var timer: Scheduled<Void>?
    var timerDeadline = NIODeadline.distantFuture
    private var headIsPartial = false
    private var sawPart = false

    init(processor: RequestProcessor, eventLoop: any EventLoop) {
        self.processor = processor
        self.eventLoop = eventLoop
        executor = EventLoopExecutor(eventLoop)
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        setDeadline(after: processor.settings.idleTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        close()
        self.context = nil
        encoder = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sawPart = true
        headIsPartial = false
        let part = unwrapInboundIn(data)
        if isBusy || !waiting.isEmpty {
            waiting.append(part)
        } else {
            received(part)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        switch state {
        case .idle where !sawPart && !headIsPartial:
            headIsPartial = true
            setDeadline(after: processor.settings.headTimeout)
        case .reading where deadline == nil: setDeadline(after: processor.settings.bodyTimeout)
        default: break
        }
        sawPart = false
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // A client that waits for its answer sends nothing, and to stop and start listening costs two system calls a request: so it goes
        // on until something arrives that has to wait.
        if isBusy && !waiting.isEmpty || !context.channel.isWritable {
            readIsHeld = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { takeWaiting() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: quiesce()
        case ChannelEvent.inputClosed: inputClosed()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return shut() }
        switch state {
        case .idle, .reading, .gated: refuseUnread(processor.problem(of: error))
        // What follows a whole request is broken: it gets its answer, and then the connection ends.
        case .answering: closesAfterAnswer = true
        case .draining, .closed: shut()
        }
    }

    private var isBusy: Bool {
        switch state {
        case .gated, .answering: true
        case .idle, .reading, .draining, .closed: false
        }
    }

    // MARK: Parts of requests

    /// Goes on with the parts that waited, and with reading, when nothing is being answered.
    func takeWaiting() {
        // An answer may be given within `received`, which would come back to here.
        if isDrainingWaiting { return }
        isDrainingWaiting = true
        defer { isDrainingWaiting = false }
        while !isBusy, context?.channel.isWritable ?? false, let part = waiting.popFirst() { received(part) }
        if readIsHeld, !isBusy, waiting.isEmpty, let context, context.channel.isWritable {
            readIsHeld = false
            context.read()
        }
        if inputIsClosed, waiting.isEmpty, case .idle = state { shut() }
    }

    private func received(_ part: HTTPServerRequestPart) {
        switch (state, part) {
        case (.idle, .head(let head)): received(head)
        case (.reading(let request), .body(let chunk)): if let refusal = request.add(chunk, processor) { refuseUnread(refusal) }
        case (.reading(let request), .end): start(request)
        case (.draining, _), (.closed, _): break
        default: shut()
        }
    }

    private func received(_ head: HTTPRequestHead) {
        deadline = nil
        let request = PartialRequest(head: head, processor: processor)
        if let refusal = request.refusalOfLength() {
            state = .reading(request)
            return refuseUnread(refusal)
        }
        if request.needsGate {
            let exchange = Exchange(self, eventLoop: eventLoop)
            state = .gated(request, exchange)
            let processor = processor
            let candidate = request.incoming()
            request.isPastGate = true
            Task.immediate(executorPreference: executor) {
                exchange.passGate(await processor.refusalOfToken(candidate))
            }
        } else {
            read(request)
        }
    }

    /// Reads the body, for which the client may wait to be asked (RFC 9110 §10.1.1).
    private func read(_ request: PartialRequest) {
        state = .reading(request)
        guard request.expectsBody, request.head.headers.contains(name: "expect") else { return }
        if let refusal = request.refusal {
            refuseUnread(refusal)
        } else {
            writeAndFlush(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
        }
    }

    func passGate(_ refusal: Reply?, of exchange: Exchange) {
        guard case .gated(let request, let current) = state, current === exchange else { return }
        setDeadline(after: processor.settings.bodyTimeout)
        guard let refusal else {
            read(request)
            return takeWaiting()
        }
        state = .reading(request)
        refuseUnread(refusal)
    }

    private func start(_ partial: PartialRequest) {
        let exchange = Exchange(self, eventLoop: eventLoop)
        let request = partial.incoming()
        let now = NIODeadline.now()
        setDeadline(after: processor.settings.answerTimeout, from: now)
        state = .answering(
            Answering(
                exchange: exchange, method: partial.head.method, keepAlive: partial.head.isKeepAlive, id: partial.id,
                bodyBytes: partial.received, startedAt: now, isOpenEnded: request?.route.isOpenEnded ?? false))
        guard let request, partial.refusal == nil else {
            let problem = partial.refusal ?? Problem(.internalError, "The request was lost.")
            return respond(problem.reply(instance: partial.id), to: exchange)
        }
        let processor = processor
        let task =
            if request.body.readableBytes > Self.largeBody || request.route.isCostly {
                Task { await exchange.answer(processor.answer(request)) }
            } else {
                Task.immediate(executorPreference: executor) { await exchange.answer(processor.answer(request)) }
            }
        // The answer may have been given already, and the next request begun.
        guard case .answering(var answering) = state, answering.exchange === exchange else { return }
        answering.task = task
        state = .answering(answering)
        if inputIsClosed, answering.isOpenEnded { task.cancel() }
    }
}
