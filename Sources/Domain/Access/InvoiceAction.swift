/// What can be done to an invoice: the permission table (IN-10) tells who may do it, and when.
///
/// The table is held against the decider by tests, and shown in `docs/permissions.md`.
public enum InvoiceAction: String, CaseIterable, Sendable {
    case draft, replace, validate, issue, credit, cancel, void
    case sign, transmit, accept, reject
    case failTransmission = "fail-transmission"

    /// What becomes of it.
    public enum Effect: String, Sendable {
        /// It is done.
        case does
        /// It was done before: nothing changes, and it is answered as if it were done now.
        case repeats
        case refuses
    }

    /// What its caller needs; nil: the engine alone does it, on what the way to the tax authority reports.
    public var permission: Permission? {
        switch self {
        case .draft, .replace, .validate: .draft
        case .issue, .credit, .cancel, .void: .issue
        case .sign, .transmit, .accept, .reject, .failTransmission: nil
        }
    }

    /// - Parameters:
    ///   - status: where the invoice stands; nil: there is none yet. For `credit`, that of the original.
    ///   - hasFailed: whether its last transmission failed on its way.
    public func effect(in status: Invoice.Status?, hasFailed: Bool = false) -> Effect {
        guard let status else { return self == .draft ? .does : .refuses }
        return switch (self, status) {
        case (.replace, .draft), (.replace, .validated): .does
        case (.validate, .draft): .does
        case (.validate, .validated): .repeats
        case (.issue, .draft), (.issue, .validated): .does
        case (.issue, .issued), (.issue, .signed), (.issue, .transmitting), (.issue, .accepted), (.issue, .rejected), (.issue, .credited):
            .repeats
        case (.credit, .issued), (.credit, .signed), (.credit, .transmitting), (.credit, .accepted): .does
        case (.cancel, .draft), (.cancel, .validated), (.cancel, .issued), (.cancel, .signed), (.cancel, .rejected): .does
        case (.cancel, .cancelled): .repeats
        case (.void, .issued), (.void, .signed), (.void, .rejected): .does
        case (.void, .void): .repeats
        case (.sign, .issued): .does
        case (.sign, .signed): .repeats
        case (.transmit, .issued), (.transmit, .signed), (.transmit, .rejected): .does
        case (.transmit, .transmitting): hasFailed ? .does : .repeats
        case (.accept, .transmitting), (.reject, .transmitting), (.failTransmission, .transmitting): .does
        case (.accept, .accepted), (.reject, .rejected): .repeats
        // A draft that is made again is the same draft, whatever has become of it.
        case (.draft, _): .repeats
        default: .refuses
        }
    }

    /// Whether a holder of `role` may do it to an invoice with `status`. What repeats counts as allowed: it changes nothing.
    public func isAllowed(to role: Role, in status: Invoice.Status?) -> Bool {
        guard let permission, role.may(permission) else { return false }
        return effect(in: status) != .refuses
    }
}
