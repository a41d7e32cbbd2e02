/// The two syntaxes to which EN 16931-1 is bound (CEN/TS 16931-2).
public enum InvoiceSyntax: String, Hashable, Sendable, CaseIterable {
    /// UBL 2.1 Invoice and CreditNote.
    case ubl
    /// UN/CEFACT Cross Industry Invoice D16B.
    case cii

    /// The syntax that the root element tells; nil for another document.
    public init?(of tree: XMLTree) {
        switch tree.name(of: tree.root) {
        case .ublInvoice, .cnCreditNote: self = .ubl
        case .rsmCrossIndustryInvoice: self = .cii
        default: return nil
        }
    }

    /// Reads a document of this syntax; see `UBLReader` and `CIIReader`.
    public func read(_ tree: XMLTree) -> DocumentReading {
        switch self {
        case .ubl: UBLReader.read(tree)
        case .cii: CIIReader.read(tree)
        }
    }

    /// Writes the document in this syntax; see `UBLWriter` and `CIIWriter`.
    ///
    /// - Throws: when a text holds a character that XML cannot carry.
    public func write(_ document: InvoiceDocument, indentation: Int = 0) throws(XMLWriteError) -> [UInt8] {
        switch self {
        case .ubl: try UBLWriter.write(document, indentation: indentation)
        case .cii: try CIIWriter.write(document, indentation: indentation)
        }
    }

    /// What of the document is missing from what `write` gives.
    public func notCarried(_ document: InvoiceDocument) -> [DocumentProblem] {
        switch self {
        case .ubl: UBLWriter.notCarried(document)
        case .cii: CIIWriter.notCarried(document)
        }
    }
}
