import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One request and what comes back, until the first of: the answer is complete, an error, the deadline, the cancellation.
///
/// The deadline is kept here and not by the HTTP library, whose own covers less (its asynchronous interface stops counting at the
/// response's head); when it passes, the attempt ends at once and the connection is dropped behind it.
final class AttemptExchange: HTTPClientResponseDelegate {
    typealias Response = Void

    enum End: Sendable {
        /// A complete answer with a status from 200 to 299.
        case succeeded(status: Int, bodyBytes: Int)
        /// Any other status; its body does not matter.
        case refused(status: Int, retryAfter: String?)
        case tooLarge
        case deadlinePassed
        case cancelled
        case failed(any Error)
    }

    private struct TooLarge: Error {}

    private struct State {
        var continuation: CheckedContinuation<End, Never>?
        var task: HTTPClient.Task<Void>?
        var alarm: Scheduled<Void>?
        var end: End?
        var status = 0
        var retryAfter: String?
        var bodyBytes = 0
    }

    private let maxBodyBytes: Int
    private let isHead: Bool
    private let state = Mutex(State())

    init(method: HTTPMethod, maxBodyBytes: Int) {
        isHead = method == .HEAD
        self.maxBodyBytes = maxBodyBytes
    }

    /// Sends `request`; called once.
    func run(_ request: HTTPClient.Request, on client: HTTPClient, loop: any EventLoop, deadline: NIODeadline) async -> End {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in start(request, on: client, loop: loop, deadline: deadline, continuation) }
        } onCancel: {
            end(with: .cancelled)
        }
    }

    private func start(
        _ request: HTTPClient.Request, on client: HTTPClient, loop: any EventLoop, deadline: NIODeadline,
        _ continuation: CheckedContinuation<End, Never>
    ) {
        let early = state.withLock { state -> End? in
            if state.end == nil { state.continuation = continuation }
            return state.end
        }
        if let early { return continuation.resume(returning: early) }
        let alarm = loop.scheduleTask(deadline: deadline) { self.end(with: .deadlinePassed) }
        let task = client.execute(request: request, delegate: self, eventLoop: .delegateAndChannel(on: loop))
        let isEnded = state.withLock { state in
            if state.end == nil { (state.task, state.alarm) = (task, alarm) }
            return state.end != nil
        }
        if isEnded {
            alarm.cancel()
            task.fail(reason: HTTPClientError.cancelled)
        }
        task.futureResult.whenComplete { result in
            switch result {
            case .success: self.end(with: .succeeded(status: 0, bodyBytes: 0))
            case .failure(let error): self.end(with: error is TooLarge ? .tooLarge : .failed(error))
            }
        }
    }

    /// The first call decides.
    private func end(with given: End) {
        let (continuation, task, alarm, end) = state.withLock {
            state -> (CheckedContinuation<End, Never>?, HTTPClient.Task<Void>?, Scheduled<Void>?, End?) in
            guard state.end == nil else { return (nil, nil, nil, nil) }
            let end = Self.settle(given, state)
            state.end = end
            defer { (state.continuation, state.task, state.alarm) = (nil, nil, nil) }
            return (state.continuation, state.task, state.alarm, end)
        }
        guard let end else { return }
        alarm?.cancel()
        switch given {
        case .deadlinePassed, .cancelled: task?.fail(reason: HTTPClientError.cancelled)
        default: break
        }
        continuation?.resume(returning: end)
    }

    /// A status that is known decides over what became of the rest of the answer.
    private static func settle(_ given: End, _ state: State) -> End {
        switch given {
        case .cancelled: return .cancelled
        case _ where state.status != 0 && !(200...299).contains(state.status):
            return .refused(status: state.status, retryAfter: state.retryAfter)
        case .succeeded: return .succeeded(status: state.status, bodyBytes: state.bodyBytes)
        default: return given
        }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let announced = isHead ? nil : head.headers.first(name: "content-length").flatMap { Int($0) }
        state.withLock { state in
            state.status = Int(head.status.code)
            state.retryAfter = head.headers.first(name: "retry-after")
        }
        if let announced, announced > maxBodyBytes { return task.eventLoop.makeFailedFuture(TooLarge()) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let total = state.withLock { state in
            state.bodyBytes += buffer.readableBytes
            return state.bodyBytes
        }
        return total > maxBodyBytes ? task.eventLoop.makeFailedFuture(TooLarge()) : task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {}
}
