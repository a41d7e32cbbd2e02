public import Domain

/// Reads one XML 1.0 document with namespaces, piece by piece, into an `XMLTree`.
///
/// Made for documents of strangers: a document type declaration is refused, and with it every entity but the five of XML itself; nothing is
/// fetched, from the network or from files; depth, elements, attributes, names and bytes are limited while reading. Any encoding that
/// libxml2 knows is read (UTF-8, UTF-16 and ISO 8859-1 among them), by byte order mark, declaration, or else UTF-8. Nothing blocks. One
/// reader is used by one task at a time.
public struct XMLReader: ~Copyable {
    private let parser: PushParser
    private let limits: XMLLimits
    private var fedBytes = 0
    /// Bytes too few to tell the encoding by.
    private var head: [UInt8] = []
    private var isBlank = true
    private var failure: XMLError?

    /// - Parameter expectedBytes: about how long the document is, to make room at once; 0 when it is not known.
    /// - Throws: `malformed` when memory is short.
    public init(limits: XMLLimits = .standard, expectedBytes: Int = 0) throws(XMLError) {
        self.limits = limits
        parser = try PushParser(limits: limits, expectedBytes: expectedBytes)
    }

    /// Reads on. After an error every further call throws the same error.
    ///
    /// - Throws: what is wrong with the document so far, with line and column.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(XMLError) {
        if let failure { throw failure }
        do {
            try take(bytes)
        } catch {
            failure = error
            throw error
        }
    }

    /// Reads on; see the other `feed`.
    public mutating func feed(_ bytes: [UInt8]) throws(XMLError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(XMLError) in try feed(UnsafeRawBufferPointer(buffer)) }
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) throws(XMLError) {
        guard bytes.count <= limits.bytes - fedBytes else { throw XMLError(.tooManyBytes(limit: limits.bytes)) }
        fedBytes += bytes.count
        if isBlank { isBlank = bytes.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }
        if fedBytes < PushParser.leastFirstBytes {
            head.append(contentsOf: bytes)
            return
        }
        if !head.isEmpty {
            head.append(contentsOf: bytes)
            let first = head
            head = []
            try first.withUnsafeBufferPointer { (buffer) throws(XMLError) in try parser.feed(UnsafeRawBufferPointer(buffer)) }
        } else {
            try parser.feed(bytes)
        }
    }

    /// Ends the document.
    ///
    /// - Throws: what is wrong with the document.
    public consuming func finish() throws(XMLError) -> XMLTree {
        if let failure { throw failure }
        if isBlank { throw XMLError(.empty) }
        if !head.isEmpty {
            try head.withUnsafeBufferPointer { (buffer) throws(XMLError) in try parser.feed(UnsafeRawBufferPointer(buffer)) }
        }
        return try parser.finish()
    }

    /// Reads a whole document.
    ///
    /// - Throws: what is wrong with it, with line and column.
    public static func read(_ bytes: UnsafeRawBufferPointer, limits: XMLLimits = .standard) throws(XMLError) -> XMLTree {
        var reader = try XMLReader(limits: limits, expectedBytes: bytes.count)
        try reader.feed(bytes)
        return try reader.finish()
    }

    /// Reads a whole document; see the other `read`.
    public static func read(_ bytes: [UInt8], limits: XMLLimits = .standard) throws(XMLError) -> XMLTree {
        try bytes.withUnsafeBufferPointer { (buffer) throws(XMLError) in try read(UnsafeRawBufferPointer(buffer), limits: limits) }
    }
}
