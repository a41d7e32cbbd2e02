internal import Domain

/// The element that a slice is read in, because it declares the namespaces that the slice has from what was around it. All is in UTF-8.
enum SliceFrame {
    static func opening(_ namespaces: [InheritedNamespace]) -> [UInt8] {
        var tag = "<w"
        for namespace in namespaces {
            tag += namespace.prefix.isEmpty ? " xmlns=\"" : " xmlns:\(namespace.prefix)=\""
            for scalar in namespace.uri.unicodeScalars {
                switch scalar {
                case "&", "<", "\"", "\t", "\n", "\r": tag += "&#\(scalar.value);"
                default: tag.unicodeScalars.append(scalar)
                }
            }
            tag += "\""
        }
        // The slice begins on a line of its own.
        return Array((tag + "\n>").utf8)
    }

    static let closing = Array("</w>".utf8)

    /// The error with its place in the slice.
    static func within(_ error: XMLError) -> XMLError {
        guard error.line > 1 else { return error.at(line: 0, column: 0) }
        return error.at(line: error.line - 1, column: error.line == 2 ? max(error.column - 1, 1) : error.column)
    }
}
