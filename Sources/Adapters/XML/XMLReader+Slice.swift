public import Domain

extension XMLReader {
    /// Reads one document that was cut out of another: in the encoding that the other was in, and with the namespaces that it declared.
    ///
    /// - Parameters:
    ///   - slice: one element, without a declaration.
    ///   - encoding: an IANA name, as `SplitInvoice.encoding` has it.
    /// - Throws: what is wrong with it; columns of the first line count what was put before it.
    public static func read(
        slice: [UInt8], encoding: String, namespaces: [InheritedNamespace], limits: XMLLimits = .standard
    ) throws(XMLError) -> XMLTree {
        var limits = limits
        limits.depth += 1
        limits.elements += 1
        var begin = "<?xml version=\"1.0\" encoding=\"\(encoding)\"?><slice"
        for namespace in namespaces {
            begin += namespace.prefix.isEmpty ? " xmlns=\"" : " xmlns:\(namespace.prefix)=\""
            // As references, which every encoding can carry.
            for scalar in namespace.uri.unicodeScalars { begin += "&#\(scalar.value);" }
            begin += "\""
        }
        let document = try encode(begin + ">", encoding) + slice + (try encode("</slice>", encoding, isFirst: false))
        let tree = try read(document, limits: limits)
        var children = tree.children(of: tree.root).makeIterator()
        guard let root = children.next(), children.next() == nil else { throw XMLError(.unbalanced) }
        return tree.subtree(at: root)
    }

    private static func encode(_ text: String, _ encoding: String, isFirst: Bool = true) throws(XMLError) -> [UInt8] {
        switch encoding {
        case "UTF-8": return Array(text.utf8)
        case "UTF-16LE": return (isFirst ? [0xFF, 0xFE] : []) + text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        case "UTF-16BE": return (isFirst ? [0xFE, 0xFF] : []) + text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        default:
            // The others agree with ASCII; a prefix outside it is rare, and could not be told apart in all of them.
            guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw XMLError(.encoding) }
            return Array(text.utf8)
        }
    }
}
