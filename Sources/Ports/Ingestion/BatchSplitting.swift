public import Domain

/// Splits SOAP batches into their invoices.
public protocol BatchSplitting: Sendable {
    /// A splitter for one answer.
    func splitter(for plan: SplitPlan) -> any BatchSplitter

    /// Judges the octets of one invoice or refusal anew, by other settings perhaps. The result has the index 0.
    ///
    /// - Parameter encoding: one of the names that `SplitInvoice.encoding` lists.
    func judge(_ octets: [UInt8], encoding: String, namespaces: [InheritedNamespace], by plan: SplitPlan) -> BatchPart
}

/// Takes the octets of one answer in pieces and gives the invoices as they are complete. Its work is synchronous; its memory does not grow
/// with the batch.
///
/// Neither the parts that an answer gives nor the error that ends it depend on how the octets are cut into pieces. An error comes after all
/// the parts before it: `push` throws it on the call after the one that gave them.
public protocol BatchSplitter {
    /// - Throws: what ended the batch, on this call and on every further one; nothing more will be given.
    mutating func push(_ octets: ArraySlice<UInt8>) throws(BatchError) -> [BatchPart]
    /// Ends the answer.
    mutating func finish() -> BatchEnd
}
