internal import Domain

/// Finds invoices in one document as its octets come: in the answer itself, or in a document that the answer carries as text.
///
/// The scan knows tags, comments, instructions and CDATA sections by their marks, keeps the names of open elements, and nothing more. It
/// never proves an invoice, which is libxml2's work, and it never gives up at what is malformed: it finds the next invoice element of the
/// same level. What it finds follows from the octets alone, not from the pieces that they come in: it waits until it can decide, and what
/// bounds its waiting are places in the document.
struct DocumentScan {
    let collector: BatchCollector
    /// 0 for the answer, 1 for a document in it, 2 for one in that.
    private(set) var level: Int
    static let maxLevel = 2
    /// Whether the document is an element that has an invoice's name and is none.
    private(set) var isCarrier = false

    // MARK: Octets

    private(set) var encoding: TextEncoding
    /// What the octets of an invoice may be in as well: the encoding of the document around, or the one that the header overruled.
    private var otherEncoding: TextEncoding?
    /// Whether a byte order mark or something above the declaration has said what the encoding is.
    private var isEncodingGiven = false
    /// The first octets, until they are enough to tell the encoding; nil afterwards.
    private var head: [UInt8]? = []
    /// One byte for each code unit that may still be needed.
    private(set) var units: [UInt8] = []
    /// The same in UTF-16; empty in other encodings, whose units are their octets.
    private var wideOctets: [UInt8] = []
    /// Which unit of the document `units` begins with.
    private(set) var base = 0
    /// How many octets stood before the first unit.
    private var markBytes = 0
    /// The unit up to which everything has been taken.
    var cursor = 0

    // MARK: Elements

    var stack: [OpenElement] = []
    /// Declarations of the open elements outside invoices, outermost first.
    var declarations: [InheritedNamespace] = [] { didSet { knownScope = nil } }
    private var knownScope: Scope?
    /// The invoice element's local name in this encoding's units; empty when the encoding lacks a character of it.
    private(set) var invoiceName: [UInt8] = []
    var isRootClosed = false
    /// Whether the envelope's body is open; always true in documents within.
    var isInBody: Bool
    var envelope: SOAPVersion?

    // MARK: What stands in an invoice's place

    var candidate: Candidate?
    /// Invoice elements within the candidate that are not within a sound element of it.
    var nested: [NestedInvoice] = []
    var costlyTags: [CostlyTag] = []
    /// Where in the stack an invoice stands of which nothing more is wanted.
    var skippedIndex: Int?

    // MARK: Text

    var run = TextRun.blank
    /// Octets of the run so far.
    var runBytes = 0
    /// Whether the run holds the octets of UTF-16 in a document of another encoding.
    var isRunWide = false
    /// Where in the octets the run's first section is.
    var runSection: Int?
    var isInSection = false
    var isSectionChecked = false

    /// Where the search for the end of something goes on when more has come.
    var progress = TokenProgress()

    /// - Parameter outer: the encoding of the document around; nil for the answer itself.
    init(_ collector: BatchCollector, level: Int, outer: TextEncoding?) {
        self.collector = collector
        self.level = level
        encoding = outer ?? .utf8
        otherEncoding = outer
        isInBody = level > 0
    }

    /// For one invoice alone.
    init(_ collector: BatchCollector, _ encoding: TextEncoding, _ namespaces: [InheritedNamespace]) {
        self.init(collector, level: Self.maxLevel, outer: encoding)
        isEncodingGiven = true
        head = nil
        declarations = namespaces
        nameInvoice()
    }

    /// For an element that is looked at again, for what is in its text.
    init(carrier slice: Slice, _ collector: BatchCollector) {
        self.init(collector, slice.encoding, slice.scope.namespaces)
        level = 1
        isCarrier = true
    }

    // MARK: Input

    mutating func push(_ bytes: ArraySlice<UInt8>) throws(BatchError) {
        if var first = head {
            first += bytes
            head = first
            guard first.count >= 4 else { return }
            try settle(first)
        } else {
            append(bytes)
        }
        try scan(isEnd: false)
        compact()
    }

    /// - Parameter isTruncated: the document does not end here, but nothing more of it comes.
    mutating func end(isTruncated: Bool) throws(BatchError) {
        if let first = head {
            try settle(first)
            try scan(isEnd: false)
        }
        if isTruncated {
            try endRun(isTruncated: true)
            return
        }
        try scan(isEnd: true)
        if candidate != nil { try giveUp(at: base + units.count) }
        try endRun(isTruncated: false)
        if !stack.isEmpty { note("it ends before all of its elements are closed") }
        if wideOctets.count % 2 != 0 { note("it ends within a character") }
    }

    /// Decides on the encoding by the first octets.
    private mutating func settle(_ first: [UInt8]) throws(BatchError) {
        head = nil
        if let mark = TextEncoding.mark(first[...]) {
            encoding = mark.encoding
            markBytes = mark.bytes
            isEncodingGiven = true
        } else if level == 0, let charset = collector.plan.charset {
            switch TextEncoding.label(charset) {
            // A label of UTF-16 on what is none is an error of the server; the document knows better.
            case .utf16: break
            case .known(let known) where known.unitBytes > 1: break
            case .known(let known):
                encoding = known
                isEncodingGiven = true
            case .unknown: throw .unsupportedEncoding(shown(charset))
            }
        } else if encoding.unitBytes > 1 {
            isEncodingGiven = true
        }
        nameInvoice()
        append(first[markBytes...])
    }

