internal import Domain
internal import Ports

/// An answer that says what went wrong (RFC 9457). It never carries what the client sent.
struct Problem: Error, Sendable {
    static let contentType = "application/problem+json"

    /// One thing that is wrong, and where.
    struct Fault: Sendable {
        enum Place: Sendable {
            case pointer(String)
            case parameter(String)
            case header(String)
        }

        let place: Place
        let detail: String
    }

    let kind: ProblemKind
    let detail: String
    var faults: [Fault] = []
    /// How many more there are than `faults` lists.
    var unlistedFaults = 0
    /// What the rules found in an invoice.
    var findings: [Finding] = []
    /// Seconds.
    var retryAfter: Int64?
    var headers: [(String, String)] = []
    /// Where a list of events can be taken up again.
    var oldestCursor: String?
    /// Set where the caller's roles do not allow it; never told to the client as it is.
    var refusal: Refusal?

    init(_ kind: ProblemKind, _ detail: String, retryAfter: Int64? = nil, headers: [(String, String)] = []) {
        self.kind = kind
        self.detail = detail
        self.retryAfter = retryAfter
        self.headers = headers
    }

    /// - Parameter prefix: the pointer of the value that was read, within the document.
    init(_ problems: JSONProblems, prefix: String = "", _ kind: ProblemKind = .invalidRequest) {
        self.init(kind, Self.count(problems.count))
        faults = problems.listed.map { Fault(place: .pointer(prefix + $0.pointer), detail: $0.message) }
        unlistedFaults = problems.unlistedCount
    }

    init(_ error: JSONSyntaxError) {
        if case .tooManyBytes = error.kind {
            self.init(.bodyTooLarge, error.description)
        } else {
            self.init(.malformedJSON, error.description)
        }
    }

    init(faults: [Fault], _ kind: ProblemKind) {
        self.init(kind, Self.count(faults.count))
        self.faults = faults
    }

    private static func count(_ count: Int) -> String {
        count == 1 ? "One thing is wrong; see errors." : "\(count) things are wrong; see errors."
    }

    /// - Parameter instance: the request's identifier.
    func write(to writer: inout JSONWriter, instance: String?) {
        writer.object { problem in
            problem.field("type", kind.type)
            problem.field("title", kind.title)
            problem.field("status", kind.status)
            problem.field("detail", detail)
            problem.field("instance", ifPresent: instance)
            problem.field("retryAfter", ifPresent: retryAfter)
            problem.field("oldestCursor", ifPresent: oldestCursor)
            if !findings.isEmpty { InvoiceWriter.findings(findings, to: &problem) }
            guard !faults.isEmpty else { return }
            problem.array("errors") { errors in
                for fault in faults {
                    errors.object { error in
                        switch fault.place {
                        case .pointer(let pointer): error.field("pointer", pointer)
                        case .parameter(let name): error.field("parameter", name)
                        case .header(let name): error.field("header", name)
                        }
                        error.field("detail", fault.detail)
                    }
                }
            }
            if unlistedFaults > 0 { problem.field("furtherErrors", unlistedFaults) }
        }
    }

    func reply(instance: String) -> Reply {
        var writer = JSONWriter(capacity: 512)
        write(to: &writer, instance: instance)
        var headers = headers
        if let retryAfter { headers.append(("Retry-After", String(retryAfter))) }
        return Reply(status: kind.status, headers: headers, body: .bytes(contentType: Self.contentType, writer.bytes))
    }
}

extension Problem {
    static let noSuchCall = Problem(.notFound, "This tenant has no service call with that identifier.")

    init(_ error: QueryError) {
        self.init(.unavailable, "The store did not answer; nothing is wrong with the request.", retryAfter: 1)
    }

    init(_ error: IntentError) {
        switch error {
        case .refused(let refusal): self.init(refusal)
        case .refusedByBooks(let refusal): self.init(refusal)
        case .busy(let span):
            let seconds = max(1, (span.microseconds + 999_999) / 1_000_000)
            self.init(.busy, "Too much is waiting already; nothing was done.", retryAfter: seconds)
        case .unavailable: self.init(.unavailable, "The store cannot take it now; nothing was done.", retryAfter: 1)
        case .unknownOutcome:
            self.init(
                .unknownOutcome,
                "Whether it was done is not known. With the same Idempotency-Key it may be sent again; without one, read first what there is.",
                retryAfter: 1)
        case .stopping: self.init(.stopping, "The engine is stopping; nothing was done.", retryAfter: 5)
        }
    }

    init(_ error: SealError) {
        self.init(.unavailable, "The request could not be sealed; nothing was done.", retryAfter: 5)
    }

    private init(_ error: ServiceCallError) {
        switch error {
        case .notFound: self = .noSuchCall
        case .idempotencyConflict:
            self.init(.idempotencyConflict, "This Idempotency-Key was sent before with a different request; that one stands.")
        case .illegalTransition(let from, let command):
            self.init(.illegalTransition, "A call that is \(from.rawValue) does not allow \(command).")
        case .payloadErased:
            self.init(.illegalTransition, "What was to be sent was erased when its retention ended; submit it anew.")
        case .notYetDue(let dueAt): self.init(.illegalTransition, "The call is not due before \(dueAt.rfc3339).")
        }
    }
}
