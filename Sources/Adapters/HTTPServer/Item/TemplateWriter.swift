internal import Domain

/// Writes what schedules and subscriptions send: as it is shown, and as it is changed.
enum TemplateWriter {
    /// The members beside the request.
    static func policy(_ template: CallTemplate, to json: inout JSONWriter) {
        policy(tags: template.tags, template.timeout, template.retry, redirects: template.redirects, to: &json)
    }

    /// - Parameters:
    ///   - name: of the member that holds it.
    ///   - opened: nil in lists, which open nothing.
    static func request(
        _ template: CallTemplate, opened: OutgoingRequest?, policy: RedactionPolicy, isTarget: Bool = false, to json: inout JSONWriter
    ) {
        let request = template.request
        if !isTarget { json.field("method", request.method.rawValue) }
        guard let opened else {
            json.field("url", request.url.description)
            if !isTarget { json.field("bodyBytes", request.bodyBytes) }
            return
        }
        json.field("url", policy.shown(opened.url))
        json.object("headers") { headers in
            for header in opened.headers { headers.field(dynamic: header.name, policy.shown(header)) }
        }
        if isTarget { return }
        json.field("bodyBytes", opened.body.count)
        json.field("bodyPreview", policy.preview(of: opened.body))
    }

    /// The request in the clear, with the members that a reader takes; it never leaves the server.
    static func clear(_ template: SubmittedTemplate, isTarget: Bool = false, to json: inout JSONWriter) {
        let request = template.outgoing
        if isTarget { json.name("target") } else { json.name("request") }
        json.object { json in
            if !isTarget { json.field("method", request.method.rawValue) }
            json.field("url", request.url.description)
            json.field("headers", map: request.headers.map { ($0.name, $0.value) })
            guard !isTarget, !request.body.isEmpty else { return }
            if let text = String(validating: request.body, as: UTF8.self) {
                json.field("body", text)
            } else {
                json.field("bodyBase64", Base64.encode(request.body))
            }
        }
        policy(tags: template.tags, template.timeout, template.retry, redirects: template.redirects, to: &json)
    }

    private static func policy(
        tags: [String], _ timeout: TimeSpan, _ retry: RetryPolicy, redirects: Int, to json: inout JSONWriter
    ) {
        json.field("tags", tags)
        json.field("timeoutMs", timeout.milliseconds)
        json.field("followRedirects", redirects)
        json.object("retry") { json in
            json.field("maxAttempts", retry.maxAttempts)
            json.field("initialDelayMs", retry.initialDelay.milliseconds)
            json.field("maxDelayMs", retry.maxDelay.milliseconds)
            json.field("statuses", retry.statuses?.sorted())
        }
    }
}

/// What a change leaves as it is: a document of the item in the clear, and a patch over it.
enum TemplateMerge {
    /// Above what a body of control characters takes in JSON.
    private static let limits = JSONLimits(maxBytes: 4 << 20)

    /// The document to be read as if it had been sent whole.
    ///
    /// - Parameters:
    ///   - member: `request` or `target`.
    ///   - alternatives: members of which one rules out the others: one that is given takes the others away.
    ///   - write: writes the members of the item as it is.
    static func document(
        _ patch: JSONValue, member: String, alternatives: [String] = [], write: (inout JSONWriter) -> Void
    ) -> JSONValue {
        var writer = JSONWriter(capacity: 2_048)
        writer.object(write)
        guard var current = try? JSONReader.read(writer.bytes, limits: limits) else { return patch }
        current = without(alternatives, current, when: patch)
        if let request = patch.member(member) {
            current = current.changing(member) { without(["body", "bodyBase64"], $0, when: request) }
            current = current.changing(member) { old in
                old.changing("headers") { headers in headers.keeping { !replaces(request.member("headers"), $0.name) } }
            }
        }
        return MergePatch.apply(patch, to: current).changing(member) { request in
            request.changing("headers") { headers in headers.keeping { $0.value != .null } }
        }
    }

    private static func without(_ names: [String], _ object: JSONValue, when patch: JSONValue) -> JSONValue {
        guard names.contains(where: { patch.member($0) != nil }) else { return object }
        return object.keeping { !names.contains($0.name) }
    }

    /// Names of header fields are the same in any case.
    private static func replaces(_ headers: JSONValue?, _ name: String) -> Bool {
        guard case .object(let headers)? = headers else { return false }
        return headers.members.contains { $0.name.lowercased() == name.lowercased() }
    }
}
