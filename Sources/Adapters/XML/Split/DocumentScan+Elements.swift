internal import Domain

/// Elements outside invoices: the envelope, and what surrounds invoices in it or in the documents that it carries.
extension DocumentScan {
    mutating func startOutside(_ span: Span<UInt8>, _ tag: Tag, isEmpty: Bool) throws(BatchError) {
        try endRun(isTruncated: false)
        let own = try ownDeclarations(span, tag)
        if isInvoice(span, tag, own) {
            return try begin(span, tag, isFault: false, isEmpty: isEmpty)
        }
        if tag.isBroken { markBroken("close the tag with >, and write < in attribute values as &lt;") }
        guard tag.attributes <= collector.limits.attributes || skippedIndex != nil else {
            throw .tooManyAttributes(limit: collector.limits.attributes)
        }
        if level == 0, stack.count < 3, try isEnvelope(span, tag, own, isEmpty: isEmpty) { return }
        if isEmpty { return }
        if let skippedIndex, stack.count - skippedIndex >= Self.maxDepthWithin {
            stack.removeSubrange((skippedIndex + 1)...)
        } else if skippedIndex == nil, stack.count >= collector.limits.depth {
            throw .tooDeep(limit: collector.limits.depth)
        }
        try open(span, tag, own)
    }

    /// However deep the limits let invoices be, names of so many open elements are kept within one.
    static let maxDepthWithin = 256

    private mutating func open(_ span: Span<UInt8>, _ tag: Tag, _ own: [InheritedNamespace]) throws(BatchError) {
        stack.append(
            OpenElement(
                name: nameMark(span, tag), start: base + tag.open, isInvoice: false, nestedMark: 0,
                declarationMark: declarations.count, isBroken: false))
        // What stands in an invoice that was refused is around no other.
        guard !own.isEmpty, skippedIndex == nil else { return }
        declarations += own
        let limit = collector.limits.namespaces
        let bytes = declarations.reduce(0) { $0 + $1.prefix.utf8.count + $1.uri.utf8.count }
        guard declarations.count <= limit, bytes <= SplitLimits.namespaceBytes else {
            throw .tooManyNamespaces(limit: limit, bytes: SplitLimits.namespaceBytes)
        }
    }

    private func isInvoice(_ span: Span<UInt8>, _ tag: Tag, _ own: [InheritedNamespace]) -> Bool {
        // Of one that is looked at again only the text can have what was not found.
        guard isInBody, !isCarrier, !invoiceName.isEmpty, hasLocalName(span, tag, invoiceName) else { return false }
        let name = collector.plan.invoiceElement
        // One byte for a unit of UTF-16 may be that of another.
        if encoding.unitBytes > 1, text(base + tag.nameEnd - invoiceName.count, base + tag.nameEnd) != name.localName { return false }
        guard let wanted = name.namespace else { return true }
        return namespace(span, tag, own) == wanted
    }

    private func hasLocalName(_ span: Span<UInt8>, _ tag: Tag, _ name: [UInt8]) -> Bool {
        let start = tag.nameEnd - name.count
        guard start >= tag.nameStart, start == tag.nameStart || span[start - 1] == UInt8(ascii: ":") else { return false }
        for index in name.indices where span[start + index] != name[index] { return false }
        return true
    }

    private func namespace(_ span: Span<UInt8>, _ tag: Tag, _ own: [InheritedNamespace]) -> String {
        let colon = ByteSearch.first(UInt8(ascii: ":"), in: span, from: tag.nameStart, to: tag.nameEnd)
        let prefix = colon < tag.nameEnd ? text(base + tag.nameStart, base + colon) : ""
        let known = own.last { $0.prefix == prefix } ?? declarations.last { $0.prefix == prefix }
        return known?.uri ?? ""
    }

    // MARK: The envelope

