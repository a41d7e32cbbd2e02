internal import CLibXML2
internal import Domain

/// What the callbacks work on. After the first failure they do nothing.
struct ParserState: ~Copyable {
    private let context: xmlParserCtxtPtr
    private let attributeLimit: Int
    private var builder: XMLTree.Builder
    /// The library interns names, so within one parser a name is known by its pointers.
    private var elementNames = PointerCache<XMLTree.Builder.Name>()
    private var attributeNames = PointerCache<XMLTree.Builder.AttributeName>()
    private(set) var failure: XMLError?

    init(_ context: xmlParserCtxtPtr, _ limits: XMLLimits, _ expectedBytes: Int) {
        self.context = context
        attributeLimit = limits.attributesPerElement
        builder = XMLTree.Builder(limits: limits, bytes: expectedBytes)
    }

    /// Ends the tree.
    mutating func takeTree() throws(XMLError) -> XMLTree {
        var finished = XMLTree.Builder()
        swap(&finished, &builder)
        return try finished.finish()
    }

    // MARK: Events

    /// The library's attributes are five pointers each: name, prefix, namespace, and where the value begins and ends.
    typealias Attributes = UnsafeMutablePointer<UnsafePointer<xmlChar>?>

    mutating func start(
        _ local: UnsafePointer<xmlChar>?, _ uri: UnsafePointer<xmlChar>?, namespaceCount: Int, _ attributes: Attributes?, count: Int
    ) {
        guard failure == nil, let local else { return }
        do throws(XMLError) {
            // Declarations are no attributes of the tree, but cost the parser as much.
            guard count + namespaceCount <= attributeLimit else { throw XMLError(.tooManyAttributes(limit: attributeLimit)) }
            try builder.start(elementName(local, uri))
            guard let attributes else { return }
            for index in 0..<count {
                let attribute = attributes + 5 * index
                guard let name = attribute[0], let begin = attribute[3], let end = attribute[4] else { continue }
                try builder.attribute(
                    attributeName(name, attribute[2]), value: UnsafeRawBufferPointer(start: begin, count: end - begin))
            }
        } catch {
            fail(error)
        }
    }

    mutating func end() {
        guard failure == nil else { return }
        do throws(XMLError) { try builder.end() } catch { fail(error) }
    }

    mutating func characters(_ text: UnsafePointer<xmlChar>?, _ count: Int) {
        guard failure == nil, let text else { return }
        do throws(XMLError) { try builder.characters(UnsafeRawBufferPointer(start: text, count: count)) } catch { fail(error) }
    }

    @inline(__always)
    private mutating func elementName(
        _ local: UnsafePointer<xmlChar>, _ uri: UnsafePointer<xmlChar>?
    ) throws(XMLError) -> XMLTree.Builder.Name {
        if let name = elementNames.find(local, uri) { return name }
        let name = try builder.name(namespace: Self.bytes(uri), local: Self.bytes(local))
        elementNames.insert(name, local, uri)
        return name
    }

    @inline(__always)
    private mutating func attributeName(
        _ local: UnsafePointer<xmlChar>, _ uri: UnsafePointer<xmlChar>?
    ) throws(XMLError) -> XMLTree.Builder.AttributeName {
        if let name = attributeNames.find(local, uri) { return name }
        let name = try builder.attributeName(namespace: Self.bytes(uri), local: Self.bytes(local))
        attributeNames.insert(name, local, uri)
        return name
    }

    private static func bytes(_ text: UnsafePointer<xmlChar>?) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : Int(xmlStrlen(text)))
    }

    // MARK: Failures

    /// Notes why the document is refused, and stops the parser.
    private mutating func fail(_ error: XMLError) {
        guard failure == nil else { return }
        failure = error.line > 0 ? error : error.at(context)
        xmlStopParser(context)
    }

    mutating func fail(_ kind: XMLError.Kind) { fail(XMLError(kind)) }

    /// The library tells of an error.
    mutating func fail(_ error: UnsafeMutablePointer<xmlError>?) {
        if let error = XMLError(library: error) { fail(error) }
    }
}

/// Values by a pair of pointers: open addressing, never more than half full.
struct PointerCache<Value> {
    private struct Entry {
        let local: UnsafeRawPointer
        let uri: UnsafeRawPointer?
        let value: Value
    }

    private var slots: [Entry?] = Array(repeating: nil, count: 256)
    private var count = 0

    @inline(__always)
    func find(_ local: UnsafeRawPointer, _ uri: UnsafeRawPointer?) -> Value? {
        var slot = hash(local, uri)
        while let entry = slots[slot] {
            if entry.local == local, entry.uri == uri { return entry.value }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ value: Value, _ local: UnsafeRawPointer, _ uri: UnsafeRawPointer?) {
        if (count + 1) * 2 > slots.count { grow() }
        place(Entry(local: local, uri: uri, value: value))
        count += 1
    }

    private mutating func place(_ entry: Entry) {
        var slot = hash(entry.local, entry.uri)
        while slots[slot] != nil { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = entry
    }

    private mutating func grow() {
        let entries = slots
        slots = Array(repeating: nil, count: entries.count * 2)
        for entry in entries { if let entry { place(entry) } }
    }

    @inline(__always)
    private func hash(_ local: UnsafeRawPointer, _ uri: UnsafeRawPointer?) -> Int {
        let mixed = (UInt(bitPattern: local) ^ UInt(bitPattern: uri) &* 31) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 40) & (slots.count - 1)
    }
}
