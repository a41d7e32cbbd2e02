internal import Domain

/// Receivers of webhooks, as the command line names and prints them.
enum Receivers: ItemKind {
    static let noun = "receiver"
    static let command = "ingest receivers"
    static let path = "/v1/ingestion/receivers"

    static let showing = CommandText(abstract: "Show a receiver and its address; its secrets are not shown.")
    static let pausing = CommandText(
        abstract: "Refuse what comes to a receiver, until it is resumed.", discussion: "Senders are told to try again later.")
    static let resuming = CommandText(abstract: "Take what comes to a receiver again.")
    static let deleting = CommandText(
        abstract: "Delete a receiver.", discussion: "What it brought stays. One that is made again under its name has another address.")

    static let heading = [
        Output.pad("NAME", 20), Output.pad("STATUS", 8), Output.pad("SCHEME", 17), "ADDRESS",
    ].joined(separator: "  ")

    static func row(_ receiver: JSONValue) -> String {
        [
            Output.pad(Output.short(text(receiver["name"]), 20), 20), Output.pad(text(receiver["status"]), 8),
            Output.pad(text(receiver["scheme"]), 17), text(receiver["address"]),
        ].joined(separator: "  ")
    }

    static func short(_ receiver: JSONValue) -> String {
        "\(text(receiver["name"]))  \(text(receiver["status"]))  \(text(receiver["address"]))"
    }

    static func detail(_ receiver: JSONValue) -> String {
        var lines = [
            "name         \(text(receiver["name"]))", "status       \(text(receiver["status"]))",
            "address      \(text(receiver["address"]))", "scheme       \(text(receiver["scheme"]))",
        ]
        if let signature = receiver["signature"] {
            lines.append(
                "signature    \(text(signature["header"])): \(text(signature["algorithm"])) in \(text(signature["encoding"])) of "
                    + text(signature["content"]))
        }
        if let header = receiver["secretHeader"] { lines.append("secret in    \(text(header))") }
        let place = receiver["messageId"]
        if let name = place?["header"] ?? place?["pointer"] { lines.append("message id   \(text(name))") }
        lines.append("tolerance    \(IngestText.number(receiver["toleranceSeconds"])) s")
        lines.append("bytes        \(IngestText.number(receiver["maxBytes"])) at most")
        if let element = receiver["invoiceElement"] {
            lines.append("documents    \(text(element)), number at \(text(receiver["numberPath"]))")
        }
        if let topic = receiver["topic"] { lines.append("topic        \(text(topic))") }
        lines.append("mapping      \(receiver["mapping"] == nil ? "none" : "yes")")
        for secret in receiver["secrets"]?.elements ?? [] {
            let end = secret["expiresAt"]?.text.map { ", until " + Output.plain($0) } ?? ""
            lines.append("secret       \(text(secret["id"])), since \(text(secret["createdAt"]))\(end)")
        }
        lines += ["created      \(text(receiver["createdAt"]))", "changed      \(text(receiver["updatedAt"]))"]
        return lines.joined(separator: "\n")
    }

    private static func text(_ value: JSONValue?) -> String { IngestText.text(value) }
}
