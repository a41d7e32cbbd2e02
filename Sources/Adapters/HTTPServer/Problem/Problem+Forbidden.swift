internal import Domain
internal import Ports

extension Problem {
    /// Who was refused what, for the engine's diagnostics; the client is told in the detail.
    struct Refusal: Sendable {
        let caller: Caller
        let permission: Permission
    }

    /// The caller is known, and may not (RFC 9110 §15.5.4), with the challenge of RFC 6750 §3.1.
    init(forbidden permission: Permission, _ caller: Caller) {
        let needed = Self.list(Role.all(with: permission).map(\.rawValue), last: "or")
        let held: String
        if let roles = caller.roles {
            held = roles.isEmpty ? "names no role" : "has " + Self.list(roles.map(\.rawValue), last: "and")
        } else {
            held = "is a tenant's, without roles"
        }
        self.init(
            .forbidden, "This needs the permission \(permission.rawValue), which goes with the role \(needed); the token \(held).",
            headers: [("WWW-Authenticate", "Bearer realm=\"ledgerflow\", error=\"insufficient_scope\", scope=\"\(permission.rawValue)\"")])
        refusal = Refusal(caller: caller, permission: permission)
    }

    private static func list(_ words: [String], last: String) -> String {
        guard let end = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(last) " + end
    }
}

extension Principal {
    /// For what a route does only when it is asked to; what it always does, the route itself names.
    func require(_ permission: Permission) throws(Problem) {
        if !may(permission) { throw Problem(forbidden: permission, .tenant(self)) }
    }
}
