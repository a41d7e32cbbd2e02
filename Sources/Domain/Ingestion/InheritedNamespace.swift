/// A namespace declaration that an invoice has from the elements around it.
public struct InheritedNamespace: Hashable, Sendable {
    /// Empty for the default namespace.
    public let prefix: String
    public let uri: String

    public init(prefix: String, uri: String) {
        self.prefix = prefix
        self.uri = uri
    }
}

extension [InheritedNamespace] {
    /// As attributes of a start tag have them (Namespaces in XML 1.0, §2): `xmlns="urn:a" xmlns:b="urn:b"`.
    public var declarations: String {
        map { namespace in
            var text = namespace.prefix.isEmpty ? "xmlns=\"" : "xmlns:\(namespace.prefix)=\""
            for scalar in namespace.uri.unicodeScalars {
                switch scalar {
                case "&", "<", "\"", "\t", "\n", "\r": text += "&#\(scalar.value);"
                default: text.unicodeScalars.append(scalar)
                }
            }
            return text + "\""
        }.joined(separator: " ")
    }

    /// Writes the member `namespaces`.
    public func write(into json: inout JSONWriter) {
        json.array("namespaces") { json in
            for namespace in self {
                json.object { json in
                    json.field("prefix", namespace.prefix)
                    json.field("uri", namespace.uri)
                }
            }
        }
    }

    /// About how many bytes they take in memory.
    var approximateBytes: Int { reduce(0) { $0 + $1.prefix.utf8.count + $1.uri.utf8.count + 64 } }
}
