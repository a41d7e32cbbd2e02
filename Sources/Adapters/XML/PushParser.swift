internal import CLibXML2
internal import Domain

/// libxml2's push parser with this adapter's callbacks. It belongs to one reader; the library keeps no state outside it.
struct PushParser: ~Copyable {
    private let context: xmlParserCtxtPtr
    private let state: UnsafeMutablePointer<ParserState>

    /// The library tells the encoding by so many bytes.
    static let leastFirstBytes = 4
    /// The library gets the document in pieces of this many bytes,
    private static let pieceBytes = 16_384
    /// and of so many within a CDATA section. There it looks for the section's end from the start each time that it takes a few hundred
    /// bytes.
    private static let sectionPieceBytes = 1_024
    /// A tag, comment or instruction is taken whole, and the work on a tag grows with the square of its attributes; so no more than this
    /// waits.
    private static let maxPendingBytes = 65_536

    private static let start: Void = xmlInitParser()

    init(limits: XMLLimits, expectedBytes: Int) throws(XMLError) {
        _ = Self.start
        var handler = Self.handler()
        let state = UnsafeMutablePointer<ParserState>.allocate(capacity: 1)
        guard let context = xmlCreatePushParserCtxt(&handler, state, nil, 0, nil) else {
            state.deallocate()
            throw XMLError(.malformed(reason: "the document could not be read for lack of memory"))
        }
        // Without NOENT the library leaves an ampersand in an attribute value as "&#38;". It substitutes nothing else: no entity is ever
        // declared.
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOENT.rawValue
        xmlCtxtUseOptions(context, Int32(options))
        state.initialize(to: ParserState(context, limits, expectedBytes))
        self.context = context
        self.state = state
    }

    deinit {
        xmlFreeParserCtxt(context)
        state.deinitialize(count: 1)
        state.deallocate()
    }

    func feed(_ bytes: UnsafeRawBufferPointer) throws(XMLError) {
        var start = 0
        while start < bytes.count {
            let end = min(start + (isInSection ? Self.sectionPieceBytes : Self.pieceBytes), bytes.count)
            try parse(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), isLast: false)
            try parseSection()
            guard pendingBytes <= Self.maxPendingBytes else {
                throw XMLError(.malformed(reason: "shorten the tag, comment or instruction; it is too long")).at(context)
            }
            start = end
        }
    }

    /// Has the library take what it holds of a CDATA section that goes on.
    private func parseSection() throws(XMLError) {
        while isInSection {
            let before = pendingBytes
            try parse(UnsafeRawBufferPointer(start: nil, count: 0), isLast: false)
            if pendingBytes >= before { return }
        }
    }

    private var isInSection: Bool { context.pointee.instate == XML_PARSER_CDATA_SECTION }

    func finish() throws(XMLError) -> XMLTree {
        try parse(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
        do throws(XMLError) { return try state.pointee.takeTree() } catch { throw error.at(context) }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(XMLError) {
        let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let code = xmlParseChunk(context, text, Int32(truncatingIfNeeded: bytes.count), isLast ? 1 : 0)
        if let failure = state.pointee.failure { throw failure }
        guard code == 0 || !Self.isFatal(context) else {
            throw XMLError(.malformed(reason: XMLError.Kind.generalReason)).at(context)
        }
    }

    /// Whether the library has given up without having told why.
    private static func isFatal(_ context: xmlParserCtxtPtr) -> Bool {
        context.pointee.wellFormed == 0 || context.pointee.disableSAX != 0
    }

    /// What has been fed and not been parsed.
    private var pendingBytes: Int {
        guard let input = context.pointee.input, let current = input.pointee.cur, let end = input.pointee.end else { return 0 }
        return end - current
    }
}

// MARK: - Callbacks

extension PushParser {
    /// Calls for what a tree is made of, and for what is refused. Everything else the library keeps to itself.
    private static func handler() -> xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { state, local, _, uri, namespaceCount, _, count, _, attributes in
            PushParser.state(state)?.pointee.start(local, uri, namespaceCount: Int(namespaceCount), attributes, count: Int(count))
        }
        handler.endElementNs = { state, _, _, _ in PushParser.state(state)?.pointee.end() }
        handler.characters = { state, text, count in PushParser.state(state)?.pointee.characters(text, Int(count)) }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = handler.characters
        handler.internalSubset = { state, _, _, _ in PushParser.state(state)?.pointee.fail(.documentType) }
        handler.serror = { state, error in PushParser.state(state)?.pointee.fail(error) }
        return handler
    }

    private static func state(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<ParserState>? {
        pointer?.assumingMemoryBound(to: ParserState.self)
    }
}
