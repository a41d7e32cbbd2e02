internal import Domain

extension DocumentScan {
    /// Takes the text between the cursor and `to`.
    ///
    /// - Parameter isWhole: the text ends there.
    mutating func takeText(_ span: Span<UInt8>, to: Int, isWhole: Bool) throws(BatchError) {
        if candidate != nil {
            let from = cursor - base
            cursor = base + to
            if candidate?.isFresh == true { takeFreshText(span, from: from, to: to, isWhole: isWhole) }
            return
        }
        guard isInBody, skippedIndex == nil, !isRunWide, !stack.isEmpty else {
            if stack.isEmpty { try refuseText(span, to: to) }
            cursor = base + to
            return
        }
        var place = cursor - base
        while place < to {
            let mark = ByteSearch.first(UInt8(ascii: "&"), in: span, from: place, to: to)
            try deliver(octets(base + place, base + mark))
            cursor = base + mark
            guard mark < to else { return }
            guard let end = referenceEnd(span, mark, to) else {
                if !isWhole, to - mark < Self.maxReferenceUnits { return }
                markBroken("write & as &amp;")
                place = mark + 1
                cursor = base + place
                continue
            }
            let scalar = try reference(span, mark, end)
            // What the encoding lacks stays a reference, for the document within to resolve.
            try deliver(encoding.encode(scalar)?[...] ?? octets(base + mark, base + end))
            place = end
            cursor = base + place
        }
    }

    /// Looks whether the text that a candidate begins with begins as an escaped document does.
    private mutating func takeFreshText(_ span: Span<UInt8>, from: Int, to: Int, isWhole: Bool) {
        var place = from
        while place < to, ByteSearch.isSpace(span[place]) { place += 1 }
        guard place < to else { return }
        if span[place] == UInt8(ascii: "&") {
            let end = referenceEnd(span, place, to)
            if end == nil, !isWhole, to - place < Self.maxReferenceUnits {
                cursor = base + place
                return
            }
            let scalar = end.flatMap { Self.scalar(text(base + place + 1, base + $0 - 1)) }
            candidate?.mayCarry = scalar == 0x3C || scalar == 0xFEFF
        }
        candidate?.isFresh = false
    }

    /// Outside the root there is white space only.
    private mutating func refuseText(_ span: Span<UInt8>, to: Int) throws(BatchError) {
        var place = cursor - base
        while place < to, ByteSearch.isSpace(span[place]) { place += 1 }
        guard place < to else { return }
        if level == 0, !isRootClosed { throw .notAnEnvelope(root: nil) }
        cursor = base + place
        note("remove the text outside the root element")
    }

    // MARK: References

    /// `&#x10FFFF;` with two leading zeros.
    private static let maxReferenceUnits = 12

    /// The place after the `;` of a reference.
    private func referenceEnd(_ span: Span<UInt8>, _ mark: Int, _ to: Int) -> Int? {
        let limit = min(to, mark + Self.maxReferenceUnits)
        let end = ByteSearch.first(UInt8(ascii: ";"), in: span, from: mark, to: limit)
        return end < limit ? end + 1 : nil
    }

    private func reference(_ span: Span<UInt8>, _ mark: Int, _ end: Int) throws(BatchError) -> UInt32 {
        guard let scalar = Self.scalar(text(base + mark + 1, base + end - 1)) else { throw .entityRefused }
        return scalar
    }

    /// The character that a reference without its `&` and `;` stands for; nil for an entity that XML does not define, and for what is no
    /// character.
    static func scalar(_ name: String) -> UInt32? {
        switch name {
        case "lt": return 0x3C
        case "gt": return 0x3E
        case "amp": return 0x26
        case "quot": return 0x22
        case "apos": return 0x27
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
            guard let value, let scalar = Unicode.Scalar(value), XMLNCName.isCharacter(scalar) else { return nil }
            return value
        }
    }

