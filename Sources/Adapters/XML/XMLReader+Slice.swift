public import Domain

extension XMLReader {
    /// Reads one document that was cut out of another: in the encoding that the other was in, and with the namespaces that it declared.
    ///
    /// - Parameters:
    ///   - slice: one element, without a declaration.
    ///   - encoding: an IANA name, as `SplitInvoice.encoding` has it.
    /// - Throws: what is wrong with it.
    public static func read(
        slice: [UInt8], encoding: String, namespaces: [InheritedNamespace], limits: XMLLimits = .standard
    ) throws(XMLError) -> XMLTree {
        guard case .known(let known) = TextEncoding.label(encoding) else { throw XMLError(.encoding) }
        return try read(Slice(octets: slice[...], encoding: known, scope: Scope(namespaces)), limits: limits)
    }

    static func read(_ slice: Slice, limits: XMLLimits = .standard) throws(XMLError) -> XMLTree {
        var limits = limits
        limits.depth += 1
        limits.elements += 1
        limits.attributesPerElement = max(limits.attributesPerElement, slice.scope.namespaces.count)
        var document = slice.scope.opening
        guard slice.encoding.decode(slice.octets, into: &document) else { throw XMLError(.encoding) }
        document += SliceFrame.closing
        let tree: XMLTree
        do throws(XMLError) { tree = try read(document, limits: limits) } catch { throw SliceFrame.within(error) }
        var children = tree.children(of: tree.root).makeIterator()
        guard let root = children.next(), children.next() == nil else { throw XMLError(.unbalanced) }
        return tree.subtree(at: root)
    }
}
