/// Writes an XML 1.0 document (fifth edition) in UTF-8 as a stream of bytes, with the escapes that it needs.
///
/// Names are written as they are given, prefix and all; namespaces are declared by attributes. What is written is well-formed when there is
/// one root element, names are XML names and prefixes are declared. A character that XML cannot hold (U+0000 and most other control
/// characters, U+FFFE, U+FFFF) is left out, and `finish` throws.
public struct XMLWriter {
    /// Takes a piece of the document; its bytes are valid during the call only.
    public typealias Sink = (UnsafeRawBufferPointer) -> Void

    var bytes: [UInt8] = []
    var problem: XMLWriteError?
    /// The element begun last, for the error.
    var latest: StaticString = ""
    /// Whether the tag begun last lacks its closing bracket, because attributes may follow.
    private var tagIsOpen = false
    private let indentation: Int
    private var depth = 0
    /// Whether the element that ends next holds elements, so that its end tag takes a line of its own.
    private var holdsElements = false
    private let sink: Sink?
    private let chunkBytes: Int

    /// Gathers the document in memory, for `finish` to return.
    ///
    /// - Parameters:
    ///   - capacity: bytes that are held before the memory must grow.
    ///   - indentation: spaces by which an element is indented against its parent; 0 writes no white space between elements.
    public init(capacity: Int = 16_384, indentation: Int = 0) {
        self.indentation = max(0, indentation)
        sink = nil
        chunkBytes = .max
        bytes.reserveCapacity(max(0, capacity))
        declare()
    }

    /// Gives the document to `sink` in pieces of about `chunkBytes`, the last one in `finish`.
    public init(chunkBytes: Int, indentation: Int = 0, sink: @escaping Sink) {
        self.indentation = max(0, indentation)
        self.sink = sink
        self.chunkBytes = max(1, chunkBytes)
        declare()
    }

    /// Ends the document.
    ///
    /// - Returns: the document, or nothing when a sink has it.
    public consuming func finish() throws(XMLWriteError) -> [UInt8] {
        if let problem { throw problem }
        guard let sink else { return bytes }
        bytes.withUnsafeBytes(sink)
        return []
    }

    private mutating func declare() { append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") }

    // MARK: Elements

    /// Writes an element; `body` writes its attributes, then what it holds.
    @inline(__always)
    public mutating func element(_ name: StaticString, _ body: (inout XMLWriter) -> Void) {
        _ = begin(name)
        body(&self)
        end(name)
    }

    /// Writes an element as `element` does, or nothing at all when `body` writes nothing.
    @inline(__always)
    public mutating func group(_ name: StaticString, _ body: (inout XMLWriter) -> Void) {
        let start = begin(name)
        body(&self)
        if tagIsOpen, bytes.count == start.tagEnd { takeBack(start) } else { end(name) }
    }

    /// What it takes to leave out an element that has been begun.
    private struct Start {
        let position: Int
        let tagEnd: Int
        let parentTagIsOpen: Bool
        let parentHoldsElements: Bool
    }

    private mutating func begin(_ name: StaticString) -> Start {
        let (position, parentTagIsOpen, parentHoldsElements) = (bytes.count, tagIsOpen, holdsElements)
        closeTag()
        if indentation > 0 { breakLine() }
        bytes.append(UInt8(ascii: "<"))
        append(name)
        tagIsOpen = true
        latest = name
        depth += 1
        holdsElements = false
        return Start(
            position: position, tagEnd: bytes.count, parentTagIsOpen: parentTagIsOpen, parentHoldsElements: parentHoldsElements)
    }

    private mutating func takeBack(_ start: Start) {
        bytes.removeLast(bytes.count - start.position)
        tagIsOpen = start.parentTagIsOpen
        holdsElements = start.parentHoldsElements
        depth -= 1
    }

    private mutating func end(_ name: StaticString) {
        depth -= 1
        if tagIsOpen {
            append("/>")
            tagIsOpen = false
        } else {
            if indentation > 0, holdsElements { breakLine() }
            append("</")
            append(name)
            bytes.append(UInt8(ascii: ">"))
        }
        holdsElements = true
        if bytes.count >= chunkBytes { flush() }
    }

    mutating func closeTag() {
        guard tagIsOpen else { return }
        bytes.append(UInt8(ascii: ">"))
        tagIsOpen = false
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * indentation))
    }

    private mutating func flush() {
        guard let sink else { return }
        bytes.withUnsafeBytes(sink)
        bytes.removeAll(keepingCapacity: true)
    }
}
