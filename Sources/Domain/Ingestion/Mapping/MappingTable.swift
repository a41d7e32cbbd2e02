/// What the values of a source mean in the invoice: units, tax categories, countries.
struct MappingTable: Hashable, Sendable {
    /// What becomes of a value that is not listed.
    enum Otherwise: Hashable, Sendable {
        /// It is a problem.
        case refuse
        /// It stays as it is.
        case keep
        case text(String)
    }

    /// In the order written.
    let names: [String]
    private let values: [String: String]
    let otherwise: Otherwise

    static let maxValues = 1_000
    static let maxBytes = 256

    init(_ pairs: [(String, String)], otherwise: Otherwise) {
        names = pairs.map(\.0)
        values = Dictionary(pairs) { first, _ in first }
        self.otherwise = otherwise
    }

    /// - Returns: nil when `value` is refused.
    subscript(value: String) -> String? {
        if let found = values[value] { return found }
        return switch otherwise {
        case .refuse: nil
        case .keep: value
        case .text(let text): text
        }
    }

    /// In the order written.
    var pairs: [(String, String)] { names.map { ($0, values[$0] ?? "") } }
}
