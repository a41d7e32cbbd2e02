internal import NIOHTTP1

/// Finds the route of a request. The same routes make the document, so that the two cannot drift apart.
struct RouteTable: Sendable {
    /// The routes of one path.
    struct Entry: Sendable {
        let path: String
        var routes: [Route]

        /// A `HEAD` is answered as the `GET` of the path, without the body.
        func route(for method: HTTPMethod) -> Route? {
            routes.first { $0.method == method } ?? (method == .HEAD ? routes.first { $0.method == .GET } : nil)
        }

        var allow: String {
            var methods = routes.map(\.method.rawValue)
            if methods.contains("GET") { methods.append("HEAD") }
            return methods.sorted().joined(separator: ", ")
        }
    }

    private struct Template: Sendable {
        let prefix: String
        let suffix: String
        let entry: Entry
    }

    let routes: [Route]
    private let fixed: [Substring: Entry]
    private let templates: [Template]

    init(_ routes: [Route]) {
        self.routes = routes
        var entries: [Entry] = []
        for route in routes {
            if let index = entries.firstIndex(where: { $0.path == route.path }) {
                entries[index].routes.append(route)
            } else {
                entries.append(Entry(path: route.path, routes: [route]))
            }
        }
        var fixed: [Substring: Entry] = [:]
        var templates: [Template] = []
        for entry in entries {
            let parts = entry.path.split(separator: "{", maxSplits: 1, omittingEmptySubsequences: false)
            if let rest = parts.dropFirst().first, let close = rest.firstIndex(of: "}") {
                let suffix = String(rest[rest.index(after: close)...])
                templates.append(Template(prefix: String(parts[0]), suffix: suffix, entry: entry))
            } else {
                fixed[entry.path[...]] = entry
            }
        }
        self.fixed = fixed
        self.templates = templates
    }

    /// The entry of a path, and the text in the place of its parameter, which holds no slash and is not empty.
    func find(_ path: Substring) -> (entry: Entry, parameter: String?)? {
        if let entry = fixed[path] { return (entry, nil) }
        for template in templates where path.hasPrefix(template.prefix) && path.hasSuffix(template.suffix) {
            let middle = path.utf8.dropFirst(template.prefix.utf8.count).dropLast(template.suffix.utf8.count)
            let overlaps = path.utf8.count <= template.prefix.utf8.count + template.suffix.utf8.count
            if !overlaps, !middle.contains(UInt8(ascii: "/")) { return (template.entry, String(Substring(middle))) }
        }
        return nil
    }
}

/// The target of a request line (RFC 9112 §3.2), in origin form or absolute form.
struct RequestTarget {
    let path: Substring
    let query: Substring?

    init(_ uri: String) {
        var rest = uri[...]
        if !rest.utf8.starts(with: [UInt8(ascii: "/")]), let scheme = rest.firstRange(of: "://") {
            let authority = rest[scheme.upperBound...]
            let end = authority.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
            rest = end.map { authority[$0...] } ?? ""
        }
        let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = rest[..<(mark ?? rest.endIndex)]
        self.path = path.isEmpty ? "/" : path
        query = mark.map { rest[rest.utf8.index(after: $0)...] }
    }
}
