internal import Domain

/// What begins with `<`. Places are within the units at hand.
enum Token {
    case start(Tag, isEmpty: Bool)
    case end(Tag)
    case comment(end: Int)
    case instruction(end: Int)
    /// `<![CDATA[`, which is as long.
    case section
    case documentType
    /// No markup, though it begins like it.
    case stray
    /// Too little to tell.
    case incomplete
}

struct Tag {
    let open: Int
    let nameStart: Int
    let nameEnd: Int
    let end: Int
    var attributes = 0
    /// Whether the tag ends in the middle.
    var isBroken = false
}

/// Where searches go on that ended for lack of octets, so that no octet is searched again and again. Places are in the document.
struct TokenProgress {
    /// The tag that is not complete.
    var tagOpen = -1
    var tagPlace = 0
    var tagNameEnd = 0
    var tagQuote: UInt8 = 0
    var tagAttributes = 0
    /// Where the white space ends, as far as it came, that a candidate's first section begins with.
    var sectionStart = 0
    /// No section, instruction or comment ends before these.
    var sectionEnd = 0
    var instructionEnd = 0
    var commentEnd = 0
}

extension DocumentScan {
    private static let sectionMark = Array("<![CDATA[".utf8)
    private static let typeMark = Array("<!DOCTYPE".utf8)
    static let sectionMarkUnits = 9

    /// Recognises what begins at `open`, looking no further than `to`.
    mutating func token(_ span: Span<UInt8>, at open: Int, to: Int) -> Token {
        guard open + 1 < to else { return .incomplete }
        switch span[open + 1] {
        case UInt8(ascii: "/"): return endTag(span, open, to)
        case UInt8(ascii: "?"): return instruction(span, open, to)
        case UInt8(ascii: "!"): return declaration(span, open, to)
        case let first where ByteSearch.isNameStart(first): return startTag(span, open, to)
        default: return .stray
        }
    }

    /// Where a token that has not ended by `to` stands: it waits, unless it is longer than tokens may be.
    private func unfinished(_ open: Int, _ to: Int) -> Token { open + maxTagUnits <= to ? .stray : .incomplete }

    private mutating func startTag(_ span: Span<UInt8>, _ open: Int, _ to: Int) -> Token {
        let limit = min(to, open + maxTagUnits)
        var (place, nameEnd) = name(span, open, limit)
        var quote: UInt8 = 0
        var attributes = 0
        if progress.tagOpen == base + open { (quote, attributes) = (progress.tagQuote, progress.tagAttributes) }
        while place < limit {
            let unit = span[place]
            if quote != 0 {
                if unit == quote { quote = 0 }
                if unit == UInt8(ascii: "<") { break }
            } else if unit <= UInt8(ascii: ">") {
                switch unit {
                case UInt8(ascii: ">"):
                    let isEmpty = span[place - 1] == UInt8(ascii: "/")
                    return .start(
                        Tag(open: open, nameStart: open + 1, nameEnd: nameEnd, end: place + 1, attributes: attributes), isEmpty: isEmpty)
                case UInt8(ascii: "="): attributes += 1
                case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = unit
                default: break
                }
                if unit == UInt8(ascii: "<") { break }
            }
            place += 1
        }
        if place < limit || open + maxTagUnits <= to {
            return .start(
                Tag(
                    open: open, nameStart: open + 1, nameEnd: nameEnd == 0 ? place : nameEnd, end: place, attributes: attributes,
                    isBroken: true),
                isEmpty: false)
        }
        (progress.tagQuote, progress.tagAttributes) = (quote, attributes)
        pause(open, place, nameEnd)
        return .incomplete
    }

    private mutating func endTag(_ span: Span<UInt8>, _ open: Int, _ to: Int) -> Token {
        let limit = min(to, open + maxTagUnits)
        guard open + 2 < limit else { return unfinished(open, to) }
        guard ByteSearch.isNameStart(span[open + 2]) else { return .stray }
        var (place, nameEnd) = name(span, open, limit)
        while place < limit, ByteSearch.isSpace(span[place]) { place += 1 }
        guard place < limit else {
            pause(open, place, nameEnd)
            return unfinished(open, to)
        }
        let isWhole = span[place] == UInt8(ascii: ">")
        return .end(Tag(open: open, nameStart: open + 2, nameEnd: nameEnd, end: isWhole ? place + 1 : place, isBroken: !isWhole))
    }