    /// A text with its references resolved.
    static func resolved(_ text: String) throws(BatchError) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var resolved = String.UnicodeScalarView()
        // Scalars, for a mark that combines with what stands before it would hide that.
        var rest = text.unicodeScalars[...]
        while let mark = rest.firstIndex(of: "&") {
            resolved.append(contentsOf: rest[..<mark])
            guard let end = rest[mark...].firstIndex(of: ";"), let value = scalar(String(rest[rest.index(after: mark)..<end])),
                let scalar = Unicode.Scalar(value)
            else { throw .entityRefused }
            resolved.append(scalar)
            rest = rest[rest.index(after: end)...]
        }
        resolved.append(contentsOf: rest)
        return String(resolved)
    }

    // MARK: Sections outside invoices

    /// Takes on a CDATA section outside invoices, which may be as long as the batch.
    ///
    /// - Returns: whether it ended.
    mutating func takeSection(_ span: Span<UInt8>, isEnd: Bool) throws(BatchError) -> Bool {
        let from = cursor - base
        let isWanted = isInBody && skippedIndex == nil && !stack.isEmpty
        if !isSectionChecked {
            guard isEnd || from + 4 <= span.count else { return false }
            isSectionChecked = true
            runSection = runSection ?? offset(of: cursor)
            if isWanted, level < Self.maxLevel, case .blank = run, encoding.unitBytes == 1 {
                let mark = TextEncoding.mark(octets(base + from, base + min(from + 4, span.count)))
                isRunWide = mark?.encoding.unitBytes == 2
            }
        }
        var place = from
        var isOpen = true
        while isOpen {
            place = ByteSearch.first(UInt8(ascii: "]"), in: span, from: place, to: span.count)
            guard place + 2 < span.count else { break }
            if span[place + 1] == UInt8(ascii: "]"), span[place + 2] == UInt8(ascii: ">") {
                guard let ends = isRunWide ? endsWide(span, from, place, isEnd: isEnd) : true else { break }
                isOpen = !ends
            }
            if isOpen { place += 1 }
        }
        if isOpen, isEnd { place = span.count }
        if isWanted { try deliver(octets(base + from, base + place)) }
        cursor = base + place + (isOpen ? 0 : 3)
        isInSection = isOpen
        return !isOpen
    }

    /// Whether `]]>` ends a section that holds UTF-16 in a document of single octets: between two units, and with markup behind it. Elsewhere
    /// it is part of two characters. Nil when that cannot be told yet.
    private func endsWide(_ span: Span<UInt8>, _ from: Int, _ place: Int, isEnd: Bool) -> Bool? {
        guard (runBytes + place - from) % 2 == 0 else { return false }
        var next = place + 3
        let limit = min(span.count, next + Self.maxSpaceBehind)
        while next < limit, ByteSearch.isSpace(span[next]) { next += 1 }
        guard next + 1 < span.count else { return isEnd ? true : nil }
        // In UTF-16 a zero would follow.
        return span[next] == UInt8(ascii: "<") && (0x21...0x7A).contains(span[next + 1])
    }

    private static let maxSpaceBehind = 64

    // MARK: Documents in the text

    /// Hands on a part of an element's text.
    private mutating func deliver(_ octets: ArraySlice<UInt8>) throws(BatchError) {
        guard !octets.isEmpty else { return }
        switch run {
        case .plain: return
        case .document(let document):
            runBytes += octets.count
            try document.scan.push(octets)
        case .begun(let first):
            runBytes += octets.count
            run = .begun(first + octets)
            try beginRun(isEnd: false)
        case .blank:
            let rest = octets[spaceEnd(octets)...]
            guard !rest.isEmpty else { return }
            runBytes = rest.count
            run = .begun(Array(rest))
            try beginRun(isEnd: false)
        }
    }

    private func spaceEnd(_ octets: ArraySlice<UInt8>) -> Int {
        var index = octets.startIndex
        if encoding.unitBytes == 1 {
            while index < octets.endIndex, ByteSearch.isSpace(octets[index]) { index += 1 }
        } else {
            while index + 1 < octets.endIndex, case let unit = encoding.unit(octets[index], octets[index + 1]), unit < 0x80,
                ByteSearch.isSpace(UInt8(unit))
            { index += 2 }
        }
        return index
    }

    /// Decides by its first octets whether a text is a document.
    private mutating func beginRun(isEnd: Bool) throws(BatchError) {
        guard case .begun(let first) = run, first.count >= 4 || isEnd else { return }
        let mark = TextEncoding.mark(first[...])
        guard level < Self.maxLevel, mark != nil || encoding.unitBytes == 1 && first.first == UInt8(ascii: "<") else {
            run = .plain
            return
        }
        collector.hasDocument = true
        let document = CarriedDocument(DocumentScan(collector, level: level + 1, outer: encoding))
        run = .document(document)
        try document.scan.push(first[...])
    }

    /// The element's text ends, with the documents in it.
    mutating func endRun(isTruncated: Bool) throws(BatchError) {
        if !isTruncated { try beginRun(isEnd: true) }
        switch run {
        case .document(let document): try document.scan.end(isTruncated: isTruncated)
        case .plain: if level == 0, let runSection { collector.notePlainSection(at: runSection) }
        case .blank, .begun: break
        }
        run = .blank
        runSection = nil
        runBytes = 0
        isRunWide = false
    }
}
