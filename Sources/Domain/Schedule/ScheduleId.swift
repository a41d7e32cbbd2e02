/// The identity of a schedule in its tenant.
public struct ScheduleId: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UniqueId

    public init(_ value: UniqueId) { self.value = value }

    /// Reads the hexadecimal form of RFC 9562; nil for anything else.
    public init?(_ text: String) {
        guard let value = UniqueId(text) else { return nil }
        self.value = value
    }

    private static let namespace = UniqueId(high: 0x6c65_6467_6572_5f6c, low: 0x8f6f_775f_7364_0001)

    /// The identifier that an idempotency key stands for. The same tenant and key always give the same schedule.
    public init(tenant: TenantId, idempotencyKey: IdempotencyKey) {
        value = UniqueId.version5(
            namespace: Self.namespace, name: Array(tenant.value.utf8) + [0] + Array(idempotencyKey.value.utf8))
    }

    public static func < (a: ScheduleId, b: ScheduleId) -> Bool { a.value < b.value }
    public var description: String { value.description }
}
