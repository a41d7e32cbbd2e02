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

    /// A path with parameters.
    private struct Template: Sendable {
        /// What stands before, between and behind the parameters; the last one may be empty.
        let literals: [[UInt8]]
        let entry: Entry

        init(_ entry: Entry) {
            self.entry = entry
            var literals: [[UInt8]] = []
            for part in entry.path.split(separator: "{", omittingEmptySubsequences: false) {
                let close = part.firstIndex(of: "}")
                literals.append(Array(part[(close.map(part.index(after:)) ?? part.startIndex)...].utf8))
            }
            self.literals = literals
        }

        /// The texts in the places of the parameters, which hold no slash and are not empty; nil for another path.
        func match(_ path: Substring.UTF8View) -> [String]? {
            var rest = path
            var parameters: [String] = []
            for (index, literal) in literals.enumerated() {
                if index > 0 {
                    let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
                    guard end > rest.startIndex else { return nil }
                    parameters.append(String(Substring(rest[..<end])))
                    rest = rest[end...]
                }
                guard rest.starts(with: literal) else { return nil }
                rest = rest.dropFirst(literal.count)
            }
            return rest.isEmpty ? parameters : nil
        }
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
            if entry.path.utf8.contains(UInt8(ascii: "{")) {
                templates.append(Template(entry))
            } else {
                fixed[entry.path[...]] = entry
            }
        }
        self.fixed = fixed
        self.templates = templates
    }

    /// The entry of a path, and the texts in the places of its parameters.
    func find(_ path: Substring) -> (entry: Entry, parameters: [String])? {
        if let entry = fixed[path] { return (entry, []) }
        for template in templates {
            if let parameters = template.match(path.utf8) { return (template.entry, parameters) }
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
