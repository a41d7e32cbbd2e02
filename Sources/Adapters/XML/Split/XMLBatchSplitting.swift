public import Domain
public import Ports

/// Splits SOAP batches with a scanner of its own, and proves each invoice by libxml2.
public struct XMLBatchSplitting: BatchSplitting {
    public init() {}

    public func splitter(for plan: SplitPlan) -> any BatchSplitter { EnvelopeSplitter(plan) }

    public func judge(_ octets: [UInt8], encoding: String, namespaces: [InheritedNamespace], by plan: SplitPlan) -> BatchPart {
        func refused(_ reason: SplitRefusal.Reason) -> BatchPart {
            .refused(SplitRefusal(reason: reason, octets: octets, encoding: encoding, namespaces: namespaces, index: 0))
        }
        guard case .known(let known) = TextEncoding.label(encoding) else { return refused(.encoding(encoding)) }
        guard octets.count <= plan.limits.invoiceBytes else { return refused(.tooLarge(limit: plan.limits.invoiceBytes)) }
        let collector = BatchCollector(plan: plan)
        var scan = DocumentScan(collector, known, namespaces)
        do {
            try scan.push(octets[...])
            try scan.end(isTruncated: false)
        } catch {
            return refused(.malformed(error.description))
        }
        let parts = collector.take()
        switch parts.first {
        // Nothing beside it, and not found within something else.
        case .invoice(let invoice)? where invoice.octets.count == octets.count: return .invoice(invoice)
        case .refused(let refusal)? where parts.count == 1: return .refused(refusal)
        default: return refused(.malformed("it is not one element of the name that the source's invoices have"))
        }
    }
}

/// Splits one answer.
final class EnvelopeSplitter: BatchSplitter {
    private let collector: BatchCollector
    private var answer: DocumentScan
    private var bytes = 0
    private var failure: BatchError?

    /// The answer is scanned in pieces of this many octets, so that what waits is small however much comes at once.
    private static let pieceBytes = 65_536

    init(_ plan: SplitPlan) {
        collector = BatchCollector(plan: plan)
        answer = DocumentScan(collector, level: 0, outer: nil)
    }

    func push(_ octets: ArraySlice<UInt8>) throws(BatchError) -> [BatchPart] {
        if let failure { throw failure }
        do throws(BatchError) { try scan(octets) } catch { failure = error }
        let parts = collector.take()
        if parts.isEmpty, let failure { throw failure }
        return parts
    }

    private func scan(_ octets: ArraySlice<UInt8>) throws(BatchError) {
        let limit = collector.limits.batchBytes
        var rest = octets
        while !rest.isEmpty {
            guard bytes < limit else { throw .tooLarge(limit: limit) }
            let piece = rest.prefix(min(Self.pieceBytes, limit - bytes))
            bytes += piece.count
            try answer.push(piece)
            rest = rest[piece.endIndex...]
        }
    }

    func finish() -> BatchEnd {
        if failure == nil {
            do throws(BatchError) { try end() } catch { failure = error }
        }
        return BatchEnd(parts: collector.take(), error: failure)
    }

    private func end() throws(BatchError) {
        if !answer.isRootClosed { reread() }
        try answer.end(isTruncated: !answer.isRootClosed)
        guard answer.isRootClosed else { throw answer.envelope == nil && !answer.isWaiting ? .notAnEnvelope(root: nil) : .truncated }
        if let complaint = collector.complaint { throw complaint }
    }

    /// A comment or section that never ends may have swallowed the rest of the answer. If what it swallowed, read as markup, closes the
    /// envelope, then so it was; if not, the answer was cut off in its midst, and nothing is taken from within it.
    private func reread() {
        guard answer.isWaiting else { return }
        let mark = collector.mark
        do throws(BatchError) { try answer.scan(isEnd: true) } catch { return collector.goBack(to: mark) }
        if !answer.isRootClosed { collector.goBack(to: mark) }
    }
}
