internal import ArgumentParser
internal import Domain

struct AuditAnchors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchors", abstract: "Print the signed statements of where the audit chains stood, to be kept elsewhere.",
        discussion: """
            Each anchor says how many entries a chain had and what their hash was, signed with a key that only the engine has. With --json each \
            line is an anchor, whole in itself: append them to a file in another place, with --kept those alone that it lacks, and give it to \
            `ledgerflow audit verify --anchors`. What somebody who can write the database takes away together with its anchors is found out by such a file alone.
            """)

    @Option(help: "A file of anchors that was kept elsewhere, one a line: what it has is not printed again; - reads standard input.")
    var kept: String?
    @OptionGroup var subject: AuditSubject
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let kept = Set(try kept.map(KeptAnchors.read) ?? [])
        try await connection.withClient(asOperator: subject.isAnother) { client in
            var (partition, partitions, count) = (Int64(0), Int64(1), 0)
            while partition < partitions {
                var pages = AnchorPages(partition: partition)
                while let page = try await pages.next(client, subject) {
                    partitions = page.partitions
                    if partition == 0, page.isFirst, !format.json {
                        try Output.line("Signed with \(page.publicKey).\n\(AuditText.anchorHeading)")
                    }
                    for anchor in page.anchors {
                        count += 1
                        if let known = AuditAnchor(anchor), kept.contains(known) { continue }
                        try Output.line(format.json ? anchor.line : AuditText.row(anchor: anchor))
                    }
                }
                partition += 1
            }
            if count == 0, !format.json { Output.note("No anchors yet: they are made every few minutes, when there are new entries.") }
        }
    }
}

/// Whose audit a command looks at.
struct AuditSubject: ParsableArguments {
    @Option(help: "As an operator: the audit of this tenant.") var of: String?

    var isAnother: Bool { of != nil }
    var path: String { (of == nil ? "/v1" : "/v1/admin") + "/audit" }

    func query(_ query: [(String, String?)]) throws -> [(String, String?)] {
        guard let of else { return query }
        guard let tenant = TenantId(of) else {
            throw ValidationError("--of must be 1 to 64 of a–z 0–9 . _ -, the first a letter or digit; “\(of)” is not.")
        }
        return [("tenant", tenant.value)] + query
    }
}

/// The anchors of one chain, as the engine keeps them: page by page, in the order of their entries.
struct AnchorPages {
    struct Page {
        let store: UniqueId
        let tenant: TenantId
        let partitions: Int64
        /// By which the engine signs, in hexadecimal.
        let publicKey: String
        let isFirst: Bool
        /// As the engine gave them.
        let anchors: [JSONValue]
    }

    let partition: Int64
    /// Number of the last entry of which all anchors were read.
    private(set) var position: Int64 = 0
    private(set) var isAtEnd = false

    init(partition: Int64) { self.partition = partition }

    /// - Returns: nil when there are no more.
    /// - Throws: `CommandFailure` when what the server answers is no page of anchors.
    mutating func next(_ client: APIClient, _ subject: AuditSubject) async throws -> Page? {
        guard !isAtEnd else { return nil }
        let query = try subject.query([("partition", String(partition)), ("after", String(position)), ("limit", "1000")])
        let value = try await client.books(.get, subject.path + "/anchors", query: query).value
        let page = try Page(value, isFirst: position == 0)
        if let next = value["next"]?.int, next > position { position = next } else { isAtEnd = true }
        return page
    }

    /// The number of the last entry that an anchor of the chain covers at present; 0 without one.
    static func lastEntry(_ client: APIClient, _ subject: AuditSubject, partition: Int64) async throws -> Int64 {
        var (pages, last) = (AnchorPages(partition: partition), Int64(0))
        while let page = try await pages.next(client, subject) {
            last = page.anchors.compactMap { $0["entries"]?.int }.max().map { max($0, last) } ?? last
        }
        return last
    }
}

extension AnchorPages.Page {
    fileprivate init(_ page: JSONValue, isFirst: Bool) throws {
        guard let store = page["store"]?.text.flatMap({ UniqueId($0) }), let tenant = page["tenant"]?.text.flatMap({ TenantId($0) }),
            let partitions = page["partitions"]?.int, let key = page["publicKey"]?.text, Hexadecimal.bytes(key)?.count == 32
        else {
            throw CommandFailure(
                .refused, "the server answered with something that is no page of anchors",
                advice: "Check that --server is the address of an engine of this version.")
        }
        (self.store, self.tenant, self.partitions, publicKey) = (store, tenant, partitions, key)
        self.isFirst = isFirst
        anchors = page["anchors"]?.elements ?? []
    }
}

extension AuditAnchor {
    /// As the API shows it; nil when it is not of that form.
    init?(_ item: JSONValue) {
        guard let store = item["store"]?.text.flatMap({ UniqueId($0) }), let tenant = item["tenant"]?.text.flatMap({ TenantId($0) }),
            let partition = item["partition"]?.int.flatMap({ Int(exactly: $0) }), let entries = item["entries"]?.int,
            let head = item["head"]?.text.flatMap({ Hexadecimal.bytes($0) }), let at = item["at"]?.instant,
            let key = item["publicKey"]?.text.flatMap({ Hexadecimal.bytes($0) }),
            let signature = item["signature"]?.text.flatMap({ Hexadecimal.bytes($0) })
        else { return nil }
        self.init(
            store: store, tenant: tenant, partition: partition, head: AuditHead(count: entries, hash: head), at: at, publicKey: key,
            signature: signature)
    }
}
