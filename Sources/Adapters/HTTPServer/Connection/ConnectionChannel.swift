internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// How hummingbird's server sets up and serves one connection: NIO's HTTP/1.1 codec and the `ConnectionHandler`.
struct ConnectionChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    let processor: RequestProcessor

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = processor.settings.maxHeaderBytes
            limits.maxHeaderListSize = processor.settings.maxHeaderBytes
            limits.maxHeaderFieldCount = 100
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: true,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
            try pipeline.addHandler(ConnectionHandler(processor: processor, eventLoop: channel.eventLoop))
            return Value(channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let metrics = processor.metrics
        metrics.connections.wrappingAdd(1, ordering: .relaxed)
        defer { metrics.connections.wrappingSubtract(1, ordering: .relaxed) }
        await withTaskCancellationHandler {
            _ = try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}
