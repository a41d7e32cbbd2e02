/// The identity of a service call in its tenant.
public struct ServiceCallId: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: UniqueId

    public init(_ value: UniqueId) { self.value = value }

    /// Reads the hexadecimal form of RFC 9562; nil for anything else.
    public init?(_ text: String) {
        guard let value = UniqueId(text) else { return nil }
        self.value = value
    }

    /// The namespace of identifiers that come from idempotency keys; made once for this product and never changed.
    private static let namespace = UniqueId(high: 0x6c65_6467_6572_5f6c, low: 0x8f6f_775f_7363_0001)

    /// The identifier that an idempotency key stands for: UUIDv5 over the tenant, a zero byte, and the key. The same
    /// tenant and key always give the same call.
    public init(tenant: TenantId, idempotencyKey: IdempotencyKey) {
        var name = Array(tenant.value.utf8)
        name.append(0)
        name.append(contentsOf: idempotencyKey.value.utf8)
        value = UniqueId.version5(namespace: Self.namespace, name: name)
    }

    public static func < (a: ServiceCallId, b: ServiceCallId) -> Bool { a.value < b.value }
    public var description: String { value.description }
}

/// What a client sends in `Idempotency-Key`: 1 to 255 visible ASCII characters (draft-ietf-httpapi-idempotency-key-header).
public struct IdempotencyKey: Hashable, Sendable {
    public let value: String

    /// - Returns: nil when `value` is empty, too long, or holds anything but visible ASCII.
    public init?(_ value: String) {
        guard (1...255).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.value = value
    }
}

/// A keyed digest of what was received, by which a repeated submission is told from a changed one; 32 bytes.
public struct Fingerprint: Hashable, Sendable {
    public let bytes: [UInt8]
    public init(bytes: [UInt8]) { self.bytes = bytes }
}
