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
                let page = try await AnchorPages.read(client, subject, partition: partition)
                partitions = page.partitions
                if partition == 0, !format.json { try Output.line("Signed with \(page.publicKey).\n\(AuditText.anchorHeading)") }
                for anchor in page.anchors {
                    count += 1
                    if let known = AuditAnchor(anchor), kept.contains(known) { continue }
                    try Output.line(format.json ? anchor.line : AuditText.row(anchor: anchor))
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

/// All anchors of one chain, as the engine keeps them.
struct AnchorPages {
    private(set) var store = UniqueId(high: 0, low: 0)
    private(set) var tenant: TenantId
    private(set) var partitions: Int64 = 1
    /// By which the engine signs, in hexadecimal.
    private(set) var publicKey = ""
    /// As the engine gave them.
    private(set) var anchors: [JSONValue] = []

    static func read(_ client: APIClient, _ subject: AuditSubject, partition: Int64) async throws -> AnchorPages {
        var (after, pages) = (Int64(0), AnchorPages?.none)
        while true {
            let query = try subject.query([("partition", String(partition)), ("after", String(after)), ("limit", "1000")])
            let page = try await client.books(.get, subject.path + "/anchors", query: query).value
            var all = try pages ?? AnchorPages(page)
            all.anchors += page["anchors"]?.elements ?? []
            pages = all
            guard let next = page["next"]?.int, next > after else { return all }
            after = next
        }
    }

    private init(_ page: JSONValue) throws {
        guard let store = page["store"]?.text.flatMap({ UniqueId($0) }), let tenant = page["tenant"]?.text.flatMap({ TenantId($0) }),
            let partitions = page["partitions"]?.int, let key = page["publicKey"]?.text, Hexadecimal.bytes(key)?.count == 32
        else {
            throw CommandFailure(
                .refused, "the server answered with something that is no page of anchors",
                advice: "Check that --server is the address of an engine of this version.")
        }
        (self.store, self.tenant, self.partitions, publicKey) = (store, tenant, partitions, key)
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
