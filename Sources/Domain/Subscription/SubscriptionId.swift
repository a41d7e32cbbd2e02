/// The identity of a subscription in its tenant.
public struct SubscriptionId: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UniqueId

    public init(_ value: UniqueId) { self.value = value }

    /// Reads the hexadecimal form of RFC 9562; nil for anything else.
    public init?(_ text: String) {
        guard let value = UniqueId(text) else { return nil }
        self.value = value
    }

    public static func < (a: SubscriptionId, b: SubscriptionId) -> Bool { a.value < b.value }
    public var description: String { value.description }
}
