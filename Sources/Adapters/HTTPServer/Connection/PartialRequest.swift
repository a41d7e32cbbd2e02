internal import Domain
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// A request whose body is still being read. A class, since the connection's state holds it while it grows.
final class PartialRequest {
    let head: HTTPRequestHead
    let id: String
    private let route: Route?
    private let pathParameters: [String]
    private let query: Substring?
    /// What it will be answered with, whatever its body is.
    private(set) var refusal: Problem?
    private var body = ByteBuffer()
    /// Bytes of the body so far, which are counted as held by the server.
    private(set) var received = 0
    var isPastGate = false

    /// As much of a body as is read only to be thrown away, so that the connection can be kept.
    private static let maxDiscarded = 65_536
    /// How many times less room there is for bodies of which nobody knows who sends them.
    private static let shareOfStrangers = 8

    init(head: HTTPRequestHead, processor: RequestProcessor) {
        self.head = head
        id = IncomingRequest.validId(head.headers) ?? processor.newId()
        let target = RequestTarget(head.uri)
        query = target.query
        guard head.version.minor == 0 || Self.namesOneHost(head.headers) else {
            (route, pathParameters) = (nil, [])
            refusal = Problem(.malformedRequest, "A request of HTTP/1.1 has exactly one Host field (RFC 9112, section 3.2).")
            return
        }
        guard let (entry, parameters) = processor.table.find(target.path) else {
            (route, pathParameters) = (nil, [])
            refusal = Problem(.unknownPath, "Nothing is served under this path.")
            return
        }
        pathParameters = parameters
        route = entry.route(for: head.method)
        if route == nil {
            refusal = Problem(
                .methodNotAllowed, "This path allows \(entry.allow).", headers: [("Allow", entry.allow)])
        }
    }

    private static func namesOneHost(_ headers: HTTPHeaders) -> Bool {
        var count = 0
        for (name, _) in headers where name.utf8.count == 4 && zip(name.utf8, "host".utf8).allSatisfy({ $0 | 0x20 == $1 }) { count += 1 }
        return count == 1
    }

    var expectsBody: Bool { head.headers.contains(name: "transfer-encoding") || (declaredLength ?? 0) > 0 }

    private var declaredLength: Int? { head.headers.first(name: "content-length").flatMap { Int($0) } }

    private var limit: Int { refusal == nil ? (route?.maxBodyBytes ?? 0) : Self.maxDiscarded }

    /// What a declared length is refused with before any of the body is read.
    func refusalOfLength() -> Problem? {
        guard let length = declaredLength, length > limit else { return nil }
        return refusal ?? tooLarge
    }

    private var tooLarge: Problem { Problem(.bodyTooLarge, "The body may have at most \(limit) bytes.") }

    /// Bodies that are large wait until the sender's token is checked.
    var needsGate: Bool {
        guard refusal == nil, !isPastGate, let route, route.needsToken, expectsBody else { return false }
        return (declaredLength ?? route.maxBodyBytes) > ConnectionHandler.largeBody
    }

    /// - Returns: a refusal for which the rest of the body is not worth reading.
    func add(_ chunk: ByteBuffer, _ processor: RequestProcessor) -> Problem? {
        let count = chunk.readableBytes
        received += count
        let held = processor.metrics.bodyBytes.wrappingAdd(Int64(count), ordering: .relaxed).newValue
        if received > limit { return refusal ?? tooLarge }
        if refusal != nil { return nil }
        // Of strangers' bodies less is held, so that they leave room to those who have a token.
        let room = processor.settings.maxBodyBytesInFlight / (route?.isSigned == true ? Self.shareOfStrangers : 1)
        if held > Int64(room) {
            return Problem(.busy, "Too many bodies are being read already; nothing was done.", retryAfter: 1)
        }
        if body.readableBytes == 0 {
            body = chunk
        } else {
            var chunk = chunk
            body.writeBuffer(&chunk)
        }
        return nil
    }

    /// The request with the body read so far; nil when no route was found for it.
    func incoming() -> IncomingRequest? {
        guard let route else { return nil }
        return IncomingRequest(
            route: route, method: head.method, pathParameters: pathParameters, query: query, headers: head.headers, id: id,
            body: body)
    }
}
