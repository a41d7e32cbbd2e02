import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its answer, taken event by event, each until a deadline.
///
/// A task of its own talks to the HTTP library and holds one event at most until it is taken, so the source waits for whoever takes. The
/// first of an error, a deadline that passes, a cancellation and `close` ends everything: whoever waits is told at once, the exchange is
/// cancelled behind it, and with it the connection is dropped.
final class FetchExchange: Sendable {
    enum Event: Sendable {
        case head(HTTPClientResponse)
        case body(ByteBuffer)
        case end
        case failed(any Error)
        case deadlinePassed
        case closed(Closing)
    }

    /// Why somebody else than the source ended it.
    enum Closing: Sendable { case done, cancelled, stopped }

    private struct State {
        var work: Task<Void, Never>?
        var slot: Event?
        var taker: CheckedContinuation<Event, Never>?
        var alarm: Scheduled<Void>?
        /// Counts the waits, so that an alarm that comes late does not end the next.
        var wait = 0
        var giver: CheckedContinuation<Bool, Never>?
        /// What every taker is told from now on.
        var last: Event?
    }

    private let loop: any EventLoop
    private let state = Mutex(State())

    init(loop: any EventLoop) { self.loop = loop }

    /// Begins; called once.
    func start(_ request: HTTPClientRequest, on client: HTTPClient) {
        let work = Task { await self.exchange(request, on: client) }
        let isOver = state.withLock { state in
            if state.last == nil { state.work = work }
            return state.last != nil
        }
        if isOver { work.cancel() }
    }

    /// The next event; when there is none until `deadline`, or the task is cancelled, everything ends.
    func next(by deadline: NIODeadline) async -> Event {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in take(by: deadline, continuation) }
        } onCancel: {
            close(.cancelled)
        }
    }

    /// Ends everything, unless it is over.
    func close(_ reason: Closing) { end(with: .closed(reason)) }

    private func take(by deadline: NIODeadline, _ continuation: CheckedContinuation<Event, Never>) {
        let (event, giver, wait): (Event?, CheckedContinuation<Bool, Never>?, Int) = state.withLock { state in
            if let last = state.last { return (last, nil, 0) }
            if let event = state.slot {
                defer { (state.slot, state.giver) = (nil, nil) }
                return (event, state.giver, 0)
            }
            state.taker = continuation
            state.wait += 1
            return (nil, nil, state.wait)
        }
        giver?.resume(returning: true)
        if let event { return continuation.resume(returning: event) }
        let alarm = loop.scheduleTask(deadline: deadline) { self.end(with: .deadlinePassed, ofWait: wait) }
        let isOver = state.withLock { state in
            let isOver = state.taker == nil || state.wait != wait
            if !isOver { state.alarm = alarm }
            return isOver
        }
        if isOver { alarm.cancel() }
    }

    private func exchange(_ request: HTTPClientRequest, on client: HTTPClient) async {
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            guard await give(.head(response)) else { return }
            for try await part in response.body where part.readableBytes > 0 { guard await give(.body(part)) else { return } }
            _ = await give(.end)
        } catch {
            _ = await give(.failed(error))
        }
    }

    /// Returns when the event is taken, or at once with a taker that waits already; false when nobody will take any more.
    private func give(_ event: Event) async -> Bool {
        await withCheckedContinuation { giver in
            let (isOver, taker, alarm) = state.withLock { state -> (Bool, CheckedContinuation<Event, Never>?, Scheduled<Void>?) in
                if state.last != nil { return (true, nil, nil) }
                if let taker = state.taker {
                    defer { (state.taker, state.alarm) = (nil, nil) }
                    return (false, taker, state.alarm)
                }
                (state.slot, state.giver) = (event, giver)
                return (false, nil, nil)
            }
            alarm?.cancel()
            if isOver { return giver.resume(returning: false) }
            guard let taker else { return }
            taker.resume(returning: event)
            giver.resume(returning: true)
        }
    }

    private func end(with event: Event, ofWait wait: Int? = nil) {
        let ended = state.withLock { state -> State? in
            guard state.last == nil, wait == nil || (state.wait == wait && state.taker != nil) else { return nil }
            let before = state
            state = State()
            state.last = event
            return before
        }
        guard let ended else { return }
        ended.alarm?.cancel()
        ended.work?.cancel()
        ended.giver?.resume(returning: false)
        ended.taker?.resume(returning: event)
    }
}
