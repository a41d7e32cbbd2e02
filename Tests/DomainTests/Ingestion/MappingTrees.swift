@testable import Domain

/// An element of a document for a test.
indirect enum Elem {
    case text(String, String, [(String, String)])
    case parent(String, [Elem], [(String, String)])

    static func leaf(_ name: String, _ text: String, _ attributes: (String, String)...) -> Elem { .text(name, text, attributes) }
    static func node(_ name: String, _ children: [Elem], _ attributes: (String, String)...) -> Elem { .parent(name, children, attributes) }

    func tree() throws -> XMLTree {
        var builder = XMLTree.Builder()
        try add(to: &builder)
        return try builder.finish()
    }

    private func add(to builder: inout XMLTree.Builder) throws {
        switch self {
        case .text(let name, let text, let attributes):
            try Self.start(name, attributes, &builder)
            try builder.characters(text)
        case .parent(let name, let children, let attributes):
            try Self.start(name, attributes, &builder)
            for child in children { try child.add(to: &builder) }
        }
        try builder.end()
    }

    private static func start(_ name: String, _ attributes: [(String, String)], _ builder: inout XMLTree.Builder) throws {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        try builder.start(try Array(name.utf8).withUnsafeBytes { try builder.name(namespace: none, local: $0) })
        for (name, value) in attributes {
            let resolved = try Array(name.utf8).withUnsafeBytes { try builder.attributeName(namespace: none, local: $0) }
            try Array(value.utf8).withUnsafeBytes { try builder.attribute(resolved, value: $0) }
        }
    }
}

extension IngestionMapping {
    /// What a text in JSON declares, or what is wrong with it, one a line.
    static func declared(_ json: String) throws -> (mapping: IngestionMapping?, problems: [String]) {
        do throws(InvoiceJSONError) {
            return (try IngestionMapping(json: Array(json.utf8)), [])
        } catch {
            switch error {
            case .syntax(let error): return (nil, [error.description])
            case .fields(let problems): return (nil, problems.listed.map { "\($0.pointer) \($0.message)" })
            }
        }
    }
}
