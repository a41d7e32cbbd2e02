/// One reason why a document does not become an invoice by a mapping, and where to look. It never carries a value of the document, but for a
/// check, which names both amounts.
public struct MappingProblem: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// The document as a whole cannot be mapped.
        case document
        /// The invoice needs a value, and there is none.
        case gap
        /// There is a value, and it cannot be used.
        case refused
        /// The document says something else than the engine works out.
        case differs
    }

    public let kind: Kind
    /// The JSON pointer (RFC 6901) into the invoice's JSON: "/lines/3/unit".
    public let pointer: String
    /// The rest of a sentence about that member: "is required, but missing".
    public let message: String
    /// The paths that were looked at, in order, from the document's root where they are not written so: "/Invoice/Lines/Line[4]/Unit". Empty
    /// when the mapping has no field for it, or a constant.
    public let sources: [String]
    /// Where in the document the value stands; nil when there is none.
    public let location: String?

    public init(_ kind: Kind, pointer: String, message: String, sources: [String] = [], location: String? = nil) {
        self.kind = kind
        self.pointer = pointer
        self.message = message
        self.sources = sources
        self.location = location
    }

    /// For an answer that lists wrong fields: with what was looked at.
    public var field: FieldProblem {
        let place = location.map { "; see \($0)" } ?? (sources.isEmpty ? "" : "; looked at \(sources.joined(separator: ", "))")
        return FieldProblem(pointer: pointer, message: message + place)
    }
}

extension MappingProblem: JSONWritable {
    public func write(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("kind", kind.rawValue)
            json.field("pointer", pointer)
            json.field("message", message)
            if !sources.isEmpty { json.field("sources", sources) }
            json.field("location", ifPresent: location)
        }
    }
}

/// Problems in the order found, of which at most `JSONProblems.maxListed` are listed.
public struct MappingProblems: Hashable, Sendable {
    public private(set) var listed: [MappingProblem] = []
    /// How many more there are.
    public private(set) var unlistedCount = 0
    private var pointers: Set<String> = []

    public var isEmpty: Bool { listed.isEmpty }

    mutating func report(_ problem: @autoclosure () -> MappingProblem) {
        guard listed.count < JSONProblems.maxListed else {
            unlistedCount += 1
            return
        }
        let problem = problem()
        pointers.insert(problem.pointer)
        listed.append(problem)
    }

    mutating func count(more: Int) { unlistedCount += more }

    /// Whether something was reported of that member already.
    func names(_ pointer: String) -> Bool { pointers.contains(pointer) }
}
