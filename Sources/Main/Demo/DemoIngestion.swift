internal import Domain
internal import Ports
internal import SystemAdapter

/// What the demo tells of the sample source: what came of its batches, held against what it gave.
struct DemoIngestion: Sendable {
    let sample: SampleSource
    let time: SystemTimeSource

    private static let path = Sources.path + "/" + SampleSource.name
    private static let patience = TimeSpan.seconds(40)

    /// - Returns: what is not as the source gave it.
    func tell(_ client: APIClient) async throws -> [String] {
        try Output.line("\nA SOAP service with batches of invoices was asked meanwhile; it is slow, and fails, now and then:\n")
        try await finish(client)
        let runs = try await client.get(IngestText.runsPath)["items"]?.elements ?? []
        for run in runs.reversed().prefix(6) {
            let counts = run["counts"]
            try Output.line(
                "  \(Output.pad(run["status"]?.text ?? "unknown", 10))  \(counts?["new"]?.int ?? 0) new, \(counts?["changed"]?.int ?? 0) changed, "
                    + "\(counts?["unchanged"]?.int ?? 0) known, \(counts?["quarantined"]?.int ?? 0) in quarantine, "
                    + "asked \(run["attempts"]?.int ?? 0) time\(run["attempts"]?.int == 1 ? "" : "s")")
        }
        let received = try await all(IngestText.invoicesPath, client)
        let mapped = received.count { $0["status"]?.text == "mapped" }
        let versions = received.reduce(Int64(0)) { $0 + ($1["version"]?.int ?? 0) }
        try Output.line(
            "\n\(received.count) documents in \(versions) versions came, each published once as it was sent; \(mapped) are invoices in draft by "
                + "now, and what was broken lies in quarantine.")
        return try await differences(received, client)
    }

    /// Waits for a complete run, then has the source asked no more.
    private func finish(_ client: APIClient) async throws {
        let end = time.uptime() + Self.patience
        while true {
            // It is registered when the engine is ready.
            if try await client.exchange(.get, Self.path).status == 200,
                try await client.get(Self.path)["progress"]?["completeTo"] != nil
            {
                break
            }
            guard time.uptime() < end else { throw CommandFailure(.refused, "no run of the sample source was complete") }
            await time.sleep(for: .milliseconds(200))
        }
        _ = try await client.post(Self.path + "/pause")
        while try await client.get(Self.path)["progress"]?["runningRun"] != nil {
            guard time.uptime() < end else { throw CommandFailure(.refused, "a run of the sample source does not end") }
            await time.sleep(for: .milliseconds(100))
        }
        // What came of one that was begun is told when it has ended; what it was asked for last must have come whole.
        let run = try await client.get(Self.path)["progress"]?["lastStatus"]?.text
        if run == "failed" { try await runOnce(client, until: end) }
    }

    private func runOnce(_ client: APIClient, until end: Uptime) async throws {
        while true {
            let before = try await client.get(Self.path)["progress"]?["lastRun"]?.text
            _ = try await client.post(Self.path + "/run")
            while true {
                let progress = try await client.get(Self.path)["progress"]
                if progress?["lastRun"]?.text != before, progress?["runningRun"] == nil {
                    if progress?["lastStatus"]?.text != "failed" { return }
                    break
                }
                guard time.uptime() < end else { throw CommandFailure(.refused, "the sample source gives no batch") }
                await time.sleep(for: .milliseconds(100))
            }
        }
    }

    private func all(_ path: String, _ client: APIClient) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let page = try await client.get(path, query: [("limit", "1000")] + (cursor.map { [("cursor", $0)] } ?? []))
            items += page["items"]?.elements ?? []
            cursor = page["nextCursor"]?.text
        } while cursor != nil
        return items
    }

    private func differences(_ received: [JSONValue], _ client: APIClient) async throws -> [String] {
        var differences: [String] = []
        let given = sample.given
        var known: Set<String> = []
        for document in received {
            guard let number = document["number"]?.text, let id = document["id"]?.text else { continue }
            known.insert(number)
            let forms = given[number] ?? []
            guard document["version"]?.int == Int64(forms.count) else {
                differences.append("the document \(number) has version \(document["version"]?.int ?? 0), and was given \(forms.count) times")
                continue
            }
            for (index, form) in forms.enumerated() {
                let raw = try await client.document(
                    IngestText.invoicesPath + "/" + APIClient.escaped(id) + "/raw", query: [("version", String(index + 1))]
                ).bytes
                if raw != Array(form.utf8) { differences.append("version \(index + 1) of the document \(number) is not as it was given") }
            }
        }
        for number in given.keys.sorted() where !known.contains(number) { differences.append("the document \(number) is not on record") }
        return differences
    }
}
