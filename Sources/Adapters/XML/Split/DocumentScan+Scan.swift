internal import Domain

extension DocumentScan {
    /// Takes what can be taken of the units at hand.
    ///
    /// - Parameter isEnd: nothing comes after them.
    mutating func scan(isEnd: Bool) throws(BatchError) {
        // Nothing in here changes the units.
        let units = self.units
        let span = units.span
        while true {
            if isInSection {
                guard try takeSection(span, isEnd: isEnd) else { return }
                continue
            }
            // Of a candidate nothing beyond its limit is looked at.
            let clip = candidate.map { $0.start + maxInvoiceUnits - base } ?? Int.max
            let to = min(span.count, clip)
            let open = ByteSearch.first(UInt8(ascii: "<"), in: span, from: cursor - base, to: to)
            try takeText(span, to: open, isWhole: open < to || isEnd)
            var next = open < to ? token(span, at: open, to: to) : .incomplete
            if case .documentType = next, stack.isEmpty, !isEnd, !showsTypeName(span, open) { return }
            if case .section = next, candidate?.isFresh == true { next = openSection(span, open, to, isEnd: isEnd) }
            if case .section = next, candidate != nil { next = closeSection(span, open, to) }
            if case .incomplete = next {
                if clip <= span.count {
                    try overflow()
                    continue
                }
                guard isEnd, open < to else { return }
                next = .stray
            }
            try take(next, span, open)
        }
    }

    private mutating func take(_ token: Token, _ span: Span<UInt8>, _ open: Int) throws(BatchError) {
        switch token {
        case .start(let tag, let isEmpty):
            cursor = base + tag.end
            if candidate == nil { try startOutside(span, tag, isEmpty: isEmpty) } else { try startInside(span, tag, isEmpty: isEmpty) }
        case .end(let tag):
            cursor = base + tag.end
            try end(span, tag)
        case .comment(let end): cursor = base + end
        case .instruction(let end):
            cursor = base + end
            if stack.isEmpty { try declare(span, open, end) }
        case .section:
            // One within a candidate was passed over whole.
            cursor = base + open + Self.sectionMarkUnits
            isInSection = true
            isSectionChecked = false
        case .documentType where stack.isEmpty: try refuseDocumentType(span, open)
        case .documentType, .stray, .incomplete:
            cursor = base + open + 1
            markBroken("write < in text as &lt;")
        }
    }

    /// Something is not well-formed where the scan stands: in the element that is open, or outside all invoices.
    mutating func markBroken(_ reason: String) {
        if candidate != nil || skippedIndex != nil {
            if let last = stack.indices.last { stack[last].isBroken = true }
        } else {
            note(reason)
        }
    }

    /// A section within a candidate, to its end; there it is like a comment.
    private mutating func closeSection(_ span: Span<UInt8>, _ open: Int, _ to: Int) -> Token {
        sectionEnd(span, from: open + Self.sectionMarkUnits, to: to).map { .comment(end: $0) } ?? .incomplete
    }

    /// Looks whether a section that is the first thing in a candidate begins as a document does.
    private mutating func openSection(_ span: Span<UInt8>, _ open: Int, _ to: Int, isEnd: Bool) -> Token {
        var place = max(open + Self.sectionMarkUnits, progress.sectionStart - base)
        while place < to, ByteSearch.isSpace(span[place]) { place += 1 }
        progress.sectionStart = base + place
        guard place < to else { return isEnd ? .section : .incomplete }
        let first = span[place]
        // Or UTF-16, by its mark or its first `<`.
        candidate?.mayCarry = first == UInt8(ascii: "<") || encoding.unitBytes == 1 && (first == 0xFF || first == 0xFE || first == 0)
        candidate?.isFresh = false
        return .section
    }

    /// Reads an XML declaration's encoding.
    private mutating func declare(_ span: Span<UInt8>, _ open: Int, _ end: Int) throws(BatchError) {
        let text = Array(text(base + open, base + end).utf8)
        guard text.starts(with: "<?xml".utf8), text.count > 5, ByteSearch.isSpace(text[5]) else { return }
        let words = text.split { ByteSearch.isSpace($0) || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
        guard let name = words.firstIndex(where: { $0.elementsEqual("encoding".utf8) }), name + 1 < words.count else { return }
        try declare(String(decoding: words[name + 1], as: UTF8.self))
    }

    /// Whether enough of a document type declaration is there to tell which type it is.
    private func showsTypeName(_ span: Span<UInt8>, _ open: Int) -> Bool {
        let limit = open + Self.typeNameUnits
        return limit <= span.count || ByteSearch.first(UInt8(ascii: ">"), in: span, from: open, to: span.count) < span.count
    }

    private static let typeNameUnits = 64

    /// An HTML page says so in its document type.
    private func refuseDocumentType(_ span: Span<UInt8>, _ open: Int) throws(BatchError) {
        var place = open + Self.sectionMarkUnits
        let limit = min(span.count, open + Self.typeNameUnits)
        while place < limit, ByteSearch.isSpace(span[place]) { place += 1 }
        var name = ""
        while place < limit, name.utf8.count < 5, ByteSearch.isName(span[place]) {
            name.unicodeScalars.append(Unicode.Scalar(span[place] | 0x20))
            place += 1
        }
        throw level == 0 && name == "html" ? .notAnEnvelope(root: name) : .doctypeRefused
    }
}
