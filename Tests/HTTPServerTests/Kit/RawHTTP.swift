import Dispatch
import Domain
import Glibc

/// An answer as it came over the wire.
struct Answer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// The member at a path of names and indices.
    func json(_ path: String...) throws -> JSONValue? { try JSONReader.read(body).at(path) }
    func string(_ path: String...) throws -> String? {
        guard case .string(let text)? = try JSONReader.read(body).at(path) else { return nil }
        return text
    }

    func int(_ path: String...) throws -> Int64? {
        guard case .number(let number)? = try JSONReader.read(body).at(path) else { return nil }
        return number.int64
    }

    func count(_ path: String...) throws -> Int? {
        guard case .array(let elements)? = try JSONReader.read(body).at(path) else { return nil }
        return elements.count
    }

    /// Reads the first answer in `bytes`; nil when it is not whole.
    init?(_ bytes: [UInt8]) {
        guard let (answer, _) = Self.first(bytes[...]) else { return nil }
        self = answer
    }

    init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func first(_ bytes: ArraySlice<UInt8>) -> (Answer, ArraySlice<UInt8>)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
            return (name: String(parts[0]), value: value)
        }
        let rest = bytes[end.upperBound...]
        let head = Answer(status: status, headers: headers, body: [])
        guard let length = head.header("content-length").flatMap({ Int($0) }) else {
            return (Answer(status: status, headers: headers, body: Array(rest)), [])
        }
        guard rest.count >= length else { return nil }
        return (Answer(status: status, headers: headers, body: Array(rest.prefix(length))), rest.dropFirst(length))
    }
}

extension JSONValue {
    func at(_ path: [String]) -> JSONValue? {
        guard let step = path.first else { return self }
        switch self {
        case .object(let object): return object[step]?.at(Array(path.dropFirst()))
        case .array(let elements):
            guard let index = Int(step), elements.indices.contains(index) else { return nil }
            return elements[index].at(Array(path.dropFirst()))
        default: return nil
        }
    }
}

/// A connection by blocking sockets, each call on a thread of its own, so that anything can be sent.
final class RawConnection: Sendable {
    private let descriptor: Int32
    private static let queue = DispatchQueue(label: "raw-http", attributes: .concurrent)

    struct Refused: Error {}

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Refused() }
        var wait = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) async {
        await onThread { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { return }
                sent += count
            }
        }
    }

    func send(_ text: String) async { await send(Array(text.utf8)) }

    /// What comes until `isEnough` says so, the peer closes, or ten seconds pass without a byte.
    func receive(until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }) async -> [UInt8] {
        await onThread { [descriptor] in
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while !isEnough(received) {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count <= 0 { break }
                received.append(contentsOf: buffer[..<count])
            }
            return received
        }
    }

    func shutdownOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    private func onThread<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: work()) }
        }
    }
}
