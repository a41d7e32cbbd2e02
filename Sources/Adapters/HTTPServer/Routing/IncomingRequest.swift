internal import Domain
internal import NIOCore
internal import NIOHTTP1

/// A whole request that a route was found for.
struct IncomingRequest: Sendable {
    let route: Route
    let method: HTTPMethod
    /// The texts that stand for the parameters of the route's path, as they came.
    let pathParameters: [String]
    let query: Substring?
    let headers: HTTPHeaders
    /// Names the request in answers and diagnostics, and is the correlation id when none is given.
    let id: String
    var body = ByteBuffer()

    /// The first field of that name.
    func header(_ name: String) -> String? { headers.first(name: name) }

    /// The text that stands for the first parameter of the route's path.
    var pathParameter: String? { pathParameters.first }

    /// - Throws: 404 when the path does not hold an identifier.
    func callId() throws(Problem) -> ServiceCallId {
        guard let text = pathParameter, let id = ServiceCallId(text) else { throw .noSuchCall }
        return id
    }

    /// - Throws: 404 when the path does not hold an identifier.
    func invoiceId() throws(Problem) -> InvoiceId {
        guard let text = pathParameter, let id = InvoiceId(text) else { throw .noSuchInvoice }
        return id
    }

    /// - Throws: 404 when the path does not hold the name of a series.
    func seriesId() throws(Problem) -> SeriesId {
        guard let text = decodedParameter(0), let id = SeriesId(text) else { throw .noSuchSeries }
        return id
    }

    /// - Throws: 404 when the second parameter of the path is no reference to a document.
    func documentReference() throws(Problem) -> DocumentReference {
        guard let text = decodedParameter(1), let reference = DocumentReference(text) else { throw .noSuchNumber }
        return reference
    }

    func decodedParameter(_ index: Int) -> String? {
        guard pathParameters.indices.contains(index) else { return nil }
        return QueryReader.decode(pathParameters[index][...].utf8, plusIsSpace: false)
    }

    /// The header `Idempotency-Key`, if there is one.
    func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        let values = headers["idempotency-key"]
        guard let value = values.first else { return nil }
        guard values.count == 1, let key = IdempotencyKey(value) else {
            throw Problem(
                faults: [
                    .init(place: .header("Idempotency-Key"), detail: "must be given once, with 1 to 255 visible ASCII characters")
                ],
                .invalidRequest)
        }
        return key
    }

    /// The version that the header `If-Match` (RFC 9110 §13.1.1) asks for; nil: any.
    func ifMatch() throws(Problem) -> Int64? {
        let values = headers["if-match"]
        guard let value = values.first, value != "*" else { return nil }
        let digits = value.utf8.dropFirst().dropLast()
        guard values.count == 1, value.hasPrefix("\""), value.hasSuffix("\""), (1...18).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) }), let version = Int64(Substring(digits))
        else {
            throw Problem(
                faults: [.init(place: .header("If-Match"), detail: "must be one version in quotes, as ETag gives it")], .invalidRequest)
        }
        return version
    }

    /// Whether what the request makes must not be there yet: `If-None-Match: *` (RFC 9110 §13.1.2).
    ///
    /// - Throws: 400 for entity tags: whoever replaces what was read sends it in `If-Match`.
    func mustBeNew() throws(Problem) -> Bool {
        let values = headers["if-none-match"]
        guard let value = values.first else { return false }
        guard values.count == 1, value == "*" else {
            throw Problem(
                faults: [.init(place: .header("If-None-Match"), detail: "must be *, to make what is not there; to replace, send If-Match")],
                .invalidRequest)
        }
        return true
    }

    var bodyBytes: [UInt8] { Array(body.readableBytesView) }

    /// The body as JSON, or nil when there is none.
    func optionalJSON(limits: JSONLimits) throws(Problem) -> JSONValue? { body.readableBytes == 0 ? nil : try json(limits: limits) }

    /// The body as JSON.
    ///
    /// - Throws: 415 unless it is declared as JSON in UTF-8, 400 or 413 when it cannot be read.
    func json(limits: JSONLimits) throws(Problem) -> JSONValue {
        guard MediaType.isJSON(header("content-type")) else {
            throw Problem(.unsupportedMediaType, "The body must be declared as Content-Type: application/json, in UTF-8.")
        }
        return try parsed(limits)
    }

    /// The body as a merge patch (RFC 7396), declared as such or as JSON.
    func mergePatch(limits: JSONLimits) throws(Problem) -> JSONValue {
        let type = header("content-type")
        guard MediaType.isMergePatch(type) || MediaType.isJSON(type) else {
            throw Problem(.unsupportedMediaType, "The body must be declared as Content-Type: \(MergePatch.contentType), in UTF-8.")
        }
        let patch = try parsed(limits)
        guard case .object = patch else {
            throw Problem(faults: [.init(place: .pointer(""), detail: "must be an object with the fields to change")], .invalidRequest)
        }
        return patch
    }

    private func parsed(_ limits: JSONLimits) throws(Problem) -> JSONValue {
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
