internal import ArgumentParser
internal import Domain
internal import JWTAdapter
internal import SystemAdapter

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a bearer token, and nothing else.",
        discussion: "Works beside a running engine, and before the first start: the signing key is made when there is none.")

    @Option(help: "The tenant that the token is for (default: demo).") var tenant: String?
    @Option(help: "Who holds the token (default: cli).") var subject: String?
    @Option(help: "Days until it expires, 1 to 3650 (default: 30).") var days: String?
    @OptionGroup var data: DataDirectoryOption

    func run() async throws {
        let tenant = try Setting.tenant(tenant)
        let days = try Setting.number(days, "days", in: 1...3_650, default: 30)
        let directory = try DataDirectory(path: data.path)
        print(
            try await issueToken(
                in: directory, tenant: tenant, subject: Setting.text(subject, "subject", default: "cli"), lifetime: .hours(24 * Int64(days))
            ))
    }
}

/// Issues a token with the directory's own key.
func issueToken(in directory: DataDirectory, tenant: TenantId, subject: String, lifetime: TimeSpan) async throws -> String {
    let key = try await TokenKey(seed: directory.key(named: "token", bytes: TokenKey.seedBytes))
    let issuer = TokenIssuer(key: key, time: SystemTimeSource(), entropy: SystemEntropy())
    return try await issuer.issue(tenant: tenant, subject: subject, lifetime: lifetime)
}
