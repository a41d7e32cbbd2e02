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
        let from = cursor - base
        if ByteSearch.first(UInt8(ascii: "&"), in: span, from: from, to: to) < to {
            try takeEscaped(span, from: from, to: to, isWhole: isWhole)
        } else {
            try deliver(octets(base + from, base + to))
            cursor = base + to
        }
    }

    /// Takes text with references in it. A document that comes escaped has two of them for each tag, so what is resolved is handed on in
    /// large pieces.
    private mutating func takeEscaped(_ span: Span<UInt8>, from: Int, to: Int, isWhole: Bool) throws(BatchError) {
        var resolved: [UInt8] = []
        resolved.reserveCapacity(min((to - from) * encoding.unitBytes, Self.resolvedBytes + Self.maxGathered))
        var place = from
        while place < to {
            let mark = ByteSearch.first(UInt8(ascii: "&"), in: span, from: place, to: to)
            try gather(octets(base + place, base + mark), &resolved)
            cursor = base + mark
            guard mark < to else { break }
            guard let end = referenceEnd(span, mark, to) else {
                if !isWhole, to - mark < Self.maxReferenceUnits { break }
                // What came before has the first word on what is wrong.
                try deliver(&resolved)
                markBroken("write & as &amp;")
                place = mark + 1
                cursor = base + place
                continue
            }
            guard let scalar = Self.scalar(span, mark + 1, end - 1) else {
                try deliver(&resolved)
                throw .entityRefused
            }
            if scalar < 0x80, encoding.unitBytes == 1 {
                resolved.append(UInt8(truncatingIfNeeded: scalar))
            } else {
                // What the encoding lacks stays a reference, for the document within to resolve.
                resolved.append(contentsOf: encoding.encode(scalar)?[...] ?? octets(base + mark, base + end))
            }
            place = end
            cursor = base + place
        }
        try deliver(&resolved)
    }

    /// What is resolved is handed on when there is so much of it.
    private static let resolvedBytes = 16_384
    /// Longer pieces of text are handed on as they are.
    private static let maxGathered = 2_048

    private mutating func gather(_ octets: ArraySlice<UInt8>, _ resolved: inout [UInt8]) throws(BatchError) {
        if resolved.count >= Self.resolvedBytes || octets.count > Self.maxGathered { try deliver(&resolved) }
        if octets.count > Self.maxGathered { try deliver(octets) } else { resolved.append(contentsOf: octets) }
    }

    private mutating func deliver(_ resolved: inout [UInt8]) throws(BatchError) {
        try deliver(resolved[...])
        resolved.removeAll(keepingCapacity: true)
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
            let scalar = end.flatMap { Self.scalar(span, place + 1, $0 - 1) }
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

    /// The character that a reference stands for whose name is between these places; nil for an entity that XML does not define, and for
    /// what is no character.
    static func scalar(_ span: Span<UInt8>, _ from: Int, _ to: Int) -> UInt32? {
        guard from < to else { return nil }
        func isNamed(_ name: StaticString) -> Bool {
            guard to - from == name.utf8CodeUnitCount else { return false }
            return name.withUTF8Buffer { name in name.indices.allSatisfy { span[from + $0] == name[$0] } }
        }
        switch span[from] {
        case UInt8(ascii: "#"): return numbered(span, from + 1, to)
        case UInt8(ascii: "l"): return isNamed("lt") ? 0x3C : nil
        case UInt8(ascii: "g"): return isNamed("gt") ? 0x3E : nil
        case UInt8(ascii: "a"): return isNamed("amp") ? 0x26 : isNamed("apos") ? 0x27 : nil
        case UInt8(ascii: "q"): return isNamed("quot") ? 0x22 : nil
        default: return nil
        }
    }

    /// XML 1.0, section 4.1: decimal digits, or `x` and hexadecimal ones.
    private static func numbered(_ span: Span<UInt8>, _ from: Int, _ to: Int) -> UInt32? {
        guard from < to else { return nil }
        let isHexadecimal = span[from] == UInt8(ascii: "x")
        var place = isHexadecimal ? from + 1 : from
        guard place < to else { return nil }
        var value: UInt32 = 0
        while place < to {
            let digit: UInt32
            switch span[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(span[place]) - 0x30
            case UInt8(ascii: "a")...UInt8(ascii: "f") where isHexadecimal: digit = UInt32(span[place]) - 0x57
            case UInt8(ascii: "A")...UInt8(ascii: "F") where isHexadecimal: digit = UInt32(span[place]) - 0x37
            default: return nil
            }
            value = value * (isHexadecimal ? 16 : 10) + digit
            guard value <= 0x10FFFF else { return nil }
            place += 1
        }
        guard let scalar = Unicode.Scalar(value), XMLNCName.isCharacter(scalar) else { return nil }
        return value
    }

    /// A text with its references resolved.
    static func resolved(_ text: String) throws(BatchError) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        let octets = Array(text.utf8)
        let span = octets.span
        var resolved = ""
        var place = 0
        while place < octets.count {
            let mark = ByteSearch.first(UInt8(ascii: "&"), in: span, from: place, to: octets.count)
            resolved += String(decoding: octets[place..<mark], as: UTF8.self)
            guard mark < octets.count else { break }
            let end = ByteSearch.first(UInt8(ascii: ";"), in: span, from: mark, to: octets.count)
            guard end < octets.count, let value = scalar(span, mark + 1, end), let scalar = Unicode.Scalar(value) else {
                throw .entityRefused
            }
            resolved.unicodeScalars.append(scalar)
            place = end + 1
        }
        return resolved
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
