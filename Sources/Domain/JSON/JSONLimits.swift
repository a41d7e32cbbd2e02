/// What `JSONReader` accepts at most, so that one document can use neither the stack nor the memory up.
public struct JSONLimits: Sendable, Equatable {
    /// Size of the whole document in bytes.
    public let maxBytes: Int
    /// Arrays and objects inside one another: `[[1]]` is 2 deep.
    public let maxDepth: Int
    /// Values in the document, each array, object and scalar counted as one; names are not counted.
    public let maxValues: Int
    /// Length of one number's text in bytes.
    public let maxNumberBytes: Int

    /// 1 MiB, 32 deep, 200,000 values, 100 bytes for a number.
    public static let standard = JSONLimits()

    /// The greatest depth that can be asked for; the reader recurses once a level.
    public static let greatestDepth = 256

    /// Limits below zero mean zero; `maxDepth` above `greatestDepth` means `greatestDepth`.
    public init(maxBytes: Int = 1 << 20, maxDepth: Int = 32, maxValues: Int = 200_000, maxNumberBytes: Int = 100) {
        self.maxBytes = max(0, maxBytes)
        self.maxDepth = min(max(0, maxDepth), Self.greatestDepth)
        self.maxValues = max(0, maxValues)
        self.maxNumberBytes = max(0, maxNumberBytes)
    }
}
