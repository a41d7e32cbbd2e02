/// The paths of many elements of one document, each in time that does not grow with the number of its siblings.
struct XMLPlaces {
    private let tree: XMLTree
    /// By element, its position among the siblings of its name; 0 where it is alone. Empty when it is not worth while.
    private var positions: [Int32] = []

    /// - Parameter isMany: whether more than a few paths will be asked for.
    init(_ tree: XMLTree, isMany: Bool) {
        self.tree = tree
        guard isMany else { return }
        positions = Array(repeating: 0, count: tree.nodes.count)
        let known = XMLName.allCases.count
        var counts = [Int32](repeating: 0, count: known + tree.otherNames.count)
        func slot(_ node: XMLTree.Node) -> Int { node.name == .other ? known + Int(node.otherName) : Int(node.name.rawValue) }
        for parent in tree.nodes.indices where Int(tree.nodes[parent].end) > parent + 1 {
            let end = Int(tree.nodes[parent].end)
            var child = parent + 1
            while child < end {
                let slot = slot(tree.nodes[child])
                counts[slot] += 1
                positions[child] = counts[slot]
                child = Int(tree.nodes[child].end)
            }
            child = parent + 1
            while child < end {
                let slot = slot(tree.nodes[child])
                // The count is needed until the last sibling of the name has been seen.
                if counts[slot] == 1 { positions[child] = 0 }
                if positions[child] == counts[slot] || counts[slot] == 1 { counts[slot] = 0 }
                child = Int(tree.nodes[child].end)
            }
        }
    }

    func path(of element: XMLTree.Element) -> String {
        guard !positions.isEmpty else { return tree.path(of: element) }
        var steps: [String] = []
        var current: XMLTree.Element? = element
        while let place = current {
            let position = positions[place.position]
            steps.append(tree.qualifiedName(of: place) + (position > 0 ? "[\(position)]" : ""))
            current = tree.parent(of: place)
        }
        return "/" + steps.reversed().joined(separator: "/")
    }
}
