internal import Domain

/// What stands in an invoice's place, from its start tag to where it ends, or to where it must be given up.
///
/// Elements of the invoice's name within it are either part of it, or the invoices after one that is not closed. Those within a sound
/// element of the invoice are part of it. The others count when the invoice turns out not to be closed.
extension DocumentScan {
    static let notClosed = "close the invoice's element before the next one begins"

    mutating func begin(
        _ span: Span<UInt8>, _ tag: Tag, isFault: Bool, isEmpty: Bool
    ) throws(BatchError) {
        let name = nameMark(span, tag)
        let start = base + tag.open
        nested = []
        costlyTags = []
        noteCost(tag)
        candidate = Candidate(start: start, index: stack.count, name: name, isFault: isFault)
        stack.append(
            OpenElement(
                name: name, start: start, isInvoice: true, nestedMark: 0, declarationMark: declarations.count, isBroken: tag.isBroken))
        if isEmpty { try endInside(tag, at: stack.count - 1) }
    }

    mutating func startInside(_ span: Span<UInt8>, _ tag: Tag, isEmpty: Bool) throws(BatchError) {
        guard let candidate else { return }
        self.candidate?.isFresh = false
        let name = nameMark(span, tag)
        let start = base + tag.open
        noteCost(tag)
        if isEmpty {
            if name == candidate.name { nested.append(NestedInvoice(start: start, end: base + tag.end, isClosed: true)) }
            return
        }
        stack.append(
            OpenElement(
                name: name, start: start, isInvoice: name == candidate.name, nestedMark: nested.count, declarationMark: declarations.count,
                isBroken: tag.isBroken))
        guard stack.count - candidate.index > Self.maxDepthWithin else { return }
        if let last = openedWithin(candidate).last { return try restart(candidate, at: last) }
        try skip(candidate, to: base + tag.end, .tooDeep(limit: collector.limits.depth))
    }

    /// Notes a tag that a proof is not to be troubled with, for its work grows with the square of a tag's attributes.
    private mutating func noteCost(_ tag: Tag) {
        guard costlyTags.count < Self.maxCostlyTags else { return }
        if tag.attributes > collector.limits.attributes {
            costlyTags.append(CostlyTag(start: base + tag.open, reason: .tooManyAttributes(limit: collector.limits.attributes)))
        } else if tag.end - tag.open >= maxTagUnits {
            let reason = "shorten its tags to \(collector.limits.tagBytes) bytes at most"
            costlyTags.append(CostlyTag(start: base + tag.open, reason: .malformed(reason)))
        }
    }

    /// Beyond so many, whatever follows is taken to have one.
    private static let maxCostlyTags = 1_024

    /// An end tag closes the element at `match`, in or of the candidate.
    mutating func endInside(_ tag: Tag, at match: Int) throws(BatchError) {
        guard let candidate else { return }
        self.candidate?.isFresh = false
        let isSound = match == stack.count - 1 && !tag.isBroken
        if match + 1 < stack.count {
            for element in stack[(match + 1)...] where element.isInvoice {
                nested.append(NestedInvoice(start: element.start, end: base + tag.open, isClosed: false))
            }
        }
        let element = stack[match]
        stack.removeSubrange(match...)
        let isBroken = element.isBroken || !isSound
        if match == candidate.index { return try finish(candidate, base + tag.end, isBroken: isBroken) }
        if element.isInvoice {
            nested.removeSubrange(min(element.nestedMark, nested.count)...)
            nested.append(NestedInvoice(start: element.start, end: base + tag.end, isClosed: true))
        } else if !isBroken {
            nested.removeSubrange(min(element.nestedMark, nested.count)...)
        }
        if isBroken, let last = stack.indices.last { stack[last].isBroken = true }
    }

    /// The candidate's own end tag was found.
    private mutating func finish(_ candidate: Candidate, _ end: Int, isBroken: Bool) throws(BatchError) {
        if isBroken, !nested.isEmpty { return try give(until: end, .malformed(Self.notClosed)) }
        self.candidate = nil
        if candidate.isFault { throw fault(candidate, end) }
        try judge(candidate.start, end, mayCarry: candidate.mayCarry)
        costlyTags = []
    }

    // MARK: Giving up

    /// The candidate ends without an end tag.
    mutating func giveUp(at end: Int) throws(BatchError) {
        guard let candidate else { return }
        if candidate.isFault { throw .malformed("close the fault", offset: offset(of: candidate.start)) }
        for index in openedWithin(candidate) {
            nested.append(NestedInvoice(start: stack[index].start, end: end, isClosed: false))
        }
        try give(until: end, .malformed(Self.notClosed))
        stack.removeSubrange(candidate.index...)
    }

