/// The call that a schedule or a subscription makes again and again.
public struct CallTemplate: Hashable, Sendable {
    /// Sealed under the identity of the item that holds it; sealed anew, under its own, for each call.
    public internal(set) var request: SealedRequest
    public let tags: [String]
    public let timeout: TimeSpan
    /// Without a deadline, which would be over sooner or later.
    public let retry: RetryPolicy
    /// Hops that may be followed.
    public let redirects: Int

    public init(
        request: SealedRequest, tags: [String] = [], timeout: TimeSpan = ServiceCallSubmission.standardTimeout,
        retry: RetryPolicy = .standard, redirects: Int = 0
    ) {
        self.request = request
        self.tags = tags
        self.timeout = min(max(timeout, ServiceCallSubmission.timeouts.lowerBound), ServiceCallSubmission.timeouts.upperBound)
        self.retry = RetryPolicy(
            maxAttempts: retry.maxAttempts, initialDelay: retry.initialDelay, maxDelay: retry.maxDelay, statuses: retry.statuses)
        self.redirects = redirects
    }

    /// What is left when its item is deleted: nobody needs what it would have sent.
    var erased: CallTemplate {
        var template = self
        template.request = SealedRequest(
            method: request.method, url: request.url, payload: request.payload == .empty ? .empty : .erased, bodyBytes: request.bodyBytes)
        return template
    }

    /// About how many bytes it takes in memory and in the store.
    public var approximateBytes: Int { request.approximateBytes + tags.reduce(0) { $0 + $1.utf8.count + 16 } + 128 }
}

extension CallTemplate {
    func write(into json: inout JSONWriter) {
        json.field("method", request.method.rawValue)
        json.field("url", request.url.description)
        switch request.payload {
        case .empty: break
        case .sealed(let sealed): json.field("sealed", Base64.encodeURL(sealed.bytes))
        // A template is always made sealed; there are none from before.
        case .clear, .erased: json.field("erased", true)
        }
        json.field("bodyBytes", request.bodyBytes)
        json.field("tags", tags)
        json.field("timeout", timeout.microseconds)
        json.field("maxAttempts", retry.maxAttempts)
        json.field("initialDelay", retry.initialDelay.microseconds)
        json.field("maxDelay", retry.maxDelay.microseconds)
        if let statuses = retry.statuses { json.array("statuses") { for status in statuses.sorted() { $0.int(Int64(status)) } } }
        json.field("redirects", redirects)
    }

    /// - Returns: nil when the members are not what `write` wrote.
    init?(_ members: StoredMembers) {
        guard let method = members.text("method").flatMap(OutgoingRequest.Method.init(rawValue:)),
            let url = members.text("url").flatMap({ try? TargetURL($0) }), let bodyBytes = members.integer("bodyBytes"),
            let tags = members.texts("tags"), let timeout = members.integer("timeout"), let maxAttempts = members.integer("maxAttempts"),
            let initialDelay = members.integer("initialDelay"), let maxDelay = members.integer("maxDelay"),
            let redirects = members.integer("redirects")
        else { return nil }
        var payload = SealedRequest.Payload.empty
        if let text = members.text("sealed") {
            guard let bytes = Base64.decodeURL(text) else { return nil }
            payload = .sealed(SealedBytes(bytes: bytes))
        } else if members.flag("erased") == true {
            payload = .erased
        }
        self.init(
            request: SealedRequest(method: method, url: url, payload: payload, bodyBytes: Int(clamping: bodyBytes)), tags: tags,
            timeout: TimeSpan(microseconds: timeout),
            retry: RetryPolicy(
                maxAttempts: Int(clamping: maxAttempts), initialDelay: TimeSpan(microseconds: initialDelay),
                maxDelay: TimeSpan(microseconds: maxDelay), statuses: members.integers("statuses").map { Set($0.map { Int(clamping: $0) }) }),
            redirects: Int(clamping: redirects))
    }
}
