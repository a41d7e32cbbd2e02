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
        /// Any other status, with its `Location` fields; whether its body is complete does not matter.
        case refused(status: Int, retryAfter: String?, locations: [String])
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
        /// How the body begins.
        var snippet: [UInt8] = []
    }

    private let maxBodyBytes: Int
    private let maxSnippetBytes: Int
    private let state = Mutex(State())

    init(maxBodyBytes: Int, maxSnippetBytes: Int) { (self.maxBodyBytes, self.maxSnippetBytes) = (maxBodyBytes, maxSnippetBytes) }

    /// Sends `request`; called once. The snippet is what had come of the body, at most `maxSnippetBytes` from its beginning.
    func run(
        _ request: HTTPClientRequest, on client: HTTPClient, loop: any EventLoop, executor: (any TaskExecutor)?, deadline: NIODeadline
    ) async -> (end: End, snippet: [UInt8]) {
        let last = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start(request, on: client, loop: loop, executor: executor, deadline: deadline, continuation)
            }
        } onCancel: {
            end(with: .cancelled)
        }
        return (last, state.withLock { $0.snippet })
    }

    private func start(
        _ request: HTTPClientRequest, on client: HTTPClient, loop: any EventLoop, executor: (any TaskExecutor)?, deadline: NIODeadline,
        _ continuation: CheckedContinuation<End, Never>
    ) {
        let early = state.withLock { state -> End? in
            if state.end == nil { state.continuation = continuation }
            return state.end
        }
        if let early { return continuation.resume(returning: early) }
        let alarm = loop.scheduleTask(deadline: deadline) { self.end(with: .deadlinePassed) }
        let work = Task(executorPreference: executor) { self.end(with: await self.exchange(request, on: client)) }
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
            let isSuccess = (200...299).contains(status)
            if !isSuccess {
                let refusal = End.refused(
                    status: status, retryAfter: response.headers.first(name: "retry-after"), locations: response.headers["location"])
                state.withLock { $0.refusal = refusal }
            }
            var most = maxBodyBytes
            let announced = request.method == .HEAD ? nil : response.headers.first(name: "content-length").flatMap { Int($0) }
            if let announced, announced > maxBodyBytes {
                if isSuccess { return .tooLarge }
                // It will not be read to its end, but its beginning may tell what is wrong.
                most = maxSnippetBytes - 1
            }
            var received = 0
            for try await part in response.body {
                if received < maxSnippetBytes { keep(part) }
                received += part.readableBytes
                // Leaving the loop drops the rest, and the connection.
                if received > most { return .tooLarge }
            }
            return .succeeded(status: status, bodyBytes: received)
        } catch {
            return .failed(error)
        }
    }

    private func keep(_ part: ByteBuffer) {
        state.withLock { state in
            let room = maxSnippetBytes - state.snippet.count
            // Once the attempt is over, its snippet is read and does not change.
            if room > 0, state.end == nil { state.snippet += part.readableBytesView.prefix(room) }
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
