public import Domain

/// Who makes a request, as the token says.
public enum Caller: Hashable, Sendable {
    /// Acts for one tenant, and can reach nothing of another.
    case tenant(Principal)
    /// Acts for the engine, and is of no tenant.
    case `operator`(EngineOperator)

    public func may(_ permission: Permission) -> Bool {
        switch self {
        case .tenant(let principal): principal.may(permission)
        case .operator: Role.operator.may(permission)
        }
    }

    /// The token's subject.
    public var subject: String {
        switch self {
        case .tenant(let principal): principal.subject
        case .operator(let person): person.subject
        }
    }

    /// As the token names them; nil: it names none.
    public var roles: [Role]? {
        switch self {
        case .tenant(let principal): principal.roles
        case .operator: [.operator]
        }
    }
}

/// Somebody who looks after the engine.
public struct EngineOperator: Hashable, Sendable {
    /// The token's subject.
    public let subject: String

    public init(subject: String) { self.subject = subject }
}
