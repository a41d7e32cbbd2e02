internal import CLibXML2
internal import Domain

/// Proves by libxml2 that octets are one well-formed element in its namespaces, and reads one text from it.
///
/// The element is read as the one child of an element of our own, which declares the namespaces that the element inherits.
final class SliceProof {
    enum Outcome {
        /// Well-formed; the text where the path leads, white space made single and none around it, or nil where there is none.
        case proven(text: String?)
        case refused(SplitRefusal.Reason)
    }

    private let limits: SplitLimits
    private var context: xmlParserCtxtPtr?
    private let state: UnsafeMutablePointer<ProofState>
    private var scratch: [UInt8] = []

    /// The library keeps every name that it has seen; beyond so many bytes it begins anew.
    private static let maxNameBytes = 1 << 20
    /// Scratch memory beyond this is given back.
    private static let keptScratch = 1 << 20
    private static let start: Void = xmlInitParser()

    init(limits: SplitLimits) {
        _ = Self.start
        self.limits = limits
        state = .allocate(capacity: 1)
        state.initialize(to: ProofState())
    }

    deinit {
        if let context { xmlFreeParserCtxt(context) }
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// - Parameter opening: the start tag of the element around; see `SliceFrame`.
    func read(_ octets: ArraySlice<UInt8>, _ encoding: TextEncoding, within opening: [UInt8], at path: SplitPath) -> Outcome {
        defer { if scratch.capacity > Self.keptScratch { scratch = [] } }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: opening)
        guard encoding.decode(octets, into: &scratch) else { return .refused(.encoding(encoding.name)) }
        scratch.append(contentsOf: SliceFrame.closing)
        guard let context = readyContext(), let length = Int32(exactly: scratch.count) else {
            return .refused(.malformed("the invoice could not be read for lack of memory"))
        }
        state.pointee.begin(context, path, limits)
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOENT.rawValue | XML_PARSE_HUGE.rawValue
        let document = scratch.withUnsafeBytes { bytes in
            xmlCtxtReadMemory(context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), length, nil, nil, Int32(options))
        }
        if let document { xmlFreeDoc(document) }
        if let reason = state.pointee.refusal(encoding) { return .refused(reason) }
        guard context.pointee.wellFormed == 1 else {
            return .refused(.malformed(XMLError.Kind.generalReason))
        }
        return .proven(text: state.pointee.text)
    }

    private func readyContext() -> xmlParserCtxtPtr? {
        if let known = context, xmlDictGetUsage(known.pointee.dict) > Self.maxNameBytes {
            xmlFreeParserCtxt(known)
            context = nil
        }
        if let context { return context }
        guard let made = xmlNewParserCtxt() else { return nil }
        made.pointee.sax.pointee = Self.handler()
        made.pointee.userData = UnsafeMutableRawPointer(state)
        context = made
        return made
    }

    /// Calls for what a proof needs; no tree is built. There is no document type declaration within an element, so that no entity is ever
    /// declared.
    private static func handler() -> xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { state, local, _, uri, _, _, count, _, attributes in
            SliceProof.state(state)?.pointee.start(local, uri, attributes, count: Int(count))
        }
        handler.endElementNs = { state, _, _, _ in SliceProof.state(state)?.pointee.end() }
        handler.characters = { state, text, count in SliceProof.state(state)?.pointee.characters(text, Int(count)) }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = handler.characters
        handler.serror = { state, error in SliceProof.state(state)?.pointee.fail(error) }
        return handler
    }

    private static func state(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<ProofState>? {
        pointer?.assumingMemoryBound(to: ProofState.self)
    }
}

/// What the callbacks of a proof work on.
private struct ProofState {
    private var context: xmlParserCtxtPtr?
    private var failure: XMLError?
    private var reason: SplitRefusal.Reason?
    private var limits = SplitLimits.standard
    private var elements: [SplitName] = []
    private var attribute: SplitName?
    /// Open elements, ours counted.
    private var depth = 0
    private var roots = 0
    /// How many of the path's elements are open, one within the other.
    private var matched = 0
    private var isTaking = false
    private var isTextTooLong = false
    private var taken: [UInt8] = []
    private var isAfterSpace = false
    private(set) var text: String?

    mutating func begin(_ context: xmlParserCtxtPtr, _ path: SplitPath, _ limits: SplitLimits) {
        self = ProofState()
        self.context = context
        self.limits = limits
        elements = path.elements
        attribute = path.attribute
    }

