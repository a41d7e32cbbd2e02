/// A mapping's targets as the tree that the invoice's JSON is.
indirect enum MappingTemplate: Hashable, Sendable {
    case field(MappingField)
    /// Members in the order in which they were first named.
    case object([Member])
    /// Elements named one by one, in the order of their indexes.
    case array([Element])
    case list(each: MappingPath, MappingTemplate)

    struct Member: Hashable, Sendable {
        let name: String
        var value: MappingTemplate
    }

    struct Element: Hashable, Sendable {
        let index: Int
        var value: MappingTemplate
    }

    /// Two targets of which one is a part of the other, or that take one place for an array and for an object.
    struct Conflict: Error, Hashable, Sendable {
        let target: MappingTarget
    }

    init(_ scope: IngestionMapping.Scope) throws(Conflict) {
        self = .object([])
        for field in scope.fields { try insert(.field(field.field), field.target.steps[...], field.target) }
        for list in scope.lists {
            try insert(.list(each: list.each, try MappingTemplate(list.scope)), list.target.steps[...], list.target)
        }
    }

    private mutating func insert(_ node: MappingTemplate, _ steps: ArraySlice<MappingTarget.Step>, _ target: MappingTarget) throws(Conflict)
    {
        guard let step = steps.first else { throw Conflict(target: target) }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.name(let name), .object(var members)):
            self = .object([])
            if let index = members.firstIndex(where: { $0.name == name }) {
                try members[index].value.insert(node, rest, target)
            } else {
                members.append(Member(name: name, value: try Self.chain(node, rest, target)))
            }
            self = .object(members)
        case (.index(let index), .array(var elements)):
            self = .array([])
            if let place = elements.firstIndex(where: { $0.index == index }) {
                try elements[place].value.insert(node, rest, target)
            } else {
                let place = elements.firstIndex { $0.index > index } ?? elements.endIndex
                elements.insert(Element(index: index, value: try Self.chain(node, rest, target)), at: place)
            }
            self = .array(elements)
        default: throw Conflict(target: target)
        }
    }

    private static func chain(
        _ node: MappingTemplate, _ steps: ArraySlice<MappingTarget.Step>, _ target: MappingTarget
    ) throws(Conflict) -> MappingTemplate {
        guard let step = steps.first else { return node }
        var chain: MappingTemplate =
            switch step {
            case .name: .object([])
            case .index: .array([])
            }
        try chain.insert(node, steps, target)
        return chain
    }
}
