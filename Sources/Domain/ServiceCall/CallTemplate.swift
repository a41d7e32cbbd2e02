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
                maxDelay: TimeSpan(microseconds: maxDelay), statuses: members.integers("statuses").map { Set($0.map { Int(clamping: $0) }) }
            ),
            redirects: Int(clamping: redirects))
    }
}

extension CallTemplate {
    /// One of its calls.
    ///
    /// - Parameter request: what is sent, sealed under the call's own identity.
    public func submission(
        tenant: TenantId, id: ServiceCallId, request: SealedRequest, dueAt: Instant?, origin: CallOrigin, correlationId: String
    ) -> ServiceCallSubmission {
        // The identity says all that tells one such call from another; a repetition after a change of the template is still a repetition.
        ServiceCallSubmission(
            tenant: tenant, id: id, request: request, dueAt: dueAt, tags: tags, timeout: timeout, retry: retry, redirects: redirects,
            origin: origin, fingerprint: Fingerprint(bytes: id.value.bytes), correlationId: correlationId)
    }
}

extension ServiceCallId {
    /// The call that a schedule makes for the occurrence at `nominal`, always the same: UUIDv5 over the schedule and the microseconds.
    public static func occurrence(of schedule: ScheduleId, at nominal: Instant) -> ServiceCallId {
        ServiceCallId(UniqueId.version5(namespace: schedule.value, name: Self.bytes(of: nominal.microseconds)))
    }

    /// The call that delivers `event` to a subscription, one for each generation: UUIDv5 over the subscription, the event, and the
    /// generation unless it is the first.
    public static func delivery(of event: UniqueId, to subscription: SubscriptionId, generation: Int) -> ServiceCallId {
        let again = generation > 0 ? Self.bytes(of: Int64(generation)) : []
        return ServiceCallId(UniqueId.version5(namespace: subscription.value, name: event.bytes + again))
    }

    private static func bytes(of number: Int64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> Int64($0)) }
    }
}

extension SubscriptionId {
    /// The `webhook-id` under which `event` is delivered, however often: by it the receiver knows a repetition (Standard Webhooks 1.0.0).
    public func webhookId(of event: UniqueId) -> UniqueId { UniqueId.version5(namespace: value, name: event.bytes) }
}
