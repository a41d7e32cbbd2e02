/// The little of content negotiation (RFC 9110 §12.5.1, §8.3) that the API needs.
enum MediaType {
    /// Whether a `Content-Type` declares JSON, in UTF-8 or without naming a charset.
    static func isJSON(_ contentType: String?) -> Bool { isText(Reply.json, contentType) }

    /// Whether a `Content-Type` declares a merge patch (RFC 7396), in UTF-8 or without naming a charset.
    static func isMergePatch(_ contentType: String?) -> Bool { isText(MergePatch.contentType, contentType) }

    private static func isText(_ expected: String, _ contentType: String?) -> Bool {
        guard let contentType else { return false }
        if contentType == expected { return true }
        let parts = contentType.split(separator: ";", omittingEmptySubsequences: false)
        guard let type = parts.first, trimmed(type).lowercased() == expected else { return false }
        return parts.dropFirst().allSatisfy { part in
            let pair = trimmed(part).lowercased()
            guard pair.hasPrefix("charset=") else { return true }
            return pair == "charset=utf-8" || pair == "charset=\"utf-8\""
        }
    }

    /// Whether a `Content-Type` declares XML (RFC 7303); the document itself says in which encoding.
    static func isXML(_ contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";", omittingEmptySubsequences: false).first else { return false }
        return ["application/xml", "text/xml"].contains(trimmed(type).lowercased())
    }

    /// Whether an `Accept` header admits `type`; an absent one admits everything.
    static func accepts(_ type: String, _ accept: String?) -> Bool {
        guard let accept, accept != "*/*", accept != type else { return true }
        return quality(of: type, in: accept) > 0
    }

    /// Whether an `Accept` header names `type` itself, not by a wildcard.
    static func prefers(_ type: String, _ accept: String?) -> Bool {
        guard let accept else { return false }
        return ranges(accept).contains { $0.type == type && $0.quality > 0 }
    }

    /// In thousandths; the most specific range decides.
    private static func quality(of type: String, in accept: String) -> Int {
        let whole = type.split(separator: "/").first.map { $0 + "/*" } ?? "*/*"
        let ranges = ranges(accept)
        for wanted in [type, String(whole), "*/*"] {
            if let range = ranges.first(where: { $0.type == wanted }) { return range.quality }
        }
        return 0
    }

    private static func ranges(_ accept: String) -> [(type: String, quality: Int)] {
        accept.split(separator: ",").map { range in
            let parts = range.split(separator: ";", omittingEmptySubsequences: false)
            let type = parts.first.map { trimmed($0).lowercased() } ?? ""
            for parameter in parts.dropFirst() {
                let pair = trimmed(parameter).lowercased()
                guard pair.hasPrefix("q=") else { continue }
                return (type, pair.dropFirst(2).utf8.contains { (0x31...0x39).contains($0) } ? 1_000 : 0)
            }
            return (type, 1_000)
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var bytes = Array(text.utf8)
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return String(decoding: bytes.drop { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
    }
}
