/// What a mapping did not take of a document: elements with all that is below them, and attributes of elements that it did take.
///
/// Elements of one kind are told together, in the order of their first. Those without text and attributes are left out.
public struct UnusedParts: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        /// Without positions: "/Invoice/Lines/Line/Colour", "/Invoice/Lines/Line/Quantity/@basis".
        public let path: String
        /// How many there are.
        public let count: Int
        /// Where the first stands: "/Invoice/Lines/Line[2]/Colour".
        public let first: String
    }

    /// How many are listed at most.
    public static let maxListed = 100

    public let listed: [Part]
    /// How many more there are.
    public let unlistedCount: Int

    init() {
        listed = []
        unlistedCount = 0
    }

    init(_ search: MappingSearch) {
        var walk = Walk(search)
        walk.run()
        let tree = search.tree
        listed = walk.kinds.filter { $0.count > 0 }.prefix(Self.maxListed).map { kind in
            var first = tree.path(of: kind.first)
            if let attribute = kind.attribute { first += "/@" + attribute }
            return Part(path: walk.path(kind), count: kind.count, first: first)
        }
        unlistedCount = max(0, walk.kinds.count { $0.count > 0 } - Self.maxListed)
    }

    /// Elements, or attributes, of one path without positions.
    private struct Kind {
        let parent: Int?
        let name: String
        let attribute: String?
        /// The first that is unused.
        var first: XMLTree.Element
        var count = 0

        mutating func count(_ element: XMLTree.Element) {
            if count == 0 { first = element }
            count += 1
        }
    }

    private struct Key: Hashable {
        let parent: Int
        let code: Int
    }

    private struct Walk {
        private let search: MappingSearch
        private var tree: XMLTree { search.tree }
        private(set) var kinds: [Kind] = []
        private var kindOf: [Key: Int] = [:]

        init(_ search: MappingSearch) { self.search = search }

        mutating func run() {
            let nodes = tree.nodes
            var isTouched = search.takenElements
            for index in tree.attributes.indices.reversed() where search.takenAttributes[index] { touch(attribute: index, &isTouched) }
            for index in nodes.indices.reversed() where isTouched[index] && nodes[index].parent >= 0 {
                isTouched[Int(nodes[index].parent)] = true
            }
            var kindAt = Array(repeating: 0, count: nodes.count)
            var index = 0
            while index < nodes.count {
                let node = nodes[index]
                let code = node.name == .other ? -1 - Int(node.otherName) : Int(node.name.rawValue)
                let parent = node.parent < 0 ? nil : kindAt[Int(node.parent)]
                kindAt[index] = kind(parent, code, XMLTree.Element(index), attribute: nil)
                guard isTouched[index] else {
                    if saysSomething(index) { kinds[kindAt[index]].count(XMLTree.Element(index)) }
                    index = Int(node.end)
                    continue
                }
                attributes(of: index, kindAt[index])
                // Its attribute was taken, or it was compared with something, and its text was not.
                let isLeaf = Int(node.end) == index + 1
                if isLeaf, !search.takenElements[index], !tree.trimmedUTF8(of: XMLTree.Element(index)).isEmpty {
                    kinds[kindAt[index]].count(XMLTree.Element(index))
                }
                index = search.takenElements[index] ? Int(node.end) : index + 1
            }
        }

        /// The element that has the attribute is the last that begins at it or before.
        private func touch(attribute: Int, _ isTouched: inout [Bool]) {
            var low = 0
            var high = tree.nodes.count
            while high - low > 1 {
                let middle = (low + high) / 2
                if Int(tree.nodes[middle].attributeStart) <= attribute { low = middle } else { high = middle }
            }
            isTouched[low] = true
        }

        private func saysSomething(_ index: Int) -> Bool {
            let node = tree.nodes[index]
            let end = Int(node.end)
            let attributeEnd = end < tree.nodes.count ? Int(tree.nodes[end].attributeStart) : tree.attributes.count
            return attributeEnd > Int(node.attributeStart) || !tree.trimmedUTF8(of: XMLTree.Element(index)).isEmpty
        }

        private mutating func attributes(of index: Int, _ parent: Int) {
            for attribute in tree.attributeRange(of: index) where !search.takenAttributes[attribute] {
                let stored = tree.attributes[attribute]
                let name = stored.name == .other ? tree.otherNames[Int(stored.otherName)] : stored.name.rawName
                // Hints for a schema validator say nothing about the invoice.
                if name.hasPrefix("Q{http://www.w3.org/2001/XMLSchema-instance}") { continue }
                let code = 1 << 20 | (stored.name == .other ? 1 << 16 | Int(stored.otherName) : Int(stored.name.rawValue))
                kinds[kind(parent, code, XMLTree.Element(index), attribute: name)].count(XMLTree.Element(index))
            }
        }

        private mutating func kind(_ parent: Int?, _ code: Int, _ element: XMLTree.Element, attribute: String?) -> Int {
            let key = Key(parent: parent ?? -1, code: code)
            if let known = kindOf[key] { return known }
            kindOf[key] = kinds.count
            kinds.append(Kind(parent: parent, name: attribute ?? tree.qualifiedName(of: element), attribute: attribute, first: element))
            return kinds.count - 1
        }

        func path(_ kind: Kind) -> String {
            var path = (kind.attribute == nil ? "/" : "/@") + kind.name
            var parent = kind.parent
            while let index = parent {
                path = "/" + kinds[index].name + path
                parent = kinds[index].parent
            }
            return path
        }
    }
}
