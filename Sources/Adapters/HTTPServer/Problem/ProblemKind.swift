/// Every kind of problem that the API answers with (RFC 9457); the raw value ends its `type`.
enum ProblemKind: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case malformedJSON = "malformed-json"
    case invalidRequest = "invalid-request"
    case invalidQuery = "invalid-query"
    case invalidCursor = "invalid-cursor"
    case cursorExpired = "cursor-expired"
    case contentErased = "content-erased"
    case unauthorized = "unauthorized"
    case signatureRefused = "signature-refused"
    case forbidden = "forbidden"
    case notFound = "not-found"
    case unknownPath = "unknown-path"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case requestTimeout = "request-timeout"
    case idempotencyConflict = "idempotency-conflict"
    case illegalTransition = "illegal-transition"
    case seriesDiffers = "series-differs"
    case seriesExhausted = "series-exhausted"
    case numberVoid = "number-void"
    case invoiceNumberCollision = "invoice-number-collision"
    case creditRefused = "credit-refused"
    case importRefused = "import-refused"
    case tooMany = "too-many"
    case alreadyExists = "already-exists"
    case versionConflict = "version-conflict"
    case bodyTooLarge = "body-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case unprocessableDocument = "unprocessable-document"
    case invoiceNotValid = "invoice-not-valid"
    case tooManyAtOnce = "too-many-at-once"
    case headersTooLarge = "headers-too-large"
    case internalError = "internal-error"
    case busy = "busy"
    case unavailable = "unavailable"
    case unknownOutcome = "unknown-outcome"
    case stopping = "stopping"
    case notReady = "not-ready"

    /// A path of this server, where the kind is explained.
    var type: String { "/problems/" + rawValue }

    var status: Int {
        switch self {
        case .malformedRequest, .malformedJSON, .invalidRequest, .invalidQuery, .invalidCursor: 400
        case .unauthorized, .signatureRefused: 401
        case .forbidden: 403
        case .notFound, .unknownPath: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .idempotencyConflict, .illegalTransition, .seriesDiffers, .seriesExhausted, .numberVoid, .invoiceNumberCollision,
            .creditRefused, .importRefused, .tooMany, .alreadyExists:
            409
        case .cursorExpired, .contentErased: 410
        case .versionConflict: 412
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .unprocessableDocument, .invoiceNotValid: 422
        case .tooManyAtOnce: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .busy, .unavailable, .unknownOutcome, .stopping, .notReady: 503
        }
    }

    var title: String {
        switch self {
        case .malformedRequest: "The request is not valid HTTP"
        case .malformedJSON: "The body is not valid JSON"
        case .invalidRequest: "The request has fields that are wrong"
        case .invalidQuery: "The query has parameters that are wrong"
        case .invalidCursor: "The cursor is not valid"
        case .cursorExpired: "What follows the cursor is no longer kept"
        case .contentErased: "The octets are no longer kept"
        case .unauthorized: "A valid token is needed"
        case .signatureRefused: "The message is not shown to be of its sender"
        case .forbidden: "The token's roles do not allow it"
        case .notFound: "There is no such thing"
        case .unknownPath: "There is no such path"
        case .methodNotAllowed: "The path does not allow this method"
        case .notAcceptable: "No acceptable representation"
        case .requestTimeout: "The request took too long to arrive"
        case .idempotencyConflict: "The idempotency key was used for something else"
        case .illegalTransition: "The status does not allow this"
        case .seriesDiffers: "The series is another one"
        case .seriesExhausted: "The series has no number left"
        case .numberVoid: "The number is void"
        case .invoiceNumberCollision: "The number stands on another document"
        case .creditRefused: "It cannot be credited so"
        case .importRefused: "The numbers do not fit the series"
        case .tooMany: "There are as many as there may be"
        case .alreadyExists: "There is another one of that name"
        case .versionConflict: "It has changed since it was read"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedMediaType: "The body's type is not supported"
        case .unprocessableDocument: "The document cannot be processed"
        case .invoiceNotValid: "The invoice breaks rules that it must keep"
        case .tooManyAtOnce: "Too much is sent at once"
        case .headersTooLarge: "The header fields are too large"
        case .internalError: "The engine made a mistake"
        case .busy: "Too much is waiting"
        case .unavailable: "The store cannot do it now"
        case .unknownOutcome: "The outcome is not known"
        case .stopping: "The engine is stopping"
        case .notReady: "The engine is not ready"
        }
    }

    /// What a client should do about it.
    var advice: String {
        switch self {
        case .malformedRequest: "Send HTTP/1.1 as RFC 9112 defines it."
        case .malformedJSON: "Mend the body at the byte that the detail names."
        case .invalidRequest: "Mend every field that errors lists; the pointers lead into the body (RFC 6901)."
        case .invalidQuery: "Mend every parameter that errors lists."
        case .invalidCursor: "Use a cursor as it was given, for the same list and tenant, or start again without one."
        case .cursorExpired:
            "Read again how things stand now, then go on from oldestCursor: it skips what is gone. A follower must not stay away that long."
        case .contentErased:
            "Take it from where it came; the SHA-256 on record tells whether it is the same. An operator sets how long octets stay."
        case .signatureRefused:
            "Check the address, the secret, and the signed fields (docs/receiving-webhooks.md); if they are right, send it again after Retry-After."
        case .unauthorized: "Send Authorization: Bearer with a token from `ledgerflow token`."
        case .forbidden: "Ask for a token with one of the roles that the detail names (docs/permissions.md)."
        case .notFound: "Check the identifier; what belongs to another tenant is not found either."
        case .unknownPath: "See /openapi.json for the paths that there are."
        case .methodNotAllowed: "Use one of the methods in the Allow header."
        case .notAcceptable: "Accept application/json, or what the path gives."
        case .requestTimeout: "Send the request again, faster."
        case .idempotencyConflict: "Use a new Idempotency-Key for a new request; repeat an earlier one unchanged."
        case .illegalTransition: "Read it again: its status has moved on."
        case .seriesDiffers: "Use the series as it is, or open one of another name."
        case .seriesExhausted: "Open a new series."
        case .numberVoid: "Give the document another reference, and allocate a number for that."
        case .invoiceNumberCollision: "Number by a series whose format no other series of the tenant can print."
        case .creditRefused: "Read the original: what is left to credit, and its status."
        case .importRefused: "Scan again: the series has moved on since."
        case .tooMany: "Delete what is not needed any more."
        case .alreadyExists: "Use another name, or replace it with PUT."
        case .versionConflict: "Read it again, and send the change with the ETag of that answer in If-Match."
        case .bodyTooLarge: "Send less at once."
        case .unsupportedMediaType: "Send Content-Type: application/json, or application/xml where the path takes it."
        case .unprocessableDocument: "Mend what the detail or errors name; the pointers lead into the document (RFC 6901)."
        case .invoiceNotValid: "Mend what findings list with severity fatal."
        case .tooManyAtOnce: "Nothing was done. Try again after the time in Retry-After, and send less at once."
        case .headersTooLarge: "Send fewer or shorter header fields."
        case .internalError: "Try again later; the instance identifies the request in the engine's diagnostics."
        case .busy: "Nothing was done. Try again after the time in Retry-After."
        case .unavailable: "Nothing was done. Try again after the time in Retry-After."
        case .unknownOutcome:
            "With the same Idempotency-Key, and a message of a webhook as it is: send it again, nothing is done twice. Else read what there is."
        case .stopping: "Nothing was done. Try again after the time in Retry-After."
        case .notReady: "Wait; the detail says what is missing."
        }
    }
}
