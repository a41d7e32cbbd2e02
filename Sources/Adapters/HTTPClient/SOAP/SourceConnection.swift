import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Ports

/// What one connection to a source brings: its answer's head, which is judged, and then the body within its limits.
final class SourceConnection {
    let request: BatchRequest
    let exchange: FetchExchange
    private let deadline: NIODeadline
    /// The source's address takes no connections: nothing was sent, and another address may.
    private(set) var wasRefused = false
    /// There was no connection in time.
    private(set) var wasNotReached = false

    /// So much of an answer that is no batch is read in search of a fault.
    private static let maxFaultBytes = 65_536

    init(_ request: BatchRequest, _ exchange: FetchExchange, deadline: NIODeadline) {
        self.request = request
        self.exchange = exchange
        self.deadline = deadline
    }

    /// Gives the answer to `take`; the exchange has been started.
    func read<Stop: Error>(
        for feed: SOAPFeed, _ take: (BatchAnswer) async throws(Stop) -> Void
    ) async throws(FetchEnd<Stop>) {
        var body: AnswerBody
        let head: BatchAnswerHead
        do throws(FetchFailure) {
            let response = try await self.head()
            let type = AnswerType(response.headers.first(name: "content-type"))
            // The other successes have no answer of the operation in them: accepted for later, nothing, a part.
            guard [200, 203].contains(response.status.code) else { throw await failure(response, type, feed) }
            guard type.isXML else { throw .notXML(contentType: type.essence) }
            body = try AnswerBody(
                response.headers, of: self, wireBytes: request.limits.wireBytes, inflatedBytes: request.limits.inflatedBytes)
            head = BatchAnswerHead(charset: type.charset)
        } catch {
            throw .failed(error)
        }
        do throws(Stop) { try await take(.head(head)) } catch { throw .stopped(error) }
        while true {
            let piece: ArraySlice<UInt8>?
            do throws(FetchFailure) { piece = try await body.next() } catch { throw .failed(error) }
            guard let piece else { return }
            do throws(Stop) { try await take(.octets(piece)) } catch { throw .stopped(error) }
        }
    }

    // MARK: The head

    private func head() async throws(FetchFailure) -> HTTPClientResponse {
        // A body without a head does not come.
        guard case .head(let response) = try await event(in: .firstByte) else { throw .connection("the source's answer has no head") }
        return response
    }

    /// What an answer means that is no batch: its fault, when it holds one that can be read, else its status.
    private func failure(_ response: HTTPClientResponse, _ type: AnswerType, _ feed: SOAPFeed) async -> FetchFailure {
        let status = Int(response.status.code)
        let wait = response.headers.first(name: "retry-after").flatMap {
            RetryAfter.wait($0, now: feed.client.now(), longest: feed.client.settings.maxRetryAfter)
        }
        let plain = FetchFailure.status(status, retryAfter: wait)
        guard (400...599).contains(status), type.isXML else { return plain }
        var document: [UInt8] = []
        do throws(FetchFailure) {
            var body = try AnswerBody(response.headers, of: self, wireBytes: Self.maxFaultBytes, inflatedBytes: Self.maxFaultBytes)
            while let piece = try await body.next() { document += piece }
        } catch {
            // The status is known, and says more than that the rest did not come; but not to one who stops.
            return error == .cancelled || error == .stopped ? error : plain
        }
        guard let tree = try? feed.parse(document), let fault = SOAPFault(answer: tree) else { return plain }
        return .fault(fault.without(request.credentials), status: status)
    }

    // MARK: Waiting

    /// The next part of the body; nil at its end.
    func bodyPart() async throws(FetchFailure) -> ByteBuffer? {
        if case .body(let part) = try await event(in: .idle) { part } else { nil }
    }

    /// The next event, waited for as long as the phase and the whole may take.
    private func event(in phase: FetchPhase) async throws(FetchFailure) -> FetchExchange.Event {
        let now = NIODeadline.now()
        guard now < deadline else { throw .timedOut(.total) }
        let limit = now + TimeAmount(phase == .firstByte ? request.limits.firstByte : request.limits.idle)
        let event = await exchange.next(by: min(limit, deadline))
        switch event {
        case .failed(let error):
            wasRefused = HTTPTargetClient.connectionRefused(error) != nil
            wasNotReached = HTTPTargetClient.isConnectTimeout(error)
            // Before the head the library counts the time of the connection alone.
            throw FetchFailure(HTTPTargetClient.failure(error), in: phase == .firstByte ? .connect : phase)
        case .deadlinePassed: throw .timedOut(limit < deadline ? phase : .total)
        case .closed(.cancelled): throw .cancelled
        case .closed: throw .stopped
        case .head, .body, .end: return event
        }
    }
}

extension BatchRequest {
    /// The request as the HTTP library takes it.
    func http(origin: String) -> HTTPClientRequest {
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: url.hostAndPort)
        for field in bindingFields { headers.add(name: field.name, value: field.value) }
        headers.add(name: "Accept", value: "text/xml, application/soap+xml, application/xml")
        headers.add(name: "Accept-Encoding", value: "gzip")
        headers.add(name: "User-Agent", value: "ledgerflow")
        headers.add(name: "traceparent", value: traceparent)
        if let credentials { headers.add(name: "Authorization", value: credentials.authorization) }
        var request = HTTPClientRequest(url: origin + RequestTarget.escaped(url.pathAndQuery))
        request.method = .POST
        request.headers = headers
        request.body = .bytes(ByteBuffer(bytes: envelope))
        return request
    }
}
