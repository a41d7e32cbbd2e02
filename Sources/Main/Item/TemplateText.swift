internal import Domain

/// What schedules and subscriptions send, as people read it.
enum TemplateText {
    static func lines(_ item: JSONValue, request: JSONValue?) -> [String] {
        var lines = ["request      \(text(request?["method"] ?? .string("POST"))) \(text(request?["url"]))"]
        for header in request?["headers"]?.members ?? [] {
            let values = header.value.text.map { [$0] } ?? header.value.elements.compactMap(\.text)
            lines += values.map { "header       " + Output.plain("\(header.name): \($0)") }
        }
        if let bytes = request?["bodyBytes"]?.int { lines.append("body         \(bytes) bytes") }
        let tags = (item["tags"]?.elements ?? []).compactMap(\.text)
        if !tags.isEmpty { lines.append("tags         " + Output.plain(tags.joined(separator: ", "))) }
        if let timeout = item["timeoutMs"]?.int { lines.append("time-out     " + CallText.span(timeout)) }
        if let most = item["retry"]?["maxAttempts"]?.int { lines.append("attempts     up to \(most)") }
        if let redirects = item["followRedirects"]?.int, redirects > 0 { lines.append("redirects    up to \(redirects)") }
        return lines
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
