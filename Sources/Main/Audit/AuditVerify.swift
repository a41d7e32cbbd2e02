internal import ArgumentParser
internal import Domain

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute every hash of the tenant's audit chains, and compare, also with the signed anchors.",
        discussion: """
            Each entry's hash covers the entry and the hash before it, so none can be altered, left out or put in between without breaking \
            every later one. The hashes are recomputed here, from the entries alone; what the engine says of them is only compared. The \
            signed anchors then show whether a chain was cut off at its end, or computed anew as a whole: that takes the engine's key.

            The engine's own key is believed unless --public-key names those that are: note it elsewhere once, as `ledgerflow audit anchors` \
            prints it. Anchors that are kept elsewhere, in --anchors, are held against the chains as well.

            Exit code 1 when a chain is broken, or is not what an anchor says.
            """)

    @Option(
        help: ArgumentHelp(
            "A public key that anchors may be signed with, 64 hexadecimal digits; may be repeated (default: the engine's own).",
            valueName: "key"))
    var publicKey: [String] = []
    @Option(help: "A file of anchors that was kept elsewhere, one a line, as `audit anchors --json` prints them; - reads standard input.")
    var anchors: String?
    @OptionGroup var subject: AuditSubject
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        for key in publicKey where Hexadecimal.bytes(key)?.count != 32 {
            throw ValidationError("--public-key must be 64 hexadecimal digits, as `ledgerflow audit anchors` prints it; “\(key)” is not.")
        }
    }

    func run() async throws {
        let kept = try anchors.map(KeptAnchors.read) ?? []
        try await connection.withClient(asOperator: subject.isAnother) { client in
            var chains: [AuditChain] = []
            var partitions: Int64 = 1
            var trusted = publicKey.map { $0.lowercased() }
            while Int64(chains.count) < partitions {
                chains.append(try await verify(Int64(chains.count), client, kept, &trusted, &partitions))
            }
            let keys = AuditText.Keys(trusted: trusted, arePinned: !publicKey.isEmpty)
            try Output.line(format.json ? AuditText.json(chains, keys) : AuditText.verdict(chains, keys))
            if !chains.allSatisfy(\.isIntact) { throw ExitCode.failure }
        }
    }

    /// Reads the chain and its anchors side by side, a page of each at a time.
    ///
    /// - Parameters:
    ///   - trusted: the keys that are believed; empty: the engine's own, which is put there.
    ///   - partitions: how many chains the tenant has, as the engine says.
    private func verify(
        _ partition: Int64, _ client: APIClient, _ kept: [AuditAnchor], _ trusted: inout [String], _ partitions: inout Int64
    ) async throws -> AuditChain {
        // Those that are made from here on may be of entries that the chain did not have when its end was read.
        let last = try await AnchorPages.lastEntry(client, subject, partition: partition)
        var pages = AnchorPages(partition: partition)
        guard let first = try await pages.next(client, subject) else { throw ExitCode.failure }
        if trusted.isEmpty { trusted = [first.publicKey] }
        partitions = first.partitions
        var check = AnchorCheck(
            store: first.store, tenant: first.tenant, partition: Int(clamping: partition), anchors: kept,
            trusted: Set(trusted.compactMap { Hexadecimal.bytes($0) }))
        check.add(try Self.anchors(first, upTo: last))
        var chain = AuditChain(partition: partition, anchors: check)
        repeat {
            let query = try subject.query([
                ("partition", String(partition)), ("after", String(chain.position)), ("limit", "1000"),
            ])
            let page = try await client.books(.get, subject.path, query: query).value
            // Whatever is said of these entries must be known before they are passed.
            while pages.position < AuditChain.lastEntry(of: page) ?? 0, let more = try await pages.next(client, subject) {
                chain.anchors.add(try Self.anchors(more, upTo: last))
            }
            try chain.add(page)
        } while !chain.isAtEnd
        while pages.position < last, let more = try await pages.next(client, subject) {
            chain.anchors.add(try Self.anchors(more, upTo: last))
        }
        return chain
    }

    private static func anchors(_ page: AnchorPages.Page, upTo last: Int64) throws -> [AuditAnchor] {
        let anchors = page.anchors.compactMap { AuditAnchor($0) }
        guard anchors.count == page.anchors.count else {
            throw CommandFailure(
                .refused, "the server answered with something that is no anchor", advice: "Check that --server is the address of an engine."
            )
        }
        return anchors.filter { $0.head.count <= last }
    }
}
