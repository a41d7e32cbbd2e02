internal import ArgumentParser
internal import Domain
internal import Foundation
internal import Ports
internal import SystemAdapter

struct CallSubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Submit a call: an HTTP request that the engine makes when it is due.",
        discussion: """
            When the command returns, the call is on the disk. Repeating it with the same --idempotency-key and the same options gives \
            the same call again; with --in the due time differs each time, so give --due-at there.

            Examples:
              ledgerflow call submit --url https://example.com/a --body hello
              ledgerflow call submit --url https://example.com/a --in 5m --wait
            """)

    @Option(help: "Where the request goes.") var url: String
    @Option(help: "One of \(OutgoingRequest.Method.allCases.map(\.rawValue).joined(separator: ", ")) (default: POST).")
    var method: String?
    @Option(help: "A header as 'Name: value'; may be repeated.") var header: [String] = []
    @Option(help: "The request's body.") var body: String?
    @Option(help: "A file with the request's body; - reads standard input.") var bodyFile: String?
    @OptionGroup var due: DueOptions
    @Option(help: "A tag to find the call by; may be repeated.") var tag: [String] = []
    @Option(help: "How long one attempt may take, in milliseconds (default: \(ServiceCallSubmission.standardTimeout.milliseconds)).")
    var timeoutMs: Int64?
    @Option(help: "How many redirects one attempt may follow, 0 to \(ServiceCallSubmission.redirectLimits.upperBound) (default: 0).")
    var followRedirects: Int64?
    @Option(help: "How many attempts there are at most (default: \(RetryPolicy.standard.maxAttempts)).")
    var maxAttempts: Int64?
    @Option(
        help: ArgumentHelp(
            "The longest wait after the first attempt, in milliseconds; it doubles each time"
                + " (default: \(RetryPolicy.standard.initialDelay.milliseconds))."))
    var initialDelayMs: Int64?
    @Option(help: "The longest wait between two attempts, in milliseconds (default: \(RetryPolicy.standard.maxDelay.milliseconds)).")
    var maxDelayMs: Int64?
    @Option(help: "No retry starts after this time (RFC 3339).") var deadline: String?
    @Option(help: "Names the call: the same key gives the same call again.") var idempotencyKey: String?
    @Flag(help: "Wait until the call has ended, and tell each attempt; exit code 1 unless it succeeded.") var wait = false
    @Option(help: "How long to wait at most, for instance 30s or 2h.") var waitLimit = "10m"
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if body != nil, bodyFile != nil { throw ValidationError("Give --body or --body-file, not both.") }
        if DueOptions.span(waitLimit) == nil { throw ValidationError("--wait-limit must be like 30s, 10m or 2h, not “\(waitLimit)”.") }
        if let key = idempotencyKey, key.isEmpty || !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw ValidationError("--idempotency-key must be of visible ASCII characters, without blanks.")
        }
        _ = try headers()
    }

    func run() async throws {
        let body = try submission(now: SystemTimeSource().now())
        try await connection.withClient { client in
            let headers = idempotencyKey.map { [("Idempotency-Key", $0)] } ?? []
            let (call, isNew) = try await client.post(callsPath, headers: headers, body: body)
            guard wait else { return try print(call, isNew: isNew) }
            if !format.json { try print(call, isNew: isNew) }
            try await follow(call, client)
        }
    }

    private func print(_ call: JSONValue, isNew: Bool) throws {
        try Output.line(format.json ? call.line : CallText.short(call) + (isNew ? "" : "  (submitted before with the same key)"))
    }

    // MARK: The submission

    private func submission(now: Instant) throws -> [UInt8] {
        let bytes = try bodyBytes()
        let headers = try headers()
        var writer = JSONWriter()
        writer.object { json in
            json.object("request") { request in
                request.field("method", ifPresent: method)
                request.field("url", url)
                if !headers.isEmpty { request.field("headers", map: headers) }
                guard let bytes else { return }
                if let text = String(validating: bytes, as: UTF8.self) {
                    request.field("body", text)
                } else {
                    request.field("bodyBase64", Data(bytes).base64EncodedString())
                }
            }
            json.field("dueAt", ifPresent: due.text(now: now))
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
        return writer.bytes
    }

    private func headers() throws -> [(String, String)] {
        var headers: [(String, String)] = []
        for text in header {
            guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
                throw ValidationError("--header must be 'Name: value', but “\(text)” is not.")
            }
            let name = text[..<colon].trimmingCharacters(in: .whitespaces)
            guard !headers.contains(where: { $0.0.lowercased() == name.lowercased() }) else {
                throw ValidationError("--header \(name) is given twice; put the values into one, divided by commas.")
            }
            headers.append((name, text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
        }
        return headers
    }

    private func bodyBytes() throws -> [UInt8]? {
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

    // MARK: Waiting

    private func follow(_ submitted: JSONValue, _ client: APIClient) async throws {
        guard let id = submitted["id"]?.text else { throw CommandFailure(.refused, "the answer names no call") }
        let time = SystemTimeSource()
        let end = time.uptime() + (DueOptions.span(waitLimit) ?? .minutes(10))
        var (call, told) = (submitted, 0)
        var pause = TimeSpan.milliseconds(50)
        while true {
            let ended = (call["attempts"]?.elements ?? []).filter { $0["outcome"]?.text != "running" }
            if !format.json {
                for attempt in ended.dropFirst(told) { try Output.line("  " + CallText.attempt(attempt)) }
            }
            pause = ended.count > told ? .milliseconds(50) : min(.seconds(1), pause.multiplied(by: 2))
            told = max(told, ended.count)
            if CallText.hasEnded(call) { break }
            guard time.uptime() < end else {
                throw CommandFailure(
                    .refused, "the call \(id) has not ended within \(waitLimit)", advice: "It goes on; see `ledgerflow call show \(id)`.")
            }
            await time.sleep(for: pause)
            call = try await client.get(callsPath + "/" + id)
        }
        try Output.line(format.json ? call.line : CallText.short(call))
        if call["status"]?.text != ServiceCall.Status.succeeded.rawValue { throw ExitCode(1) }
    }
}
