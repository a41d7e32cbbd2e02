/// How documents of a source become invoices of the engine, declared by who runs the source: which member of the invoice's JSON comes from
/// which place of the document.
///
/// It says nothing of its own about invoices: what it makes is the JSON that `POST /v1/invoices` takes, judged by the one reader of that.
/// `docs/ingestion-mapping.md` tells how to write one.
public struct IngestionMapping: Hashable, Sendable {
    /// The fields and lists of one object of the invoice.
    struct Scope: Hashable, Sendable {
        var fields: [Field] = []
        var lists: [List] = []

        var fieldCount: Int { lists.reduce(fields.count) { $0 + $1.scope.fieldCount } }
    }

    struct Field: Hashable, Sendable {
        let target: MappingTarget
        let field: MappingField
    }

    /// An array of the invoice with an element for each place that a path leads to.
    struct List: Hashable, Sendable {
        let target: MappingTarget
        let each: MappingPath
        let scope: Scope
    }

    struct Prefix: Hashable, Sendable {
        let name: String
        let namespace: String
    }

    struct NamedTable: Hashable, Sendable {
        let name: String
        let table: MappingTable
    }

    /// What the document's root must be; nil for anything.
    let root: MappingPath?
    let namespaces: [Prefix]
    let tables: [NamedTable]
    let scope: Scope
    /// What the document says of the invoice that the engine works out by itself, to be compared with it.
    let checks: [Field]
    /// The scope by places of the invoice.
    let template: MappingTemplate

    /// - Throws: why targets cannot stand together.
    init(root: MappingPath?, namespaces: [Prefix], tables: [NamedTable], scope: Scope, checks: [Field]) throws(MappingTemplate.Conflict) {
        self.root = root
        self.namespaces = namespaces
        self.tables = tables
        self.scope = scope
        self.checks = checks
        template = try MappingTemplate(scope)
    }

    /// About how many bytes it takes in memory and in the store. Fields are held twice, and are mostly short.
    var approximateBytes: Int {
        let values = tables.flatMap(\.table.pairs).reduce(0) { $0 + 2 * $1.0.utf8.count + $1.1.utf8.count + 96 }
        return 4_096 + 1_024 * (scope.fieldCount + checks.count) + values
    }

    /// How many fields a mapping may have, those of its lists counted; and how many checks.
    public static let maxFields = 500
    /// How many lists one object may have.
    static let maxLists = 16
    /// Lists within lists.
    static let maxNesting = 2
    static let maxTables = 32
    static let maxNamespaces = 32
}
