public import Domain

/// Who acts for a tenant. The tenant comes from the token and from nowhere else.
public struct Principal: Hashable, Sendable {
    public let tenant: TenantId
    /// The token's subject.
    public let subject: String
    /// As the token names them; nil: it names none, and its holder may do all that is the tenant's. Empty: nothing.
    public let roles: [Role]?

    public init(tenant: TenantId, subject: String, roles: [Role]? = nil) {
        self.tenant = tenant
        self.subject = subject
        self.roles = roles
    }

    public func may(_ permission: Permission) -> Bool {
        guard permission.isOfTenant else { return false }
        return roles.map { $0.contains { $0.may(permission) } } ?? true
    }
}

/// Why a token is not accepted.
public enum AuthenticationError: String, Error, CaseIterable, Sendable {
    /// It is not a token of the expected form.
    case malformed
    /// Its signature is not ours.
    case signature
    /// Its time has passed, or has not come.
    case expired
    /// It names no tenant, or not in the valid form; or it is an operator's and names one.
    case tenant
    /// It names a role that is not known, or that of an operator beside others.
    case role
}

public protocol Authenticator: Sendable {
    /// - Parameter token: what followed `Bearer ` in the `Authorization` header.
    func authenticate(bearer token: String) async throws(AuthenticationError) -> Caller
}

/// Digests by which the engine tells a repeated submission from a changed one.
public protocol Fingerprinter: Sendable {
    /// A keyed digest of `bytes`; the key is the tenant's own, and never changes.
    func fingerprint(_ bytes: [UInt8], tenant: TenantId) -> Fingerprint
}
