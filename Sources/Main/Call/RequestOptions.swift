internal import ArgumentParser
internal import Domain
internal import Foundation

/// What the request of a call says, beside where it goes.
struct RequestOptions: ParsableArguments {
    @Option(help: "One of \(OutgoingRequest.Method.allCases.map(\.rawValue).joined(separator: ", ")) (default: POST).")
    var method: String?
    @OptionGroup var headers: HeaderOption
    @Option(help: "The request's body.") var body: String?
    @Option(help: "A file with the request's body; - reads standard input.") var bodyFile: String?

    func validate() throws {
        if body != nil, bodyFile != nil { throw ValidationError("Give --body or --body-file, not both.") }
    }

    /// Whether anything is given.
    var isGiven: Bool { method != nil || !headers.header.isEmpty || body != nil || bodyFile != nil }

    /// Writes the members of `request` that are given; headers and body were read before.
    func write(headers: [(String, String)], body bytes: [UInt8]?, to request: inout JSONWriter) {
        request.field("method", ifPresent: method)
        if !headers.isEmpty { request.field("headers", map: headers) }
        guard let bytes else { return }
        if let text = String(validating: bytes, as: UTF8.self) {
            request.field("body", text)
        } else {
            request.field("bodyBase64", Data(bytes).base64EncodedString())
        }
    }

    /// The bytes of the body; nil when none is given.
    func bodyBytes() throws -> [UInt8]? {
        if let body { return Array(body.utf8) }
        guard let bodyFile else { return nil }
        // One byte more than the engine takes, so that a file too large is refused and not cut.
        let most = OutgoingRequest.maxBodyBytes + 1
        do {
            let handle = bodyFile == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: bodyFile))
            var bytes: [UInt8] = []
            while bytes.count < most, let part = try handle.read(upToCount: most - bytes.count), !part.isEmpty { bytes += part }
            guard bytes.count < most else {
                throw CommandFailure(.refused, "--body-file \(bodyFile) has more than the \(most - 1) bytes that a body may have")
            }
            return bytes
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.usage, "--body-file \(bodyFile) cannot be read", advice: "Check the path and its permissions.")
        }
    }
}

/// The header fields of a request.
struct HeaderOption: ParsableArguments {
    @Option(help: "A header as 'Name: value'; may be repeated.") var header: [String] = []

    func validate() throws { _ = try fields() }

    func fields() throws -> [(String, String)] {
        var fields: [(String, String)] = []
        for text in header {
            // What stands behind the name may be a secret, and is not said again.
            guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
                throw ValidationError("--header must be 'Name: value'; one of those given has no colon behind a name.")
            }
            let name = text[..<colon].trimmingCharacters(in: .whitespaces)
            guard !fields.contains(where: { $0.0.lowercased() == name.lowercased() }) else {
                throw ValidationError("--header \(name) is given twice; put the values into one, divided by commas.")
            }
            fields.append((name, text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
        }
        return fields
    }
}

/// How calls are made: labels, patience, attempts.
struct PolicyOptions: ParsableArguments {
    @Option(help: "A tag to find calls by; may be repeated.") var tag: [String] = []
    @Option(help: "How long one attempt may take, in milliseconds (default: \(ServiceCallSubmission.standardTimeout.milliseconds)).")
    var timeoutMs: Int64?
    @Option(help: "How many attempts there are at most (default: \(RetryPolicy.standard.maxAttempts)).")
    var maxAttempts: Int64?
    @Option(
        help: ArgumentHelp(
            "The longest wait after the first attempt, in milliseconds; it doubles each time"
                + " (default: \(RetryPolicy.standard.initialDelay.milliseconds))."))
    var initialDelayMs: Int64?
    @Option(help: "The longest wait between two attempts, in milliseconds (default: \(RetryPolicy.standard.maxDelay.milliseconds)).")
    var maxDelayMs: Int64?
    @Option(help: "How many redirects an attempt follows, each judged anew, 0 to 5 (default: 0).") var followRedirects: Int64?

    /// Whether anything is given.
    var isGiven: Bool {
        !tag.isEmpty || timeoutMs != nil || maxAttempts != nil || initialDelayMs != nil || maxDelayMs != nil || followRedirects != nil
    }

    /// Writes the members that are given.
    func write(deadline: String? = nil, to json: inout JSONWriter) {
        if !tag.isEmpty { json.field("tags", tag) }
        json.field("timeoutMs", ifPresent: timeoutMs)
        json.field("followRedirects", ifPresent: followRedirects)
        guard maxAttempts != nil || initialDelayMs != nil || maxDelayMs != nil || deadline != nil else { return }
        json.object("retry") { retry in
            retry.field("maxAttempts", ifPresent: maxAttempts)
            retry.field("initialDelayMs", ifPresent: initialDelayMs)
            retry.field("maxDelayMs", ifPresent: maxDelayMs)
            retry.field("deadline", ifPresent: deadline)
        }
    }
}

/// The key by which a command that is sent again is known.
struct IdempotencyKeyOption: ParsableArguments {
    @Option(help: "Names what is made: the same key gives the same again.") var idempotencyKey: String?

    func validate() throws {
        if let key = idempotencyKey, key.isEmpty || !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw ValidationError("--idempotency-key must be of visible ASCII characters, without blanks.")
        }
    }

    var headers: [(String, String)] { idempotencyKey.map { [("Idempotency-Key", $0)] } ?? [] }
}
