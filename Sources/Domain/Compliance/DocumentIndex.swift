/// The syntaxes to which EN 16931 is bound.
enum DocumentSyntax: Sendable {
    /// UBL 2.1 Invoice or CreditNote (CEN/TS 16931-3-2).
    case ubl
    /// UN/CEFACT CrossIndustryInvoice D16B (CEN/TS 16931-3-3).
    case cii

    /// Nil for a root that is none of them.
    init?(root: XMLName) {
        switch root {
        case .ublInvoice, .cnCreditNote: self = .ubl
        case .rsmCrossIndustryInvoice: self = .cii
        default: return nil
        }
    }
}

/// A document while it is validated: its tables laid bare, and the facts that rules ask for again and again. It lives as long as the
/// closure of `with` runs.
struct DocumentIndex {
    let syntax: DocumentSyntax
    let nodes: UnsafeBufferPointer<XMLTree.Node>
    let attributes: UnsafeBufferPointer<XMLTree.StoredAttribute>
    let text: UnsafeBufferPointer<UInt8>
    let attributeText: UnsafeBufferPointer<UInt8>
    var vat = VATFacts()
    /// How many elements rules have looked at so far.
    let effort: UnsafeMutablePointer<Int>

    /// What no honest document comes near: a document made so that rules look at every element for every other is given up.
    var effortLimit: Int { 400 * nodes.count + 1_000_000 }
    var isGivenUp: Bool { effort.pointee > effortLimit }

    /// Gives the document to `body`, with the facts gathered.
    static func with<R>(_ tree: XMLTree, _ syntax: DocumentSyntax, _ body: (Scope) -> R) -> R {
        tree.nodes.withUnsafeBufferPointer { nodes in
            tree.attributes.withUnsafeBufferPointer { attributes in
                tree.textBytes.withUnsafeBufferPointer { text in
                    tree.attributeBytes.withUnsafeBufferPointer { attributeText in
                        var effort = 0
                        return withUnsafeMutablePointer(to: &effort) { effort in
                            var index = DocumentIndex(
                                syntax: syntax, nodes: nodes, attributes: attributes, text: text, attributeText: attributeText,
                                effort: effort)
                            let vat = withUnsafePointer(to: &index) { VATFacts(of: Scope(document: $0, node: 0)) }
                            index.vat = vat
                            return withUnsafePointer(to: &index) { body(Scope(document: $0, node: 0)) }
                        }
                    }
                }
            }
        }
    }
}
