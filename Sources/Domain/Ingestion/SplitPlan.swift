/// How a source's batches are split into invoices.
public struct SplitPlan: Hashable, Sendable {
    /// The element that holds one invoice.
    public var invoiceElement: SplitName
    public var numberPath: SplitPath
    public var limits: SplitLimits
    /// The encoding that the answer's header names (`charset`); nil when it names none. It is above what the document says of itself
    /// (RFC 7303, §3), but below a byte order mark. Of a document that the answer carries it says nothing.
    public var charset: String?

    public init(invoiceElement: SplitName, numberPath: SplitPath, limits: SplitLimits = .standard, charset: String? = nil) {
        self.invoiceElement = invoiceElement
        self.numberPath = numberPath
        self.limits = limits
        self.charset = charset
    }
}

/// How large a batch and what is in it may be. Sizes are in octets as they came.
public struct SplitLimits: Hashable, Sendable {
    /// The whole answer.
    public var batchBytes: Int
    /// One invoice. The splitter's memory grows with this number, some four times over, and with nothing else but `invoices`.
    public var invoiceBytes: Int
    /// How deep elements may be nested: within an invoice its element counted, outside it the envelope counted.
    public var depth: Int
    /// Attributes and namespace declarations of one element.
    public var attributes: Int
    /// One tag; outside invoices also one comment or instruction.
    public var tagBytes: Int
    public var invoices: Int
    /// An invoice's number, in UTF-8.
    public var numberBytes: Int

    public init(
        batchBytes: Int = 512 << 20, invoiceBytes: Int = 8 << 20, depth: Int = 64, attributes: Int = 64, tagBytes: Int = 64 << 10,
        invoices: Int = 250_000, numberBytes: Int = 256
    ) {
        self.batchBytes = max(batchBytes, 1)
        self.invoiceBytes = min(max(invoiceBytes, 1), 64 << 20)
        self.depth = min(max(depth, 1), 200)
        self.attributes = min(max(attributes, 1), 1_024)
        self.tagBytes = min(max(tagBytes, 64), 1 << 20)
        self.invoices = max(invoices, 1)
        self.numberBytes = min(max(numberBytes, 1), 4_096)
    }

    /// How many declarations of namespaces the elements around an invoice may have in all: each invoice is read and kept with them.
    public var namespaces: Int { max(attributes, 64) }
    /// Their prefixes and URIs.
    public static let namespaceBytes = 8_192

    public static let standard = SplitLimits()
}
