/// Finds what paths lead to in one document, and remembers what was taken, so that what nobody asked for can be told.
///
/// Its work is limited: when it has looked at too much, it finds nothing any more and says so.
struct MappingSearch {
    typealias Element = XMLTree.Element

    /// What a path leads to.
    enum Place: Hashable {
        case element(Element)
        /// By its index in the tree.
        case attribute(Int, of: Element)
    }

    /// What a name means in this document.
    private struct Codes {
        /// Of the vocabulary, by raw value.
        let known: [UInt16]
        let knownAttributes: [UInt8]
        /// Of the document's other names, by index.
        let others: [UInt16]
    }

    let tree: XMLTree
    private var workLeft: Int
    private(set) var takenElements: [Bool]
    private(set) var takenAttributes: [Bool]
    private var codes: [MappingPath.Name: Codes] = [:]
    private var absolute: [MappingPath: [Place]] = [:]
    private let otherNames: [(namespace: Substring, local: Substring)]

    /// How many elements may be looked at for one document, and how many blocks of 64 bytes of text.
    static let maxWork = 20_000_000

    init(_ tree: XMLTree, work: Int = maxWork) {
        self.tree = tree
        workLeft = work
        takenElements = Array(repeating: false, count: tree.elementCount)
        takenAttributes = Array(repeating: false, count: tree.attributes.count)
        otherNames = tree.otherNames.map { name in
            guard name.hasPrefix("Q{"), let brace = name.lastIndex(of: "}") else { return ("", name[...]) }
            return (name[..<brace].dropFirst(2), name[name.index(after: brace)...])
        }
    }

    /// Whether there was too much to look at; what was found before that is not all.
    var isExhausted: Bool { workLeft <= 0 }

    /// What `path` leads to from `context`, in the order of the document.
    ///
    /// - Parameter limit: how many are enough.
    mutating func places(_ path: MappingPath, from context: Element, limit: Int = .max) -> [Place] {
        workLeft -= 1
        guard path.isAbsolute else {
            var found: [Place] = []
            descend(path, 0, context, limit, &found)
            return found
        }
        if let found = absolute[path] { return found }
        var found: [Place] = []
        if let first = path.steps.first, matches(codes(of: first.name), tree.root), passes(first, tree.root) {
            descend(path, 1, tree.root, .max, &found)
        }
        absolute[path] = found
        return found
    }

    /// The elements that `path` leads to.
    mutating func elements(_ path: MappingPath, from context: Element) -> [Element] {
        places(path, from: context).compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// The text of a place, as written; the place counts as taken.
    mutating func text(of place: Place) -> String {
        let bytes: ArraySlice<UInt8>
        switch place {
        case .element(let element):
            takenElements[element.position] = true
            bytes = tree.utf8(of: element)
        case .attribute(let index, _):
            takenAttributes[index] = true
            bytes = value(ofAttribute: index)
        }
        workLeft -= 1 + bytes.count / 64
        return isExhausted ? "" : String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Steps

    /// Goes down from `element`, at which the steps before `step` have arrived. As deep as the path is long.
    private mutating func descend(_ path: MappingPath, _ step: Int, _ element: Element, _ limit: Int, _ found: inout [Place]) {
        guard step < path.steps.count else {
            if let attribute = path.attribute {
                if let index = self.attribute(attribute, of: element) { found.append(.attribute(index, of: element)) }
            } else {
                found.append(.element(element))
            }
            return
        }
        let wanted = path.steps[step]
        let codes = codes(of: wanted.name)
        var counts = Array(repeating: 0, count: wanted.predicates.count)
        for child in tree.children(of: element) {
            workLeft -= 1
            if found.count >= limit || isExhausted { return }
            guard matches(codes, child), passes(wanted, child, &counts) else { continue }
            descend(path, step + 1, child, limit, &found)
        }
    }

    private mutating func passes(_ step: MappingPath.Step, _ element: Element) -> Bool {
        var counts = Array(repeating: 0, count: step.predicates.count)
        return passes(step, element, &counts)
    }

    /// - Parameter counts: for each predicate, how many siblings came as far.
    private mutating func passes(_ step: MappingPath.Step, _ element: Element, _ counts: inout [Int]) -> Bool {
        for (index, predicate) in step.predicates.enumerated() {
            counts[index] += 1
            switch predicate {
            case .position(let position): guard counts[index] == position else { return false }
            case .has(let operand): guard holds(operand, nil, element) else { return false }
            case .equals(let operand, let text): guard holds(operand, text, element) else { return false }
            }
        }
        return true
    }

    /// Whether the element has the operand, with `text` as its text unless that is nil; what decides counts as taken.
    private mutating func holds(_ operand: MappingPath.Operand, _ text: String?, _ element: Element) -> Bool {
        switch operand {
        case .itself: return says(text, element)
        case .attribute(let name):
            guard let index = attribute(name, of: element),
                text.map({ value(ofAttribute: index).elementsEqual($0.utf8) }) ?? true
            else { return false }
            takenAttributes[index] = true
            return true
        case .child(let name):
            let codes = codes(of: name)
            for child in tree.children(of: element) {
                workLeft -= 1
                guard !isExhausted else { return false }
                guard matches(codes, child), says(text, child) else { continue }
                // That it is there says nothing of what it holds.
                if text != nil { takenElements[child.position] = true }
                return true
            }
            return false
        }
    }

    /// Whether the element's text is `wanted`; anything is when that is nil.
    private mutating func says(_ wanted: String?, _ element: Element) -> Bool {
        guard let wanted else { return true }
        workLeft -= tree.utf8(of: element).count / 64
        return !isExhausted && tree.trimmedUTF8(of: element).elementsEqual(wanted.utf8)
    }

    private func value(ofAttribute index: Int) -> ArraySlice<UInt8> {
        tree.attributeBytes[Int(tree.attributes[index].start)..<Int(tree.attributes[index].end)]
    }

    // MARK: Names

    private func matches(_ codes: Codes, _ element: Element) -> Bool {
        let node = tree.nodes[element.position]
        return node.name == .other ? codes.others.contains(node.otherName) : codes.known.contains(node.name.rawValue)
    }

    private mutating func attribute(_ name: MappingPath.Name, of element: Element) -> Int? {
        let codes = codes(of: name)
        return tree.attributeRange(of: element.position).first { index in
            let stored = tree.attributes[index]
            return stored.name == .other ? codes.others.contains(stored.otherName) : codes.knownAttributes.contains(stored.name.rawValue)
        }
    }

    private mutating func codes(of name: MappingPath.Name) -> Codes {
        if let codes = codes[name] { return codes }
        let known = (Self.knownByLocalName[name.local] ?? []).filter { raw in
            name.namespace == nil || XMLVocabulary.namespaces[Int(raw)]?.text == name.namespace
        }
        let attributes = name.namespace == nil ? XMLAttribute.allCases.filter { $0 != .other && $0.rawName == name.local } : []
        let others = otherNames.indices.filter { index in
            otherNames[index].local == name.local && (name.namespace.map { otherNames[index].namespace == $0 } ?? true)
        }
        let found = Codes(
            known: known, knownAttributes: attributes.map(\.rawValue), others: others.map { UInt16(truncatingIfNeeded: $0) })
        codes[name] = found
        return found
    }

    private static let knownByLocalName: [String: [UInt16]] = Dictionary(
        grouping: XMLName.allCases.filter { $0 != .other }.map(\.rawValue), by: { XMLVocabulary.localNames[Int($0)] })
}
