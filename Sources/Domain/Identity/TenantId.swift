/// One customer organisation, the unit of isolation.
///
/// 1 to 64 characters of `a–z 0–9 . _ -`, the first a letter or digit, so that it is safe in paths, labels and keys.
public struct TenantId: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: String

    /// - Returns: nil when `value` is not of the form above.
    public init?(_ value: String) {
        guard (1...64).contains(value.utf8.count) else { return nil }
        for (index, byte) in value.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): continue
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): if index == 0 { return nil }
            default: return nil
            }
        }
        self.value = value
    }

    public static func < (a: TenantId, b: TenantId) -> Bool { a.value < b.value }
    public var description: String { value }
}
