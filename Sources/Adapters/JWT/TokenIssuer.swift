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
    /// - Parameters:
    ///   - roles: what its holder is; nil: it names none, and its holder may do all that is the tenant's.
    ///   - lifetime: at least a second is given.
    /// - Throws: `TokenIssueError` when it could not be signed, or `roles` holds the operator's.
    public func issue(
        tenant: TenantId, subject: String, roles: [Role]? = nil, lifetime: TimeSpan = standardLifetime
    ) async throws(TokenIssueError) -> String {
        if let roles, roles.contains(.operator) { throw TokenIssueError() }
        return try await issue(tenant: tenant, roles: roles, subject, lifetime)
    }

    /// A token for somebody who looks after the engine, and is of no tenant.
    public func issueForOperator(subject: String, lifetime: TimeSpan = standardLifetime) async throws(TokenIssueError) -> String {
        try await issue(tenant: nil, roles: [.operator], subject, lifetime)
    }

    private func issue(
        tenant: TenantId?, roles: [Role]?, _ subject: String, _ lifetime: TimeSpan
    ) async throws(TokenIssueError) -> String {
        let now = time.now()
        let seconds = now.microseconds / 1_000_000
        let claims = TokenClaims(
            iss: TokenClaims.issuer, sub: subject, tenant: tenant?.value, roles: roles?.map(\.rawValue), iat: seconds,
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
