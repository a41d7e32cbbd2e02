internal import Domain
internal import Ports
internal import SystemAdapter

/// The demo's other half: a source of invoices, which the engine asks again and again while the calls go on.
struct DemoIngestion: Sendable {
    let sample: SampleSource
    let port: Int
    let time: SystemTimeSource

    private static let sourcePath = "/v1/ingestion/sources/\(SampleSource.name)"
    private static let patience = TimeSpan.seconds(12)

    /// Has the engine ask the source from now on.
    func begin(_ client: APIClient) async throws {
        try await sample.register(port: port, interval: .seconds(5), with: client)
        try Output.line(
            "A trading house's SOAP service listens on http://127.0.0.1:\(port)\(SampleSource.path); the engine asks it for invoices.\n")
    }

    /// Asks for a run out of turn now and then, until the task is cancelled: a demo is short.
    func hurry(_ client: APIClient) async throws {
        while !Task.isCancelled {
            await time.sleep(for: .milliseconds(600))
            _ = try await client.exchange(.post, Self.sourcePath + "/run")
        }
    }

    /// Lets the last run end, and compares what the engine has with what the source gave.
    ///
    /// - Returns: what differs.
    func end(_ client: APIClient) async throws -> [String] {
        _ = try await client.exchange(.post, Self.sourcePath + "/pause")
        guard try await isIdle(client) else { return ["the source: its last run did not end"] }
        let (given, refused) = (sample.given, sample.refused)
        let invoices = try await list("/v1/ingestion/invoices", client)
        let quarantined = try await list("/v1/ingestion/quarantine", client)
        let runs = try await list("/v1/ingestion/runs", client)
        var differences: [String] = []
        let held = Set(invoices.compactMap { $0["number"]?.text })
        for number in given.keys.sorted() where !held.contains(number) { differences.append("\(number): the engine does not have it") }
        for invoice in invoices { differences += try await self.differences(of: invoice, given, client) }
        if quarantined.count != refused.count {
            differences.append("the source: of \(refused.count) malformed invoices \(quarantined.count) are in quarantine")
        }
        try tell(runs, invoices, quarantined)
        return differences
    }

    private func differences(of invoice: JSONValue, _ given: [String: [String]], _ client: APIClient) async throws -> [String] {
        guard let number = invoice["number"]?.text, let id = invoice["id"]?.text, let version = invoice["version"]?.int else {
            return ["an invoice has no number, identifier or version"]
        }
        let versions = given[number] ?? []
        guard version == Int64(versions.count) else { return ["\(number): it has \(version) versions, and was given in \(versions.count)"] }
        var differences: [String] = []
        for (index, xml) in versions.enumerated() {
            let raw = try await client.exchange(.get, "/v1/ingestion/invoices/\(id)/raw", query: [("version", String(index + 1))])
            if raw.status != 200 || raw.body != Array(xml.utf8) {
                differences.append("\(number): version \(index + 1) is not what was given")
            }
        }
        return differences
    }

    /// Returns when no run is under way and the source was not asked for a while; false when that does not come.
    private func isIdle(_ client: APIClient) async throws -> Bool {
        let end = time.uptime() + Self.patience
        var asked = -1
        while time.uptime() < end {
            let running = try await list("/v1/ingestion/runs", client, query: [("status", "running")])
            if running.isEmpty, asked == sample.asked { return true }
            asked = running.isEmpty ? sample.asked : -1
            await time.sleep(for: .milliseconds(250))
            try Task.checkCancellation()
        }
        return false
    }

    private func list(_ path: String, _ client: APIClient, query: [(String, String)] = []) async throws -> [JSONValue] {
        let query = query + [("source", SampleSource.name), ("limit", "1000")]
        return try await client.get(path, query: query)["items"]?.elements ?? []
    }

    private func tell(_ runs: [JSONValue], _ invoices: [JSONValue], _ quarantined: [JSONValue]) throws {
        func count(_ items: [JSONValue], _ member: String, _ value: String) -> Int { items.count { $0[member]?.text == value } }
        let again = runs.reduce(0) { $0 + max(0, ($1["attempts"]?.int ?? 1) - 1) }
        let changed = invoices.count { ($0["version"]?.int ?? 1) > 1 }
        try Output.line(
            """

            What the source brought:

              \(runs.count) runs: \(count(runs, "status", "succeeded")) succeeded, \(count(runs, "status", "partial")) with something to \
            put aside, \(count(runs, "status", "failed")) failed; \(again) attempts were repeated, for it has its bad moments
              \(invoices.count) invoices, \(changed) of them changed since; \(count(invoices, "status", "mapped")) are drafts by now
              \(quarantined.count) in quarantine, which kept none of the others
            """)
        for slice in quarantined.prefix(3) {
            try Output.line("    \(slice["reason"]?.text ?? "refused"): \(Output.short(slice["detail"]?.text ?? "", 90))")
        }
    }
}
