/// One document on its way to the invoice's JSON.
struct MappingRun {
    typealias Element = XMLTree.Element

    /// A value with the place where it stands.
    struct Found {
        let text: String
        let place: MappingSearch.Place?
    }

    var search: MappingSearch
    private(set) var problems = MappingProblems()
    /// Of arrays of which elements have no values and are left out: the elements that are there, by the array's pointer.
    private(set) var kept: [String: [Int]] = [:]
    private let tables: [String: MappingTable]
    private var path: [JSONPointer.Step] = []
    private var bytesLeft = InvoiceDocument.inputLimits.maxBytes
    private var valuesLeft = InvoiceDocument.inputLimits.maxValues

    init(_ tree: XMLTree, _ mapping: IngestionMapping, work: Int = MappingSearch.maxWork) {
        search = MappingSearch(tree, work: work)
        tables = Dictionary(mapping.tables.map { ($0.name, $0.table) }) { first, _ in first }
    }

    /// Whether there was more than one invoice may have, or too much to look at.
    var isCutShort: Bool { search.isExhausted || bytesLeft < 0 || valuesLeft < 0 }

    // MARK: The tree

    /// What the template makes of the element; nil when that is nothing.
    mutating func value(_ template: MappingTemplate, at context: Element) -> JSONValue? {
        guard !isCutShort else { return nil }
        let value: JSONValue? =
            switch template {
            case .field(let field): self.value(of: field, at: context).map(JSONValue.string)
            case .object(let members): object(members, at: context)
            case .array(let elements): array(elements, at: context)
            case .list(let each, let element): list(each, element, at: context)
            }
        if value != nil { valuesLeft -= 1 }
        return value
    }

    private mutating func object(_ members: [MappingTemplate.Member], at context: Element) -> JSONValue? {
        var made: [JSONObject.Member] = []
        for member in members {
            path.append(.member(member.name))
            if let value = value(member.value, at: context) { made.append(JSONObject.Member(member.name, value)) }
            path.removeLast()
        }
        return made.isEmpty ? nil : .object(JSONObject(checked: made))
    }

    private mutating func array(_ elements: [MappingTemplate.Element], at context: Element) -> JSONValue? {
        var made: [JSONValue] = []
        var present: [Int] = []
        for (place, element) in elements.enumerated() {
            path.append(.index(made.count))
            if let value = value(element.value, at: context) {
                made.append(value)
                present.append(place)
            }
            path.removeLast()
        }
        if made.isEmpty { return nil }
        if made.count < elements.count { kept[pointer] = present }
        return .array(made)
    }

    /// Every place is an element, so that the n-th of the invoice is the n-th of the document, also when it has no values.
    private mutating func list(_ each: MappingPath, _ template: MappingTemplate, at context: Element) -> JSONValue? {
        let places = search.elements(each, from: context)
        // One more than the longest list may have is enough to be refused.
        let made = places.prefix(InvoiceDocument.maxLines + 1).enumerated().map { index, place in
            path.append(.index(index))
            defer { path.removeLast() }
            return value(template, at: place) ?? .object(JSONObject(checked: []))
        }
        return made.isEmpty ? nil : .array(made)
    }

    private var pointer: String {
        var pointer = ""
        for step in path { JSONPointer.append(step, to: &pointer) }
        return pointer
    }

    // MARK: Values

    private mutating func value(of field: MappingField, at context: Element) -> String? {
        if let condition = field.condition, search.places(condition, from: context, limit: 1).isEmpty { return nil }
        let value: String?
        if case .constant(let text) = field.source {
            value = text
        } else if let found = find(field, at: context) {
            value = converted(found, field, at: context)
        } else {
            value = field.fallback
            if value == nil, field.isRequired, !isCutShort {
                report(.gap, "is required by the mapping, but the document has no value", field, at: context, nil)
            }
        }
        bytesLeft -= value?.utf8.count ?? 0
        return isCutShort ? nil : value
    }

    /// The value as it stands in the document, but for white space; nil when it is empty or there is none.
    mutating func find(_ field: MappingField, at context: Element) -> Found? {
        switch field.source {
        case .constant: return nil
        case .first(let paths):
            for path in paths {
                for place in search.places(path, from: context) {
                    let text = field.space.applied(to: search.text(of: place))
                    if !text.isEmpty { return Found(text: text, place: place) }
                }
            }
            return nil
        case .joined(let parts, let separator): return joined(parts, separator, field, at: context)
        }
    }

    private mutating func joined(_ parts: [MappingField.Part], _ separator: String, _ field: MappingField, at context: Element) -> Found? {
        var texts: [String] = []
        var first: MappingSearch.Place?
        var bytes = 0
        for part in parts {
            switch part {
            case .text(let text): texts.append(text)
            case .path(let path):
                for place in search.places(path, from: context) {
                    let text = field.space.applied(to: search.text(of: place))
                    if text.isEmpty { continue }
                    texts.append(text)
                    first = first ?? place
                    bytes += text.utf8.count + separator.utf8.count
                    if bytes > bytesLeft { break }
                }
            }
        }
        return first.map { Found(text: texts.joined(separator: separator), place: $0) }
    }

    /// The value as the invoice has it; nil and a problem when it is not what the field says it is.
    private mutating func converted(_ found: Found, _ field: MappingField, at context: Element) -> String? {
        switch field.conversion {
        case nil: return found.text
        case .table(let name):
            if let text = tables[name]?[found.text] { return text }
            report(.refused, "has a value that is not in the table “\(name)”", field, at: context, found.place)
        case .day(let formats):
            for format in formats { if let day = format.day(found.text) { return day.description } }
            let texts = formats.map(\.text).joined(separator: " or ")
            report(.refused, "has a value that is no day of the format \(texts)", field, at: context, found.place)
        case .decimal(let format):
            if let decimal = format.decimal(found.text) { return decimal.description }
            report(.refused, "has a value that is no number of the format given", field, at: context, found.place)
        }
        return nil
    }

    private mutating func report(
        _ kind: MappingProblem.Kind, _ message: String, _ field: MappingField, at context: Element, _ place: MappingSearch.Place?
    ) {
        let tree = search.tree
        let pointer = pointer
        problems.report(
            MappingProblem(
                kind, pointer: pointer, message: message, sources: field.paths.map { tree.source($0, from: context) },
                location: place.map(tree.location)))
    }

    // MARK: Checks

    /// What the document says of a value that the engine works out.
    mutating func expected(_ check: IngestionMapping.Field) -> MappedInvoice.Expected? {
        path = check.target.steps.map { step in
            switch step {
            case .name(let name): .member(name)
            case .index(let index): .index(index)
            }
        }
        defer { path = [] }
        let root = search.tree.root
        guard let text = value(of: check.field, at: root) else { return nil }
        let place = find(check.field, at: root)?.place
        return MappedInvoice.Expected(
            pointer: pointer, text: text, sources: check.field.paths.map { search.tree.source($0, from: root) },
            location: place.map(search.tree.location))
    }
}

extension XMLTree {
    /// A path as it was looked for from an element.
    func source(_ path: MappingPath, from context: Element) -> String {
        if path.isAbsolute { return path.text }
        return path.text == "." ? self.path(of: context) : self.path(of: context) + "/" + path.text
    }

    func location(_ place: MappingSearch.Place) -> String {
        switch place {
        case .element(let element): return path(of: element)
        case .attribute(let index, let element):
            let stored = attributes[index]
            return path(of: element) + "/@" + (stored.name == .other ? otherNames[Int(stored.otherName)] : stored.name.rawName)
        }
    }
}
