internal import ArgumentParser
internal import Domain
internal import HTTPClientAdapter
internal import KafkaAdapter
internal import SystemAdapter

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the engine, on its embedded store or on PostgreSQL.",
        discussion: """
            Stops in order on SIGTERM or SIGINT: no request accepted before is lost. On PostgreSQL a second engine stands by, and takes \
            over when the first ends.
            """)

    @OptionGroup var data: DataDirectoryOption
    @Option(help: "The address to listen on (default: 127.0.0.1).") var host: String?
    @Option(help: "The port to listen on, 0 for any that is free (default: 8080).") var port: String?
    @Option(help: "Addresses that calls may go to although they are not public, as CIDR; may be repeated.")
    var allowTarget: [String] = []
    @Option(
        help: "A PEM file with the certificate authorities that targets with https are believed by, in place of the system's.")
    var trustedRoots: String?
    @Option(help: "How many partitions a new store gets, 1 to 256 (default: 2). An existing store keeps its own.")
    var partitions: String?
    @Option(help: "How many attempts may run at one time, 1 to 65536 (default: 512).") var maxRunning: String?
    @OptionGroup var limits: LimitOptions
    @OptionGroup var database: DatabaseOption
    @OptionGroup var kafka: KafkaOptionGroup
    @OptionGroup var tax: TaxOptions
    @OptionGroup var retention: RetentionOptions
    @OptionGroup var anchors: AnchorOptions
    @OptionGroup var tracing: TracingOptions
    @Option(help: "A JSON file with sources of documents to be asked; see docs/ingestion.md.") var ingestionSources: String?
    @Flag(
        help: """
            Ask a source of invented invoices, on the loopback address, for the tenant “demo”; needs --allow-target 127.0.0.0/8 (in the \
            environment: LEDGERFLOW_SAMPLE_SOURCE=true).
            """)
    var sampleSource = false
    @Flag(help: "Print a token and a few commands to try (in the environment: LEDGERFLOW_WELCOME=true).") var welcome = false

    func run() async throws {
        // Before the data directory is made.
        let (targets, limits, retention, anchors) = try (targets(), limits.limits(), retention.policy(), anchors.settings())
        let tax = try tax.registry(dataDirectory: data.path)
        let tracing = try tracing.choice()
        let kafka = try kafka.options()
        let sources = try (ingestionSources ?? Setting.environment("ingestion-sources")).map {
            try SourceFile(path: $0, topics: kafka?.sourceTopics ?? [])
        }
        let allowed = try allowed()
        let isSampled = sampleSource || Setting.environment("sample-source") == "true"
        if isSampled, let loopback = IPAddress("127.0.0.1"), !allowed.contains(where: { $0.contains(loopback) }) {
            throw ValidationError("--sample-source is asked on the loopback address: give --allow-target 127.0.0.0/8 with it.")
        }
        let product = try await Product(
            directory: DataDirectory(path: data.path), database: database.url, kafka: kafka,
            host: Setting.text(host, "host", default: "127.0.0.1"),
            port: Setting.number(port, "port", in: 0...65_535, default: 8080), allowedTargets: allowed,
            targets: targets,
            partitions: Setting.number(partitions, "partitions", in: 1...256, default: 2),
            maxRunning: Setting.number(maxRunning, "max-running", in: 1...65_536, default: 512),
            limits: limits, retention: retention, anchors: anchors, tax: tax, tracing: tracing, sources: sources,
            sample: isSampled ? SampleSource() : nil)
        let isWelcome = welcome || Setting.environment("welcome") == "true"
        let host = product.host
        let guest = isWelcome ? try Setting.tenant(nil) : nil
        let token = if let guest { try await product.token(for: guest) } else { String?.none }
        try await product.run { port in
            let address = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            print("Ledgerflow \(productVersion) listens on \(address)")
            if let guest, let token { print(Self.welcomeText(address: address, tenant: guest, token: token)) }
            flushStandardOutput()
        }
    }

    private func allowed() throws -> [CIDR] {
        try Setting.list(allowTarget, "allow-target").map { text in
            do { return try CIDR(text) } catch { throw ValidationError("--allow-target “\(text)”: \(error)") }
        }
    }

    private func targets() throws -> HTTPTargetClientSettings {
        var targets = HTTPTargetClientSettings()
        targets.trustedRootsFile = trustedRoots ?? Setting.environment("trusted-roots")
        do { try targets.checkTrustedRoots() } catch { throw ValidationError("--trusted-roots: \(error).") }
        return targets
    }

    private static func welcomeText(address: String, tenant: TenantId, token: String) -> String {
        """

        A token for the tenant “\(tenant)”:

          export TOKEN=\(token)

        A few commands to try:

          curl -s \(address)/v1/service-calls -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Idempotency-Key: first' \\
            -d '{"request":{"method":"POST","url":"\(address)/ping","body":"hello"}}'

          curl -s "\(address)/v1/service-calls?limit=10" -H "Authorization: Bearer $TOKEN"

          curl -s "\(address)/v1/events?limit=10" -H "Authorization: Bearer $TOKEN"

        and an invoice, numbered and issued:

          curl -s "\(address)/v1/invoices?issue=true" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
            -d '{"currency":"EUR","dueDate":"2035-01-31",
                 "seller":{"name":"Seller GmbH","vatId":"DE123456789","address":{"city":"Berlin","country":"DE"}},
                 "buyer":{"name":"Buyer SA","address":{"city":"Paris","country":"FR"}},
                 "lines":[{"name":"Thing","quantity":"3","unit":"C62","unitPrice":"19.99","tax":{"category":"S","rate":"19"}}]}'

        Stop with Ctrl-C.

        """
    }
}
