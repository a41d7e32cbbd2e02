/// Every kind of problem that the API answers with (RFC 9457); the raw value ends its `type`.
enum ProblemKind: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case malformedJSON = "malformed-json"
    case invalidRequest = "invalid-request"
    case invalidQuery = "invalid-query"
    case invalidCursor = "invalid-cursor"
    case unauthorized = "unauthorized"
    case notFound = "not-found"
    case unknownPath = "unknown-path"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case requestTimeout = "request-timeout"
    case idempotencyConflict = "idempotency-conflict"
    case illegalTransition = "illegal-transition"
    case bodyTooLarge = "body-too-large"
    case unsupportedMediaType = "unsupported-media-type"
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
        case .unauthorized: 401
        case .notFound, .unknownPath: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .idempotencyConflict, .illegalTransition: 409
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
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
        case .unauthorized: "A valid token is needed"
        case .notFound: "There is no such thing"
        case .unknownPath: "There is no such path"
        case .methodNotAllowed: "The path does not allow this method"
        case .notAcceptable: "No acceptable representation"
        case .requestTimeout: "The request took too long to arrive"
        case .idempotencyConflict: "The idempotency key was used for something else"
        case .illegalTransition: "The call's status does not allow this"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedMediaType: "The body's type is not supported"
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
        case .unauthorized: "Send Authorization: Bearer with a token from `ledgerflow token`."
        case .notFound: "Check the identifier; what belongs to another tenant is not found either."
        case .unknownPath: "See /openapi.json for the paths that there are."
        case .methodNotAllowed: "Use one of the methods in the Allow header."
        case .notAcceptable: "Accept application/json."
        case .requestTimeout: "Send the request again, faster."
        case .idempotencyConflict: "Use a new Idempotency-Key for a new request; repeat an earlier one unchanged."
        case .illegalTransition: "Read the call: its status has moved on."
        case .bodyTooLarge: "Send less at once."
        case .unsupportedMediaType: "Send Content-Type: application/json."
        case .headersTooLarge: "Send fewer or shorter header fields."
        case .internalError: "Try again later; the instance identifies the request in the engine's diagnostics."
        case .busy: "Nothing was done. Try again after the time in Retry-After."
        case .unavailable: "Nothing was done. Try again after the time in Retry-After."
        case .unknownOutcome:
            "Send the same request again with the same Idempotency-Key, or read the call: a repetition does no harm."
        case .stopping: "Nothing was done. Try again after the time in Retry-After."
        case .notReady: "Wait; the detail says what is missing."
        }
    }
}
