/// The name of a number series in its tenant: 1 to 32 characters of `A–Z a–z 0–9 . _ -`, the first a letter or digit.
public struct SeriesId: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: String

    /// - Returns: nil when `value` is not of the form above.
    public init?(_ value: String) {
        guard (1...32).contains(value.utf8.count) else { return nil }
        for (index, byte) in value.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): if index == 0 { return nil }
            default: return nil
            }
        }
        self.value = value
    }

    private init(known value: String) { self.value = value }

    /// What invoices are numbered by when nothing else is asked for.
    public static let invoices = SeriesId(known: "INV")
    /// What credit notes are numbered by when nothing else is asked for.
    public static let creditNotes = SeriesId(known: "CN")

    public static func < (a: SeriesId, b: SeriesId) -> Bool { a.value < b.value }
    public var description: String { value }

    private static let namespace = UniqueId(high: 0x6c65_6467_6572_5f6c, low: 0x8f6f_775f_7365_0001)

    /// The identity under which the series' events are known.
    public func subject(in tenant: TenantId) -> UniqueId {
        UniqueId.version5(namespace: Self.namespace, name: Array(tenant.value.utf8) + [0] + Array(value.utf8))
    }
}

/// The document that a number is bound to: an invoice's identifier, or another system's own reference.
///
/// 1 to 128 visible ASCII characters.
public struct DocumentReference: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: String

    /// - Returns: nil when `value` is empty, too long, or holds anything but visible ASCII.
    public init?(_ value: String) {
        guard (1...128).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.value = value
    }

    public init(_ invoice: InvoiceId) { value = invoice.description }

    public static func < (a: DocumentReference, b: DocumentReference) -> Bool { a.value < b.value }
    public var description: String { value }
}
