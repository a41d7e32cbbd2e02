/// What a caller may be allowed to do (IN-10). Every route names the one that it needs.
public enum Permission: String, CaseIterable, Sendable {
    /// To look at the tenant's records, but for the audit and webhook secrets.
    case read
    /// To draft invoices, replace and validate them.
    case draft
    /// To issue, credit, cancel and void invoices.
    case issue
    /// To open number series, and give, void, take over and take back numbers.
    case number
    /// To submit service calls, cancel, reschedule and retry them.
    case submit
    /// To make and change what works of its own accord: schedules, subscriptions, sources of documents; and to have what a source put into
    /// quarantine judged again. A source that drafts invoices needs `draft` as well.
    case automate
    /// To pause and resume targets, and the tenant as a whole.
    case hold
    /// To make, see and delete the keys that webhooks are signed with.
    case secrets
    /// To prove that the numbers of a series have no gap.
    case gapReport = "gap-report"
    /// To read the tenant's audit and its anchors.
    case audit
    /// To read the audit of every tenant.
    case auditAll = "audit-all"

    /// Whether it is about one tenant's own, and so may be a tenant's to have.
    public var isOfTenant: Bool { self != .auditAll }
}

/// What a token's holder is. A token may name several, and then may do what any of them may.
public enum Role: String, CaseIterable, Sendable {
    case reader, clerk, accountant, auditor, integrator, admin
    /// Of the engine and of no tenant.
    case `operator`

    public func may(_ permission: Permission) -> Bool {
        switch self {
        case .reader: permission == .read
        case .clerk: [.read, .draft].contains(permission)
        case .accountant: [.read, .draft, .issue, .number, .gapReport].contains(permission)
        case .auditor: [.read, .gapReport, .audit].contains(permission)
        case .integrator: [.read, .submit, .automate, .hold].contains(permission)
        case .admin: permission.isOfTenant
        case .operator: permission == .auditAll
        }
    }

    /// The roles that may, each by itself.
    public static func all(with permission: Permission) -> [Role] { allCases.filter { $0.may(permission) } }
}
