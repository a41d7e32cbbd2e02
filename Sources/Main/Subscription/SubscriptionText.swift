internal import Domain

/// Subscriptions as people read them.
enum SubscriptionText {
    static let heading = [Output.pad("ID", 36), Output.pad("STATUS", 8), Output.pad("NAME", 20), Output.pad("TYPES", 40), "TARGET"]
        .joined(separator: "  ")

    static func row(_ subscription: JSONValue) -> String {
        [
            Output.pad(text(subscription["id"]), 36), Output.pad(text(subscription["status"]), 8),
            Output.pad(Output.short(text(subscription["name"]), 20), 20), Output.pad(Output.short(types(subscription), 40), 40),
            Output.short(text(subscription["target"]?["url"]), 100),
        ].joined(separator: "  ")
    }

    /// One line: which subscription, and where it stands.
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
