import NIOCore

/// One keep-alive connection: at most one request in flight. Confined to its event loop.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The monotonic instant from which the request in flight is counted; nil when none is.
    private(set) var countedFrom: Int64?
    private unowned let worker: LoadWorker
    private var parser = MessageParser()
    private var outgoing = ByteBuffer()
    private var context: ChannelHandlerContext?

    init(worker: LoadWorker) {
        self.worker = worker
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Sends one request. The buffer is reused once the last write has left it.
    func send(_ template: RequestTemplate, sequence: Int64, due: Int64, countedFrom: Int64) {
        guard let context else { return }
        self.countedFrom = countedFrom
        outgoing.clear()
        template.write(into: &outgoing, sequence: sequence, dueMicroseconds: due)
        context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
    }

    var isOpen: Bool { context != nil }

    func close() {
        context?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data))
        do {
            while let response = try parser.next() {
                guard let start = countedFrom else { continue }
                countedFrom = nil
                worker.answered(self, status: response.status, countedFrom: start)
            }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        worker.lost(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
