/// A submission as it was received: what was left out stays nil, so that it can be told from what was given.
public struct SubmittedCall: Sendable {
    struct Request: Sendable {
        let method: OutgoingRequest.Method?
        let url: TargetURL
        let headers: [OutgoingRequest.Header]?
        let body: [UInt8]?
    }

    struct Retry: Sendable {
        let maxAttempts: Int?
        let initialDelay: TimeSpan?
        let maxDelay: TimeSpan?
        let deadline: Instant?
        let statuses: [Int64]?
    }

    let request: Request
    public let dueAt: Instant?
    let tags: [String]?
    let timeout: TimeSpan?
    let retry: Retry?
    let redirects: Int?
    let correlationId: String?

    /// What is to be sent, which must be sealed for `submission`.
    public var outgoing: OutgoingRequest {
        OutgoingRequest(method: request.method ?? .POST, url: request.url, headers: request.headers ?? [], body: request.body ?? [])
    }

    /// The call to be, with everything that was left out at its default.
    ///
    /// - Parameter request: `outgoing`, sealed under the call's id.
    public func submission(
        tenant: TenantId, id: ServiceCallId, request: SealedRequest, fingerprint: Fingerprint, requestId: String
    ) -> ServiceCallSubmission {
        ServiceCallSubmission(
            tenant: tenant, id: id, request: request, dueAt: dueAt, tags: tags ?? [],
            timeout: timeout ?? ServiceCallSubmission.standardTimeout,
            retry: retry.map(Self.policy) ?? .standard, redirects: redirects ?? 0, fingerprint: fingerprint,
            correlationId: correlationId ?? requestId)
    }

    static func policy(_ retry: Retry) -> RetryPolicy {
        let standard = RetryPolicy.standard
        return RetryPolicy(
            maxAttempts: retry.maxAttempts ?? standard.maxAttempts, initialDelay: retry.initialDelay ?? standard.initialDelay,
            maxDelay: retry.maxDelay ?? standard.maxDelay, deadline: retry.deadline,
            statuses: retry.statuses.map { Set($0.map { Int($0) }) })
    }
}

extension SubmittedCall {
    /// The bytes whose fingerprint tells a repeated submission from a changed one.
    ///
    /// They follow from what was submitted, not from how it was written: white space, the order of members and headers,
    /// the zone of an instant, and `body` or `bodyBase64` make no difference. What was left out differs from what was given,
    /// even when it was given at its default, so that a later version may change a default. The idempotency key is no part.
    ///
    /// Format, which stored fingerprints depend on and so never changes: the ASCII text `submission1`, then the fields in the
    /// order below, each a byte 0 when absent, or a byte 1, the length in four bytes (big-endian) and the value. Numbers and
    /// instants (microseconds since the epoch) are eight bytes, big-endian; lists are a count in four bytes and their values with
    /// lengths. Fields that came later follow only when they are given, each as its name and its value, so that what was submitted
    /// without them keeps its fingerprint.
    public var canonicalBytes: [UInt8] {
        var bytes = CanonicalBytes()
        bytes.text(request.method?.rawValue)
        bytes.text(request.url.description)
        bytes.list(
            request.headers.map { headers in
                headers.map { Array($0.name.utf8) + [0] + Array($0.value.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            })
        bytes.field(request.body)
        bytes.number(dueAt?.microseconds)
        bytes.list(tags.map { $0.map { Array($0.utf8) } })
        bytes.number(timeout?.microseconds)
        bytes.number(retry == nil ? nil : 1)
        bytes.number(retry?.maxAttempts.map { Int64($0) })
        bytes.number(retry?.initialDelay?.microseconds)
        bytes.number(retry?.maxDelay?.microseconds)
        bytes.number(retry?.deadline?.microseconds)
        bytes.list(retry?.statuses.map { statuses in Set(statuses).sorted().map(CanonicalBytes.bytes) })
        bytes.text(correlationId)
        if let redirects {
            bytes.text("followRedirects")
            bytes.number(Int64(redirects))
        }
        return bytes.bytes
    }
}

/// Writes fields so that different ones never give the same bytes.
private struct CanonicalBytes {
    private(set) var bytes = Array("submission1".utf8)

    init() { bytes.reserveCapacity(512) }

    mutating func field(_ value: [UInt8]?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        count(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func text(_ value: String?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        count(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func number(_ value: Int64?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        count(8)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(shift))) }
    }

    mutating func list(_ values: [[UInt8]]?) {
        guard let values else { return bytes.append(0) }
        bytes.append(1)
        count(values.count)
        for value in values {
            count(value.count)
            bytes.append(contentsOf: value)
        }
    }

    private mutating func count(_ count: Int) {
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
    }

    static func bytes(_ value: Int64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> Int64($0)) }
    }
}
