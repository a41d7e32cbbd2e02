/// What the kinds of items have in common of which a tenant makes many: each is made from a plan, changed, paused, resumed and deleted.
public protocol ManagedItem: Hashable, Sendable {
    associatedtype ID: Hashable, Sendable, CustomStringConvertible
    associatedtype Plan: ItemPlan
    associatedtype Command: ManagedItemCommand where Command.Plan == Plan

    static var kind: ItemKey.Kind { get }
    /// The most that a tenant may have, deleted ones left out.
    static var limit: Int { get }

    /// - Returns: nil when it is of another kind.
    init?(_ item: TenantItem)

    var tenant: TenantId { get }
    var id: ID { get }
    var version: Int64 { get }
    var plan: Plan { get }
    /// The fingerprint of the request that made it.
    var fingerprint: Fingerprint { get }
    var isDeleted: Bool { get }

    /// The command as the books take it.
    static func command(_ id: ID, _ command: Command) -> ItemCommand
}

/// What an item is asked to do.
public protocol ItemPlan: Hashable, Sendable {
    /// Tells a repeated request from another one: the same content sealed twice differs.
    var fingerprint: Fingerprint { get }
}

/// What all such items may be asked for. How one is made differs by kind.
public protocol ManagedItemCommand: Sendable {
    associatedtype Plan: ItemPlan

    static func change(_ plan: Plan, ifVersion: Int64?) -> Self
    static var pause: Self { get }
    static var resume: Self { get }
    static var delete: Self { get }
}

extension ManagedItem {
    public static func key(_ id: ID) -> ItemKey { ItemKey(kind: kind, id: id.description) }

    // MARK: The steps of a decision that do not differ

    /// - Parameter count: how many of its kind the tenant has.
    /// - Returns: whether `plan` makes it; false when it did so before, also when it was deleted since.
    static func isMade(_ state: Self?, by plan: Plan, count: Int) throws(BookError) -> Bool {
        if let state {
            guard state.fingerprint == plan.fingerprint else { throw .idempotencyConflict }
            return false
        }
        guard count < limit else { throw .tooManyItems(kind, limit: limit) }
        return true
    }

    /// The item, when there is one that can still be changed.
    static func standing(_ state: Self?) throws(BookError) -> Self {
        guard let state, !state.isDeleted else { throw .noSuchItem(kind) }
        return state
    }

    /// Whether `plan` says something else.
    ///
    /// - Parameter version: the one that the item must have for that; nil: whatever it has.
    func isChanged(by plan: Plan, ifVersion version: Int64?) throws(BookError) -> Bool {
        if self.plan.fingerprint == plan.fingerprint { return false }
        if let version, version != self.version { throw .versionConflict(actual: self.version) }
        return true
    }

    /// Whether deletion changes anything; it may be repeated.
    static func isEnded(_ state: Self?) throws(BookError) -> Bool {
        guard let state else { throw .noSuchItem(kind) }
        return !state.isDeleted
    }
}
