internal import Domain
internal import JWTKit

/// What a token says (RFC 7519 §4.1, the tenant, and the roles). Times are whole seconds since the epoch.
struct TokenClaims: JWTPayload {
    static let issuer = "ledgerflow"

    var iss: String
    var sub: String
    /// An operator's token has none.
    var tenant: String?
    /// nil: it names none, which is more than naming an empty list.
    var roles: [String]?
    var iat: Int64
    var exp: Int64
    var nbf: Int64?
    var jti: String

    /// Claims are judged by the authenticator, against the clock that it was given.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// A `null` must not pass for a list that is left out: the one would be a mistake, the other means everything.
    static func isSound(_ claims: [UInt8]) -> Bool {
        guard let value = try? JSONReader.read(claims), case .object(let object) = value else { return false }
        return ["tenant", "roles"].allSatisfy { object[$0] != .null }
    }
}
