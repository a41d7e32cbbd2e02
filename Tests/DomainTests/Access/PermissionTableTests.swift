import Foundation
import Testing

@testable import Domain

private typealias S = BookScenario

/// The permission table (IN-10): who may do what to an invoice, and when.
@Suite struct PermissionTableTests {
    /// How an invoice comes to stand where it does, from its draft on.
    private static func invoice(in status: Invoice.Status) throws -> BookScenario {
        var books = try S()
        try books.when(S.draft(1, S.content()))
        let issue = BookCommand.issue(S.id(1), IssueOrder())
        let start = BookCommand.transmission(S.id(1), .started)
        let ways: [Invoice.Status: [BookCommand]] = [
            .draft: [], .validated: [.validate(S.id(1))], .issued: [issue], .signed: [issue, .transmission(S.id(1), .signed)],
            .transmitting: [issue, start], .accepted: [issue, start, .transmission(S.id(1), .accepted)],
            .rejected: [issue, start, .transmission(S.id(1), .rejected(reason: "r"))],
            .credited: [issue, S.draft(2, try S.content(isCreditNote: true), creditOf: S.id(1), issue: IssueOrder())],
            .cancelled: [.cancel(S.id(1), reason: "r")], .void: [issue, .void(S.id(1), reason: "r")],
        ]
        for step in try #require(ways[status]) { try books.when(step) }
        #expect(books.invoice(S.id(1))?.status == status)
        return books
    }

    private static func command(_ action: InvoiceAction) throws -> BookCommand {
        let id = S.id(1)
        return switch action {
        case .draft: S.draft(1, try S.content())
        case .replace: .replace(id, try S.content("1.00", text: "[]"), ifVersion: nil)
        case .validate: .validate(id)
        case .issue: .issue(id, IssueOrder())
        case .credit: S.draft(3, try S.content("1.00", isCreditNote: true), creditOf: id, issue: IssueOrder())
        case .cancel: .cancel(id, reason: "r")
        case .void: .void(id, reason: "r")
        case .sign: .transmission(id, .signed)
        case .transmit: .transmission(id, .started)
        case .accept: .transmission(id, .accepted)
        case .reject: .transmission(id, .rejected(reason: "r"))
        case .failTransmission: .transmission(id, .failed(error: "e"))
        }
    }

    private static func effect(_ action: InvoiceAction, on books: BookScenario) throws -> InvoiceAction.Effect {
        do { return try books.deciding(command(action)).isEmpty ? .repeats : .does } catch is BookError { return .refuses }
    }

    @Test(arguments: InvoiceAction.allCases) func theTableSaysWhatTheDeciderDoes(_ action: InvoiceAction) throws {
        for status in Invoice.Status.allCases {
            let books = try Self.invoice(in: status)
            #expect(try Self.effect(action, on: books) == action.effect(in: status), "\(action) of what is \(status)")
        }
        #expect(try Self.effect(action, on: S()) == action.effect(in: nil), "\(action) of nothing")
        var failed = try Self.invoice(in: .transmitting)
        try failed.when(.transmission(S.id(1), .failed(error: "e")))
        #expect(try Self.effect(action, on: failed) == action.effect(in: .transmitting, hasFailed: true), "\(action) after a failure")
    }

    @Test func everyCommandOnInvoicesIsInTheTable() throws {
        let names = Set(try InvoiceAction.allCases.map { try Self.command($0).name })
        #expect(names == Set(InvoiceAction.allCases.filter { $0 != .credit }.map { "invoice." + $0.rawValue }))
    }

    @Test func whoMayIsDecidedByTheRoleAndWhenByTheStatus() {
        let statuses = [nil] + Invoice.Status.allCases.map(Optional.some)
        for role in Role.allCases {
            for action in InvoiceAction.allCases {
                for status in statuses {
                    let isAllowed = action.isAllowed(to: role, in: status)
                    let may = action.permission.map(role.may) ?? false
                    #expect(isAllowed == (may && action.effect(in: status) != .refuses))
                    // By name, so that a slip in the table of permissions does not go unseen.
                    let hands: [Role] =
                        switch action {
                        case .draft, .replace, .validate: [.clerk, .accountant, .admin]
                        case .issue, .credit, .cancel, .void: [.accountant, .admin]
                        case .sign, .transmit, .accept, .reject, .failTransmission: []
                        }
                    if isAllowed { #expect(hands.contains(role), "\(role) may \(action)") }
                }
            }
        }
    }

    @Test func anOperatorHasNothingOfATenantsAndNobodyElseWhatIsAnOperators() {
        for permission in Permission.allCases {
            #expect(Role.operator.may(permission) == !permission.isOfTenant)
            #expect(Role.admin.may(permission) == permission.isOfTenant)
            #expect(!Role.all(with: permission).isEmpty)
            for role in Role.allCases where role.may(permission) && role != .operator { #expect(Role.admin.may(permission)) }
        }
    }

    // MARK: - The page

    private static func page() throws -> String {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return try String(contentsOf: root.appendingPathComponent("docs/permissions.md"), encoding: .utf8)
    }

    @Test func thePageShowsWhoMayWhat() throws {
        let page = try Self.page()
        let head = "| permission | " + Role.allCases.map(\.rawValue).joined(separator: " | ") + " |"
        #expect(page.contains(head), "\(head)")
        for permission in Permission.allCases {
            let row = "| `\(permission.rawValue)` | " + Role.allCases.map { $0.may(permission) ? "✓" : " " }.joined(separator: " | ") + " |"
            #expect(page.contains(row), "\(row)")
        }
    }

    @Test func thePageShowsWhatMayBeDoneWhen() throws {
        let page = try Self.page()
        let statuses = [nil] + Invoice.Status.allCases.map(Optional.some)
        let head = "| command | needs | " + statuses.map { $0?.rawValue ?? "none" }.joined(separator: " | ") + " |"
        #expect(page.contains(head), "\(head)")
        for action in InvoiceAction.allCases {
            let cells = statuses.map { status in
                switch action.effect(in: status) {
                case .does: "✓"
                case .repeats: "="
                case .refuses: " "
                }
            }
            let needs = action.permission.map { "`\($0.rawValue)`" } ?? "the engine"
            let row = "| \(action.rawValue) | \(needs) | " + cells.joined(separator: " | ") + " |"
            #expect(page.contains(row), "\(row)")
        }
    }
}