    /// Heeds the encoding that the XML declaration states. Where it states UTF-16, single octets show that it is not.
    mutating func declare(_ label: String) throws(BatchError) {
        if isEncodingGiven {
            if case .known(let known) = TextEncoding.label(label), level == 0, markBytes == 0 { otherEncoding = known }
            return
        }
        switch TextEncoding.label(label) {
        case .utf16: break
        case .known(let known) where known.unitBytes > 1: break
        case .known(let known):
            encoding = known
            nameInvoice()
        case .unknown: throw .unsupportedEncoding(shown(label))
        }
    }

    private mutating func nameInvoice() {
        let octets = encoding.encode(collector.plan.invoiceElement.localName) ?? []
        invoiceName = encoding.unitBytes == 1 ? octets : Self.units(octets[...], encoding)
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if encoding.unitBytes == 1 {
            units.append(contentsOf: bytes)
        } else {
            let from = units.count * 2
            wideOctets.append(contentsOf: bytes)
            units.append(contentsOf: Self.units(wideOctets[from...], encoding))
        }
    }

    /// One byte for each unit of UTF-16: itself in ASCII, one above ASCII for all others.
    private static func units(_ octets: ArraySlice<UInt8>, _ encoding: TextEncoding) -> [UInt8] {
        var units: [UInt8] = []
        units.reserveCapacity(octets.count / 2)
        var index = octets.startIndex
        while index + 1 < octets.endIndex {
            let unit = encoding.unit(octets[index], octets[index + 1])
            units.append(unit < 0x80 ? UInt8(unit) : 0x80 | UInt8(truncatingIfNeeded: unit ^ unit >> 8))
            index += 2
        }
        return units
    }

    /// Lets go of what is not needed any more; rarely, for what remains is moved.
    private mutating func compact() {
        let done = (candidate?.start ?? cursor) - base
        guard done >= Self.leastDrop, done * 2 >= units.count else { return }
        units.removeFirst(done)
        if !wideOctets.isEmpty { wideOctets.removeFirst(done * 2) }
        base += done
    }

    private static let leastDrop = 32_768

    // MARK: Places

    /// The octets of these units of the document.
    func octets(_ from: Int, _ to: Int) -> ArraySlice<UInt8> {
        let (start, end) = (from - base, max(from, to) - base)
        return encoding.unitBytes == 1 ? units[start..<end] : wideOctets[(start * 2)..<(end * 2)]
    }

    func text(_ from: Int, _ to: Int) -> String {
        var utf8: [UInt8] = []
        _ = encoding.decode(octets(from, to), into: &utf8)
        return String(decoding: utf8, as: UTF8.self)
    }

    mutating func slice(_ from: Int, _ to: Int) -> Slice {
        let octets = octets(from, to)
        return Slice(octets: octets, encoding: encoding.orElse(otherEncoding, for: octets), scope: scope)
    }

    private var scope: Scope {
        mutating get {
            if let knownScope { return knownScope }
            let scope = Scope(declarations)
            knownScope = scope
            return scope
        }
    }

    /// Notes that the document is not well-formed outside its invoices.
    func note(_ reason: String) {
        let offset = offset(of: cursor)
        collector.note(level == 0 ? .malformed(reason, offset: offset) : .malformedInner(reason, offset: offset))
    }

    /// Where a unit stands in the document's octets.
    func offset(of unit: Int) -> Int { markBytes + unit * encoding.unitBytes }

    /// Whether there is something that was not taken.
    var isWaiting: Bool { head?.isEmpty == false || cursor < base + units.count }

    var maxInvoiceUnits: Int { max(collector.limits.invoiceBytes / encoding.unitBytes, 1) }
    var maxTagUnits: Int { collector.limits.tagBytes / encoding.unitBytes }
}

/// An element that is open.
struct OpenElement {
    /// Its whole name, prefix included.
    let name: UInt64
    let start: Int
    /// Whether it has the name of the candidate, or is the candidate.
    let isInvoice: Bool
    /// How many of `nested` stood before it.
    var nestedMark: Int
    /// How many of `declarations` stood before it.
    var declarationMark: Int
    /// Whether something within it does not close as it should.
    var isBroken: Bool
}

/// What began as an invoice and has not ended.
struct Candidate {
    let start: Int
    /// Its place in the stack.
    let index: Int
    let name: UInt64
    let isFault: Bool
    /// Whether nothing but white space, comments and instructions stood in it so far.
    var isFresh = true
    /// Whether its text begins as a document does.
    var mayCarry = false
}

/// A tag in a candidate for which the candidate is refused without a proof.
struct CostlyTag {
    let start: Int
    let reason: SplitRefusal.Reason
}

/// An invoice element within what began as an invoice.
struct NestedInvoice {
    let start: Int
    let end: Int
    let isClosed: Bool
}

/// The text of an element outside invoices, CDATA sections included.
enum TextRun {
    /// White space so far.
    case blank
    /// Too little to tell what it is.
    case begun([UInt8])
    case document(CarriedDocument)
    /// Text that is no document.
    case plain
}

/// A document that another carries. It has a place of its own because a scan cannot hold one of its kind.
final class CarriedDocument {
    var scan: DocumentScan

    init(_ scan: DocumentScan) { self.scan = scan }
}
