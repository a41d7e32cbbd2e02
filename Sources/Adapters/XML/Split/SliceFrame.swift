internal import Domain

/// The element that a slice is read in, because it declares the namespaces that the slice has from what was around it. All is in UTF-8.
enum SliceFrame {
    /// Its last line is `>`, behind which the slice begins.
    static func opening(_ namespaces: [InheritedNamespace]) -> [UInt8] { Array("<w \(namespaces.declarations)\n>".utf8) }

    static let closing = Array("</w>".utf8)

    /// The error with its place in the slice.
    static func within(_ error: XMLError) -> XMLError {
        guard error.line > 1 else { return error.at(line: 0, column: 0) }
        return error.at(line: error.line - 1, column: error.line == 2 ? max(error.column - 1, 1) : error.column)
    }
}