    /// - Returns: whether the element was dealt with.
    private mutating func isEnvelope(_ span: Span<UInt8>, _ tag: Tag, _ own: [InheritedNamespace], isEmpty: Bool) throws(BatchError) -> Bool
    {
        switch stack.count {
        case 0:
            if isRootClosed {
                note("have one root element")
                return false
            }
            let uri = namespace(span, tag, own)
            guard hasLocalName(span, tag, units("Envelope")), let version = SOAPVersion.allCases.first(where: { $0.namespace == uri })
            else {
                throw .notAnEnvelope(root: shown(text(base + tag.nameStart, base + tag.nameEnd)))
            }
            envelope = version
            if isEmpty { isRootClosed = true }
        case 1:
            isInBody = !isEmpty && hasLocalName(span, tag, units("Body")) && namespace(span, tag, own) == envelope?.namespace
        case 2 where isInBody:
            guard hasLocalName(span, tag, units("Fault")), namespace(span, tag, own) == envelope?.namespace else { return false }
            try begin(span, tag, isFault: true, isEmpty: isEmpty)
            return true
        default: break
        }
        return false
    }

    /// What the document says of itself, for an error.
    func shown(_ text: String) -> String { ForeignText.shown(text, atMost: 64) }

    /// Names in ASCII have the same units in every encoding.
    private func units(_ name: StaticString) -> [UInt8] { name.withUTF8Buffer { Array($0) } }

    // MARK: End tags

    mutating func end(_ span: Span<UInt8>, _ tag: Tag) throws(BatchError) {
        let name = nameMark(span, tag)
        guard let match = stack.lastIndex(where: { $0.name == name }) else {
            if candidate == nil { try endRun(isTruncated: false) }
            return markBroken("close the elements in the order in which they were opened")
        }
        if let candidate {
            if match >= candidate.index { return try endInside(tag, at: match) }
            // What surrounds the invoice ends, and the invoice did not.
            try giveUp(at: base + tag.open)
        }
        try endRun(isTruncated: false)
        if tag.isBroken || match + 1 < stack.count, !isTolerated(match + 1) {
            note("close the elements in the order in which they were opened")
        }
        close(to: match)
    }

    /// Whether what is open from here up lies in an invoice that was refused.
    private func isTolerated(_ index: Int) -> Bool { skippedIndex.map { $0 <= index } ?? false }

    private mutating func close(to index: Int) {
        let mark = stack[index].declarationMark
        if mark < declarations.count { declarations.removeSubrange(mark...) }
        stack.removeSubrange(index...)
        if let skipped = skippedIndex, skipped >= index { skippedIndex = nil }
        if level == 0, index <= 1 { isInBody = false }
        if index == 0 { isRootClosed = true }
    }

    // MARK: Namespaces

    /// The declarations in a tag outside invoices.
    private func ownDeclarations(_ span: Span<UInt8>, _ tag: Tag) throws(BatchError) -> [InheritedNamespace] {
        guard tag.attributes > 0, tag.attributes <= collector.limits.attributes, !tag.isBroken else { return [] }
        var own: [InheritedNamespace] = []
        var place = tag.nameEnd
        while let attribute = attribute(span, &place, tag.end - 1) {
            let name = text(base + attribute.name.lowerBound, base + attribute.name.upperBound)
            guard name == "xmlns" || name.hasPrefix("xmlns:") else { continue }
            let uri = try Self.resolved(text(base + attribute.value.lowerBound, base + attribute.value.upperBound))
            own.append(InheritedNamespace(prefix: String(name.dropFirst(6)), uri: uri))
        }
        return own
    }

    /// The next attribute of a tag, and where its name and value stand.
    private func attribute(_ span: Span<UInt8>, _ place: inout Int, _ to: Int) -> (name: Range<Int>, value: Range<Int>)? {
        func skipSpace() { while place < to, ByteSearch.isSpace(span[place]) { place += 1 } }
        skipSpace()
        let start = place
        while place < to, ByteSearch.isName(span[place]) { place += 1 }
        let name = start..<place
        skipSpace()
        guard !name.isEmpty, place < to, span[place] == UInt8(ascii: "=") else { return nil }
        place += 1
        skipSpace()
        guard place < to, span[place] == UInt8(ascii: "\"") || span[place] == UInt8(ascii: "'") else { return nil }
        let value = place + 1
        let end = ByteSearch.first(span[place], in: span, from: value, to: to)
        guard end < to else { return nil }
        place = end + 1
        return (name, value..<end)
    }
}
