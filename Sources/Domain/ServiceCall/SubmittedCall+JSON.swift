extension SubmittedCall {
    public static let earliestDueAt = Instant(microseconds: 946_684_800_000_000)
    /// Ten years, leap days included.
    public static let furthestDue = TimeSpan.hours(24 * 3_653)
    public static let maxCorrelationIdBytes = 128
    public static let maxStatuses = 100

    /// Takes the fields of a submission; what is wrong is reported to `fields`.
    public static func read(_ fields: inout JSONFields, now: Instant) -> SubmittedCall? {
        let request = fields.object("request") { readRequest(&$0) }
        let dueAt = readDueAt(&fields, required: false, now: now)
        let tags = readTags(&fields)
        let timeout = fields.optionalInt64(
            "timeoutMs",
            in: ServiceCallSubmission.timeouts.lowerBound.milliseconds...ServiceCallSubmission.timeouts.upperBound.milliseconds)
        let retry = fields.optionalObject("retry") { readRetry(&$0, deadlineAfter: max(dueAt ?? now, now)) }
        let redirects = fields.optionalInt("followRedirects", in: ServiceCallSubmission.redirectLimits)
        let correlationId = fields.optionalString("correlationId", minBytes: 1, maxBytes: maxCorrelationIdBytes)
        if let correlationId, !correlationId.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            fields.report("correlationId", "must hold visible ASCII characters only")
        }
        guard let request else { return nil }
        return SubmittedCall(
            request: request, dueAt: dueAt, tags: tags, timeout: timeout.map(TimeSpan.milliseconds), retry: retry,
            redirects: redirects, correlationId: correlationId)
    }

    /// A due time in the past means at once.
    public static func readDueAt(_ fields: inout JSONFields, required: Bool, now: Instant) -> Instant? {
        guard let dueAt = required ? fields.instant("dueAt") : fields.optionalInstant("dueAt") else { return nil }
        if dueAt < earliestDueAt {
            fields.report("dueAt", "must not be before 2000-01-01T00:00:00Z")
        } else if dueAt > now + furthestDue {
            fields.report("dueAt", "must be at most ten years ahead")
        } else {
            return dueAt
        }
        return nil
    }

    static func readRequest(_ fields: inout JSONFields) -> Request? {
        let method = fields.optionalChoice("method", of: OutgoingRequest.Method.self)
        let url = readURL(&fields)
        let headers = readHeaders(&fields)
        let body = readBody(&fields)
        guard let url else { return nil }
        return Request(method: method, url: url, headers: headers, body: body)
    }

    static func readURL(_ fields: inout JSONFields) -> TargetURL? {
        guard let text = fields.string("url", minBytes: 1, maxBytes: TargetURL.maxBytes) else { return nil }
        do {
            return try TargetURL(text)
        } catch {
            fields.report("url", error.description)
            return nil
        }
    }

    static func readHeaders(_ fields: inout JSONFields) -> [OutgoingRequest.Header]? {
        guard let members = fields.optionalStringMap("headers", maxCount: OutgoingRequest.maxHeaders) else { return nil }
        var headers: [OutgoingRequest.Header] = []
        headers.reserveCapacity(members.count)
        for (name, value) in members {
            do {
                headers.append(try OutgoingRequest.Header(name: name, value: value))
            } catch {
                fields.report("headers", member: name, error.description)
            }
        }
        return headers
    }

    private static func readBody(_ fields: inout JSONFields) -> [UInt8]? {
        let most = OutgoingRequest.maxBodyBytes
        let text = fields.optionalString("body", maxBytes: most)
        let encoded = fields.optionalString("bodyBase64", maxBytes: (most + 2) / 3 * 4)
        if fields.has("body"), fields.has("bodyBase64") {
            fields.report("bodyBase64", "cannot be given together with body")
        }
        if let text { return Array(text.utf8) }
        guard let encoded else { return nil }
        guard let bytes = Base64.decode(encoded) else {
            fields.report("bodyBase64", "must be Base64 with padding (RFC 4648 section 4)")
            return nil
        }
        if bytes.count > most { fields.report("bodyBase64", "must decode to at most \(most) bytes") }
        return bytes
    }

    static func readTags(_ fields: inout JSONFields) -> [String]? {
        let tags = fields.optionalStrings(
            "tags", maxCount: ServiceCallSubmission.maxTags, minBytes: 1, maxBytes: ServiceCallSubmission.maxTagBytes)
        guard let tags else { return nil }
        for (index, tag) in tags.enumerated() {
            if tag.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                fields.report("tags", element: index, "must not hold a control character")
            } else if tags[..<index].contains(where: { $0.utf8.elementsEqual(tag.utf8) }) {
                fields.report("tags", element: index, "is there already")
            }
        }
        return tags
    }

    /// - Parameter start: what a deadline must come after; nil: none may be given.
    static func readRetry(_ fields: inout JSONFields, deadlineAfter start: Instant?) -> Retry? {
        let longest = RetryPolicy.longestDelay.milliseconds
        let maxAttempts = fields.optionalInt("maxAttempts", in: RetryPolicy.attempts)
        let initialDelay = fields.optionalInt64("initialDelayMs", in: 0...longest)
        let maxDelay = fields.optionalInt64("maxDelayMs", in: 0...longest)
        let deadline = start == nil ? nil : fields.optionalInstant("deadline")
        let statuses = fields.optionalInt64s("statuses", maxCount: maxStatuses, in: 300...599)
        if let initialDelay, initialDelay > maxDelay ?? RetryPolicy.standard.maxDelay.milliseconds {
            fields.report(
                "initialDelayMs", "must be at most maxDelayMs, which is \(maxDelay ?? RetryPolicy.standard.maxDelay.milliseconds)"
            )
        }
        if let deadline, let start, deadline <= start { fields.report("deadline", "must be after dueAt, and after now") }
        return Retry(
            maxAttempts: maxAttempts, initialDelay: initialDelay.map(TimeSpan.milliseconds),
            maxDelay: maxDelay.map(TimeSpan.milliseconds), deadline: deadline, statuses: statuses)
    }
}
