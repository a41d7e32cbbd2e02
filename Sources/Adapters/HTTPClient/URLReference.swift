import Domain

extension TargetURL {
    /// The URL that `reference` means where this URL is the base (RFC 3986 §5.2). A fragment is left out: it is never sent.
    ///
    /// - Throws: what is wrong with the result; nothing is mended, so that no two readers can see two hosts in it.
    func resolving(_ reference: String) throws(TargetURLError) -> TargetURL {
        guard reference.utf8.count <= TargetURL.maxBytes else { throw .tooLong }
        let reference = String(reference.prefix { $0 != "#" })
        let absolute: TargetURL
        if Self.hasScheme(reference) {
            absolute = try TargetURL(reference)
        } else if reference.hasPrefix("//") {
            absolute = try TargetURL("\(scheme.rawValue):\(reference)")
        } else if reference.hasPrefix("/") {
            absolute = try TargetURL(origin + reference)
        } else if reference.isEmpty {
            absolute = self
        } else if reference.hasPrefix("?") {
            absolute = try TargetURL(origin + path + reference)
        } else {
            let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[...$0] } ?? "/"
            absolute = try TargetURL(origin + folder + reference)
        }
        return try absolute.withoutDotSegments()
    }

    /// Scheme, host and port: what a secret may be sent to again (RFC 6454 §4).
    func hasSameOrigin(as other: TargetURL) -> Bool { scheme == other.scheme && host == other.host && port == other.port }

    /// The host as a URL spells it, with the port unless it is the scheme's own (RFC 9110 §7.2).
    var hostAndPort: String {
        let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == (scheme == .https ? 443 : 80) ? host : "\(host):\(port)"
    }

    private var origin: String { "\(scheme.rawValue)://\(hostAndPort)" }
    private var path: Substring { pathAndQuery.prefix { $0 != "?" } }

    /// Whether a colon comes before anything that ends a scheme (§4.2).
    private static func hasScheme(_ reference: String) -> Bool {
        reference.utf8.first { ":/?".utf8.contains($0) } == UInt8(ascii: ":")
    }

    /// §5.2.4.
    private func withoutDotSegments() throws(TargetURLError) -> TargetURL {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard segments.contains(where: { $0 == "." || $0 == ".." }) else { return self }
        for segment in segments {
            if segment == ".." { _ = kept.popLast() } else if segment != "." { kept.append(segment) }
        }
        // A path that ends in dots ends in a slash.
        if let last = segments.last, last == "." || last == ".." { kept.append("") }
        return try TargetURL(origin + "/" + kept.joined(separator: "/") + pathAndQuery.dropFirst(path.count))
    }
}
