internal import AsyncHTTPClient
internal import Domain
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Where to begin in the log of events.
enum EventStart {
    case beginning
    case end
    case after(String)
}

extension APIClient {
    static let eventsPath = "/v1/events"
    private static let longestWait = TimeSpan.seconds(10)
    /// Tries without an event or a keep-alive in between; at the longest wait this is some ten minutes.
    private static let maxFailures = 60

    /// One page of events, and the cursor behind it.
    func events(after cursor: String?, limit: Int) async throws -> (items: [JSONValue], next: String?, isAtEnd: Bool) {
        var query = [("limit", String(limit))]
        if let cursor { query.append(("after", cursor)) }
        let page = try await get(Self.eventsPath, query: query)
        return (page["items"]?.elements ?? [], page["nextCursor"]?.text, page["atEnd"] == .bool(true))
    }

    /// Follows the log until `each` returns false. A stream that breaks is taken up again behind the last event seen.
    ///
    /// - Parameter onTrouble: told of each break, and how long it waits before it tries again.
    /// - Throws: `CommandFailure` when the first connection fails, the engine refuses, or it stays away for about ten minutes.
    func follow(
        from start: EventStart, onTrouble: (CommandFailure, TimeSpan) -> Void = { _, _ in }, _ each: (ServerSentEvent) async throws -> Bool
    ) async throws {
        var cursor: String?
        switch start {
        case .beginning: break
        // Fixed at once: a stream that breaks before its first event must not skip what came meanwhile.
        case .end: cursor = try await events(after: "end", limit: 1).next
        case .after(let text): cursor = text
        }
        var (failures, hasConnected) = (0, false)
        var wait = TimeSpan.milliseconds(500)
        while true {
            let trouble: CommandFailure
            do {
                let isDone = try await stream(from: cursor) { progress in
                    hasConnected = true
                    failures = 0
                    guard case .event(let event) = progress else { return true }
                    if !event.id.isEmpty { cursor = event.id }
                    return try await each(event)
                }
                if isDone { return }
                trouble = CommandFailure(.unavailable, "the stream of events ended")
            } catch let failure as CommandFailure where failure.code == .unavailable && hasConnected {
                trouble = failure
            }
            failures += 1
            guard failures < Self.maxFailures else { throw trouble }
            wait = failures == 1 ? .milliseconds(500) : min(Self.longestWait, wait.multiplied(by: 2))
            onTrouble(trouble, wait)
            try await Task.sleep(for: .microseconds(wait.microseconds))
        }
    }

    private enum StreamProgress {
        case connected
        case event(ServerSentEvent)
    }

    /// - Returns: true when `each` asked to stop, false when the stream ended.
    private func stream(from cursor: String?, _ each: (StreamProgress) async throws -> Bool) async throws -> Bool {
        var headers = [("Accept", "text/event-stream")]
        if let cursor { headers.append(("Last-Event-ID", cursor)) }
        do {
            let response = try await http.execute(request(.get, Self.eventsPath, query: [], headers: headers), deadline: .distantFuture)
            guard response.status == .ok else {
                let body = try await response.body.collect(upTo: 1 << 20)
                throw CommandFailure(status: Int(response.status.code), body: Array(body.readableBytesView))
            }
            _ = try await each(.connected)
            var parser = ServerSentEventParser()
            for try await chunk in response.body {
                for event in try parser.feed(chunk.readableBytesView) {
                    guard try await each(.event(event)) else { return true }
                }
            }
            return false
        } catch is ServerSentEventParser.TooLong {
            throw CommandFailure(.refused, "an event has more than \(ServerSentEventParser.maxLineBytes) bytes")
        } catch {
            throw failure(error)
        }
    }
}
