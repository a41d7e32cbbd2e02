internal import ArgumentParser
internal import Domain
internal import JWTAdapter
internal import SystemAdapter

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a bearer token, and nothing else.",
        discussion: """
            Works beside a running engine, and before the first start: the signing key is made when there is none.

            With --role the token's holder may do what that role may, and with several what any of them may; without, all that is the \
            tenant's. The roles: \(Role.allCases.map(\.rawValue).joined(separator: ", ")). An operator is of no tenant, and may read the audit of \
            every one. docs/permissions.md tells who may do what.
            """)

    @Option(help: "The tenant that the token is for (default: demo).") var tenant: String?
    @Option(help: "Who holds the token (default: cli).") var subject: String?
    @Option(help: "What its holder is; may be repeated (default: no role, which is all that is the tenant's).") var role: [String] = []
    @Option(help: "Days until it expires, 1 to 3650 (default: 30).") var days: String?
    @OptionGroup var data: DataDirectoryOption

    func run() async throws {
        let holder = try holder()
        let days = try Setting.number(days, "days", in: 1...3_650, default: 30)
        let directory = try DataDirectory(path: data.path)
        print(
            try await issueToken(
                in: directory, holder, subject: Setting.text(subject, "subject", default: "cli"), lifetime: .hours(24 * Int64(days))))
    }

    private func holder() throws -> TokenHolder {
        let roles = try role.map { name in
            guard let role = Role(rawValue: name) else {
                throw ValidationError("--role must be one of \(Role.allCases.map(\.rawValue).joined(separator: ", ")); “\(name)” is not.")
            }
            return role
        }
        if roles.contains(.operator) {
            guard Set(roles) == [.operator] else {
                throw ValidationError("--role operator goes with no other role: an operator has no tenant.")
            }
            guard tenant == nil else { throw ValidationError("--role operator goes without --tenant: an operator has no tenant.") }
            return .operator
        }
        return .tenant(try Setting.tenant(tenant), roles: roles.isEmpty ? nil : roles)
    }
}

/// Whom a token is issued to.
enum TokenHolder {
    case tenant(TenantId, roles: [Role]?)
    case `operator`
}

/// Issues a token with the directory's own key.
func issueToken(in directory: DataDirectory, _ holder: TokenHolder, subject: String, lifetime: TimeSpan) async throws -> String {
    let key = try await TokenKey(seed: directory.key(named: "token", bytes: TokenKey.seedBytes))
    let issuer = TokenIssuer(key: key, time: SystemTimeSource(), entropy: SystemEntropy())
    switch holder {
    case .tenant(let tenant, let roles): return try await issuer.issue(tenant: tenant, subject: subject, roles: roles, lifetime: lifetime)
    case .operator: return try await issuer.issueForOperator(subject: subject, lifetime: lifetime)
    }
}
