import Domain

/// One HTTP message as it was read: a response, or a request at the target.
struct Message: Sendable {
    /// The first line.
    let start: String
    /// Names in lower case, in the order given.
    let headers: [(name: String, value: String)]
    var body: [UInt8] = []

    var status: Int { Int(start.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> JSONValue {
        do {
            return try JSONReader.read(body, limits: JSONLimits(maxBytes: 256 << 20, maxDepth: 64, maxValues: 50_000_000))
        } catch {
            throw Broken("no JSON (\(error)): \(start) \(text.prefix(200))")
        }
    }

    var isProblem: Bool { header("content-type") == "application/problem+json" }
}

/// A connection that speaks HTTP/1.1, or any bytes at all.
final class RawHTTP {
    let socket: Socket
    private var buffer: [UInt8] = []
    private var start = 0

    init(_ socket: Socket, timeout seconds: Int = 30) {
        self.socket = socket
        socket.setTimeout(seconds: seconds)
    }

    convenience init(port: Int, timeout seconds: Int = 30) throws { self.init(try Socket.connect(port: port), timeout: seconds) }

    func send(_ text: String) throws { try socket.send(text.utf8) }
    func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// More bytes into the buffer; false when the other side has closed.
    private func fill() throws -> Bool {
        if start > 1 << 20 || start == buffer.count {
            buffer.removeFirst(start)
            start = 0
        }
        let bytes = try socket.receive()
        buffer.append(contentsOf: bytes)
        return !bytes.isEmpty
    }

    /// One line without its line break; nil when the other side has closed before.
    func line() throws -> String? {
        var scanned = start
        while true {
            if let end = buffer[scanned...].firstIndex(of: 0x0A) {
                let line = buffer[start..<end].last == 0x0D ? buffer[start..<(end - 1)] : buffer[start..<end]
                let text = String(decoding: line, as: UTF8.self)
                start = end + 1
                return text
            }
            let offset = buffer.count - start
            guard try fill() else { return nil }
            scanned = start + offset
        }
    }

    func bytes(_ count: Int) throws -> [UInt8] {
        while buffer.count - start < count { guard try fill() else { throw Socket.Failure.closed } }
        defer { start += count }
        return Array(buffer[start..<(start + count)])
    }

    /// The head of a message; nil when the other side has closed before its first byte.
    func head() throws -> Message? {
        guard let first = try line() else { return nil }
        var headers: [(String, String)] = []
        while true {
            guard let line = try line() else { throw Socket.Failure.closed }
            if line.isEmpty { return Message(start: first, headers: headers) }
            guard let colon = line.firstIndex(of: ":") else { throw Broken("no header field: \(line)") }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers.append((line[..<colon].lowercased(), String(value)))
        }
    }

    /// A whole message; nil when the other side has closed before its first byte.
    func message(hasBody: Bool = true) throws -> Message? {
        guard var message = try head() else { return nil }
        if message.status == 100, message.start.hasPrefix("HTTP/") { return try self.message(hasBody: hasBody) }
        guard hasBody else { return message }
        if message.header("transfer-encoding") == "chunked" {
            while let chunk = try chunk() { message.body += chunk }
        } else if let length = message.header("content-length").flatMap({ Int($0) }) {
            message.body = try bytes(length)
        }
        return message
    }

    /// A part of a chunked body; nil at its end.
    func chunk() throws -> [UInt8]? {
        guard let line = try line(), let count = Int(line, radix: 16) else { throw Socket.Failure.closed }
        if count == 0 {
            _ = try self.line()
            return nil
        }
        let part = try bytes(count)
        _ = try self.line()
        return part
    }

    /// Whether the other side closes; what it still sends is dropped.
    func isClosed() -> Bool {
        do {
            while try fill() {}
            return true
        } catch Socket.Failure.timeout {
            return false
        } catch {
            return true
        }
    }
}
