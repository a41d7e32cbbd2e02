internal import ArgumentParser
internal import Domain

/// Runs, received documents and quarantine, as people read them.
enum IngestText {
    static let runsPath = "/v1/ingestion/runs"
    static let invoicesPath = "/v1/ingestion/invoices"
    static let quarantinePath = "/v1/ingestion/quarantine"
    static let messagesPath = "/v1/ingestion/messages"

    static func show(
        _ path: String, _ id: String, _ client: APIClient, _ format: FormatOption, _ detail: (JSONValue) -> String
    ) async throws {
        let value = try await client.manage(.get, path + "/" + APIClient.escaped(id), of: "ingest").value
        try Output.line(format.json ? value.line : detail(value))
    }

    /// Writes octets to standard output as they came.
    static func writeRaw(_ path: String, _ id: String, _ query: [(String, String?)], _ client: APIClient) async throws {
        let (bytes, _) = try await client.document(path + "/" + APIClient.escaped(id) + "/raw", query: query)
        try Output.write(bytes)
    }

    // MARK: Runs

    static let runHeading = [
        Output.pad("ID", 36), Output.pad("SOURCE", 20), Output.pad("STATUS", 9), Output.pad("STARTED", 27), Output.pad("NEW", 7),
        Output.pad("CHANGED", 7), Output.pad("SAME", 7), "QUARANTINED",
    ].joined(separator: "  ")

    static func run(_ run: JSONValue) -> String {
        let counts = run["counts"]
        return [
            Output.pad(text(run["id"]), 36), Output.pad(Output.short(text(run["source"]), 20), 20), Output.pad(text(run["status"]), 9),
            Output.pad(text(run["startedAt"]), 27), Output.pad(number(counts?["new"]), 7), Output.pad(number(counts?["changed"]), 7),
            Output.pad(number(counts?["unchanged"]), 7), number(counts?["quarantined"]),
        ].joined(separator: "  ")
    }

    static func runDetail(_ run: JSONValue) -> String {
        let counts = run["counts"]
        var lines = [
            "id           \(text(run["id"]))", "source       \(text(run["source"]))", "status       \(text(run["status"]))",
            "trigger      \(text(run["trigger"]))", "trace        \(text(run["traceId"]))",
            "window       \(text(run["window"]?["from"])) to \(text(run["window"]?["to"]))", "started      \(text(run["startedAt"]))",
            "ended        \(text(run["endedAt"]))",
            "documents    \(number(counts?["received"])): \(number(counts?["new"])) new, \(number(counts?["changed"])) changed, "
                + "\(number(counts?["unchanged"])) known, \(number(counts?["quarantined"])) in quarantine",
            "bytes        \(number(counts?["bytes"]))", "attempts     \(number(run["attempts"]))",
        ]
        if let failure = run["failure"] { lines.append("failure      \(text(failure["code"])): \(text(failure["detail"]))") }
        return lines.joined(separator: "\n")
    }

    // MARK: Received documents

    static let invoiceHeading = [
        Output.pad("ID", 36), Output.pad("SOURCE", 20), Output.pad("NUMBER", 24), Output.pad("VERSION", 7), Output.pad("STATUS", 10),
        Output.pad("RECEIVED", 27), "BYTES",
    ].joined(separator: "  ")

    static func invoice(_ invoice: JSONValue) -> String {
        [
            Output.pad(text(invoice["id"]), 36), Output.pad(Output.short(text(invoice["source"]), 20), 20),
            Output.pad(Output.short(text(invoice["number"]), 24), 24), Output.pad(number(invoice["version"]), 7),
            Output.pad(text(invoice["status"]), 10), Output.pad(text(invoice["receivedAt"]), 27), number(invoice["size"]),
        ].joined(separator: "  ")
    }

    static func invoiceDetail(_ invoice: JSONValue) -> String {
        var lines = [
            "id           \(text(invoice["id"]))", "source       \(text(invoice["source"]))", "number       \(text(invoice["number"]))",
            "status       \(text(invoice["status"]))", "version      \(number(invoice["version"]))",
            "received     \(text(invoice["receivedAt"]))", "bytes        \(number(invoice["size"])), \(text(invoice["encoding"]))",
            "sha256       \(text(invoice["sha256"]))", "run          \(text(invoice["runId"]))", "trace        \(text(invoice["traceId"]))",
        ]
        if let mapping = invoice["mapping"] {
            lines.append("invoice      \(text(mapping["invoice"]))")
            lines += (mapping["problems"]?.elements ?? []).map { "problem      " + text($0) }
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Messages

    static let messageHeading = [
        Output.pad("ID", 36), Output.pad("RECEIVER", 20), Output.pad("MESSAGE", 40), Output.pad("RECEIVED", 27), "BYTES",
    ].joined(separator: "  ")

    static func message(_ message: JSONValue) -> String {
        [
            Output.pad(text(message["id"]), 36), Output.pad(Output.short(text(message["source"]), 20), 20),
            Output.pad(Output.short(text(message["messageId"]), 40), 40), Output.pad(text(message["createdAt"]), 27),
            number(message["size"]),
        ].joined(separator: "  ")
    }

    static func messageDetail(_ message: JSONValue) -> String {
        [
            "id           \(text(message["id"]))", "receiver     \(text(message["source"]))",
            "message      \(text(message["messageId"]))", "received     \(text(message["createdAt"]))",
            "bytes        \(number(message["size"])), \(text(message["contentType"]))", "sha256       \(text(message["sha256"]))",
            "documents    \(number(message["documents"])), \(number(message["quarantined"])) parts in quarantine",
            "trace        \(text(message["traceId"]))",
        ].joined(separator: "\n")
    }

    // MARK: Quarantine

    static let quarantineHeading = [
        Output.pad("ID", 36), Output.pad("SOURCE", 20), Output.pad("STATUS", 8), Output.pad("REASON", 18), "SINCE",
    ].joined(separator: "  ")

    static func quarantined(_ slice: JSONValue) -> String {
        [
            Output.pad(text(slice["id"]), 36), Output.pad(Output.short(text(slice["source"]), 20), 20),
            Output.pad(text(slice["status"]), 8), Output.pad(text(slice["reason"]), 18), text(slice["createdAt"]),
        ].joined(separator: "  ")
    }

    static func quarantinedDetail(_ slice: JSONValue) -> String {
        var lines = [
            "id           \(text(slice["id"]))", "source       \(text(slice["source"]))", "status       \(text(slice["status"]))",
            "reason       \(text(slice["reason"])): \(text(slice["detail"]))",
            "place        \(number(slice["index"])) in the batch, from 0",
            "bytes        \(number(slice["size"])), \(text(slice["encoding"]))", "run          \(text(slice["runId"]))",
            "trace        \(text(slice["traceId"]))", "since        \(text(slice["createdAt"]))",
        ]
        if let id = slice["resolvedAs"] { lines.append("became       \(text(id))") }
        return lines.joined(separator: "\n")
    }

    static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
    static func number(_ value: JSONValue?) -> String { value?.int.map { String($0) } ?? "–" }
}