    /// Why the element is refused, if it is.
    func refusal(_ encoding: TextEncoding) -> SplitRefusal.Reason? {
        if let reason { return reason }
        if let failure {
            if case .encoding = failure.kind { return .encoding(encoding.name) }
            return .malformed(failure.description)
        }
        if roots != 1 { return .malformed("it is not one element") }
        return isTextTooLong && text == nil ? .numberTooLong(limit: limits.numberBytes) : nil
    }

    // MARK: Events

    mutating func start(
        _ local: UnsafePointer<xmlChar>?, _ uri: UnsafePointer<xmlChar>?, _ attributes: ParserState.Attributes?, count: Int
    ) {
        guard failure == nil, reason == nil, let local else { return }
        depth += 1
        // Ours is the first, the invoice the second.
        if depth == 2 { roots += 1 }
        guard depth <= limits.depth + 1 else { return stop(.tooDeep(limit: limits.depth)) }
        guard text == nil, !isTaking, depth >= 2, depth - 2 == matched || (depth - 3 == matched && matched < elements.count) else { return }
        if depth - 3 == matched {
            guard Self.matches(elements[matched], local, uri) else { return }
            matched += 1
        }
        guard matched == elements.count, depth - 2 == matched else { return }
        if let attribute {
            takeAttribute(attribute, attributes, count)
        } else {
            isTaking = true
        }
    }

    mutating func end() {
        guard failure == nil, reason == nil else { return }
        if depth - 2 == matched, matched == elements.count, isTaking { finishText() }
        if depth - 2 == matched, matched > 0 { matched -= 1 }
        depth -= 1
    }

    mutating func characters(_ text: UnsafePointer<xmlChar>?, _ count: Int) {
        guard failure == nil, reason == nil, let text else { return }
        // Within our element there is nothing but the invoice.
        if depth == 1 { return stop(.malformed("it is not one element")) }
        if isTaking { take(UnsafeBufferPointer(start: text, count: count)) }
    }

    private mutating func takeAttribute(_ name: SplitName, _ attributes: ParserState.Attributes?, _ count: Int) {
        guard let attributes else { return }
        for index in 0..<count {
            let each = attributes + 5 * index
            guard let local = each[0], let begin = each[3], let end = each[4] else { continue }
            guard name.namespace != nil || each[2] == nil, Self.matches(name, local, each[2]) else { continue }
            take(UnsafeBufferPointer(start: begin, count: end - begin))
            finishText()
            return
        }
    }

    private mutating func take(_ bytes: UnsafeBufferPointer<xmlChar>) {
        for byte in bytes {
            if ByteSearch.isSpace(byte) {
                isAfterSpace = !taken.isEmpty
                continue
            }
            guard taken.count + (isAfterSpace ? 2 : 1) <= limits.numberBytes else {
                isTextTooLong = true
                return
            }
            if isAfterSpace { taken.append(0x20) }
            isAfterSpace = false
            taken.append(byte)
        }
    }

    private mutating func finishText() {
        isTaking = false
        isAfterSpace = false
        if !taken.isEmpty, !isTextTooLong { text = String(decoding: taken, as: UTF8.self) }
        taken.removeAll(keepingCapacity: true)
    }

    private static func matches(_ name: SplitName, _ local: UnsafePointer<xmlChar>, _ uri: UnsafePointer<xmlChar>?) -> Bool {
        guard equals(name.localName, local) else { return false }
        guard let namespace = name.namespace else { return true }
        guard let uri else { return namespace.isEmpty }
        return equals(namespace, uri)
    }

    /// Ends at the library's terminating zero, which occurs in no name.
    private static func equals(_ text: String, _ other: UnsafePointer<xmlChar>) -> Bool {
        var place = other
        for byte in text.utf8 {
            guard byte != 0, place.pointee == byte else { return false }
            place += 1
        }
        return place.pointee == 0
    }

    // MARK: Failures

    private mutating func stop(_ reason: SplitRefusal.Reason) {
        self.reason = reason
        if let context { xmlStopParser(context) }
    }

    /// The library tells of an error.
    mutating func fail(_ error: UnsafeMutablePointer<xmlError>?) {
        guard failure == nil, reason == nil, let error = XMLError(library: error) else { return }
        failure = SliceFrame.within(error)
        if let context { xmlStopParser(context) }
    }
}
