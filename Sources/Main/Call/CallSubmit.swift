internal import ArgumentParser
internal import Domain
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
    @OptionGroup var request: RequestOptions
    @OptionGroup var due: DueOptions
    @OptionGroup var policy: PolicyOptions
    @Option(help: "No retry starts after this time (RFC 3339).") var deadline: String?
    @OptionGroup var key: IdempotencyKeyOption
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let body = try submission(now: SystemTimeSource().now())
        try await connection.withClient { client in
            let (call, isNew) = try await client.post(callsPath, headers: key.headers, body: body)
            guard waiting.wait else { return try print(call, isNew: isNew) }
            if !format.json { try print(call, isNew: isNew) }
            try await waiting.follow(call, client, format)
        }
    }

    private func print(_ call: JSONValue, isNew: Bool) throws {
        try Output.line(format.json ? call.line : CallText.short(call) + (isNew ? "" : "  (submitted before with the same key)"))
    }

    // MARK: The submission

    private func submission(now: Instant) throws -> [UInt8] {
        let body = try request.bodyBytes()
        let headers = try request.headers.fields()
        var writer = JSONWriter()
        writer.object { json in
            json.object("request") { json in
                json.field("url", url)
                request.write(headers: headers, body: body, to: &json)
            }
            json.field("dueAt", ifPresent: due.text(now: now))
            policy.write(deadline: deadline, to: &json)
        }
        return writer.bytes
    }
}
