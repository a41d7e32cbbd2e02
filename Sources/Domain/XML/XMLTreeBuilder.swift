extension XMLTree {
    /// Makes a tree from the events of a parser, and refuses a document beyond its limits.
    ///
    /// A parser resolves each distinct name once (`name`, `attributeName`) and may keep the answer, for this builder alone. Then:
    /// `start`, `attribute` for each attribute of the element just started, `characters`, `end`, and at the end `finish`. After an error
    /// the builder is spent.
    public struct Builder: ~Copyable {
        /// A resolved element name.
        public struct Name: Hashable, Sendable {
            /// `.other` outside the vocabulary.
            public let known: XMLName
            let other: UInt16
        }

        /// A resolved attribute name.
        public struct AttributeName: Hashable, Sendable {
            /// `.other` outside the vocabulary.
            public let known: XMLAttribute
            let other: UInt16
        }

        private let limits: XMLLimits
        private var tree: XMLTree
        private var open: [Int32] = []
        private var otherIndex: [String: UInt16] = [:]

        /// - Parameter bytes: about how long the document is, to make room at once; 0 when it is not known.
        public init(limits: XMLLimits = .standard, bytes: Int = 0) {
            self.limits = limits
            tree = XMLTree(nodes: [], attributes: [], textBytes: [], attributeBytes: [], otherNames: [])
            open.reserveCapacity(32)
            let room = max(0, min(bytes, limits.bytes))
            tree.nodes.reserveCapacity(room / 48 + 16)
            tree.attributes.reserveCapacity(room / 128 + 16)
            tree.textBytes.reserveCapacity(room / 2)
            tree.attributeBytes.reserveCapacity(room / 16 + 64)
        }

        /// How many elements are open.
        public var depth: Int { open.count }

        /// Resolves an element's name.
        ///
        /// - Parameters:
        ///   - namespace: the URI in UTF-8; empty for none.
        ///   - local: the name without prefix, in UTF-8.
        /// - Throws: `tooManyNames`, `nameTooLong`.
        public mutating func name(namespace: UnsafeRawBufferPointer, local: UnsafeRawBufferPointer) throws(XMLError) -> Name {
            if let space = XMLNamespace(uri: namespace), let known = XMLVocabulary.names.find(space, local) {
                return Name(known: known, other: 0)
            }
            return Name(known: .other, other: try other(namespace, local))
        }

        /// Resolves an attribute's name; the parameters are those of `name`.
        ///
        /// - Throws: `tooManyNames`, `nameTooLong`.
        public mutating func attributeName(namespace: UnsafeRawBufferPointer, local: UnsafeRawBufferPointer) throws(XMLError)
            -> AttributeName
        {
            if namespace.isEmpty, let known = XMLVocabulary.attributes.find(local) { return AttributeName(known: known, other: 0) }
            return AttributeName(known: .other, other: try other(namespace, local))
        }

        private mutating func other(_ namespace: UnsafeRawBufferPointer, _ local: UnsafeRawBufferPointer) throws(XMLError) -> UInt16 {
            guard namespace.count + local.count <= XMLLimits.nameBytes else { throw XMLError(.nameTooLong(limit: XMLLimits.nameBytes)) }
            let text = String(decoding: local, as: UTF8.self)
            let name = namespace.isEmpty ? text : "Q{\(String(decoding: namespace, as: UTF8.self))}\(text)"
            if let index = otherIndex[name] { return index }
            guard tree.otherNames.count < limits.otherNames else { throw XMLError(.tooManyNames(limit: limits.otherNames)) }
            let index = UInt16(truncatingIfNeeded: tree.otherNames.count)
            tree.otherNames.append(name)
            otherIndex[name] = index
            return index
        }

        /// An element opens.
        ///
        /// - Throws: `tooDeep`, `tooManyElements`, `unbalanced` for a second root.
        public mutating func start(_ name: Name) throws(XMLError) {
            guard open.count < limits.depth else { throw XMLError(.tooDeep(limit: limits.depth)) }
            guard tree.nodes.count < limits.elements else { throw XMLError(.tooManyElements(limit: limits.elements)) }
            guard !open.isEmpty || tree.nodes.isEmpty else { throw XMLError(.unbalanced) }
            let start = Int32(truncatingIfNeeded: tree.textBytes.count)
            let index = Int32(truncatingIfNeeded: tree.nodes.count)
            tree.nodes.append(
                Node(
                    name: name.known, otherName: name.other, parent: open.last ?? -1, end: index + 1, textStart: start, textEnd: start,
                    attributeStart: Int32(truncatingIfNeeded: tree.attributes.count)))
            open.append(index)
        }

        /// An attribute of the element just started; entities are resolved and the value is in UTF-8. Namespace declarations are left out.
        ///
        /// - Throws: `tooManyAttributes`, `tooManyBytes`, `unbalanced` before any element.
        public mutating func attribute(_ name: AttributeName, value: UnsafeRawBufferPointer) throws(XMLError) {
            try append(name, value)
        }

        @inline(__always)
        private mutating func append(_ name: AttributeName, _ value: some Collection<UInt8>) throws(XMLError) {
            guard let node = tree.nodes.last else { throw XMLError(.unbalanced) }
            guard tree.attributes.count - Int(node.attributeStart) < limits.attributesPerElement else {
                throw XMLError(.tooManyAttributes(limit: limits.attributesPerElement))
            }
            let start = tree.attributeBytes.count
            guard start + value.count <= limits.bytes else { throw XMLError(.tooManyBytes(limit: limits.bytes)) }
            tree.attributeBytes.append(contentsOf: value)
            tree.attributes.append(
                StoredAttribute(
                    name: name.known, otherName: name.other, start: Int32(truncatingIfNeeded: start),
                    end: Int32(truncatingIfNeeded: tree.attributeBytes.count)))
        }

        /// Character data in UTF-8, entities resolved; it may come in pieces. Outside the root it is ignored.
        ///
        /// - Throws: `tooManyBytes`.
        public mutating func characters(_ bytes: UnsafeRawBufferPointer) throws(XMLError) { try append(bytes) }

        @inline(__always)
        private mutating func append(_ bytes: some Collection<UInt8>) throws(XMLError) {
            guard !open.isEmpty else { return }
            guard tree.textBytes.count + bytes.count <= limits.bytes else { throw XMLError(.tooManyBytes(limit: limits.bytes)) }
            tree.textBytes.append(contentsOf: bytes)
        }

        /// The element opened last closes.
        ///
        /// - Throws: `unbalanced` when none is open.
        public mutating func end() throws(XMLError) {
            guard let index = open.popLast() else { throw XMLError(.unbalanced) }
            tree.nodes[Int(index)].end = Int32(truncatingIfNeeded: tree.nodes.count)
            tree.nodes[Int(index)].textEnd = Int32(truncatingIfNeeded: tree.textBytes.count)
        }

        /// The document is complete.
        ///
        /// - Throws: `empty` without any element, `unbalanced` when one is open.
        public consuming func finish() throws(XMLError) -> XMLTree {
            guard !tree.nodes.isEmpty else { throw XMLError(.empty) }
            guard open.isEmpty else { throw XMLError(.unbalanced) }
            return tree
        }
    }
}

extension XMLTree.Builder {
    /// Opens an element of the vocabulary.
    ///
    /// - Throws: what `start(_:)` throws for a resolved name.
    public mutating func start(_ name: XMLName) throws(XMLError) { try start(Name(known: name, other: 0)) }

    /// An attribute of the vocabulary.
    ///
    /// - Throws: what `attribute(_:value:)` throws for a resolved name.
    public mutating func attribute(_ name: XMLAttribute, _ value: String) throws(XMLError) {
        try append(AttributeName(known: name, other: 0), value.utf8)
    }

    /// - Throws: what `characters(_:)` throws for bytes.
    public mutating func characters(_ text: String) throws(XMLError) {
        try append(text.utf8)
    }

    /// A whole element with text alone.
    ///
    /// - Throws: what its parts throw.
    public mutating func element(_ name: XMLName, _ text: String) throws(XMLError) {
        try start(name)
        try characters(text)
        try end()
    }
}
