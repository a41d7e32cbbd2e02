import Domain

/// The media type of an answer (RFC 9110 §8.3.1), as far as it matters here.
struct AnswerType {
    /// Type and subtype in lower case; nil when the field is missing, or is no media type.
    let essence: String?
    /// The parameter `charset` in lower case.
    let charset: String?

    private static let maxBytes = 100

    init(_ field: String?) {
        guard let field else {
            (essence, charset) = (nil, nil)
            return
        }
        let parts = field.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { Self.trimmed(String($0) ?? "") }
        let type = (parts.first ?? "").lowercased()
        let isType = type.utf8.count(where: { $0 == UInt8(ascii: "/") }) == 1 && type.utf8.allSatisfy { Self.isToken($0) || $0 == 0x2F }
        essence = isType && (3...Self.maxBytes).contains(type.utf8.count) ? type : nil
        charset = parts.dropFirst().lazy.compactMap(Self.charset).first
    }

    /// Whether a document of this type is XML (RFC 7303), and not a page for people.
    var isXML: Bool {
        guard let essence else { return false }
        return ["text/xml", "application/xml"].contains(essence) || (essence.hasSuffix("+xml") && essence != "application/xhtml+xml")
    }

    private static func charset(_ parameter: String) -> String? {
        let parts = parameter.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, trimmed(String(parts[0])).lowercased() == "charset" else { return nil }
        var value = trimmed(String(parts[1])).lowercased()
        if value.utf8.count > 1, value.hasPrefix("\""), value.hasSuffix("\"") { value = String(value.dropFirst().dropLast()) }
        return !value.isEmpty && value.utf8.count <= maxBytes && value.utf8.allSatisfy(isToken) ? value : nil
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return String(text)
    }

    /// A character of a token (RFC 9110 §5.6.2); the colon as well, which registered names of character sets have.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~:".utf8.contains(byte)
        }
    }
}
