import Actors
import Domain

/// What drafts are made with of the documents that receivers bring: what a document says becomes its buyer's name.
enum SimulatedDrafting {
    static let mapping = try? IngestionMapping(
        json: Array(
            #"""
            {"fields":{"currency":{"constant":"EUR"},"taxRegime":{"constant":"none"},"issueDate":{"constant":"2026-11-20"},
            "seller.name":{"constant":"Seller"},"seller.address.country":{"constant":"DE"},
            "buyer.name":"T","buyer.address.country":{"constant":"FR"}},
            "lists":{"lines":{"each":"T","fields":{"id":{"constant":"1"},"name":{"constant":"Thing"},"quantity":{"constant":"2"},
            "unit":{"constant":"C62"},"unitPrice":{"constant":"10.00"}}}}}
            """#.utf8))

    static let making = DraftMaking(
        parse: { octets, _, _ throws(XMLError) in try tree(octets) }, desk: InvoiceDesk { octets throws(XMLError) in try tree(octets) })

    /// `<I><T>octets</T></I>`.
    private static func tree(_ octets: [UInt8]) throws(XMLError) -> XMLTree {
        var builder = XMLTree.Builder()
        for name in ["I", "T"] { try builder.start(try self.name(name, in: &builder)) }
        try octets.withUnsafeBufferPointer { bytes throws(XMLError) in try builder.characters(UnsafeRawBufferPointer(bytes)) }
        try builder.end()
        try builder.end()
        return try builder.finish()
    }

    private static func name(_ text: String, in builder: inout XMLTree.Builder) throws(XMLError) -> XMLTree.Builder.Name {
        try Array(text.utf8).withUnsafeBufferPointer { bytes throws(XMLError) in
            try builder.name(namespace: UnsafeRawBufferPointer(start: nil, count: 0), local: UnsafeRawBufferPointer(bytes))
        }
    }
}
