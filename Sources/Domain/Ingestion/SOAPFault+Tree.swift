extension SOAPFault {
    /// The fault in an answer, or nil when the document is no envelope of either version whose body holds one.
    ///
    /// The names below the fault are taken whatever their namespace is: SOAP 1.1 has them in none, and servers err in it.
    public init?(answer tree: XMLTree) {
        guard let version = SOAPVersion.allCases.first(where: { tree.qualifiedName(of: tree.root) == $0.name("Envelope") }),
            let body = tree.children(of: tree.root).first(where: { tree.qualifiedName(of: $0) == version.name("Body") }),
            let fault = tree.children(of: body).first(where: { tree.qualifiedName(of: $0) == version.name("Fault") })
        else { return nil }
        self.init(version, tree, fault)
    }

    /// The fault that a document has as its root.
    public init(_ version: SOAPVersion, _ tree: XMLTree) { self.init(version, tree, tree.root) }

    private init(_ version: SOAPVersion, _ tree: XMLTree, _ fault: XMLTree.Element) {
        func child(_ name: String, of parent: XMLTree.Element?) -> XMLTree.Element? {
            parent.flatMap { parent in tree.children(of: parent).first { Self.localName(tree.qualifiedName(of: $0)) == name } }
        }
        let (code, reason) =
            switch version {
            case .v11: (child("faultcode", of: fault), child("faultstring", of: fault))
            case .v12: (child("Value", of: child("Code", of: fault)), child("Text", of: child("Reason", of: fault)))
            }
        // A qualified name in the text, whose prefix says nothing that the local name does not.
        let name = code.map { tree.trimmedText(of: $0) } ?? ""
        let localName = name.utf8.lastIndex(of: UInt8(ascii: ":")).map { String(name[name.utf8.index(after: $0)...]) } ?? name
        self.init(version: version, code: Code(localName: localName), reason: reason.map { tree.trimmedText(of: $0) } ?? "")
    }

    private static func localName(_ name: String) -> Substring {
        name.utf8.lastIndex(of: UInt8(ascii: "}")).map { name[name.utf8.index(after: $0)...] } ?? name[...]
    }
}

extension SOAPVersion {
    /// The name of one of the envelope's elements, as `XMLTree.qualifiedName` gives it.
    fileprivate func name(_ localName: String) -> String { "Q{\(namespace)}\(localName)" }
}
