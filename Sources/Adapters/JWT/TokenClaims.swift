internal import JWTKit

/// What a token says (RFC 7519 §4.1, and the tenant). Times are whole seconds since the epoch.
struct TokenClaims: JWTPayload {
    static let issuer = "ledgerflow"

    var iss: String
    var sub: String
    var tenant: String
    var iat: Int64
    var exp: Int64
    var nbf: Int64?
    var jti: String

    /// Claims are judged by the authenticator, against the clock that it was given.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
