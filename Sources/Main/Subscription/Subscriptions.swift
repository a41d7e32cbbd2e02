internal import Domain

/// Subscriptions, as the command line names and prints them.
enum Subscriptions: ItemKind {
    static let noun = "subscription"
    static let path = "/v1/subscriptions"

    static let showing = CommandText(abstract: "Show a subscription.")
    static let pausing = CommandText(
        abstract: "Deliver nothing until it is resumed.",
        discussion: "Events that come meanwhile are delivered afterwards, as far as the log keeps them.")
    static let resuming = CommandText(abstract: "Deliver again, also after it was disabled for failing.")
    static let deleting = CommandText(abstract: "Delete a subscription, for ever.", discussion: "Deliveries under way go on.")

    static let heading = [Output.pad("ID", 36), Output.pad("STATUS", 8), Output.pad("NAME", 20), Output.pad("TYPES", 40), "TARGET"]
        .joined(separator: "  ")

    static func row(_ subscription: JSONValue) -> String {
        [
            Output.pad(text(subscription["id"]), 36), Output.pad(text(subscription["status"]), 8),
            Output.pad(Output.short(text(subscription["name"]), 20), 20), Output.pad(Output.short(types(subscription), 40), 40),
            Output.short(text(subscription["target"]?["url"]), 100),
        ].joined(separator: "  ")
    }

    static func short(_ subscription: JSONValue) -> String {
        let reason = subscription["disabledReason"]?.text.map { " (\(Output.plain($0)))" } ?? ""
        return "\(text(subscription["id"]))  \(text(subscription["status"]))\(reason)"
    }

    static func detail(_ subscription: JSONValue) -> String {
        var lines = [
            "id           \(text(subscription["id"]))", "name         \(text(subscription["name"]))",
            "status       \(text(subscription["status"]))",
        ]
        if let reason = subscription["disabledReason"]?.text { lines.append("because      \(Output.plain(reason))") }
        lines.append("types        \(types(subscription))")
        if let filter = subscription["filter"], filter != .null { lines.append("filter       \(Output.plain(filter.line))") }
        lines += TemplateText.lines(subscription, request: subscription["target"])
        lines += ["created      \(text(subscription["createdAt"]))", "changed      \(text(subscription["updatedAt"]))"]
        return lines.joined(separator: "\n")
    }

    private static func types(_ subscription: JSONValue) -> String {
        Output.plain((subscription["types"]?.elements ?? []).compactMap(\.text).joined(separator: ", "))
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
