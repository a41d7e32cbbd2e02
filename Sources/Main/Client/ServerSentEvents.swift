internal import Domain

/// One server-sent event.
struct ServerSentEvent: Sendable {
    /// The cursor behind the event; empty when it had none.
    let id: String
    let data: [UInt8]
}

/// Reads a stream of server-sent events (WHATWG HTML, section 9.2.6) piece by piece.
struct ServerSentEventParser {
    struct TooLong: Error {}

    /// Well above what an event of the engine has.
    static let maxLineBytes = 4 << 20

    /// How soon to come again, as the server asked.
    private(set) var retry: TimeSpan?
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var id = ""
    private var endedByReturn = false

    /// - Returns: the events that are complete with `bytes`.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            // A line feed behind a carriage return ends the same line.
            let isSecondHalf = endedByReturn && byte == 0x0A
            endedByReturn = byte == 0x0D
            if isSecondHalf { continue }
            if byte == 0x0A || byte == 0x0D {
                if let event = endLine() { events.append(event) }
                continue
            }
            guard line.count + data.count < Self.maxLineBytes else { throw TooLong() }
            line.append(byte)
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        // A comment.
        if colon == line.startIndex { return nil }
        let name = String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self)
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch name {
        case "data":
            if hasData { data.append(0x0A) }
            data.append(contentsOf: value)
            hasData = true
        case "id": if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        case "retry": if let milliseconds = Int64(String(decoding: value, as: UTF8.self)) { retry = .milliseconds(max(0, milliseconds)) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        guard hasData else { return nil }
        defer {
            data.removeAll(keepingCapacity: true)
            hasData = false
        }
        return ServerSentEvent(id: id, data: data)
    }
}
