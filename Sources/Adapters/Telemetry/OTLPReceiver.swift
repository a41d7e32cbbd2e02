internal import AsyncHTTPClient
internal import Domain
internal import NIOCore
internal import NIOHTTP1

/// What became of a batch that was sent.
enum OTLPAnswer: Sendable {
    /// Taken, but for so many spans that the receiver did not like.
    case taken(rejected: Int)
    /// It may be taken later, and not before the given time.
    case again(reason: String, after: TimeSpan?)
    /// It would never be taken.
    case refused(reason: String)
}

/// The other side: an OpenTelemetry collector, or what speaks like one, over HTTP.
final class OTLPReceiver: Sendable {
    private let settings: OTLPSettings
    private let http: HTTPClient

    /// Answers are short; of a longer one the rest is not read.
    private static let maxAnswerBytes = 64 << 10

    init(_ settings: OTLPSettings) {
        self.settings = settings
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: TimeAmount(settings.timeout)))
        // One that is not there is known at once; the exporter waits and tries again.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends one message, once. Ends within `timeout` or the settings' time-out, whichever is shorter.
    func send(_ message: [UInt8], within timeout: TimeSpan? = nil) async -> OTLPAnswer {
        var request = HTTPClientRequest(url: settings.url.description)
        request.method = .POST
        for (name, value) in settings.headers { request.headers.replaceOrAdd(name: name, value: value) }
        request.headers.replaceOrAdd(name: "Content-Type", value: OTLPMessage.contentType)
        request.headers.replaceOrAdd(name: "User-Agent", value: "ledgerflow/\(settings.version)")
        request.body = .bytes(message)
        do {
            let deadline = NIODeadline.now() + TimeAmount(min(settings.timeout, timeout ?? settings.timeout))
            let response = try await http.execute(request, deadline: deadline)
            let body = await Self.body(of: response, by: deadline)
            let after = response.headers.first(name: "Retry-After").flatMap(Int64.init).map { TimeSpan.seconds(max(0, $0)) }
            return Self.answer(status: Int(response.status.code), body, after: after)
        } catch {
            return .again(reason: Self.word(error), after: nil)
        }
    }

    /// What came of the answer's body until the deadline, if it is whole; the library's own stops counting at the head. What the status says holds
    /// all the same.
    private static func body(of response: HTTPClientResponse, by deadline: NIODeadline) async -> [UInt8] {
        await withTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                let whole = try? await response.body.collect(upTo: maxAnswerBytes)
                return whole.map { Array($0.readableBytesView) } ?? []
            }
            group.addTask {
                try? await Task.sleep(for: .nanoseconds(max(0, (deadline - .now()).nanoseconds)))
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
    }

    /// As the specification has it: 429, 502, 503 and 504 are for a while, all else that is no success for ever.
    static func answer(status: Int, _ body: [UInt8], after: TimeSpan?) -> OTLPAnswer {
        switch status {
        case 200...299: .taken(rejected: OTLPMessage.rejected(body))
        case 429, 502, 503, 504: .again(reason: "status \(status)", after: after)
        default: .refused(reason: "status \(status)")
        }
    }

    /// Errors of connections may show addresses, of TLS much more; the type is enough to tell them apart.
    private static func word(_ error: any Error) -> String {
        (error as? HTTPClientError)?.shortDescription ?? String(describing: type(of: error))
    }

    func shutdown() async { try? await http.shutdown() }
}

extension TimeAmount {
    fileprivate init(_ span: TimeSpan) { self = .microseconds(max(1, span.microseconds)) }
}
