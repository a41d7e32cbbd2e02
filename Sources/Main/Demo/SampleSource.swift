internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Ports
internal import Synchronization
internal import SystemAdapter

/// A SOAP service with the batches of an invented trading house, for the demo and for whoever tries the engine.
///
/// It asks for user and password, speaks SOAP 1.1 and 1.2, and is as good as services are: now and then it answers with a fault of its own,
/// with 503, or slowly, and sometimes an invoice in a batch is not well-formed. A repetition then succeeds.
final class SampleSource: Sendable {
    static let path = "/soap/invoices"
    /// What the source is called when it is registered.
    static let name = "sample"
    static let user = "sample"

    let password: String
    /// How often an engine that is told of it asks.
    let interval: TimeSpan
    private let ledger: SampleLedger
    private let remembers: Bool
    let time: SystemTimeSource
    private let record = Mutex(Record())

    private struct Record {
        var asked = 0
        /// By number, the distinct forms in which each well-formed invoice was given, in their order.
        var given: [String: [String]] = [:]
        var refused: Set<String> = []
    }

    enum Behaviour: Equatable {
        case answer, fault, unavailable, slow

        /// How the source behaves when it is asked for the `count`th time.
        init(count: Int) {
            self =
                switch count % 12 {
                case 4: .fault
                case 7: .slow
                case 10: .unavailable
                default: .answer
                }
        }
    }

    /// - Parameters:
    ///   - pace: a new invoice is entered so often.
    ///   - interval: how often an engine that is told of it asks.
    ///   - remembers: whether it keeps what it gives, which grows as long as it serves.
    init(
        pace: TimeSpan = .seconds(10), interval: TimeSpan = .seconds(10), remembers: Bool = false,
        time: SystemTimeSource = SystemTimeSource(),
        entropy: SystemEntropy = SystemEntropy()
    ) {
        self.interval = interval
        self.remembers = remembers
        ledger = SampleLedger(start: time.now(), pace: pace)
        self.time = time
        password = String(entropy.next(), radix: 36)
    }

    /// How often it was asked with the right password.
    var asked: Int { record.withLock { $0.asked } }
    /// By number, the versions of each well-formed invoice that were given: what an engine must have, each once, in this order. Empty unless
    /// it remembers, as the next one.
    var given: [String: [String]] { record.withLock { $0.given } }
    /// The numbers of invoices that were given in a form that is not well-formed.
    var refused: Set<String> { record.withLock { $0.refused } }

    /// Serves on a free port of the loopback address until the task is cancelled.
    func run(onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let router = Hummingbird.Router()
        router.post("\(Self.path)") { [self] request, _ in try await answer(request) }
        router.get("\(Self.path)") { request, _ -> Hummingbird.Response in
            let address = "http://\(request.head.authority ?? "127.0.0.1")\(Self.path)"
            return Self.xml(SampleAnswer.description(address: address), version: .v11)
        }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "sample") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }

    private func answer(_ request: Hummingbird.Request) async throws -> Hummingbird.Response {
        let credentials = try BasicCredentials(user: Self.user, password: password)
        guard request.headers[.authorization] == credentials.authorization else {
            return Hummingbird.Response(status: .unauthorized, headers: [.wwwAuthenticate: "Basic realm=\"sample\""])
        }
        var request = request
        let body = try await request.collectBody(upTo: SampleRequest.maxBytes)
        guard let asked = SampleRequest(Array(body.readableBytesView)) else {
            let reason = "send \(SampleRequest.operation) of \(SampleRequest.namespace) in a SOAP envelope"
            return Self.xml(SampleAnswer.fault(.client, reason, version: .v11), status: .internalServerError, version: .v11)
        }
        let now = time.now()
        let invoices = ledger.invoices(since: asked.from, at: now)
        let behaviour = noted(invoices)
        switch behaviour {
        case .fault:
            let fault = SampleAnswer.fault(.server, "The batch is being written; ask again", version: asked.version)
            return Self.xml(fault, status: .internalServerError, version: asked.version)
        case .unavailable: return Hummingbird.Response(status: .serviceUnavailable, headers: [.retryAfter: "1"])
        case .answer, .slow:
            let batch = SampleAnswer.batch(invoices, at: now, version: asked.version)
            return Self.xml(batch, version: asked.version, isSlow: behaviour == .slow)
        }
    }

    /// Counts the request, and what it will be given.
    private func noted(_ invoices: [SampleInvoice]) -> Behaviour {
        record.withLock { record in
            record.asked += 1
            let behaviour = Behaviour(count: record.asked)
            guard remembers, behaviour == .answer || behaviour == .slow else { return behaviour }
            for invoice in invoices {
                if invoice.form.isWellFormed {
                    if record.given[invoice.number]?.last != invoice.xml { record.given[invoice.number, default: []].append(invoice.xml) }
                } else {
                    record.refused.insert(invoice.number)
                }
            }
            return behaviour
        }
    }

    /// - Parameter isSlow: the body comes in twenty pieces within two seconds.
    private static func xml(
        _ text: String, status: HTTPResponse.Status = .ok, version: SOAPVersion, isSlow: Bool = false
    ) -> Hummingbird.Response {
        let headers: HTTPFields = [.contentType: version.mediaType + "; charset=utf-8"]
        let bytes = Array(text.utf8)
        guard isSlow else {
            return Hummingbird.Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        let size = bytes.count / 20 + 1
        return Hummingbird.Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: bytes.count) { writer in
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try await writer.write(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
                    try await Task.sleep(for: .milliseconds(100))
                }
                try await writer.finish(nil)
            })
    }
}
