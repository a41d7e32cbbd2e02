public import Domain
internal import JWTKit
public import Ports

/// Makes bearer tokens: JSON Web Tokens (RFC 7519) signed with EdDSA, issuer `ledgerflow`.
public struct TokenIssuer: Sendable {
    /// How long a token is good for unless something else is asked for: 30 days.
    public static let standardLifetime = TimeSpan.hours(24 * 30)

    private let key: TokenKey
    private let time: any TimeSource
    private let entropy: any EntropySource

    public init(key: TokenKey, time: any TimeSource, entropy: any EntropySource) {
        self.key = key
        self.time = time
        self.entropy = entropy
    }

    /// A token for `subject` in `tenant`. Anyone who holds it can act for the tenant: never log it.
    ///
    /// - Parameter lifetime: at least a second is given.
    /// - Throws: `TokenIssueError` when it could not be signed.
    public func issue(
        tenant: TenantId, subject: String, lifetime: TimeSpan = standardLifetime
    ) async throws(TokenIssueError) -> String {
        let now = time.now()
        let seconds = now.microseconds / 1_000_000
        let claims = TokenClaims(
            iss: TokenClaims.issuer, sub: subject, tenant: tenant.value, iat: seconds,
            exp: seconds + max(1, lifetime.microseconds / 1_000_000), nbf: nil,
            jti: UniqueId.version7(at: now, random: (entropy.next(), entropy.next())).description)
        do {
            return try await key.keys.sign(claims)
        } catch {
            throw TokenIssueError()
        }
    }
}

/// The token could not be signed.
public struct TokenIssueError: Error, Hashable, Sendable {}
