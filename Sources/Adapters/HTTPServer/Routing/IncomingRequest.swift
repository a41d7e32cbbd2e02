internal import Domain
internal import NIOCore
internal import NIOHTTP1

/// A whole request that a route was found for.
struct IncomingRequest: Sendable {
    let route: Route
    let method: HTTPMethod
    /// The text that stands for the parameter of the route's path.
    let pathParameter: String?
    let query: Substring?
    let headers: HTTPHeaders
    /// Names the request in answers and diagnostics, and is the correlation id when none is given.
    let id: String
    var body = ByteBuffer()

    /// The first field of that name.
    func header(_ name: String) -> String? { headers.first(name: name) }

    /// - Throws: 404 when the path does not hold an identifier.
    func callId() throws(Problem) -> ServiceCallId {
        guard let text = pathParameter, let id = ServiceCallId(text) else { throw .noSuchCall }
        return id
    }

    /// The body as JSON.
    ///
    /// - Throws: 415 unless it is declared as JSON in UTF-8, 400 or 413 when it cannot be read.
    func json(limits: JSONLimits) throws(Problem) -> JSONValue {
        guard MediaType.isJSON(header("content-type")) else {
            throw Problem(.unsupportedMediaType, "The body must be declared as Content-Type: application/json, in UTF-8.")
        }
        let result = body.withUnsafeReadableBytes { bytes in
            Result { () throws(JSONSyntaxError) in try JSONReader.read(bytes, limits: limits) }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw Problem(error)
        }
    }

    /// - Throws: 400 when there is a body other than an empty JSON object: the route has no use for one.
    func expectNoBody() throws(Problem) {
        guard body.readableBytes > 0 else { return }
        guard case .object(let object) = try json(limits: .standard), object.members.isEmpty else {
            throw Problem(.invalidRequest, "This request takes no body.")
        }
    }

    /// `X-Request-Id` as the client gave it, when it is 1 to 128 of `A–Z a–z 0–9 . _ ~ -`.
    static func validId(_ headers: HTTPHeaders) -> String? {
        guard let id = headers.first(name: "x-request-id"), (1...128).contains(id.utf8.count) else { return nil }
        let valid = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return valid ? id : nil
    }
}
