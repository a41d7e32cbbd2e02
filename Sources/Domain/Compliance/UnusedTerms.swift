/// Elements and attributes that a ruleset has no use for. Each is a rule of its own, raised once in a document, at the first such place.
///
/// Elements are found on the way down from the document by one look-up for each, so that hundreds of rules cost as much as one.
struct UnusedTerms: Sendable {
    /// An element, or an attribute of it, by the end of its path.
    struct Pattern: Sendable {
        let id: String
        let severity: Finding.Severity
        let pattern: ContextPattern
        let attribute: XMLAttribute?
        let wording: Wording

        /// - Parameter text: what the rule says where the path alone does not; a sentence of the rule's own, in English.
        init(
            _ id: String, _ path: String, _ attribute: XMLAttribute? = nil, _ condition: ContextPattern.Condition = .always,
            _ severity: Finding.Severity = .warning, _ text: String? = nil
        ) {
            self.id = id
            self.severity = severity
            pattern = ContextPattern(path, condition)
            self.attribute = attribute
            wording = text.map { .own($0) } ?? .unused(path + (attribute.map { "/@\($0.rawName)" } ?? ""))
        }
    }

    /// An attribute on any element, but for one.
    struct AnyAttribute: Sendable {
        let id: String
        let attribute: XMLAttribute
        let exception: XMLName?

        init(_ id: String, _ attribute: XMLAttribute, but exception: XMLName? = nil) {
            self.id = id
            self.attribute = attribute
            self.exception = exception
        }
    }

    struct Info: Sendable {
        let id: String
        let severity: Finding.Severity
        let wording: Wording
    }

    /// A place where one was found; `rule` is the index in `infos`.
    struct Hit {
        let rule: Int
        let node: Int
        let attribute: XMLAttribute?
    }

    private struct Step: Sendable {
        /// State and name; 0 for a free slot.
        var key: UInt32 = 0
        var next: UInt16 = 0
        /// -1 where the way only passes.
        var rule: Int16 = -1
    }

    private(set) var infos: [Info] = []
    private var steps: [Step]
    private var patterns: [(name: UInt16, pattern: ContextPattern, attribute: XMLAttribute?, rule: Int)] = []
    /// By name, the range in `patterns`.
    private var patternRanges: [Range<Int16>]
    /// By attribute, the rule and the exception.
    private var anyAttributes: [(rule: Int, exception: XMLName?)?]

