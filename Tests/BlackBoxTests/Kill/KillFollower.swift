import Domain
import Synchronization

/// Follows the events from the beginning with its cursor, over all kills, as a consumer would.
final class KillFollower: Sendable {
    private let run: KillRun
    private let isLast = Atomic<Bool>(false)
    private let seen = Mutex<[JSONValue]>([])

    init(run: KillRun) { self.run = run }

    var events: [JSONValue] { seen.withLock { $0 } }

    /// No more events are to come: the end of the log is the end.
    func finish() { isLast.store(true, ordering: .relaxed) }

    func work() throws {
        let client = Client(port: run.port, token: run.token)
        var cursor: String?
        while true {
            let isLast = isLast.load(ordering: .relaxed)
            let path = "/v1/events?limit=500" + (isLast ? "" : "&waitMs=300") + (cursor.map { "&after=\($0)" } ?? "")
            guard let answer = try? client.get(path), answer.status == 200 else {
                if isLast { throw Broken("the follower gets no events") }
                pause(milliseconds: 50)
                continue
            }
            let page = try answer.json()
            let items = page["items"].list
            seen.withLock { $0 += items }
            let next = page["nextCursor"].text
            if isLast, items.isEmpty, next == cursor { return }
            cursor = next
        }
    }
}
