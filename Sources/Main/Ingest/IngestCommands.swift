internal import ArgumentParser
internal import Domain
internal import Ports
internal import SystemAdapter

struct IngestCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Documents from SOAP services and webhooks: sources, receivers, runs, what came and what could not be taken.",
        discussion: """
            Talks to a running engine, but for map. Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [
            IngestRun.self, IngestSources.self, IngestReceivers.self, IngestMessages.self, IngestRuns.self, IngestInvoices.self,
            IngestQuarantine.self, IngestSplit.self,
            IngestMap.self,
        ])
}

struct IngestRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Ask a source at once, also while it is paused.",
        discussion: """
            When a run is under way, it is asked after that. With --wait the run is followed to its end, and the exit code is 1 unless it \
            succeeded or was partial.
            """)

    @OptionGroup var source: ItemIdArgument<Sources>
    @Flag(help: "Wait until the run has ended, and print it.") var wait = false
    @Option(help: "How long to wait at most, for instance 30s or 2h.") var waitLimit = "30m"
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if DueOptions.span(waitLimit) == nil { throw ValidationError("--wait-limit must be like 30s, 10m or 2h, not “\(waitLimit)”.") }
    }

    func run() async throws {
        try await connection.withClient { client in
            let before = try await client.manage(.get, source.path, of: Sources.subject).value["progress"]
            // A run that was under way when it was asked for is not the one that was asked for.
            let others = Set([before?["lastRun"]?.text, before?["runningRun"]?.text].compactMap { $0 })
            let asked = try await client.manage(.post, source.path + "/run", of: Sources.subject).value
            guard wait else { return try Output.line(format.json ? asked.line : Sources.short(asked)) }
            let run = try await followed(others, client)
            try Output.line(format.json ? run.line : IngestText.runDetail(run))
            if !["succeeded", "partial"].contains(run["status"]?.text) { throw ExitCode(1) }
        }
    }

    private func followed(_ others: Set<String>, _ client: APIClient) async throws -> JSONValue {
        let time = SystemTimeSource()
        let end = time.uptime() + (DueOptions.span(waitLimit) ?? .minutes(30))
        // The first that is new, also when others have followed it since.
        var asked: String?
        while true {
            if let asked {
                let run = try await client.manage(.get, IngestText.runsPath + "/" + APIClient.escaped(asked), of: "ingest runs").value
                if run["status"]?.text != IngestionRun.Status.running.rawValue { return run }
            } else {
                let progress = try await client.manage(.get, source.path, of: Sources.subject).value["progress"]
                asked = progress?["lastRun"]?.text.flatMap { others.contains($0) ? nil : $0 }
            }
            guard time.uptime() < end else {
                throw CommandFailure(
                    .refused, "the run has not ended within \(waitLimit)", advice: "It goes on; see `ledgerflow ingest runs`.")
            }
            await time.sleep(for: .milliseconds(100))
        }
    }
}

// MARK: - Runs

struct IngestRuns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "The times that sources were asked, newest first; with an identifier, one of them.")

    @Argument(help: "The identifier of one run.") var id: String?
    @Option(help: "Those of this source.") var source: String?
    @Option(help: "Those that are running, succeeded, partial, failed or abandoned.") var status: String?
    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if id != nil, source != nil || status != nil { throw ValidationError("--source and --status narrow the list, not one run.") }
    }

    func run() async throws {
        try await connection.withClient { client in
            if let id { return try await IngestText.show(IngestText.runsPath, id, client, format, IngestText.runDetail) }
            try await pages.print(
                IngestText.runsPath, [("source", source), ("status", status)], client, format, heading: IngestText.runHeading,
                none: "No runs.", IngestText.run)
        }
    }
}

// MARK: - Received documents

struct IngestInvoices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoices", abstract: "The documents that sources sent, newest first; with an identifier, one of them.",
        discussion: "With an identifier and --raw its octets are written as they came, and nothing else.")

    @Argument(help: "The identifier of one document.") var id: String?
    @Option(help: "Those of this source.") var source: String?
    @Option(help: "Those with this number.") var number: String?
    @Option(help: "Those that are received, mapped or not-mapped.") var status: String?
    @Flag(help: "Write the octets of the one document.") var raw = false
    @Option(help: "Which version of it, with --raw (default: the latest).") var version: Int?
    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if raw, id == nil { throw ValidationError("--raw needs the identifier of a document.") }
        if id != nil, source != nil || number != nil || status != nil {
            throw ValidationError("--source, --number and --status narrow the list, not one document.")
        }
        if version != nil, !raw { throw ValidationError("--version has a meaning only together with --raw.") }
    }

    func run() async throws {
        try await connection.withClient { client in
            guard let id else {
                return try await pages.print(
                    IngestText.invoicesPath, [("source", source), ("number", number), ("status", status)], client, format,
                    heading: IngestText.invoiceHeading, none: "No documents.", IngestText.invoice)
            }
            guard raw else { return try await IngestText.show(IngestText.invoicesPath, id, client, format, IngestText.invoiceDetail) }
            try await IngestText.writeRaw(IngestText.invoicesPath, id, [("version", version.map { String($0) })], client)
        }
    }
}

// MARK: - Quarantine

struct IngestQuarantine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "The parts of batches that could not be taken, newest first; with an identifier, one of them.",
        discussion: """
            With an identifier, --raw writes its octets as they came, and --retry has it judged again by the source's settings of today; \
            the exit code is 1 when it is refused again.
            """)

    @Argument(help: "The identifier of one part.") var id: String?
    @Option(help: "Those of this source.") var source: String?
    @Option(help: "Those that are open or resolved.") var status: String?
    @Flag(help: "Write the octets of the one part.") var raw = false
    @Flag(help: "Have the one part judged again.") var retry = false
    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if raw || retry, id == nil { throw ValidationError("--raw and --retry need the identifier of a part.") }
        if id != nil, source != nil || status != nil { throw ValidationError("--source and --status narrow the list, not one part.") }
        if raw, retry { throw ValidationError("Give --raw or --retry, not both.") }
    }

    func run() async throws {
        try await connection.withClient { client in
            guard let id else {
                return try await pages.print(
                    IngestText.quarantinePath, [("source", source), ("status", status)], client, format,
                    heading: IngestText.quarantineHeading, none: "Nothing in quarantine.", IngestText.quarantined)
            }
            if raw { return try await IngestText.writeRaw(IngestText.quarantinePath, id, [], client) }
            guard retry else {
                return try await IngestText.show(IngestText.quarantinePath, id, client, format, IngestText.quarantinedDetail)
            }
            let path = IngestText.quarantinePath + "/" + APIClient.escaped(id) + "/retry"
            let outcome = try await client.manage(.post, path, of: "ingest quarantine").value
            let isIngested = outcome["outcome"]?.text == "ingested"
            if format.json {
                try Output.line(outcome.line)
            } else if isIngested {
                try Output.line(IngestText.invoiceDetail(outcome["invoice"] ?? .null))
            } else {
                try Output.line(IngestText.quarantinedDetail(outcome["quarantined"] ?? .null))
            }
            if !isIngested { throw ExitCode(1) }
        }
    }
}