    /// - Parameters:
    ///   - prefix: what stands before the number in the rules' identifiers.
    ///   - table: lines of a number, the path of an element ("." for the document, "LINE" for a line), ">", and elements below it.
    ///   - lineNames: the elements that "LINE" stands for.
    init(prefix: String, table: String, lineNames: [XMLName], patterns: [Pattern], attributes: [AnyAttribute]) {
        var ways: [(path: [XMLName], id: String)] = []
        var number = 0
        var above = ""
        for word in table.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if let first = Int(word) {
                number = first
                above = ""
            } else if word == ">" {
                continue
            } else if above.isEmpty {
                above = String(word)
            } else {
                let path = (above == "." ? "" : above + "/") + word
                let digits = String(number)
                let id = prefix + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
                infos.append(Info(id: id, severity: .warning, wording: .unused(path.replacingLine)))
                let parts = path.split(separator: "/").map(String.init)
                for line in parts.first == "LINE" ? lineNames : [.other] {
                    ways.append((parts.map { $0 == "LINE" ? line : XMLName(text: $0) ?? .other }, id))
                }
                number += 1
            }
        }
        patternRanges = Array(repeating: 0..<0, count: XMLName.allCases.count)
        anyAttributes = Array(repeating: nil, count: XMLAttribute.allCases.count)
        steps = []
        link(ways)
        add(patterns, attributes)
    }

    private mutating func link(_ ways: [(path: [XMLName], id: String)]) {
        var links: [UInt32: Step] = [:]
        var order: [UInt32] = []
        var states: UInt16 = 1
        for way in ways {
            var state: UInt16 = 1
            for (depth, name) in way.path.enumerated() {
                let key = UInt32(state) << 16 | UInt32(name.rawValue)
                if links[key] == nil {
                    links[key] = Step(key: key)
                    order.append(key)
                }
                if depth == way.path.count - 1 {
                    links[key]?.rule = Int16(truncatingIfNeeded: infos.firstIndex { $0.id == way.id } ?? -1)
                } else if let next = links[key]?.next, next != 0 {
                    state = next
                } else {
                    states += 1
                    links[key]?.next = states
                    state = states
                }
            }
        }
        var size = 64
        while size < order.count * 4 { size *= 2 }
        steps = Array(repeating: Step(), count: size)
        for key in order {
            var slot = Self.slot(key, size)
            while steps[slot].key != 0 { slot = (slot + 1) & (size - 1) }
            if let step = links[key] { steps[slot] = step }
        }
    }

    private mutating func add(_ list: [Pattern], _ attributes: [AnyAttribute]) {
        let sorted = list.sorted { $0.pattern.lastName < $1.pattern.lastName }
        for (index, entry) in sorted.enumerated() {
            infos.append(Info(id: entry.id, severity: entry.severity, wording: entry.wording))
            let name = entry.pattern.lastName
            patterns.append((name, entry.pattern, entry.attribute, infos.count - 1))
            let start = patternRanges[Int(name)].isEmpty ? Int16(index) : patternRanges[Int(name)].lowerBound
            patternRanges[Int(name)] = start..<Int16(index + 1)
        }
        for entry in attributes {
            infos.append(Info(id: entry.id, severity: .warning, wording: .unused("@\(entry.attribute.rawName)")))
            anyAttributes[Int(entry.attribute.rawValue)] = (infos.count - 1, entry.exception)
        }
    }

    @inline(__always)
    private static func slot(_ key: UInt32, _ size: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> 40) & (size - 1)
    }

    @inline(__always)
    private func step(_ state: UInt16, _ name: XMLName) -> Step? {
        let key = UInt32(state) << 16 | UInt32(name.rawValue)
        var slot = Self.slot(key, steps.count)
        while true {
            let step = steps[slot]
            if step.key == key { return step }
            if step.key == 0 { return nil }
            slot = (slot + 1) & (steps.count - 1)
        }
    }

    /// The first place of each.
    func hits(in root: Scope) -> [Hit] {
        let nodes = root.document.pointee.nodes
        let stored = root.document.pointee.attributes
        var seen = [Bool](repeating: false, count: infos.count)
        var hits: [Hit] = []
        func hit(_ rule: Int, _ node: Int, _ attribute: XMLAttribute?) {
            guard !seen[rule] else { return }
            seen[rule] = true
            hits.append(Hit(rule: rule, node: node, attribute: attribute))
        }
        // The ends and the states of the elements that are open.
        var open: [(end: Int32, state: UInt16)] = [(nodes[0].end, 1)]
        for node in nodes.indices {
            let name = nodes[node].name
            if node > 0 {
                while open[open.count - 1].end <= node { open.removeLast() }
                let state = open[open.count - 1].state
                var next: UInt16 = 0
                if state != 0, let step = step(state, name) {
                    next = step.next
                    if step.rule >= 0 { hit(Int(step.rule), node, nil) }
                }
                if nodes[node].end > node + 1 { open.append((nodes[node].end, next)) }
            }
            for index in patternRanges[Int(name.rawValue)] {
                let entry = patterns[Int(index)]
                let scope = root.at(node)
                if let attribute = entry.attribute, !scope.has(attribute) { continue }
                if entry.pattern.matches(scope) { hit(entry.rule, node, entry.attribute) }
            }
            let last = node + 1 < nodes.count ? Int(nodes[node + 1].attributeStart) : stored.count
            for index in Int(nodes[node].attributeStart)..<last {
                let attribute = stored[index].name
                if let entry = anyAttributes[Int(attribute.rawValue)], entry.exception != name { hit(entry.rule, node, attribute) }
            }
        }
        return hits
    }
}

extension String {
    /// The path with "LINE" as a name that says it.
    fileprivate var replacingLine: String { hasPrefix("LINE/") ? "cac:InvoiceLine" + dropFirst(4) : self }
}

extension ContextPattern {
    /// The name of the element itself.
    var lastName: UInt16 { path.names[path.count - 1] }
}
