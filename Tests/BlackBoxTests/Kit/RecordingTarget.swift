import Glibc
import Synchronization

/// An HTTP server that records every request and answers as the request's path says:
///
/// - `/ok` 200; `/gone` 410; `/broken` always 500
/// - `/fail/N` 500 for the first N requests of a call, then 200
/// - `/drop/N` closes the connection without an answer for the first N requests of a call, then 200
/// - `/says/N` 200, or 500 for the first N requests of a call, with the text that the target was given
/// - `/slow/MS` 200 after so many milliseconds
final class RecordingTarget: Sendable {
    struct Arrival: Sendable {
        let id: String
        let path: String
        /// Wall time.
        let microseconds: Int64
        let headers: [(name: String, value: String)]
        let body: [UInt8]
    }

    let port: Int
    private let listener: Socket
    private let arrivals = Mutex<[Arrival]>([])
    private let counts = Mutex<[String: Int]>([:])
    private let keepsContent: Bool
    private let says: String

    /// - Parameters:
    ///   - keepsContent: whether headers and bodies are kept too.
    ///   - says: what `/says` answers.
    init(keepsContent: Bool = false, says: String = "") throws {
        self.keepsContent = keepsContent
        self.says = says
        (listener, port) = try Socket.listen()
        let listener = listener
        startThread { [weak self] in
            while let socket = listener.accept() {
                guard let self else { return }
                startThread { self.serve(socket) }
            }
        }
    }

    func stop() { listener.shutDown() }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    var all: [Arrival] { arrivals.withLock { $0 } }
    var count: Int { arrivals.withLock { $0.count } }
    func arrivals(of id: String) -> [Arrival] { all.filter { $0.id == id } }

    private func serve(_ socket: Socket) {
        let connection = RawHTTP(socket, timeout: 300)
        while let request = try? connection.message() {
            let now = wallMicroseconds()
            let path = String(request.start.split(separator: " ").dropFirst().first ?? "")
            let id = request.header("idempotency-key") ?? ""
            arrivals.withLock {
                $0.append(
                    Arrival(
                        id: id, path: path, microseconds: now, headers: keepsContent ? request.headers : [],
                        body: keepsContent ? request.body : []))
            }
            let number = counts.withLock { counts in
                counts[id, default: 0] += 1
                return counts[id] ?? 0
            }
            guard let status = status(path, number) else { return }
            let body = path.hasPrefix("/says/") ? says : "ok"
            guard (try? connection.send("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")) != nil else { return }
        }
    }

    /// Nil: the connection is dropped.
    private func status(_ path: String, _ number: Int) -> Int? {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        let argument = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        switch parts.first {
        case "fail", "says": return number <= argument ? 500 : 200
        case "drop": return number <= argument ? nil : 200
        case "slow":
            pause(milliseconds: argument)
            return 200
        case "gone": return 410
        case "broken": return 500
        default: return 200
        }
    }
}
