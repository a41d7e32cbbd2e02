internal import Domain

/// Gathers what the scans of one batch find: judges the slices, counts them, and keeps the first thing that is wrong around them.
final class BatchCollector {
    let plan: SplitPlan
    private let proof: SliceProof
    private var parts: [BatchPart] = []
    private var count = 0
    /// The first that was wrong outside the invoices; reading goes on, for the invoices' sake.
    var fault: BatchError?
    /// Whether the answer carries a document in some text.
    var hasDocument = false
    /// Where a section begins that holds no document.
    private var plainSection: Int?
    /// A mark of the first content with a number.
    private var contents: [String: UInt64] = [:]

    init(plan: SplitPlan) {
        self.plan = plan
        proof = SliceProof(limits: plan.limits)
    }

    var limits: SplitLimits { plan.limits }

    /// What was found since the last call.
    func take() -> [BatchPart] {
        let taken = parts
        parts = []
        return taken
    }

    /// How many parts wait to be taken.
    var mark: Int { parts.count }

    /// Forgets what was found since then; nothing may be looked for afterwards.
    func goBack(to mark: Int) { parts.removeSubrange(min(mark, parts.count)...) }

    func notePlainSection(at offset: Int) { plainSection = plainSection ?? offset }

    /// Why a whole answer cannot be taken as a batch: what was noted, or that words stand where the document should.
    var complaint: BatchError? {
        if let fault { return fault }
        guard count == 0, !hasDocument, let plainSection else { return nil }
        return .malformedInner("it is text and no XML document", offset: plainSection)
    }

    func note(_ error: BatchError) {
        if fault == nil { fault = error }
    }

    /// Takes a whole element in the place of an invoice.
    ///
    /// - Returns: why it is not taken, if it is not.
    func found(_ slice: Slice) throws(BatchError) -> SplitRefusal.Reason? {
        switch proof.read(slice.octets, slice.encoding, within: slice.scope.opening, at: plan.numberPath) {
        case .refused(let reason): return reason
        case .proven(nil): return .noNumber
        case .proven(let number?):
            let mark = ByteSearch.mark(of: slice.octets)
            if let first = contents[number], first != mark { return .duplicateInBatch(number: number) }
            contents[number] = mark
            let index = try nextIndex()
            parts.append(
                .invoice(
                    SplitInvoice(
                        number: number, octets: Array(slice.octets), encoding: slice.encoding.name, namespaces: slice.scope.namespaces,
                        index: index)))
            return nil
        }
    }

    func refuse(_ slice: Slice, _ reason: SplitRefusal.Reason) throws(BatchError) {
        let index = try nextIndex()
        parts.append(
            .refused(
                SplitRefusal(
                    reason: reason, octets: Array(slice.octets.prefix(limits.invoiceBytes)), encoding: slice.encoding.name,
                    namespaces: slice.scope.namespaces, index: index)))
    }

    private func nextIndex() throws(BatchError) -> Int {
        guard count < limits.invoices else { throw .tooManyInvoices(limit: limits.invoices) }
        count += 1
        return count - 1
    }
}

/// Octets of a document that stand in the place of an invoice.
struct Slice {
    let octets: ArraySlice<UInt8>
    let encoding: TextEncoding
    let scope: Scope
}

/// The namespace declarations in force at a place.
struct Scope {
    /// By prefix.
    let namespaces: [InheritedNamespace]
    /// The start tag that declares them for a proof.
    let opening: [UInt8]

    /// - Parameter declarations: outermost first.
    init(_ declarations: [InheritedNamespace]) {
        var known: [String: String] = [:]
        for declaration in declarations { known[declaration.prefix] = declaration.uri }
        namespaces = known.filter { !$0.value.isEmpty && $0.key != "xml" && $0.key != "xmlns" }
            .map { InheritedNamespace(prefix: $0.key, uri: $0.value) }
            .sorted { $0.prefix < $1.prefix }
        opening = SliceFrame.opening(namespaces)
    }
}
