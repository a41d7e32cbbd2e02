internal import Domain

/// Sources of documents, as the command line names and prints them.
enum Sources: ItemKind {
    static let noun = "source"
    static let command = "ingest sources"
    static let path = "/v1/ingestion/sources"

    static let showing = CommandText(abstract: "Show a source, and how it is doing; its password is not shown.")
    static let pausing = CommandText(
        abstract: "Ask a source by hand only, until it is resumed.", discussion: "A run under way goes on.")
    static let resuming = CommandText(abstract: "Ask a source at its intervals again, at once first.")
    static let deleting = CommandText(
        abstract: "Delete a source.", discussion: "What it brought stays. A source that is made again under its name goes on with that.")

    static let heading = [
        Output.pad("NAME", 20), Output.pad("STATUS", 8), Output.pad("BREAKER", 9), Output.pad("LAST RUN", 10), Output.pad("AT", 27), "URL",
    ].joined(separator: "  ")

    static func row(_ source: JSONValue) -> String {
        let progress = source["progress"]
        return [
            Output.pad(Output.short(text(source["name"]), 20), 20), Output.pad(text(source["status"]), 8),
            Output.pad(text(progress?["breaker"]), 9), Output.pad(text(progress?["lastStatus"]), 10),
            Output.pad(text(progress?["lastStartedAt"]), 27), Output.short(text(source["url"]), 100),
        ].joined(separator: "  ")
    }

    static func short(_ source: JSONValue) -> String {
        let progress = source["progress"]
        var line = "\(text(source["name"]))  \(text(source["status"]))"
        if let status = progress?["lastStatus"] { line += ", last run \(text(status))" }
        if progress?["breaker"]?.text == "open" { line += ", left alone until \(text(progress?["openUntil"]))" }
        return line
    }

    static func detail(_ source: JSONValue) -> String {
        let (progress, operation) = (source["progress"], source["operation"])
        var lines = [
            "name         \(text(source["name"]))", "status       \(text(source["status"]))", "url          \(text(source["url"]))",
        ]
        if let user = source["username"] { lines.append("user         \(text(user))") }
        lines += [
            "interval     \(IngestText.number(source["intervalSeconds"])) s, overlap \(IngestText.number(source["overlapSeconds"])) s",
            "operation    \(text(operation?["name"]))"
                + (operation?["namespace"].map { " of \(text($0))" } ?? "") + ", SOAP \(text(source["soapVersion"]))",
        ]
        if let action = source["soapAction"] { lines.append("action       \(text(action))") }
        lines += (source["parameters"]?.elements ?? []).map { "parameter    \(text($0["name"])): \(text($0["value"]))" }
        lines += ["documents    \(text(source["invoiceElement"])), number at \(text(source["numberPath"]))"]
        if let topic = source["topic"] { lines.append("topic        \(text(topic))") }
        lines += [
            "mapping      \(source["mapping"] == nil ? "none" : "yes")", "breaker      \(breaker(progress))",
            "last run     \(text(progress?["lastRun"]))  \(text(progress?["lastStatus"]))",
            "complete to  \(text(progress?["completeTo"]))", "created      \(text(source["createdAt"]))",
            "changed      \(text(source["updatedAt"]))",
        ]
        return lines.joined(separator: "\n")
    }

    private static func breaker(_ progress: JSONValue?) -> String {
        let until = progress?["openUntil"].map { " until \(text($0))" } ?? ""
        return "\(text(progress?["breaker"]))\(until), \(IngestText.number(progress?["failuresInRow"])) failures on end"
    }

    private static func text(_ value: JSONValue?) -> String { IngestText.text(value) }
}
