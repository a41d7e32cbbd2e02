extension IngestionMapping {
    /// Makes of a document the invoice that it says.
    ///
    /// The same document gives the same. Time and memory are limited: what is too large, or would have to be searched for too long, is a
    /// problem.
    public func apply(to tree: XMLTree) -> MappedInvoice { apply(to: tree, work: MappingSearch.maxWork) }

    func apply(to tree: XMLTree, work: Int) -> MappedInvoice {
        var run = MappingRun(tree, self, work: work)
        if let root, run.search.isOther(root) {
            return .none(because: "is not made: the root of the document must be \(root.text)", at: tree)
        }
        let json = run.value(template, at: tree.root) ?? .object(JSONObject(checked: []))
        let expected = checks.compactMap { run.expected($0) }
        if run.isCutShort {
            return .none(because: "is not made: the document is too large for one invoice, or for the paths of the mapping", at: tree)
        }
        var problems = run.problems
        var reading = JSONProblems()
        let document = reading.object(json) { InvoiceDocument.read(&$0, as: .draft) }
        if !reading.isEmpty {
            var trace = MappingTrace(self, tree, json: json, kept: run.kept)
            // What the mapping could not read is missing for the reader.
            for problem in reading.listed where !problems.names(problem.pointer) { problems.report(trace.problem(problem)) }
            problems.count(more: reading.unlistedCount)
        }
        return MappedInvoice(
            json: json, document: problems.isEmpty ? document : nil, problems: problems, expected: expected, kept: run.kept,
            search: run.search)
    }
}

extension MappedInvoice {
    fileprivate static func none(because message: String, at tree: XMLTree) -> MappedInvoice {
        var problems = MappingProblems()
        problems.report(MappingProblem(.document, pointer: "", message: message, location: tree.path(of: tree.root)))
        return MappedInvoice(
            json: .object(JSONObject(checked: [])), document: nil, problems: problems, expected: [], kept: [:], search: nil)
    }
}

extension MappingSearch {
    /// Whether the root has another name than the only step of `path`.
    mutating func isOther(_ path: MappingPath) -> Bool {
        let rooted = MappingPath(text: "/" + path.text, isAbsolute: true, steps: path.steps, attribute: nil)
        return places(rooted, from: tree.root, limit: 1).isEmpty
    }
}

/// Finds which field of a mapping a member of the invoice comes from, and where its value stands.
struct MappingTrace {
    private let mapping: IngestionMapping
    private let json: JSONValue
    private let kept: [String: [Int]]
    private var run: MappingRun

    init(_ mapping: IngestionMapping, _ tree: XMLTree, json: JSONValue, kept: [String: [Int]]) {
        self.mapping = mapping
        self.json = json
        self.kept = kept
        run = MappingRun(tree, mapping)
    }

    /// What the reader of the invoice found, with where to look.
    mutating func problem(_ problem: FieldProblem) -> MappingProblem {
        var template = mapping.template
        var context = run.search.tree.root
        var passed = ""
        let kind: MappingProblem.Kind = json.member(at: problem.pointer) == nil ? .gap : .refused
        steps: for step in problem.pointer.split(separator: "/") {
            switch template {
            case .object(let members):
                guard let member = members.first(where: { $0.name == step }) else {
                    return MappingProblem(kind, pointer: problem.pointer, message: problem.message)
                }
                template = member.value
            case .array(let elements):
                guard let index = Int(step) else { break steps }
                let place = kept[passed].map { $0.indices.contains(index) ? $0[index] : -1 } ?? index
                guard elements.indices.contains(place) else { break steps }
                template = elements[place].value
            case .list(let each, let element):
                let places = run.search.elements(each, from: context)
                guard let index = Int(step), places.indices.contains(index) else { break steps }
                context = places[index]
                template = element
            case .field: break steps
            }
            passed += "/" + step
        }
        return located(problem, kind, template, context)
    }

    private mutating func located(
        _ problem: FieldProblem, _ kind: MappingProblem.Kind, _ template: MappingTemplate, _ context: XMLTree.Element
    ) -> MappingProblem {
        let tree = run.search.tree
        var sources: [String] = []
        var location: String?
        switch template {
        case .field(let field):
            sources = field.paths.map { tree.source($0, from: context) }
            if kind == .refused { location = run.find(field, at: context)?.place.map(tree.location) }
        case .list(let each, _): sources = [tree.source(each, from: context)]
        case .object, .array: break
        }
        return MappingProblem(kind, pointer: problem.pointer, message: problem.message, sources: sources, location: location)
    }
}
