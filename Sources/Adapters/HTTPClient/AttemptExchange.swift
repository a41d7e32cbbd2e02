import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One request and what comes back, until the first of: the answer is complete, an error, the deadline, the cancellation.
///
/// The deadline is kept here and not by the HTTP library, whose own stops counting at the response's head. When it passes, the
/// attempt ends at once; the exchange is cancelled behind it, and with it the connection is dropped.
final class AttemptExchange: Sendable {
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

    private struct State {
        var continuation: CheckedContinuation<End, Never>?
        var work: Task<Void, Never>?
        var alarm: Scheduled<Void>?
        var end: End?
        /// The status, when it is known and not 2xx.
        var refusal: End?
    }

    private let maxBodyBytes: Int
    private let state = Mutex(State())

    init(maxBodyBytes: Int) { self.maxBodyBytes = maxBodyBytes }

    /// Sends `request`; called once.
    func run(_ request: HTTPClientRequest, on client: HTTPClient, loop: any EventLoop, deadline: NIODeadline) async -> End {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in start(request, on: client, loop: loop, deadline: deadline, continuation) }
        } onCancel: {
            end(with: .cancelled)
        }
    }

    private func start(
        _ request: HTTPClientRequest, on client: HTTPClient, loop: any EventLoop, deadline: NIODeadline,
        _ continuation: CheckedContinuation<End, Never>
    ) {
        let early = state.withLock { state -> End? in
            if state.end == nil { state.continuation = continuation }
            return state.end
        }
        if let early { return continuation.resume(returning: early) }
        let alarm = loop.scheduleTask(deadline: deadline) { self.end(with: .deadlinePassed) }
        let work = Task { self.end(with: await self.exchange(request, on: client)) }
        let isEnded = state.withLock { state in
            if state.end == nil { (state.work, state.alarm) = (work, alarm) }
            return state.end != nil
        }
        if isEnded {
            alarm.cancel()
            work.cancel()
        }
    }

    private func exchange(_ request: HTTPClientRequest, on client: HTTPClient) async -> End {
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            let status = Int(response.status.code)
            if !(200...299).contains(status) {
                let refusal = End.refused(status: status, retryAfter: response.headers.first(name: "retry-after"))
                state.withLock { $0.refusal = refusal }
            }
            let announced = request.method == .HEAD ? nil : response.headers.first(name: "content-length").flatMap { Int($0) }
            if let announced, announced > maxBodyBytes { return .tooLarge }
            var received = 0
            for try await part in response.body {
                received += part.readableBytes
                // Leaving the loop drops the rest, and the connection.
                if received > maxBodyBytes { return .tooLarge }
            }
            return .succeeded(status: status, bodyBytes: received)
        } catch {
            return .failed(error)
        }
    }

    /// The first call decides; but a status that is known decides over what became of the rest of the answer.
    private func end(with given: End) {
        let (continuation, work, alarm, end) = state.withLock {
            state -> (CheckedContinuation<End, Never>?, Task<Void, Never>?, Scheduled<Void>?, End?) in
            guard state.end == nil else { return (nil, nil, nil, nil) }
            let end = if case .cancelled = given { given } else { state.refusal ?? given }
            state.end = end
            defer { (state.continuation, state.work, state.alarm) = (nil, nil, nil) }
            return (state.continuation, state.work, state.alarm, end)
        }
        guard let end else { return }
        alarm?.cancel()
        switch given {
        case .deadlinePassed, .cancelled: work?.cancel()
        default: break
        }
        continuation?.resume(returning: end)
    }
}
