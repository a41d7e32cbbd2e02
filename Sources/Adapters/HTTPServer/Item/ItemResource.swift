internal import Domain
internal import Ports

/// What the API has to know of one kind of item: how it is read, kept and shown. What is done with items is the same for all kinds, and is
/// ``ItemHandlers``'.
protocol ItemResource: Sendable {
    associatedtype Item: ManagedItem
    /// An item as a client states it, in the clear. It never leaves the server.
    associatedtype Draft: Equatable, Sendable

    static var path: String { get }

    var desk: ItemDesk { get }

    // MARK: Identity

    /// The identity that a path names; nil when it is none.
    static func id(_ text: String) -> Item.ID?
    /// The identity of what is made.
    func id(of draft: Draft, key: IdempotencyKey?, tenant: TenantId) -> Item.ID

    // MARK: What is received

    /// - Parameter old: what is changed; nil when one is made.
    func read(_ value: JSONValue, changing old: Item?) throws(Problem) -> Draft
    /// The document that would have made `draft`, with `patch` over it: to be read as if it had been sent whole.
    func document(of draft: Draft, changedBy patch: JSONValue) -> JSONValue
    /// The plan, with its secrets sealed.
    func plan(_ draft: Draft, of id: Item.ID, tenant: TenantId, fingerprint: Fingerprint) throws(Problem) -> Item.Plan
    func creation(_ plan: Item.Plan) async throws(Problem) -> Item.Command

    // MARK: What is shown

    /// What there is, in the clear.
    func open(_ item: Item) throws(Problem) -> Draft
    /// - Parameter opened: nil in lists, which open nothing.
    func write(_ item: Item, opened: Draft?, to json: inout JSONWriter)
}
