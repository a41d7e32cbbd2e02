/// What a source of documents is called, and known by: 1 to 64 characters of `a–z 0–9 . _ -`, the first a letter or digit, so that it is safe
/// in paths, labels and keys.
public struct SourceName: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let value: String

    /// - Returns: nil when `value` is not of the form above.
    public init?(_ value: String) {
        // The form is the same as a tenant's.
        guard TenantId(value) != nil else { return nil }
        self.value = value
    }

    public static func < (a: SourceName, b: SourceName) -> Bool { a.value < b.value }
    public var description: String { value }
}