    /// Goes over a tag's name from its second unit on, or on from where it was left.
    ///
    /// - Returns: the next place to look at, and where the name ends; 0 when it may go on.
    private func name(_ span: Span<UInt8>, _ open: Int, _ limit: Int) -> (place: Int, nameEnd: Int) {
        var place = open + 2
        if progress.tagOpen == base + open {
            place = progress.tagPlace - base
            if progress.tagNameEnd > 0 { return (place, progress.tagNameEnd - base) }
        }
        while place < limit, ByteSearch.isName(span[place]) { place += 1 }
        return (place, place < limit ? place : 0)
    }

    /// Leaves a tag that is not complete.
    private mutating func pause(_ open: Int, _ place: Int, _ nameEnd: Int) {
        progress.tagOpen = base + open
        progress.tagPlace = base + place
        progress.tagNameEnd = nameEnd == 0 ? 0 : base + nameEnd
    }

    private mutating func declaration(_ span: Span<UInt8>, _ open: Int, _ to: Int) -> Token {
        guard open + 2 < to else { return .incomplete }
        if span[open + 2] == UInt8(ascii: "-") {
            guard open + 3 < to else { return .incomplete }
            return span[open + 3] == UInt8(ascii: "-") ? comment(span, open, to) : .stray
        }
        for mark in [Self.sectionMark, Self.typeMark] {
            var length = 2
            while length < mark.count, open + length < to, span[open + length] == mark[length] { length += 1 }
            if length == mark.count { return mark == Self.sectionMark ? .section : .documentType }
            if length > 2, open + length == to { return .incomplete }
        }
        return .stray
    }

    /// Two hyphens end a comment, or it is none. Within an invoice it may be as long as the invoice.
    private mutating func comment(_ span: Span<UInt8>, _ open: Int, _ to: Int) -> Token {
        let limit = candidate == nil ? min(to, open + maxTagUnits) : to
        var place = max(open + 4, progress.commentEnd - base)
        while true {
            place = ByteSearch.first(UInt8(ascii: "-"), in: span, from: place, to: limit)
            guard place + 2 < limit else {
                progress.commentEnd = base + max(min(place, limit), open + 4)
                return candidate == nil && open + maxTagUnits <= to ? .stray : .incomplete
            }
            if span[place + 1] == UInt8(ascii: "-") {
                return span[place + 2] == UInt8(ascii: ">") ? .comment(end: place + 3) : .stray
            }
            place += 1
        }
    }

    private mutating func instruction(_ span: Span<UInt8>, _ open: Int, _ to: Int) -> Token {
        let limit = min(to, open + maxTagUnits)
        var place = max(open + 2, progress.instructionEnd - base)
        while true {
            place = ByteSearch.first(UInt8(ascii: "?"), in: span, from: min(place, limit), to: limit)
            guard place + 1 < limit else {
                progress.instructionEnd = max(progress.instructionEnd, base + place)
                return unfinished(open, to)
            }
            if span[place + 1] == UInt8(ascii: ">") { return .instruction(end: place + 2) }
            place += 1
        }
    }

    /// The place after `]]>` of a section whose content begins at `from`; nil when there is none before `to`.
    mutating func sectionEnd(_ span: Span<UInt8>, from: Int, to: Int) -> Int? {
        var place = max(from, progress.sectionEnd - base)
        while true {
            place = ByteSearch.first(UInt8(ascii: "]"), in: span, from: min(place, to), to: to)
            guard place + 2 < to else {
                progress.sectionEnd = max(progress.sectionEnd, base + place)
                return nil
            }
            if span[place + 1] == UInt8(ascii: "]"), span[place + 2] == UInt8(ascii: ">") { return place + 3 }
            place += 1
        }
    }

    /// A number for a name, whatever its length.
    func nameMark(_ span: Span<UInt8>, _ tag: Tag) -> UInt64 {
        let raw = span.bytes
        func mixed(_ mark: UInt64, _ word: UInt64) -> UInt64 { (mark ^ word ^ mark >> 29) &* 0x9E37_79B9_7F4A_7C15 }
        var mark = mixed(0, UInt64(truncatingIfNeeded: tag.nameEnd - tag.nameStart))
        var place = tag.nameStart
        while place + 8 <= tag.nameEnd {
            mark = mixed(mark, raw.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var rest: UInt64 = 0
        while place < tag.nameEnd {
            rest = rest << 8 | UInt64(span[place])
            place += 1
        }
        return mixed(mark, rest)
    }
}
