/// An absolute `http` or `https` URL that a call may be sent to (RFC 3986 §3, RFC 9110 §4.2).
///
/// User information and fragments are refused: the first puts secrets into URLs, the second is never sent.
public struct TargetURL: Hashable, Sendable, CustomStringConvertible {
    public enum Scheme: String, Sendable { case http, https }

    public let scheme: Scheme
    /// The host in lower case: a name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    /// The port given, or the scheme's own.
    public let port: Int
    /// Path and query as sent; starts with `/`.
    public let pathAndQuery: String
    /// The whole URL as it was given.
    public let description: String

    public static let maxBytes = 8_192

    /// - Throws: `TargetURLError` that says what is wrong.
    public init(_ text: String) throws(TargetURLError) {
        guard text.utf8.count <= Self.maxBytes else { throw .tooLong }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.isRefused($0) }) else { throw .illegalCharacter }
        let rest: Substring
        if let after = Self.dropScheme("https://", text) {
            (scheme, rest) = (.https, after)
        } else if let after = Self.dropScheme("http://", text) {
            (scheme, rest) = (.http, after)
        } else {
            throw .schemeNotSupported
        }
        guard !rest.utf8.contains(UInt8(ascii: "#")) else { throw .fragment }
        let end = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.utf8.contains(UInt8(ascii: "@")) else { throw .userInformation }
        (host, port) = try Self.hostAndPort(authority, default: scheme == .https ? 443 : 80)
        let path = rest[end...]
        pathAndQuery = path.hasPrefix("/") ? String(path) : "/" + path
        guard Self.percentEncodingIsWhole(pathAndQuery) else { throw .percentEncoding }
        description = text
    }

    /// The URL without its query, for events and logs: a query may hold what is not for every eye.
    public var withoutQuery: String {
        description.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(description[..<$0]) } ?? description
    }

    /// The URL without its query, and the query: what follows the `?`, nil when there is none.
    public var parted: (url: TargetURL, query: String?) {
        guard let mark = description.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (self, nil) }
        let path = pathAndQuery.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(pathAndQuery[..<$0]) } ?? pathAndQuery
        let url = TargetURL(scheme: scheme, host: host, port: port, path: path, text: String(description[..<mark]))
        return (url, String(description[description.utf8.index(after: mark)...]))
    }

    private init(scheme: Scheme, host: String, port: Int, path: String, text: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        pathAndQuery = path
        description = text
    }

    /// What RFC 3986 allows nowhere in a URL.
    private static func isRefused(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    private static func dropScheme(_ prefix: String, _ text: String) -> Substring? {
        guard text.utf8.count > prefix.utf8.count else { return nil }
        let end = text.utf8.index(text.startIndex, offsetBy: prefix.utf8.count)
        return text[..<end].lowercased() == prefix ? text[end...] : nil
    }

    private static func hostAndPort(_ authority: Substring, default standard: Int) throws(TargetURLError) -> (String, Int) {
        var hostPart = authority
        var portPart: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.utf8.firstIndex(of: UInt8(ascii: "]")) else { throw .host }
            let inner = authority[authority.utf8.index(after: authority.startIndex)..<close]
            guard inner.utf8.contains(UInt8(ascii: ":")), inner.utf8.allSatisfy(isIPv6Character) else { throw .host }
            let after = authority[authority.utf8.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .host }
            hostPart = inner
            portPart = after.isEmpty ? nil : after.dropFirst()
        } else {
            if let colon = authority.utf8.firstIndex(of: UInt8(ascii: ":")) {
                hostPart = authority[..<colon]
                portPart = authority[authority.utf8.index(after: colon)...]
            }
            guard (1...253).contains(hostPart.utf8.count), hostPart.utf8.allSatisfy(isNameCharacter),
                hostPart.split(separator: ".", omittingEmptySubsequences: false).dropLast(hostPart.hasSuffix(".") ? 1 : 0)
                    .allSatisfy({ (1...63).contains($0.utf8.count) })
            else { throw .host }
        }
        guard let portPart else { return (hostPart.lowercased(), standard) }
        guard portPart.utf8.count <= 5, portPart.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(portPart),
            (1...65_535).contains(port)
        else { throw .port }
        return (hostPart.lowercased(), port)
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isIPv6Character(_ byte: UInt8) -> Bool {
        isHexDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private static func percentEncodingIsWhole(_ text: String) -> Bool {
        var expected = 0
        for byte in text.utf8 {
            if expected > 0 {
                guard isHexDigit(byte) else { return false }
                expected -= 1
            } else if byte == UInt8(ascii: "%") {
                expected = 2
            }
        }
        return expected == 0
    }
}

/// Why a text is not a URL that a call may be sent to.
public enum TargetURLError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLong, illegalCharacter, schemeNotSupported, fragment, userInformation, host, port, percentEncoding

    public var description: String {
        switch self {
        case .tooLong: "must be at most \(TargetURL.maxBytes) bytes long"
        case .illegalCharacter: "holds a character that a URL may not hold; percent-encode it"
        case .schemeNotSupported: "must be an absolute URL that starts with http:// or https://"
        case .fragment: "must not have a fragment (#…): it would never be sent"
        case .userInformation: "must not hold a user name or password; send an Authorization header instead"
        case .host: "must have a valid host: a name in ASCII (use Punycode for others), an IPv4 address, or an IPv6 address in brackets"
        case .port: "must have a port between 1 and 65535, or none"
        case .percentEncoding: "has a percent sign that is not followed by two hexadecimal digits"
        }
    }
}
