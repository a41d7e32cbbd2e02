internal import ArgumentParser
internal import Domain
internal import Foundation
internal import SystemAdapter

/// Which engine a command talks to, and for whom.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The engine's address (LEDGERFLOW_SERVER; default: http://127.0.0.1:8080).") var server: String?
    @Option(help: "A bearer token (LEDGERFLOW_TOKEN). Without one it is issued with the key in the data directory.")
    var token: String?
    @Option(help: "The tenant that a token is issued for (LEDGERFLOW_TENANT; default: demo).") var tenant: String?
    @OptionGroup var data: DataDirectoryOption

    /// Runs `body` with a client, and closes its connections afterwards.
    /// - Parameter asOperator: whether a token that is issued here is an operator's, and no tenant's.
    func withClient<R>(asOperator: Bool = false, _ body: (APIClient) async throws -> R) async throws -> R {
        let address = try Self.address(server)
        return try await APIClient.with(server: address, token: try await bearer(asOperator), body)
    }

    /// The server's address without a slash at its end.
    static func address(_ given: String?) throws -> String {
        var text = Setting.text(given, "server", default: "http://127.0.0.1:8080")
        while text.hasSuffix("/") { text.removeLast() }
        guard let parts = URLComponents(string: text), parts.scheme == "http" || parts.scheme == "https",
            let host = parts.host, !host.isEmpty, parts.query == nil, parts.fragment == nil, parts.user == nil
        else { throw CommandFailure(.usage, "--server “\(text)” is no address", advice: "Give it as http://127.0.0.1:8080.") }
        return text
    }

    /// The command line goes before the environment, also where it names a directory or a tenant and the other a token.
    private func bearer(_ asOperator: Bool) async throws -> String {
        if let token { return try checked(token) }
        if data.dataDir == nil, tenant == nil, let token = Setting.environment("token") { return try checked(token) }
        let name = try Setting.tenant(tenant)
        // A client must not make a data directory or a key where no engine has any.
        guard access(data.path + "/token.key", F_OK) == 0 else {
            throw CommandFailure(
                .usage, "there is no token, and no key in the data directory “\(data.path)” to issue one with",
                advice: "Give --token or LEDGERFLOW_TOKEN, or the engine's directory with --data-dir.")
        }
        let directory = try DataDirectory(path: data.path)
        return try await issueToken(
            in: directory, asOperator ? .operator : .tenant(name, roles: nil), subject: "cli", lifetime: .hours(24))
    }

    private func checked(_ token: String) throws -> String {
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandFailure(.usage, "the token holds characters that no token has", advice: "Give it as `ledgerflow token` prints it.")
        }
        return token
    }
}