    /// The candidate is larger than an invoice may be. If others began within it, it was not closed.
    mutating func overflow() throws(BatchError) {
        guard let candidate else { return }
        if candidate.isFault { throw .malformed("shorten the fault", offset: offset(of: candidate.start)) }
        let opened = openedWithin(candidate)
        guard let last = opened.last else {
            let reason: SplitRefusal.Reason =
                nested.isEmpty ? .tooLarge(limit: collector.limits.invoiceBytes) : .malformed(Self.notClosed)
            return try skip(candidate, to: candidate.start + maxInvoiceUnits, reason)
        }
        // One that began in the second half may still be sound. If there is none, the last one: so each time half of the limit is left
        // behind, or all that began.
        let half = candidate.start + maxInvoiceUnits / 2
        try restart(candidate, at: opened.first { stack[$0].start >= half } ?? last)
    }

    /// Where in the stack elements are open that are the candidate's equals.
    private func openedWithin(_ candidate: Candidate) -> [Int] {
        stack.indices.dropFirst(candidate.index + 1).filter { stack[$0].isInvoice }
    }

    /// Gives the candidate up with nothing in its place: what is left of it is passed over.
    private mutating func skip(_ candidate: Candidate, to end: Int, _ reason: SplitRefusal.Reason) throws(BatchError) {
        try give(until: end, reason)
        let skipped = skippedIndex ?? candidate.index
        // What is open in an invoice that is merely too large is remembered, to find its end.
        if skippedIndex == nil, case .tooLarge = reason {} else { stack.removeSubrange((skipped + 1)...) }
        skippedIndex = skipped
    }

    /// Gives the candidate up for one that began in it and is open at this place of the stack.
    private mutating func restart(_ candidate: Candidate, at next: Int) throws(BatchError) {
        let element = stack[next]
        for index in openedWithin(candidate) where index < next {
            nested.append(NestedInvoice(start: stack[index].start, end: element.start, isClosed: false))
        }
        let later = nested.filter { $0.start > element.start }
        nested.removeAll { $0.start > element.start }
        try give(until: element.start, .malformed(Self.notClosed))
        nested = later
        let skipped = skippedIndex ?? candidate.index
        skippedIndex = skipped
        // Of what is passed over only the outermost stays, or the stack would grow with the batch.
        stack.removeSubrange((skipped + 1)..<next)
        for index in stack.indices.dropFirst(skipped + 1) {
            let start = stack[index].start
            stack[index].nestedMark = later.reduce(0) { $0 + ($1.start < start ? 1 : 0) }
        }
        self.candidate = Candidate(
            start: element.start, index: skipped + 1, name: candidate.name, isFault: false, isFresh: false)
    }

    /// Refuses the candidate, and judges the elements in it that are its equals.
    private mutating func give(until end: Int, _ reason: SplitRefusal.Reason) throws(BatchError) {
        guard let candidate else { return }
        let others = nested.sorted { $0.start < $1.start }
        self.candidate = nil
        nested = []
        try collector.refuse(slice(candidate.start, others.first?.start ?? end), reason)
        for (index, other) in others.enumerated() {
            let next = index + 1 < others.count ? others[index + 1].start : end
            if other.isClosed {
                try judge(other.start, other.end)
            } else {
                try collector.refuse(slice(other.start, min(other.end, next)), .malformed(Self.notClosed))
            }
        }
    }

    /// Has a whole element proved, unless one of its tags would be too much work.
    ///
    /// - Parameter mayCarry: whether it may be no invoice but what one came in.
    private mutating func judge(_ start: Int, _ end: Int, mayCarry: Bool = false) throws(BatchError) {
        let slice = slice(start, end)
        let costly =
            costlyTags.first { $0.start >= start && $0.start < end } ?? (costlyTags.count < Self.maxCostlyTags ? nil : costlyTags.last)
        if let costly { return try collector.refuse(slice, costly.reason) }
        let reason = try collector.found(slice)
        guard let reason else { return }
        if mayCarry, try carries(slice) { return }
        try collector.refuse(slice, reason)
    }

    /// Looks for invoices in the text of an element that has an invoice's name and is none.
    ///
    /// What is wrong in there matters only if there are some: else the element is one bad invoice, which ends no batch.
    private func carries(_ slice: Slice) throws(BatchError) -> Bool {
        guard level < Self.maxLevel else { return false }
        let (mark, fault) = (collector.mark, collector.fault)
        do throws(BatchError) {
            var scan = DocumentScan(carrier: slice, collector)
            try scan.push(slice.octets)
            try scan.end(isTruncated: false)
        } catch {
            if case .tooManyInvoices = error { throw error }
            collector.note(error)
        }
        if collector.mark > mark { return true }
        collector.fault = fault
        return false
    }

    // MARK: Faults

    private mutating func fault(_ candidate: Candidate, _ end: Int) -> BatchError {
        do throws(XMLError) {
            return .fault(SOAPFault(envelope ?? .v11, try XMLReader.read(slice(candidate.start, end))))
        } catch {
            return .malformed("the answer is a fault that is not well-formed", offset: offset(of: candidate.start))
        }
    }
}
